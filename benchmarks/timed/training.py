"""The rows on training: a step, the video's accuracy, and the ten folds of protocol L."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from cognomen.evaluation import split_by_fold
from cognomen.evaluation.splits import FOLDS
from cognomen.text import normalise
from cognomen.training import Progress
from cognomen.training.card import train_command
from cognomen.training.run import TrainingRun
from cognomen.tutorial.loop import LoopConfig
from cognomen.tutorial.vocabulary import N_LETTERS, lines_by_category, random_training_example
from timed.batches import WAYS
from timed.inference import FAST, ways_here
from timed.names import DATA, PLAIN, corpus
from timed.processes import free_environment, run_module
from timed.steps import our_steps, their_steps, training_names
from timed.timing import Line, Setting, Target, Times, alternate, seconds_of

__all__ = ["folds_row", "step_row", "video_row"]

RESULTS = Path(__file__).parent.parent / "results"
VIDEO_STEPS = LoopConfig().steps


def step_row(setting: Setting) -> list[Line]:
    """A training step on real batches, dropout and clipping off on both sides.

    Each repetition is an epoch (in `--quick` a few batches); batches differ in length and size by the way
    they are made, so the pace is in names. Ours takes the names in random order.
    """
    import torch

    torch.set_num_threads(1)
    lines, fast_lines = [], []
    for size, fast_target in ((128, 1.8), (512, 2.2)):
        count = setting.pick(len(training_names()), 1280)
        works = {
            ours: _Training(our_steps(size, by_compiled=by), count) for ours, by in ways_here().items()
        } | {way: _Training(their_steps(way, size), count) for way in WAYS}
        times = alternate(works, setting.repetitions)
        paces = {name: work.pace(times[name]) for name, work in works.items()}
        best = max(WAYS, key=lambda way: paces[way])
        facts = {name: t.to_json() | {"pace": paces[name]} for name, t in times.items()}
        facts |= {"best_way": best, "our_batches": "random order"}
        words = f"{best}, its best batching"
        lines += [
            _step_line(size, paces, "ours", "shuffled", "packed, unsorted", 3, facts),
            _step_line(size, paces, "ours", best, words, 1.8, facts),
        ]
        if "fast" in works:
            fast_lines.append(_step_line(size, paces, "fast", best, words, fast_target, facts))
    return lines + fast_lines


def _step_line(
    size: int, paces: dict[str, float], ours: str, way: str, words: str, target: float, facts: dict[str, Any]
) -> Line:
    return Line(
        f"training step, batch {size}, 1 thread{FAST[ours]}",
        f"torch nn.GRU, {words}",
        f"{paces[ours]:,.0f} names/s",
        f"{paces[way]:,.0f} names/s",
        paces[ours] / paces[way],
        Target(">=", target),
        details=facts,
    )


class _Training:
    """A work that trains on `count` names and those that its last batch has more."""

    def __init__(self, steps: Iterator[int], count: int) -> None:
        self.steps, self.count = steps, count
        self.names: list[int] = []  # of each call

    def __call__(self) -> None:
        names = 0
        while names < self.count:
            names += next(self.steps)
        self.names.append(names)

    def pace(self, times: Times) -> float:
        """Names a second, the median; the first call was a rehearsal."""
        return statistics.median(n / s for n, s in zip(self.names[1:], times.seconds, strict=True))


def video_row(setting: Setting) -> list[Line]:
    """How long ours takes to answer fold 0's names as well as the video's network does after 100,000 names.

    Theirs: the loop in torch, timed for some thousand names and scaled. Ours: as `classic`, but one
    epoch; after every fifth step the accuracy on the test names is taken, and that time is left out (no such
    questions are asked in the loop either). The figure counts until the accuracy first exceeds both the
    mean of the loop's ten runs under protocol L and that of its run on fold 0.
    """
    video = json.loads((RESULTS / "tutorial.json").read_text(encoding="utf-8"))["video"]["L"]
    accuracy = max(video["mean"], video["accuracies"][0])
    runs = [_time_to_accuracy(accuracy, seed) for seed in range(setting.pick(5, 1))]
    ours = statistics.median(run["seconds"] for run in runs)
    names = setting.pick(5000, 500)
    theirs = _video_seconds(names) / names * VIDEO_STEPS
    facts = {
        "accuracy": accuracy,
        "runs": runs,
        "their_names_timed": names,
        "config": replace(PLAIN, epochs=1).to_json(),
    }
    line = Line(
        f"time to an accuracy of {accuracy:.3f} (fold 0 of protocol L)",
        f"the video's loop in torch, {VIDEO_STEPS:,} names one by one",
        f"{ours:.2f} s",
        f"{theirs:.0f} s, scaled from {names:,} names",
        ours / theirs,
        Target("<=", 0.01),
        details=facts,
    )
    return [line]


class _ReachedError(Exception):
    """Raised inside a training run that has got where it should."""


def _time_to_accuracy(accuracy: float, seed: int) -> dict[str, Any]:
    training, test = split_by_fold(corpus().names, 0)
    names, labels = np.array(corpus().names, object), np.array(corpus().labels, object)
    part = replace(corpus(), names=tuple(names[training]), labels=tuple(labels[training]))
    began = time.perf_counter()
    run = TrainingRun(part, replace(PLAIN, epochs=1, seed=seed))
    preparing, began = time.perf_counter() - began, time.perf_counter()
    alphabet = run.dataset.alphabet
    texts = alphabet.encode_all([alphabet.without_unknown_marks(normalise(name)) for name in names[test]])
    right = np.searchsorted(part.origins, labels[test].astype(str))
    asking, reached = time.perf_counter() - began, 0.0
    taken = {}

    def ask(progress: Progress) -> None:
        nonlocal asking, reached
        if progress.step % 5 == 0:
            taken[progress.step] = time.perf_counter() - began - asking

            def answer() -> None:
                nonlocal reached
                reached = float((run.network.logits(texts).argmax(axis=1) == right).mean())

            asking += seconds_of(answer)
        if reached > accuracy:
            raise _ReachedError

    try:
        run.epoch(ask)
    except _ReachedError:
        step = max(taken)
        return {"seconds": taken[step], "preparing": preparing, "steps": step, "accuracy": reached}
    raise AssertionError(f"one epoch was not enough to exceed an accuracy of {accuracy}: {reached}")


def _video_seconds(count: int) -> float:
    """How long the video's network and loop take for so many names, in torch."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    lines, categories = lines_by_category(corpus())
    settings, rng = LoopConfig(), np.random.default_rng(0)
    size = settings.hidden_size
    i2h, i2o = nn.Linear(N_LETTERS + size, size), nn.Linear(N_LETTERS + size, len(categories))
    optimiser = torch.optim.SGD([*i2h.parameters(), *i2o.parameters()], settings.learning_rate)
    loss_of = nn.NLLLoss()

    def train() -> None:
        _, _, category, line = map(_as_tensor, random_training_example(lines, categories, rng))
        hidden = torch.zeros(1, size)
        for letter in line:
            combined = torch.cat((letter, hidden), 1)
            output, hidden = torch.log_softmax(i2o(combined), 1), i2h(combined)
        loss = loss_of(output, category)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        loss.item()

    def _as_tensor(value: Any) -> Any:
        return torch.from_numpy(value) if isinstance(value, np.ndarray) else value

    for _ in range(50):
        train()

    def train_all() -> None:
        for _ in range(count):
            train()

    return seconds_of(train_all)


