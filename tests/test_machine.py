"""What is asked of the machine: threads of the algebra library, memory that stays, memory that is bounded."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import numpy as np
import pytest
from counting import blas_threads
from rnn_cases import Array, assert_within, laid, network, plain_logits
from threadpoolctl import threadpool_limits

import cognomen.network
from cognomen.rnn.engine.blas import map_on_threads, one_blas_thread, reuse_memory

PATIENCE = 60.0  # seconds; reached only where something hangs


def visit() -> set[int]:
    """The same, from inside."""
    with one_blas_thread():
        return blas_threads()


# --- one thread for each product


@pytest.mark.usefixtures("two_threads")
def test_one_thread_inside_and_as_before_outside() -> None:
    for _ in range(2):
        with one_blas_thread():
            assert blas_threads() == {1}
        assert blas_threads() == {2}


@pytest.mark.usefixtures("two_threads")
def test_one_inside_another() -> None:
    with one_blas_thread():
        with one_blas_thread():
            assert blas_threads() == {1}
        assert blas_threads() == {1}, "the outer one is still inside"
    assert blas_threads() == {2}


@pytest.mark.usefixtures("two_threads")
def test_a_body_that_fails() -> None:
    with pytest.raises(KeyError), one_blas_thread(), one_blas_thread():
        raise KeyError
    assert blas_threads() == {2}


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize("leaving", [[0, 1, 2], [2, 1, 0], [1, 0, 2], [0, 2, 1]])
def test_whoever_leaves_first(leaving: list[int]) -> None:
    """Three threads come in one after the other; the number is put back by the last to leave."""
    leave = [threading.Event() for _ in leaving]

    def stay(i: int, inside: threading.Event) -> None:
        with one_blas_thread():
            inside.set()
            assert leave[i].wait(PATIENCE)

    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(len(leaving)))
        stack.callback(lambda: [event.set() for event in leave])  # nobody waits when a line below fails
        staying = []
        for i in range(len(leaving)):
            inside = threading.Event()
            staying.append(pool.submit(stay, i, inside))
            assert inside.wait(PATIENCE)
        for i in leaving:
            assert blas_threads() == {1}
            leave[i].set()
            staying[i].result(PATIENCE)
        assert blas_threads() == {2}


@pytest.mark.usefixtures("two_threads")
def test_one_thread_after_another() -> None:
    """That the main thread was inside once does not keep others from it, nor the other way round."""
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        for _ in range(2):
            assert visit() == one.submit(visit).result() == other.submit(visit).result() == {1}
            assert blas_threads() == {2}


@pytest.mark.usefixtures("two_threads")
def test_when_somebody_else_holds_the_number() -> None:
    """A limit of the user's own, in another thread, is respected again when we are done."""
    with ThreadPoolExecutor(1) as pool, threadpool_limits(3, user_api="blas"):
        assert pool.submit(visit).result() == {1}
        assert blas_threads() == {3}


@pytest.mark.usefixtures("two_threads")
def test_many_at_once() -> None:
    """Again and again, all starting together: nobody is ever inside with more than one thread."""
    together = threading.Barrier(4, timeout=PATIENCE)

    def visit_often(_: int) -> set[int]:
        seen: set[int] = set()
        for _ in range(20):
            together.wait()
            with one_blas_thread():
                seen |= blas_threads()
        return seen

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(visit_often, range(4))) == [{1}] * 4
    assert blas_threads() == {2}


# --- networks on several threads


