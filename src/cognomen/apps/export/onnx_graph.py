"""A classifier as an ONNX graph: ids of letters in, logits and probabilities out, for any length and number.

N is 1 or more: ONNX Runtime ends the process on an empty batch.

    ids      (N, T) int64, filled up with any number       logits         (N, C) float
    lengths  (N,) int64, 1 or more                         probabilities  (N, C) float

The graph is written with onnx.helper, operator by operator, as `torch_network` reads. Hashes are numbers of
64 bits without a sign: they are shifted and mixed as such, and multiplied and added as numbers with a sign,
which wraps in the same way and which more runtimes can do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper

from cognomen.apps.export.weights import Tensors, facts_of, tensors_of
from cognomen.classifier.classifier import Classifier
from cognomen.network import hashing
from cognomen.network.ngram_layer import FACTOR

OPSET, IR_VERSION = 18, 9
LONGEST = 1024  # letters of a name with its end marks: the powers of the hash are in a table
STEP, MIX_1, MIX_2 = np.array([hashing.STEP, hashing.MIX_1, hashing.MIX_2]).view(np.int64)
GATES = {"gru": (1, 0, 2), "lstm": (0, 3, 1, 2), "rnn": (0,)}  # ONNX's order, in numbers of PyTorch's
OPERATORS = {"gru": "GRU", "lstm": "LSTM", "rnn": "RNN"}


class Graph:
    """A graph that grows: each call adds an operator, and returns the name of what it makes."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def __call__(self, operator: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        """Add an operator; returns the name of its output, or the list of their names."""
        names = [f"{operator}_{len(self.nodes)}_{k}" for k in range(outputs)]
        self.nodes.append(helper.make_node(operator, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value: Any, name: str = "constant") -> str:
        """Add a tensor."""
        unique = f"{name}_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), unique))
        return unique

    def whole(self, *numbers: int) -> str:
        """Add whole numbers, (n,)."""
        return self.constant(np.array(numbers, np.int64))

    def axis(self, x: str, axis: int) -> str:
        """Add an axis of length 1."""
        return str(self("Unsqueeze", x, self.whole(axis)))

    def part(self, x: str, axis: int, start: int, stop: int) -> str:
        """A slice of one axis."""
        return str(self("Slice", x, self.whole(start), self.whole(stop), self.whole(axis)))


def onnx_model(clf: Classifier) -> ModelProto:
    """The graph of a classifier, with its weights, alphabet and origins (in the metadata).

    Raises:
        InputError: the network has a cell that ONNX lacks.
    """
    facts, tensors, g = facts_of(clf), tensors_of(clf), Graph()
    logits = g("Add", _recurrent_logits(g, facts, tensors), g.constant(tensors["output.bias"]))
    temperature = g.constant(np.float32(facts["temperature"]))
    if facts["longest_ngram"]:
        marked = _marked(g, len(facts["alphabet"]) + 1)
        ngrams = _hashed_ngrams if facts["ngram_rank"] else _exact_ngrams
        more, known = ngrams(g, marked, facts["longest_ngram"], tensors)
        logits = g("Add", logits, more)
        if known is not None:
            temperature = g(
                "Where", g.axis(known, 1), g.constant(np.float32(facts["known_temperature"])), temperature
            )
    scaled = g("Add", g("Div", logits, temperature), g.constant(tensors["log_prior"]))
    found = {"logits": logits, "probabilities": g("Softmax", scaled, axis=1)}
    for name, made in found.items():
        g.nodes.append(helper.make_node("Identity", [made], [name]))
    return _model(g, facts)


def _model(g: Graph, facts: dict[str, Any]) -> ModelProto:
    """The graph with its inputs, outputs and facts, checked."""
    kinds, value = TensorProto, helper.make_tensor_value_info
    inputs = [value("ids", kinds.INT64, ["N", "T"]), value("lengths", kinds.INT64, ["N"])]
    outputs = [value(name, kinds.FLOAT, ["N", len(facts["origins"])]) for name in ("logits", "probabilities")]
    graph = helper.make_graph(g.nodes, "cognomen", inputs, outputs, g.constants)
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="cognomen",
    )
    helper.set_model_props(model, {"alphabet": facts["alphabet"], "origins": "\n".join(facts["origins"])})
    checker.check_model(model, full_check=True)
    return model


# --- the recurrent part ----------------------------------------------------------------------------------


def _recurrent_logits(g: Graph, facts: dict[str, Any], tensors: Tensors) -> str:
    """The logits of the recurrent part but for their bias, (N, C)."""
    size, directions = facts["hidden_size"], 2 if facts["direction"] == "both" else 1
    letters = g("Transpose", "ids", perm=[1, 0])  # (T, N)
    inside = _inside(g)  # (T, N)
    x = g("Gather", g.constant(tensors["embedding.weight"]), g("Mul", letters, g("Cast", inside, to=_INT)))
    for layer in range(facts["num_layers"]):
        y, last = _layer(g, x, layer, facts, tensors)  # (T, D, N, H), (D, N, H)
        rows = g("Transpose", y, perm=[0, 2, 1, 3])
        x = g("Reshape", rows, g.whole(0, 0, directions * size))  # (T, N, D * H)
    mask = g.axis(inside, 2)  # (T, N, 1)
    pooled = []
    for kind in facts["pooling"].split("+"):
        if kind == "max":
            masked = g("Where", mask, x, g.constant(np.float32(-np.inf)))
            pooled.append(g("ReduceMax", masked, g.whole(0), keepdims=0))
        elif kind == "mean":
            total = g("ReduceSum", g("Where", mask, x, g.constant(np.float32(0))), g.whole(0), keepdims=0)
            pooled.append(g("Div", total, g.axis(g("Cast", "lengths", to=_FLOAT), 1)))
        else:
            pooled.append(g("Reshape", g("Transpose", last, perm=[1, 0, 2]), g.whole(0, directions * size)))
    return str(g("MatMul", g("Concat", *pooled, axis=1), g.constant(tensors["output.weight"].T)))


_INT, _UINT, _FLOAT, _INT32 = TensorProto.INT64, TensorProto.UINT64, TensorProto.FLOAT, TensorProto.INT32


def _inside(g: Graph) -> str:
    """Which letters are of a name, (T, N)."""
    length = g("Squeeze", g.part(g("Shape", "ids"), 0, 1, 2), g.whole(0))
    zero, one = (g.constant(np.int64(number)) for number in (0, 1))
    return str(g("Less", g.axis(g("Range", zero, length, one), 1), g.axis("lengths", 0)))


def _layer(g: Graph, x: str, layer: int, facts: dict[str, Any], tensors: Tensors) -> tuple[str, str]:
    """One recurrent layer: outputs (T, D, N, H), zeros after a name's end, and the last of each direction."""
    cell, size, direction = facts["cell"], facts["hidden_size"], facts["direction"]
    suffixes = ["", "_reverse"] if direction == "both" else [""]

    def stacked(name: str) -> NDArray[Any]:
        """The parameter of all directions, gates in ONNX's order."""
        found = []
        for suffix in suffixes:
            gates = np.split(tensors[f"recurrent.{name}_l{layer}{suffix}"], len(GATES[cell]))
            found.append(np.concatenate([gates[k] for k in GATES[cell]]))
        return np.stack(found)

    bias = np.concatenate([stacked("bias_ih"), stacked("bias_hh")], axis=1)
    options: dict[str, Any] = {"gru": {"linear_before_reset": 1}, "lstm": {}}.get(
        cell, {"activations": [facts["nonlinearity"].capitalize()] * len(suffixes)}
    )
    found = g(
        OPERATORS[cell],
        x,
        g.constant(stacked("weight_ih")),
        g.constant(stacked("weight_hh")),
        g.constant(bias),
        g("Cast", "lengths", to=_INT32),
        outputs=2,
        hidden_size=size,
        direction={"both": "bidirectional"}.get(direction, direction),
        **options,
    )
    return found[0], found[1]