def folds_row(setting: Setting) -> list[Line]:
    """The ten folds: ours run whole by its command, torch scaled from its pace.

    Torch is given the config's steps only (dropout and clipping among them, but no letters shown as unknown,
    no validation, no answers for the test part), in the best of its batchings and of two ways to use two
    cores: two processes side by side, or one with two threads. Batches of one length, or of like lengths,
    train otherwise than the config's random ones do. In `--quick` ours is scaled from its pace too.
    """
    config = PLAIN
    trained = round(len(corpus()) * (1 - 1 / FOLDS) * (1 - config.validation_share))
    total = FOLDS * config.epochs * trained
    seconds = setting.pick(15, 2)
    ways = WAYS if not setting.quick else ("packed", "equal")
    paces = {
        f"{way}, {processes} process{'es' if processes > 1 else ''}": _pace("torch", way, seconds, processes)
        for way in ways
        for processes in (1, 2)
    }
    best = max(paces, key=lambda way: paces[way])
    theirs = total / paces[best]
    ours = total / _pace("ours", "", seconds, 2) if setting.quick else seconds_of(_run_protocol)
    line = Line(
        "the ten folds of protocol L, 2 cores",
        f"torch, the same configuration, {best}; scaled from its pace",
        f"{ours:.0f} s" + (", scaled from its pace" if setting.quick else ""),
        f"{theirs:.0f} s",
        ours / theirs,
        Target("<=", 1 / 1.8),
        details={"names_trained_on": total, "their_names_a_second": paces},
    )
    return [line]


def _pace(side: str, way: str, seconds: int, processes: int) -> float:
    """Names a second on two cores: of two processes side by side, together, or of one with two threads."""
    words = [side, way, str(PLAIN.batch_size), str(3 - processes), str(seconds)]
    with ThreadPoolExecutor(processes) as pool:
        runs = [pool.submit(run_module, "timed.steps", *words) for _ in range(processes)]
        return sum(float(run.result()) for run in runs)


def _run_protocol() -> None:
    options = train_command(PLAIN.to_json(), DATA).split("MODEL ")[1].split()
    command = [
        sys.executable,
        "-m",
        "cognomen",
        "protocol",
        "L",
        DATA,
        "--json",
        "--processes",
        "2",
        *options,
    ]
    subprocess.run(command, check=True, env=free_environment(), stdout=subprocess.DEVNULL)