NAMES = [np.random.default_rng(seed).integers(0, 6, 1 + seed % 7).tolist() for seed in range(40)]


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every preparation is made for ever so few names, and they go through in small pieces."""
    for name, value in [
        ("FEW_LETTERS", 0),
        ("FEW_NAMES", 1),
        ("TREE_NAMES", 7),
        ("PACKED_NAMES", 7),
        ("BLOCK", 3),
    ]:
        monkeypatch.setattr(cognomen.network.inference, name, value)


@pytest.mark.usefixtures("two_threads", "eager")
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(("kind", "layers"), [("gru", 1), ("combined-tanh", 1), ("lstm", 2)])
def test_several_callers_at_once(kind: str, layers: int, threads: int) -> None:
    """One network, four threads that ask it at the same time, for their own names each."""
    made = network(kind, "max+mean", "both", layers)
    together = threading.Barrier(4, timeout=PATIENCE)

    def ask(caller: int) -> list[Array]:
        found = []
        for turn in range(3):
            together.wait()
            found.append(made.logits(laid(NAMES[caller + turn :]), threads=threads))
        return found

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(4)))
    expected = plain_logits(made, NAMES)
    for caller, found in enumerate(answers):
        for turn, logits in enumerate(found):
            assert_within(logits, expected[caller + turn :], 1e-12)


@pytest.mark.usefixtures("two_threads", "eager")
def test_products_run_on_the_threads_that_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many names, or several threads: one thread a product. A few names: the library as it was found."""
    made, seen = network("gru", "max", "both"), []
    read = made.read_tree

    def watched(*args: object, **more: object) -> object:
        seen.append((blas_threads(), threading.current_thread() is threading.main_thread()))
        return read(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(made, "read_tree", watched)
    made.logits(laid(NAMES))
    assert all(state == ({1}, True) for state in seen)
    seen.clear()
    made.logits(laid(NAMES), threads=2)
    assert all(state == ({1}, False) for state in seen)
    seen.clear()
    monkeypatch.setattr(cognomen.network.inference, "FEW_LETTERS", 1 << 12)
    made.logits(laid(NAMES), threads=2)
    assert all(state == ({2}, True) for state in seen)


@pytest.mark.usefixtures("two_threads", "eager")
@pytest.mark.parametrize("threads", [1, 2])
def test_a_network_that_fails(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    """What goes wrong on any thread reaches the caller, and the library is as before."""
    made = network("gru", "max", "both")

    def broken(*args: object, **more: object) -> object:
        raise MemoryError("too much")

    monkeypatch.setattr(made, "read_tree", broken)
    with pytest.raises(MemoryError, match="too much"):
        made.logits(laid(NAMES), threads=threads)
    assert blas_threads() == {2}


# --- map_on_threads


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_in_the_order_of_the_items(threads: int) -> None:
    assert map_on_threads(lambda x: x * x, (x for x in range(20)), threads) == [x * x for x in range(20)]
    assert map_on_threads(str, [], threads) == []


def test_two_threads_work_side_by_side() -> None:
    """The first item is done when the second one has begun; their results stay in order."""
    begun = [threading.Event(), threading.Event()]

    def meet(i: int) -> int:
        begun[i].set()
        assert begun[1 - i].wait(PATIENCE)
        return i

    assert map_on_threads(meet, [0, 1], 2) == [0, 1]


def test_one_thread_is_the_one_that_asks() -> None:
    me = threading.get_ident()
    assert map_on_threads(lambda _: threading.get_ident(), range(3), 1) == [me] * 3
    assert me not in map_on_threads(lambda _: threading.get_ident(), range(3), 2)


@pytest.mark.parametrize("threads", [1, 2])
def test_what_goes_wrong_is_passed_on(threads: int) -> None:
    def divide(x: int) -> float:
        return 1 / x

    with pytest.raises(ZeroDivisionError):
        map_on_threads(divide, [1, 2, 0, 4], threads)


# --- memory


def run(program: str, **more: str) -> list[float]:
    """The numbers that a fresh interpreter prints."""
    steady = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, env=kept | steady | more
    )
    assert done.returncode == 0, done.stderr
    return [float(number) for number in done.stdout.split()]


LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is counted in Linux's units")

FAULTS = """
import resource, sys
import numpy as np
from cognomen.rnn.engine.blas import reuse_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        kept = [np.ones(1 << 22, np.uint8) for _ in range(3)]
        del kept
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

reuse_memory()
faults()
print(faults())
"""


@LINUX
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the memory of the C library of GNU")
def test_memory_that_was_used_is_used_again() -> None:
    """240 MiB asked for and freed again, 12 MiB at a time: 60,000 pages when each is cleared anew."""
    (faults,) = run(FAULTS)
    assert faults < 1000


def test_keeping_memory_asks_for_nothing_more() -> None:
    """It may be called again and again, and gives nothing back."""
    for _ in range(100):
        assert reuse_memory() is None  # type: ignore[func-returns-value]


GROWTH = """
import resource
import numpy as np
from cognomen.network import Architecture, Network
from cognomen.text.ragged import Ragged

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # MiB

rng = np.random.default_rng(0)
made = Network(Architecture(60, 4, embedding_size=8, hidden_size=8), rng=rng)
lengths = rng.integers(2, 13, 500_000)
names = Ragged(rng.integers(0, 60, lengths.sum(), dtype=np.uint8), lengths)
made.logits(names[:2000])
peaks = [peak()]
for count in (100_000, 250_000, 500_000):
    made.logits(names[:count])
    peaks.append(peak())
wide = Network(Architecture(60, 4, embedding_size=8, hidden_size=64), rng=rng)
wide.logits(names[:16384])
print(*np.diff([*peaks, peak()]))
"""


@LINUX
def test_memory_does_not_grow_with_the_names() -> None:
    """Measured: 19 MiB for 100,000 names, 22 more for 250,000, 8 more for 500,000, result included."""
    few, more, most, wide = run(GROWTH)
    assert few + more < 80
    assert most < 22
    assert wide < 22, "steps that nobody will take back are not remembered"