# --- n-grams ---------------------------------------------------------------------------------------------


def _marked(g: Graph, end_mark: int) -> str:
    """Names with an end mark at both ends, and 0, the unknown letter, beyond: (N, T + 2)."""
    inside = g("Cast", g("Transpose", _inside(g), perm=[1, 0]), to=_INT)
    padded = g("Pad", g("Mul", "ids", inside), g.whole(0, 1, 0, 1))  # (N, T + 2)
    first = g("Mul", g.axis("lengths", 1), g.constant(np.int64(0)))  # (N, 1)
    last = g("Add", g.axis("lengths", 1), g.constant(np.int64(1)))
    places = g("Concat", first, last, axis=1)  # (N, 2)
    marks = g("Expand", g.constant(np.int64(end_mark)), g("Shape", places))
    return str(g("ScatterElements", padded, places, marks, axis=1))


def _shifted(g: Graph, x: str) -> str:
    """What stands one place before, 0 at the first: (N, P)."""
    return str(g("Pad", x, g.whole(0, 1, 0, -1)))


def _weighted(g: Graph, rows: Sequence[str], idf: NDArray[Any], weight: str) -> str:
    """The sums over a name's n-grams of idf times weight, scaled, (N, R); rows are (N, P), one for each K."""
    found = g("Concat", *rows, axis=1)  # (N, K * P)
    x = g("Gather", g.constant(idf), found)
    squares = g("ReduceSum", g("Mul", x, x), g.whole(1), keepdims=1)  # (N, 1)
    least_one = g("Max", squares, g.constant(np.float32(1)))
    scale = g("Div", g.constant(np.float32(FACTOR)), g("Sqrt", least_one))
    chosen = g("Cast", g("Gather", weight, found), to=_FLOAT)  # (N, K * P, R)
    sums = g("Squeeze", g("MatMul", g.axis(x, 1), chosen), g.whole(1))
    return str(g("Mul", sums, scale))


