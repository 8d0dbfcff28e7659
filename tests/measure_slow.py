"""Measure the CPU time of every test and write slow.txt, what `make check` leaves out: `make slow`.

The quickest tests stay, as many as fit into `BUDGET`. A test counts with all its parameters, and a fixture
with the first test that uses it.
"""

from __future__ import annotations

import resource
from collections import defaultdict
from itertools import accumulate
from pathlib import Path

import pytest

LIST = Path(__file__).with_name("slow.txt")
BUDGET = 25.0  # seconds of CPU time, besides that of importing the test files
# What they import takes seconds, whatever the tests take: PyTorch, faker.
HEAVY = {
    "test_parity_torch.py",
    "test_artifact.py::test_torch_loads_the_tensors_as_they_are",
    "test_benchmarks.py::test_torch_answers_as_we_do",
    "test_benchmarks.py::test_torch_has_our_gradients",
    "test_shapes.py::test_encoder_decoder_and_attention_against_torch",
    "test_tutorial.py::test_a_training_step_is_that_of_torch",
}


def cpu_seconds() -> float:
    """User and system time of this process and of those it has waited for."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


class CpuTimes:
    """A plugin of pytest that adds up the CPU time of each test function."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.last = cpu_seconds()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.last = cpu_seconds()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.seconds[nodeid.partition("[")[0].rpartition("/")[2]] += cpu_seconds() - self.last


def slow(seconds: dict[str, float]) -> list[str]:
    """The tests that do not fit into the budget; whole files where no test does."""
    light = {test: took for test, took in seconds.items() if not {test, file_of(test)} & HEAVY}
    by_time = sorted(light, key=lambda test: light[test])
    spent = accumulate(light[test] for test in by_time)
    quick = {test for test, total in zip(by_time, spent, strict=True) if total <= BUDGET}
    quick_files = set(map(file_of, quick))
    return sorted(
        {test if file_of(test) in quick_files else file_of(test) for test in seconds.keys() - quick}
    )


def file_of(test: str) -> str:
    return test.partition("::")[0]


if __name__ == "__main__":
    times = CpuTimes()
    pytest.main(["-q", "-p", "no:cacheprovider", str(LIST.parent)], plugins=[times])
    LIST.write_text("\n".join(slow(times.seconds)) + "\n", encoding="utf-8")
