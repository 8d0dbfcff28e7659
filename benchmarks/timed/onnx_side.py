"""The same network as an ONNX graph, for ONNX Runtime at its best.

Written with onnx.helper, as torch's exporter needs more packages: Gather, GRU (gates in ONNX's order z, r, h,
`linear_before_reset` as torch and ours have it), max and mean over the letters, Gemm, softmax.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper

from cognomen import Classifier
from timed.batches import Batch, Laid, batches
from timed.names import read_cheaply

__all__ = ["OnnxSide"]

BELOW = -2.0  # less than any output of a GRU, which lie within -1 and 1
OPSET, IR_VERSION = 17, 8


class OnnxSide:
    """ONNX Runtime with a classifier's weights, in one thread; `probabilities` from text."""

    def __init__(self, clf: Classifier) -> None:
        self.clf = clf
        self.equal, self.padded = (_session(_model(clf, padded)) for padded in (False, True))

    def probabilities(self, names: Sequence[str], way: str, size: int) -> NDArray[np.float32]:
        """(N, C), by batches of one length ("equal") or filled up ("padded")."""
        laid = Laid(*read_cheaply(names, self.clf.alphabet))
        result = np.empty((len(names), len(self.clf.origins)), np.float32)
        for batch in batches(laid, way, size):
            result[batch.which] = self._run(batch)
        return result

    def _run(self, batch: Batch) -> NDArray[np.float32]:
        if batch.running is None:
            given: dict[str, Any] = {"ids": batch.x}
            return self.equal.run(None, given)[0]  # type: ignore[no-any-return]
        given = {
            "ids": batch.x,
            "lengths": batch.lengths.astype(np.int32),
            "absent": np.where(batch.running, 0, BELOW).astype(np.float32)[:, None, :, None],  # (T, 1, N, 1)
        }
        return self.padded.run(None, given)[0]  # type: ignore[no-any-return]


def _session(model: ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _model(clf: Classifier, padded: bool) -> ModelProto:
    """Ids (T, N) to probabilities (N, C); padded: with lengths (N,) and what to add where no letter is."""
    inputs = [helper.make_tensor_value_info("ids", TensorProto.INT64, ["T", "N"])]
    if padded:
        inputs += [
            helper.make_tensor_value_info("lengths", TensorProto.INT32, ["N"]),
            helper.make_tensor_value_info("absent", TensorProto.FLOAT, ["T", 1, "N", 1]),
        ]
    output = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", len(clf.origins)])
    nodes = _nodes(clf, padded)
    used = {name for node in nodes for name in node.input}
    constants = [numpy_helper.from_array(v, name) for name, v in _constants(clf).items() if name in used]
    graph = helper.make_graph(nodes, "cognomen", inputs, [output], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    checker.check_model(model)
    return model


def _nodes(clf: Classifier, padded: bool) -> list[Any]:
    node: Callable[..., Any] = helper.make_node
    size = clf.network.architecture.hidden_size
    mean = (
        [
            node("ReduceSum", ["y", "letters_axis"], ["total"], keepdims=0),
            node("Cast", ["lengths"], ["counts"], to=TensorProto.FLOAT),
            node("Unsqueeze", ["counts", "last_axis"], ["counts_column"]),
            node("Div", ["total", "counts_column"], ["mean"]),
            node("Add", ["y", "absent"], ["y_or_below"]),
        ]
        if padded
        else [node("ReduceMean", ["y"], ["mean"], axes=[0], keepdims=0)]
    )
    return [
        node("Gather", ["embedding", "ids"], ["x"], axis=0),  # (T, N, E)
        node(
            "GRU",
            ["x", "W", "R", "B", *(["lengths"] if padded else [])],
            ["y"],  # (T, 2, N, H), zeros after a name's end
            hidden_size=size,
            direction="bidirectional",
            linear_before_reset=1,
        ),
        *mean,
        node("ReduceMax", ["y_or_below" if padded else "y"], ["max"], axes=[0], keepdims=0),  # (2, N, H)
        *(node("Transpose", [kind], [kind + "_rows"], perm=[1, 0, 2]) for kind in ("max", "mean")),
        *(node("Reshape", [kind + "_rows", "wide"], [kind + "_wide"]) for kind in ("max", "mean")),
        node("Concat", ["max_wide", "mean_wide"], ["pooled"], axis=1),  # (N, 4H)
        node("Gemm", ["pooled", "weight", "bias"], ["logits"], transB=1),
        node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]


def _constants(clf: Classifier) -> dict[str, NDArray[Any]]:
    params, size = clf.network.params, clf.network.architecture.hidden_size

    def gates(name: str) -> NDArray[Any]:
        r, z, n = np.split(params[f"recurrent.{name}"], 3)
        return np.concatenate([z, r, n])

    def both(name: str) -> NDArray[Any]:
        return np.stack([gates(f"{name}_l0"), gates(f"{name}_l0_reverse")])

    return {
        "embedding": params["embedding.weight"],
        "W": both("weight_ih"),
        "R": both("weight_hh"),
        "B": np.concatenate([both("bias_ih"), both("bias_hh")], axis=1),
        "weight": params["output.weight"] / np.float32(clf.temperature),
        "bias": params["output.bias"] / np.float32(clf.temperature),
        "wide": np.array([-1, 2 * size]),
        "letters_axis": np.array([0]),
        "last_axis": np.array([1]),
    }
