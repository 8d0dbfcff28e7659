// Arrays of numbers by name, decoded from what the page carries: see facts.py, which packs them.

// A number of 16 bits: 1 of sign and 5 of exponent, which choose its scale, and 10 of fraction, to which 1024 is added
// but for the smallest, which have no exponent. The largest exponent, of what is no number, is not in a model.
const SCALES = Float64Array.from({ length: 64 }, (_, i) => (i < 32 ? 1 : -1) * 2 ** (Math.max(i % 32, 1) - 25));

const TYPES = {
  int8: Int8Array, uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array,
  float32: Float32Array, float64: Float64Array,
};
const SIZES = { float16: 2, int8: 1, uint8: 1, uint16: 2, uint32: 4, float32: 4, float64: 8 };

// One array. In planes the first byte of every number comes first, then every second one.
function decode(bytes, type, count, inPlanes) {
  if (SIZES[type] === 1) return new TYPES[type](bytes.buffer, bytes.byteOffset, count);
  const { buffer } = inPlanes ? numberByNumber(bytes, count, SIZES[type]) : bytes.slice();
  return type === "float16" ? halves(buffer) : new TYPES[type](buffer);
}

function numberByNumber(bytes, count, size) {
  const mixed = new Uint8Array(count * size);
  for (let byte = 0; byte < size; byte++) {
    for (let i = 0; i < count; i++) mixed[i * size + byte] = bytes[byte * count + i];
  }
  return mixed;
}

function halves(buffer) {
  if (globalThis.Float16Array) return new Float32Array(new Float16Array(buffer)); // browsers before 2025 lack it
  return Float32Array.from(new Uint16Array(buffer), (bits) => ((bits & 1023) + (bits & 0x7c00 ? 1024 : 0)) * SCALES[bits >> 10]);
}

// Parameters by name, { shape, data }, from a table of contents [[name, type, shape], ...] and all their bytes. The
// data of each is decoded when it is first asked for.
export function readTensors(contents, bytes, inPlanes = true) {
  const found = {};
  let start = 0;
  for (const [name, type, shape] of contents) {
    const count = shape.reduce((product, size) => product * size, 1), part = bytes.subarray(start, start += count * SIZES[type]);
    let data;
    found[name] = { shape, get data() { return (data ??= decode(part, type, count, inPlanes)); } };
  }
  return found;
}

// The parameters whose names begin with `prefix`, without it.
export function under(tensors, prefix) {
  const names = Object.keys(tensors).filter((name) => name.startsWith(prefix));
  return Object.fromEntries(names.map((name) => [name.slice(prefix.length), tensors[name]]));
}

// Parameters in full: the rows of those that have a scale multiplied by it.
export function full(tensors) {
  const found = {};
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const scale = tensors[`${name}.scale`]?.data, columns = shape.at(-1);
    const numbers = scale && Float32Array.from(data, (each, i) => each * scale[Math.floor(i / columns)]);
    if (!name.endsWith(".scale")) found[name] = { shape, data: numbers ?? data };
  }
  return found;
}

// Undoes base64.
export function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text); // older browsers lack it
  const binary = atob(text), bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

// Undoes base64 and gzip.
export async function unpack(text) {
  const stream = new Blob([fromBase64(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
