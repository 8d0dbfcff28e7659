"""The row on training `world`: many names and origins, and n-grams of which a batch has few."""

from __future__ import annotations

import os
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from world import CONFIG, MODELS, world

from cognomen.corpora import Corpus
from cognomen.errors import DataError
from cognomen.rnn import cross_entropy, disagreement
from cognomen.rnn.arrays import Array
from cognomen.rnn.engine.blas import reuse_memory
from cognomen.text.alphabet import UNKNOWN
from cognomen.training import TrainingConfig
from cognomen.training.dataset import Names
from cognomen.training.run import TrainingRun
from cognomen.training.step import TrainStep
from timed.batches import WAYS, Laid, batches
from timed.inference import FAST, ways_here
from timed.timing import Line, Setting, Target, alternate, best_way

if TYPE_CHECKING:
    from timed.torch_world import Prepared, TorchWorld

__all__ = ["world_row"]

ROWS, STEPS = 480_000, 40  # of the table, which have 400,000 names; of a repetition
READINGS = 6000  # a second, at least
KINDS = {"sparse": True, "dense": False}  # the gradient of torch's EmbeddingBag


def world_row(setting: Setting) -> list[Line]:
    """Training steps with the config of `world`, R-Drop, dropout and clipping among them; and without R-Drop.

    Each repetition goes through the same names, drawn as an epoch shows them. Torch's batches are prepared
    beforehand (see `torch_world`); ours finds n-grams and prefixes within its steps.
    """
    import torch

    torch.set_num_threads(1)
    run = TrainingRun(rows_of_world(setting.pick(ROWS, 4000)), CONFIG)
    rng = np.random.default_rng(0)
    shown = run.dataset.show(run.dataset.own, rng)[: setting.pick(STEPS, 1) * CONFIG.batch_size]
    names, lines = run.dataset.training[shown], []
    for config, words in ((CONFIG, ""), (replace(CONFIG, rdrop_alpha=0.0), ", each name read once")):
        work = Work(run, names, config)
        theirs = {
            f"{way}, {kind}": work.theirs(way, sparse) for way in WAYS for kind, sparse in KINDS.items()
        }
        way, search = best_way(theirs)
        works = {ours: work.ours(by) for ours, by in ways_here().items()} | {"theirs": theirs[way]}
        times = alternate(works, setting.repetitions)
        paces = {side: work.readings / its.median for side, its in times.items()}
        facts: dict[str, Any] = {side: its.to_json() for side, its in times.items()}
        facts |= {"best_way": way, "search_seconds": search, "readings": work.readings}
        facts["config"] = config.to_json()
        for ours in ways_here():
            lines += _lines(run, words, paces, ours, way, facts)
    return lines


def _lines(
    run: TrainingRun, words: str, paces: dict[str, float], ours: str, way: str, facts: dict[str, Any]
) -> list[Line]:
    """The ratio; with the config of `world` the pace as well, which has a target."""
    names = f"{len(run.dataset.training):,} names of {len(run.corpus.origins)} origins"
    work = f"training `world`, {names}, batch {CONFIG.batch_size}, 1 thread{words}{FAST[ours]}"
    rival = f"torch nn.GRU and nn.EmbeddingBag, {way} gradient, its best"
    cells = [f"{paces[side]:,.0f} readings/s" for side in (ours, "theirs")]
    lines = [Line(work, rival, *cells, paces[ours] / paces["theirs"], details=facts)]
    if not words:
        target = Target(">=", READINGS, "/s")
        lines.append(Line(f"the same{FAST[ours]}, readings a second", "", *cells, paces[ours], target))
    return lines


def rows_of_world(count: int) -> Corpus:
    """So many training rows of the table of `world`, drawn at random.

    Raises:
        DataError: the table is not there, nor what it is built from.
    """
    if not (MODELS / "world.parquet").exists() and "COGNOMEN_WORLD" not in os.environ:
        raise DataError("set COGNOMEN_WORLD, from which the corpus world is built")
    whole = world().corpus("training")
    return whole.part(np.sort(np.random.default_rng(0).choice(len(whole), count, replace=False)))


@dataclass(frozen=True)
class Work:
    """An epoch through some names, for ours and for torch, which begin with the same weights.

    Attributes:
        run: has these weights, and the corpus.
        names: those of the epoch, in random order.
        config: the settings.
    """

    run: TrainingRun
    names: Names
    config: TrainingConfig

    @property
    def passes(self) -> int:
        """How often each name is read in a step."""
        return 2 if self.config.rdrop_alpha else 1

    @property
    def readings(self) -> int:
        return self.passes * len(self.names)

    @property
    def correction(self) -> Array:
        """What is added to the logits in training, (C,)."""
        return self.run.dataset.prior_correction(self.run.dataset.own).astype(np.float32)

    def ours(self, by_compiled: bool) -> Callable[[], None]:
        """The epoch as `train` goes through it, in random order."""
        reuse_memory()  # as `train` does
        network, rng = deepcopy(self.run.network), np.random.default_rng(0)
        step = TrainStep(
            network, self.config, self.run.dataset.priors, steps=10**6, average_after=1, average_every=1
        )
        network.compiled = by_compiled
        step.prior_correction = self.correction

        def epoch() -> None:
            order = rng.permutation(len(self.names))
            for start in range(0, len(order), self.config.batch_size):
                step(self.names[order[start : start + self.config.batch_size]], rng, "a benchmark")

        return epoch

    def theirs(self, way: str, sparse: bool) -> Callable[[], None]:
        """The epoch in torch, in batches that have been prepared."""
        import torch

        from timed.torch_world import training_step, with_our_weights

        prepared = self.prepared(way)
        network = with_our_weights(self.run.network, self.config, sparse=sparse)
        self.check_equal(network, prepared[0], way)
        step = training_step(network, torch.from_numpy(self.correction), self.config)

        def epoch() -> None:
            for given in prepared:
                step(given, way)

        return epoch

    def prepared(self, way: str) -> list[Prepared]:
        """All batches, with some letters shown as unknown."""
        from timed.torch_world import prepare

        rng, found = np.random.default_rng(0), []
        laid = Laid(self.names.texts.data, self.names.texts.lengths)
        for batch in batches(laid, way, self.config.batch_size, rng):
            read = self.names[np.tile(batch.which, self.passes)]
            unknown = rng.random(len(read.texts.data)) < self.config.letter_dropout
            texts = read.texts.with_data(np.where(unknown, UNKNOWN, read.texts.data))
            found.append(prepare(self.run.network, read, texts, way))
        return found

    def check_equal(self, theirs: TorchWorld, given: Prepared, way: str) -> None:
        """Their first loss, without dropout, must be ours."""
        import torch

        from timed.torch_world import loss_of

        parts, _ = self.run.network.forward_parts(given.texts)
        of_letters, targets = parts[0] + self.correction, given.targets.numpy()  # (N, C) each
        logits = of_letters + parts[1]
        loss = cross_entropy(logits, targets)[0]
        loss += self.config.rnn_loss_weight * cross_entropy(of_letters, targets)[0]
        if self.config.rdrop_alpha:
            loss += self.config.rdrop_alpha * disagreement(*np.split(logits, 2))[0]
        with torch.inference_mode():
            found = theirs.eval().parts(given, way)
            its = float(loss_of(found, given.targets, torch.from_numpy(self.correction), self.config))
        theirs.train()
        if not abs(its - loss) < 1e-4:
            raise AssertionError(f"their first loss is {its}, ours {loss}: not the same network")
