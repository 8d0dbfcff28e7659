"""The compiled engine: the same answers as NumPy's, where it is installed and worth its start."""

from __future__ import annotations

import os
import subprocess
import sys
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from rnn_cases import Array, laid

from cognomen import Classifier
from cognomen.network import Architecture, Network, inference
from cognomen.rnn import GRU, LSTM, Dropout, cells
from cognomen.rnn.cells import gru, gru_back
from cognomen.rnn.engine import choice
from cognomen.rnn.engine.packed_weights import prepack
from cognomen.rnn.engine.prefix_tree import prefix_tree, sort_names
from cognomen.rnn.engine.shared_reading import read_names
from cognomen.training import TrainingConfig
from cognomen.training.step import TrainStep

numba = pytest.importorskip("numba", reason="numba is not installed: pip install 'cognomen[fast]'")

from cognomen.rnn.engine import compiled, compiled_learning, kernels, machine_code  # noqa: E402

RIGHT = 1e-6
FEW = [(1, 4, 2), (1, 4), (1, 4, 2), (4, 2, 5, 0), (2,), (1, 4, 3, 0), (4, 2), (0, 4, 2), (2,)]
LONG = [(1,) * 40, (1,) * 40, (1,) * 39 + (2,), (3, *(1,) * 38)]


def made_names(seed: int, count: int = 300) -> list[tuple[int, ...]]:
    rng = np.random.default_rng(seed)
    return [tuple(rng.integers(0, 6, rng.integers(1, 9)).tolist()) for _ in range(count)]


def network(cell: str = "gru", pooling: str = "max+mean", dtype: str = "float32") -> Network:
    sizes = Architecture(6, 4, cell=cell, embedding_size=5, hidden_size=24, pooling=pooling)
    return Network(sizes, rng=np.random.default_rng(0), dtype=dtype)


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name is worth it."""
    choice._numba_works()
    monkeypatch.setattr(choice, "COMPILED_LETTERS", 0)
    monkeypatch.setattr(inference, "FEW_LETTERS", 0)


def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many names each tree that the compiled engine makes has, from now on."""
    made, real = [], compiled.prefix_tree

    def watched(names: object, part: slice, *, block: int) -> compiled.Tree:
        tree = real(names, part, block=block)  # type: ignore[arg-type]
        made.append(len(tree.inverse))
        return tree

    monkeypatch.setattr(compiled, "prefix_tree", watched)
    return made


# --- its parts


def test_its_tanh_and_sigmoid() -> None:
    x = np.concatenate([np.linspace(-20, 20, 8001), [1e30, -1e30, np.inf, -np.inf, 1e-30, 0]])
    x = x.astype(np.float32)
    exact = np.tanh(x.astype(float))
    assert np.abs([kernels._tanh(each, each) for each in x] - exact).max() < 5e-7
    assert np.abs([kernels._sigmoid(2 * each) for each in x] - (0.5 + 0.5 * exact)).max() < 5e-7
    assert np.isnan(kernels._tanh(*np.float32(["nan"] * 2)))


def test_the_equations_are_the_cells() -> None:
    rng = np.random.default_rng(0)
    a_r, a_z, a_n, b_n, h = (2 * rng.standard_normal((5, 40))).astype(np.float32)
    expected = gru(np.stack([a_r, a_z]), a_n, b_n, h)
    rows = zip(a_r, a_z, a_n, b_n, h, strict=True)
    found = [kernels._gru((kernels._sigmoid(r), z), n, b, before) for r, z, n, b, before in rows]
    np.testing.assert_allclose(np.transpose(found), expected, atol=RIGHT)
    rows = zip(h, *expected[1:], b_n, a_n, strict=True)
    back = [kernels._gru_back(*row) for row in rows]
    np.testing.assert_allclose(np.transpose(back), gru_back(h, *expected[1:], b_n, a_n), atol=RIGHT)