def _exact_ngrams(g: Graph, marked: str, longest: int, tensors: Tensors) -> tuple[str, None]:
    """Logits (N, C) from n-grams that are found in a trie."""
    child = tensors["ngrams.child"]
    width, trie = child.shape[1], g.constant(child.ravel())
    first = g("Add", marked, g.constant(np.int64(child.size - width)))
    rows = [g("Cast", g("Gather", trie, first), to=_INT)]
    for _ in range(1, longest):
        start = g("Mul", _shifted(g, rows[-1]), g.constant(np.int64(width)))
        rows.append(g("Cast", g("Gather", trie, g("Add", start, marked)), to=_INT))
    return _weighted(g, rows, tensors["ngrams.idf"], g.constant(tensors["ngrams.weight"])), None


def _hashed_ngrams(g: Graph, marked: str, longest: int, tensors: Tensors) -> tuple[str, str]:
    """Logits (N, C) from n-grams and whole names that are found by hash; and which names have rows, (N,)."""
    letters = g("Gather", g.constant(tensors["ngrams.letters"]), marked)  # (N, P)
    known = g("Not", g("Equal", marked, g.constant(np.int64(0))))
    keys, rows, h, whole = tensors["ngrams.keys"], [], letters, known
    for k in range(longest):
        if k:
            h = g("Add", g("Mul", _shifted(g, h), g.constant(STEP)), letters)
            before = g("Cast", _shifted(g, g("Cast", whole, to=_INT)), to=TensorProto.BOOL)
            whole = g("And", known, before)
        rows.append(_look_up(g, keys, _mix(g, g("Add", h, g.constant(np.int64(k)))), whole))
    u = _weighted(g, rows, tensors["ngrams.idf"], g.constant(tensors["ngrams.embedding"]))
    slots = _look_up(g, tensors["ngrams.name_keys"], *_name_hashes(g, letters, marked))  # (N,)
    named = g("Greater", slots, g.constant(np.int64(0)))
    u = g("Add", u, g("Where", g.axis(named, 1), _name_rows(g, slots, tensors), g.constant(np.float32(0))))
    return g("MatMul", u, g.constant(tensors["ngrams.output.weight"].T)), named


def _name_hashes(g: Graph, letters: str, marked: str) -> tuple[str, str]:
    """The hashes of whole names, (N,), and which of them have no unknown letter."""
    with np.errstate(over="ignore"):
        table = g.constant(np.cumprod(np.full(LONGEST, STEP)))
    length = g.part(g("Shape", marked), 0, 1, 2)
    powers = g("Slice", table, g.whole(0), length, g.whole(0))
    zero, one = (g.constant(np.int64(number)) for number in (0, 1))
    places = g.axis(g("Range", zero, g("Squeeze", length, g.whole(0)), one), 0)  # (1, P)
    inside = g("Less", places, g("Add", g.axis("lengths", 1), g.constant(np.int64(2))))  # (N, P)
    # A product of matrices: ONNX Runtime's ReduceSum goes through float64, which would lose bits.
    sums = g("MatMul", g("Where", inside, letters, zero), g.axis(powers, 1))  # (N, 1)
    unknown = g("Cast", g("And", inside, g("Equal", marked, zero)), to=_INT)
    all_known = g("Equal", g("ReduceSum", unknown, g.whole(1), keepdims=0), zero)
    return _mix(g, g("Squeeze", sums, g.whole(1))), all_known


