// Random numbers from a seed, equal ones for equal seeds: the generator mulberry32 (Tommy Ettinger 2017).
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  // In [0, 1).
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  uniform(low, high) {
    return low + (high - low) * this.next();
  }

  below(count) {
    return Math.floor(this.next() * count);
  }

  choose(items) {
    return items[this.below(items.length)];
  }
}