@pytest.mark.parametrize("block", [1, 2, 7, 1000])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("names", [FEW, LONG, made_names(0)], ids=["few", "long", "many"])
def test_the_tree_has_the_same_prefixes(names: list[tuple[int, ...]], reverse: bool, block: int) -> None:
    in_order = sort_names(laid(names), reverse=reverse)
    expected = prefix_tree(in_order, block=block)
    tree = compiled.prefix_tree(in_order, slice(None), block=block)
    assert tree.counts[:, 0].tolist() == expected.sizes.tolist()
    assert tree.counts[:, 2].tolist() == expected.ending.tolist()
    assert (tree.counts[:, 1] - 1).tolist() == (expected.sizes - expected.roots - expected.repeating).tolist()
    np.testing.assert_array_equal(tree.lengths[tree.inverse], in_order.lengths)
    for level in np.split(np.arange(len(tree.letters)), np.cumsum(tree.counts[:, 0])[:-1]):
        numbers = tree.numbers[level]
        assert sorted(numbers[numbers > 0]) == list(range(1, 1 + (numbers > 0).sum()))


@pytest.mark.parametrize("pooling", ["last", "max", "mean", "mean+last+max"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("names", [FEW, LONG, made_names(1)], ids=["few", "long", "many"])
@pytest.mark.parametrize("part", [slice(None), slice(1, 4)])
def test_names_are_read_as_with_numpy(
    names: list[tuple[int, ...]], bias: bool, pooling: str, part: slice
) -> None:
    rng = np.random.default_rng(0)
    cell = prepack(GRU(5, 24, rng=rng, bias=bias))
    a, _ = cell.project((3 * rng.standard_normal((6, 5))).astype(np.float32))
    head = rng.standard_normal((len(pooling.split("+")), 24, 4)).astype(np.float32) / 10
    in_order = sort_names(laid(names), reverse=True)
    plain, tree = prefix_tree(in_order, part, block=3), compiled.prefix_tree(in_order, part, block=3)
    expected, _ = read_names(cell, a, plain, pooling, dropout=Dropout(0.0), learn=False, head=head)
    found = compiled.read_names(cell, a, tree, pooling, head)
    np.testing.assert_allclose(found[tree.inverse], expected[plain.inverse], atol=RIGHT)


@pytest.mark.parametrize("pooling", ["last", "max", "mean", "mean+last+max"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("names", [FEW, LONG, made_names(3)], ids=["few", "long", "many"])
@pytest.mark.parametrize("block", [3, 1000])
def test_gradients_are_as_with_numpy(
    names: list[tuple[int, ...]], bias: bool, pooling: str, block: int
) -> None:
    rng = np.random.default_rng(0)
    cell = prepack(GRU(5, 24, rng=rng, bias=bias))
    a, _ = cell.project((3 * rng.standard_normal((6, 5))).astype(np.float32))
    in_order = sort_names(laid(names))
    plain, tree = prefix_tree(in_order, block=block), compiled.prefix_tree(in_order, slice(None), block=block)
    expected, back = read_names(cell, a, plain, pooling, dropout=Dropout(0.0))
    found, compiled_back = compiled_learning.read_names(cell, a, tree, pooling)
    np.testing.assert_allclose(found[tree.inverse], expected[plain.inverse], atol=RIGHT)
    weights = rng.standard_normal((len(names), *found.shape[1:])).astype(np.float32) / len(names)
    gradients = []
    for inverse, backward, count in (
        (plain.inverse, back, len(expected)),
        (tree.inverse, compiled_back, len(found)),
    ):
        cell.zero_grad()
        by_name = np.zeros((count, *weights.shape[1:]), np.float32)
        np.add.at(by_name, inverse, weights)
        given = by_name.copy()
        gradients.append({"a": backward(by_name)} | {name: g.copy() for name, g in cell.grads.items()})
        np.testing.assert_array_equal(by_name, given)
    for name, expected in gradients[0].items():
        np.testing.assert_allclose(gradients[1][name], expected, atol=RIGHT, err_msg=name)


# --- in its place


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("direction", ["forward", "reverse", "both"])
def test_a_networks_logits(monkeypatch: pytest.MonkeyPatch, direction: str, threads: int) -> None:
    monkeypatch.setattr(inference, "FEW_NAMES", 50)
    sizes = Architecture(6, 4, direction=direction, embedding_size=5, hidden_size=24, pooling="max+mean")
    made, names = Network(sizes, rng=np.random.default_rng(0)), laid(made_names(2))
    trees = calls(monkeypatch)
    found = made.logits(names, threads=threads)
    assert sum(trees) == len(names) * (2 if direction == "both" else 1)
    np.testing.assert_allclose(found, made.forward(names)[0], atol=RIGHT)


@pytest.mark.usefixtures("always")
def test_a_models_probabilities(monkeypatch: pytest.MonkeyPatch) -> None:
    clf = Classifier.load("classic")
    rng = np.random.default_rng(0)
    texts = ["".join(rng.choice(list("aeiounrstlk"), rng.integers(2, 12))) for _ in range(3000)]
    trees = calls(monkeypatch)
    found = clf.predict_proba(texts)
    assert trees
    monkeypatch.setattr(choice, "COMPILED_LETTERS", 10**9)
    np.testing.assert_allclose(found, clf.predict_proba(texts), atol=RIGHT)


def test_a_network_learns_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forward and back, with noise, through both directions."""
    sizes = Architecture(6, 4, embedding_size=5, hidden_size=24, pooling="max+mean")
    made = Network(sizes, dropout=(0.2, 0.0, 0.2), rng=np.random.default_rng(0))
    names, trees, found = laid(made_names(4)), calls(monkeypatch), []
    for letters in (0, 10**9):
        made.compile(letters)
        made.zero_grad()
        logits, backward = made.forward(names, np.random.default_rng(1))
        backward(logits / len(names))
        found.append({"logits": logits} | {name: grad.copy() for name, grad in made.grads.items()})
    assert trees == [len(names)] * 2
    for name, expected in found[0].items():
        np.testing.assert_allclose(found[1][name], expected, atol=RIGHT, err_msg=name)


def test_dropout_between_letters_and_layers_needs_numpy() -> None:
    sizes = Architecture(6, 4, embedding_size=5, hidden_size=24)
    for made, able in [
        (Network(sizes), True),
        (Network(sizes, dropout=(0.0, 0.1, 0.0)), False),
        (Network(replace(sizes, num_layers=2)), False),
    ]:
        made.compile(10**9)
        assert made.compiled is able


@pytest.mark.parametrize(("steps", "compiled"), [(1562, False), (1563, True)])
def test_long_trainings_are_compiled(steps: int, compiled: bool) -> None:
    """100,000 names and more."""
    config = TrainingConfig(batch_size=64)
    made = Network(Architecture(6, 4))
    TrainStep(made, config, np.full(4, 0.25), steps=steps, average_after=1, average_every=1)
    assert made.compiled is compiled


class Doubled(GRU):
    def step(self, a: Array, state: Array):  # type: ignore[no-untyped-def]
        return super().step(2 * a, state)


OTHERS = [LSTM(5, 24), Doubled(5, 24), GRU(5, 24, dtype=np.float64), GRU(5, choice.LARGEST_SIZE + 1)]


@pytest.mark.parametrize("other", OTHERS)
def test_other_cells_are_read_with_numpy(other: GRU | LSTM) -> None:
    assert not choice.is_worth_compiling(other, 10**9)


def test_it_is_chosen_where_there_is_much_to_read() -> None:
    for cell in (GRU(5, 24), prepack(GRU(5, choice.LARGEST_SIZE))):
        assert choice.is_worth_compiling(cell, choice.COMPILED_LETTERS)
        assert not choice.is_worth_compiling(cell, choice.COMPILED_LETTERS - 1)


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_other_networks_are_read_with_numpy(dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made, names, trees = network("lstm", dtype=dtype), laid(FEW), calls(monkeypatch)
    np.testing.assert_allclose(made.logits(names), made.forward(names)[0], atol=RIGHT)
    assert not trees


# --- where it is not


@pytest.mark.usefixtures("unknown_numba")
def test_without_numba_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "find_spec", lambda name: None)
    assert not choice.is_worth_compiling(GRU(5, 24), 10**9)


@pytest.fixture
def unknown_numba() -> Iterator[None]:
    """Whether Numba works is asked again, in the test and after it."""
    for known in (choice._numba_works, machine_code.load_kernels):
        known.cache_clear()
    yield
    for known in (choice._numba_works, machine_code.load_kernels):
        known.cache_clear()


@pytest.fixture
def empty_folder(unknown_numba: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where nothing that was compiled is kept yet."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_a_numba_that_cannot_keep_what_it_compiles_is_named_once(
    monkeypatch: pytest.MonkeyPatch, empty_folder: Path
) -> None:
    monkeypatch.setattr(machine_code, "_compiled_code", lambda: b"code")
    empty_folder.write_text("no folder")
    with pytest.warns(RuntimeWarning, match="names are read without it: .*kept") as said:
        assert not any(choice.is_worth_compiling(GRU(5, 24), 10**9) for _ in range(3))
    assert len(said) == 1


@pytest.mark.usefixtures("empty_folder")
def test_numba_without_its_compiler_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numba.config.DISABLE_JIT", 1)
    with pytest.warns(RuntimeWarning, match="NUMBA_DISABLE_JIT is set"):
        assert not choice.is_worth_compiling(GRU(5, 24), 10**9)


@pytest.mark.usefixtures("unknown_numba")
@pytest.mark.parametrize("error", [ImportError("Numba needs NumPy 2.4 or less"), RuntimeError("no LLVM")])
def test_a_numba_that_cannot_be_used_is_named(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> bytes:
        raise error

    monkeypatch.setattr(machine_code, "_kept_code", fails)
    with pytest.warns(RuntimeWarning, match=f"names are read without it: {error}"):
        assert not choice.is_worth_compiling(GRU(5, 24), 10**9)


# --- what is kept


def test_arrays_that_kernels_are_given_live_on() -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    numbers, alive = machine_code.given(7, array), weakref.ref(array)
    assert [number.value for number in numbers] == [7, array.ctypes.data]
    del array
    assert alive() is not None
    with pytest.raises(ValueError, match="in C order"):
        machine_code.given(np.zeros((2, 3)).T)


@pytest.mark.parametrize("shape", [(3,), (5, 7), (1000, 2, 128)])
def test_arrays_begin_with_a_line_of_the_cache(shape: tuple[int, ...]) -> None:
    found = [compiled.aligned(*shape) for _ in range(4)]
    assert [array.ctypes.data % compiled.LINE for array in found] == [0] * 4
    assert {(array.shape, array.dtype.name, array.flags.c_contiguous) for array in found} == {
        (shape, "float32", True)
    }


def test_numba_optimises_for_the_target_and_then_for_its_own_again() -> None:
    class Codegen:
        _tm = "its own"

    def compile_here() -> None:
        with machine_code._vectorised_for("another's", codegen):
            others.append(codegen._tm)

    codegen, others = Codegen(), list[str]()
    other = Thread(target=compile_here)
    with machine_code._vectorised_for("the target", codegen):
        other.start()
        other.join(0.05)  # it waits
        assert (codegen._tm, others) == ("the target", [])
    other.join()
    assert (codegen._tm, others) == ("its own", ["another's"])


def test_vectors_are_as_wide_as_the_processors() -> None:
    import llvmlite.binding as llvm

    if "+avx512f" not in llvm.get_host_cpu_features().flatten().split(","):
        pytest.skip("needs a processor with AVX-512")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    names = [vars(kernels)[name] for name in machine_code.SIGNATURES]
    machine_code._compiled_code()
    for kernel in names[1:]:  # of the first one nothing is to be vectorised
        assert "<16 x float>" in kernel.inspect_llvm(kernel.signatures[0]), kernel


def test_kernels_that_would_call_something_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that nothing answers would end the process when the code is loaded."""

    @numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True)
    def allocates(count):  # type: ignore[no-untyped-def]
        for each in np.zeros(count):
            if each > 0:
                raise ValueError

    @numba.njit(no_cpython_wrapper=True)
    def is_wrapped(count):  # type: ignore[no-untyped-def]
        pass

    @numba.njit
    def is_wrong(count):  # type: ignore[no-untyped-def]
        return count.size

    monkeypatch.setattr(kernels, "step", allocates)
    monkeypatch.setattr(machine_code, "SIGNATURES", {"step": ("int64",)})
    with pytest.raises(RuntimeError, match=r"the kernels call .*NRT|another way"):
        machine_code._compiled_code()
    monkeypatch.setattr(kernels, "step", is_wrapped)
    with pytest.raises(RuntimeError, match="called in another way"):
        machine_code._compiled_code()
    monkeypatch.setattr(kernels, "step", is_wrong)
    with pytest.raises(RuntimeError, match="step cannot be compiled"):
        machine_code._compiled_code()


def test_code_is_kept_and_taken_as_it_was(monkeypatch: pytest.MonkeyPatch, empty_folder: Path) -> None:
    made = []
    monkeypatch.setattr(machine_code, "_compiled_code", lambda: made.append(1) or b"machine code")
    assert [machine_code._kept_code() for _ in range(2)] == [b"machine code"] * 2
    (file,) = empty_folder.iterdir()
    assert len(made) == 1
    file.write_bytes(file.read_bytes().replace(b"code", b"core"))  # damaged
    assert machine_code._kept_code() == b"machine code"
    file.write_bytes(b"")
    assert machine_code._kept_code() == b"machine code"
    assert len(made) == 3


@pytest.mark.usefixtures("unknown_numba")
def test_code_is_kept_for_the_user_if_not_beside_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    beside, users = tmp_path / "beside", tmp_path / "user"
    beside.write_text("no folder")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: users)
    monkeypatch.setattr(machine_code, "_source", lambda: 1)
    monkeypatch.setattr(machine_code, "_compiled_code", lambda: b"machine code")
    monkeypatch.setattr(machine_code, "HERE", beside)
    assert machine_code._kept_code() == b"machine code"
    assert [file.name for file in users.iterdir()] == ["kernels-00000001.o"]


def test_it_is_not_imported_for_a_handful_of_names() -> None:
    code = """
import sys
from cognomen import Classifier
Classifier.load("classic").predict_proba([f"{a}{b}{c}" for a in "bdfgk" for b in "aeiou" for c in "lmnrst"])
assert "numba" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_compiled_is_known_by_its_equations_files_and_processor(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("kernels", "machine_code"):
        (tmp_path / f"{name}.py").write_text(name)
    monkeypatch.setattr(machine_code, "HERE", tmp_path)
    found = [machine_code._source() for _ in range(2)]
    assert found[0] == found[1]
    (tmp_path / "kernels.py").write_text("other kernels")
    found.append(machine_code._source())
    monkeypatch.setattr(cells, "gru", gru_back)
    found.append(machine_code._source())
    monkeypatch.setattr("llvmlite.binding.get_host_cpu_name", lambda: "another processor")
    found.append(machine_code._source())
    assert len(set(found)) == 4


@pytest.mark.slow
def test_a_second_process_needs_no_numba(tmp_path: Path) -> None:
    """What was compiled is kept; but not for other equations."""
    code = """
import sys
import numpy as np
from cognomen.rnn import cells
if sys.argv[1] == "other":
    def gru(rz, a_n, b_n, h):
        r, z = sigmoid(rz)
        return h + z, r, z, h
    gru.__globals__["sigmoid"] = cells.sigmoid
    cells.gru = gru
from cognomen.rnn.engine import compiled, compiled_learning
from cognomen.rnn.engine.packed_weights import prepack
from cognomen.rnn.engine.prefix_tree import sort_names
from cognomen.text.ragged import Ragged
cell = prepack(cells.GRU(2, 3, rng=np.random.default_rng(0)))
tree = compiled.prefix_tree(sort_names(Ragged(np.array([0, 1]), np.array([2]))), slice(None), block=1)
a, _ = cell.project(np.ones((2, 2), np.float32))
print(compiled.read_names(cell, a, tree, "last", np.ones((1, 3, 1), np.float32))[0, 0])
pooled, backward = compiled_learning.read_names(cell, a, tree, "last")
print(pooled.sum(), backward(pooled).sum())
print("numba" in sys.modules)
"""

    def run(which: str) -> list[str]:
        words = [sys.executable, "-c", code, which]
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
        done = subprocess.run(words, env=environment, check=True, capture_output=True, text=True)
        return done.stdout.split()

    *values, numba_is_loaded = run("own")
    assert numba_is_loaded == "True"
    assert run("own") == [*values, "False"]
    assert run("other")[0] != values[0]