def _name_rows(g: Graph, slots: str, tensors: Tensors) -> str:
    """The rows of names, sums of an entry of each codebook, (N, R)."""
    common = tensors["ngrams.common_codes"]  # (W / 8, F, T)
    slots_of_bucket = tensors["ngrams.name_keys"].shape[1]
    first, per_bucket = (g.constant(np.int64(count)) for count in (common.shape[1], slots_of_bucket))
    slot = g("Max", g("Sub", slots, g.constant(np.int64(1))), g.constant(np.int64(0)))
    place, start = g("Mod", slot, per_bucket), g("Mul", g("Div", slot, per_bucket), first)
    has_more = g("Less", place, first)
    more = g("Add", start, g("Where", has_more, place, g.constant(np.int64(0))))
    codes = common.reshape(-1, common.shape[2])
    own = _sums(g, tensors["ngrams.name_codebooks"], tensors["ngrams.name_codes"], slot)
    further = _sums(g, tensors["ngrams.common_codebooks"], codes, more)
    return str(g("Add", own, g("Where", g.axis(has_more, 1), further, g.constant(np.float32(0)))))


def _sums(g: Graph, codebooks: NDArray[Any], codes: NDArray[Any], index: str) -> str:
    """The sums of an entry of each codebook (S, K, R), for the codes (W, S) of each index (N,): (N, R)."""
    stages, entries, rank = codebooks.shape
    found = g("Cast", g("Gather", g.constant(codes), index), to=_INT)  # (N, S)
    chosen = g("Add", found, g.constant(np.arange(stages) * entries))
    rows = g("Gather", g.constant(codebooks.astype(np.float32).reshape(-1, rank)), chosen)  # (N, S, R)
    return str(g("ReduceSum", rows, g.whole(1), keepdims=0))


def _mix(g: Graph, h: str) -> str:
    """Spread every bit over all bits: the finaliser of SplitMix64."""
    for bits, factor in ((30, MIX_1), (27, MIX_2)):
        h = g("Mul", _mixed_in(g, h, bits), g.constant(factor))
    return _mixed_in(g, h, 31)


def _mixed_in(g: Graph, h: str, bits: int) -> str:
    """h ^ (h >> bits), of numbers without a sign."""
    unsigned = g("Cast", h, to=_UINT)
    shifted = g("BitShift", unsigned, g.constant(np.uint64(bits)), direction="RIGHT")
    return str(g("Cast", g("BitwiseXor", unsigned, shifted), to=_INT))


def _look_up(g: Graph, keys: NDArray[np.int32], hashes: str, valid: str) -> str:
    """1 + the slot of each hash in the table of keys (buckets, slots); 0 for one without, or not valid."""
    buckets, slots = keys.shape
    unsigned = g("Cast", hashes, to=_UINT)
    shifted = g("BitShift", unsigned, g.constant(np.uint64(hashing.KEY_BITS)), direction="RIGHT")
    bucket = g("Cast", g("BitwiseAnd", shifted, g.constant(np.uint64(buckets - 1))), to=_INT)
    low = g("Cast", g("BitwiseAnd", unsigned, g.constant(np.uint64((1 << hashing.KEY_BITS) - 1))), to=_INT32)
    key = g("Max", low, g.constant(np.int32(1)))
    same = g("Cast", g("Equal", g("Gather", g.constant(keys), bucket), g.axis(key, -1)), to=_INT32)
    found = g("Greater", g("ReduceMax", same, g.whole(-1), keepdims=0), g.constant(np.int32(0)))
    slot = g("ArgMax", same, axis=-1, keepdims=0)
    row = g("Add", g("Mul", bucket, g.constant(np.int64(slots))), g("Add", slot, g.constant(np.int64(1))))
    return str(g("Where", g("And", found, valid), row, g.constant(np.int64(0))))
