"""`tensors`: what safetensors writes is seen as it was, without a copy; all else is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import load, save

from cognomen.io.tensors import view_tensors

TYPES = [np.float16, np.float32, np.float64, np.uint8, np.uint16, np.uint32, np.int64, np.int8]
ARRAYS = st.sampled_from(TYPES).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0, max_dims=3))
)


def seen(data: bytes) -> np.ndarray:
    return np.frombuffer(data, np.uint8)


def made(header: object, numbers: bytes = b"") -> np.ndarray:
    text = json.dumps(header).encode()
    return seen(len(text).to_bytes(8, "little") + text + numbers)


@given(st.dictionaries(st.text(max_size=5).filter(lambda name: name != "__metadata__"), ARRAYS, max_size=4))
def test_what_the_library_writes_is_seen_as_it_reads_it(tensors: dict[str, np.ndarray]) -> None:
    data = save(tensors, {"note": "not a tensor"})
    found, expected = view_tensors(seen(data)), load(data)
    assert found.keys() == expected.keys()
    for name, tensor in expected.items():
        np.testing.assert_array_equal(found[name], tensor, strict=True)


def test_nothing_is_copied() -> None:
    data = np.frombuffer(bytearray(save({"a": np.zeros(3, np.float32)})), np.uint8)
    view_tensors(data)["a"][:] = 1
    assert view_tensors(data)["a"].tolist() == [1, 1, 1]


A = {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}


@pytest.mark.parametrize(
    "data",
    [
        seen(b""),
        seen(b"\xff" * 20),
        seen(b"\2" + bytes(7) + b"{]"),
        made([]),
        made(["a"]),
        made({"a": 1}),
        made({"a": A}),
        made({"a": A | {"shape": [3]}}, bytes(4)),
        made({"a": A | {"shape": [-1, -2]}}, bytes(4)),
        made({"a": A | {"shape": "2"}}, bytes(4)),
        made({"a": A | {"data_offsets": [-4, 0]}}, bytes(4)),
        made({"a": A | {"data_offsets": [0.0, 4.0]}}, bytes(4)),
        made({"a": A | {"data_offsets": [0, 4, 8]}}, bytes(4)),
        made({"a": A | {"dtype": "BF16"}}, bytes(4)),
        made({"a": A | {"dtype": "F8"}}, bytes(4)),
        made({"a": A | {"more": 1}}, bytes(4)),
        made({"a": A}, bytes(5)),
        made({}, bytes(1)),
        made({"a": A, "b": A}, bytes(4)),
        made({"a": A, "b": A | {"data_offsets": [2, 6]}}, bytes(6)),
        made({"a": A, "b": A | {"data_offsets": [5, 9]}}, bytes(9)),
        made({"a": {"dtype": "F16"}}, bytes(4)),
    ],
)
def test_anything_else_is_refused(data: np.ndarray) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the artifact says the rest
        view_tensors(data)
