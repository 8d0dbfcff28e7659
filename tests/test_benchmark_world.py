"""benchmarks/world.py and the row on its training: the table is read whole, torch trains what we train."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import speed
from protocol_w import World
from timed import world_training
from timed.batches import WAYS
from timed.timing import Setting
from timed.world_training import Work, rows_of_world

from cognomen.corpora import Corpus
from cognomen.corpora.world.groups import part_of_group
from cognomen.rnn import clip_grad_norm
from cognomen.training import TrainingConfig
from cognomen.training.run import TrainingRun

CONFIG = TrainingConfig(
    embedding_size=6,
    hidden_size=8,
    batch_size=32,
    longest_ngram=3,
    ngram_rank=6,
    ngram_bits=10,
    min_letter_count=1,
    rdrop_alpha=0.7,
    rnn_loss_weight=0.3,
    dropout=(0.1, 0.0, 0.4),
    letter_dropout=0.1,
    logit_adjustment=0.0,
    swa_start=1.0,
    refit=False,
)


def made_up(count: int = 120) -> Corpus:
    """Names with weights, some of them of two origins."""
    rng = np.random.default_rng(0)
    letters = {"A": "abcdef", "B": "efghij", "C": "klmnop"}
    rows = [
        ("".join(rng.choice(list(letters[origin]), rng.integers(2, 9))), origin)
        for origin in rng.choice(list(letters), count)
    ]
    names, labels = zip(*rows, *[(name, "C") for name, origin in rows[::4] if origin != "C"], strict=True)
    return Corpus.from_names(names, labels, rng.random(len(names)) + 0.1, clean=False)


@pytest.fixture(scope="module")
def work() -> Work:
    run = TrainingRun(made_up(), CONFIG)
    return Work(run, run.dataset.training, CONFIG)


@pytest.mark.parametrize("sparse", [True, False])
@pytest.mark.parametrize("way", WAYS)
def test_torch_has_the_gradients_of_our_training_step(work: Work, way: str, sparse: bool) -> None:
    """Of the whole loss; the two readings of a name differ in the letters shown as unknown."""
    pytest.importorskip("torch")
    import torch
    from timed.torch_world import clip, loss_of, with_our_weights

    network, step = work.run.network, work.run.train_step
    given = work.prepared(way)[0]
    step.prior_correction = work.correction
    parts, back = network.forward_parts(given.texts)
    _, logits, dparts = step._loss_of_parts(parts, given.targets.numpy())
    first, second = np.split(logits, 2)
    assert np.abs(first - second).max() > 1e-3, "there is something to disagree on"
    network.zero_grad()
    back(dparts)
    norm = clip_grad_norm(network.grads, 0.01)
    assert norm > 0.01

    theirs = with_our_weights(network, CONFIG, sparse=sparse).eval()
    loss_of(theirs.parts(given, way), given.targets, torch.from_numpy(work.correction), CONFIG).backward()
    clip(theirs, 0.01)
    found = {name: parameter.grad for name, parameter in theirs.named_parameters()}
    assert found["ngrams.embedding.weight"].is_sparse == sparse
    found["ngrams.embedding"] = found.pop("ngrams.embedding.weight").to_dense()
    assert found.keys() == network.grads.keys()
    for name, grad in network.grads.items():
        ours = grad if isinstance(grad, np.ndarray) else grad.to_dense()
        np.testing.assert_allclose(found[name].numpy(), ours, atol=1e-7, rtol=1e-4, err_msg=name)


def test_the_readings_of_an_epoch_are_the_same_for_both(work: Work) -> None:
    for config in (CONFIG, replace(CONFIG, rdrop_alpha=0.0)):
        other = replace(work, config=config)
        for way in WAYS:
            prepared = other.prepared(way)
            assert sum(len(given.texts) for given in prepared) == other.readings
            assert all(len(given.texts) <= CONFIG.batch_size * other.passes for given in prepared)


def test_another_network_is_noticed(work: Work) -> None:
    pytest.importorskip("torch")
    from timed.torch_world import with_our_weights

    theirs, given = with_our_weights(work.run.network, CONFIG, sparse=True), work.prepared("packed")[0]
    work.check_equal(theirs, given, "packed")
    theirs.ngrams["output"].weight.data[0] += 0.1
    with pytest.raises(AssertionError, match="not the same network"):
        work.check_equal(theirs, given, "packed")


@pytest.mark.parametrize("sparse", [True, False])
def test_both_sides_learn(work: Work, sparse: bool) -> None:
    pytest.importorskip("torch")
    import torch
    from timed.torch_world import loss_of, training_step, with_our_weights

    prepared = work.prepared("packed")
    network, added = with_our_weights(work.run.network, CONFIG, sparse=sparse), torch.tensor(work.correction)
    step, losses = training_step(network, added, CONFIG), []
    for _ in range(15):
        with torch.no_grad():
            losses.append(
                float(
                    loss_of(network.eval().parts(prepared[0], "packed"), prepared[0].targets, added, CONFIG)
                )
            )
        network.train()
        for given in prepared:
            step(given, "packed")
    assert losses[-1] < 0.8 * losses[0]


def test_the_row_has_a_line_for_each_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    monkeypatch.setattr(world_training, "CONFIG", CONFIG)
    monkeypatch.setattr(world_training, "rows_of_world", lambda count: made_up())
    monkeypatch.setattr(world_training, "ways_here", lambda: {"ours": False})
    lines = world_training.world_row(Setting(quick=True))
    assert [line.to_json()["target"] for line in lines] == [None, "≥ 6,000/s", None]
    assert all("3 origins" in line.work for line in lines[::2])
    assert lines[1].figure == pytest.approx(2 * 32 / lines[0].details["ours"]["median"])
    assert lines[2].details["readings"] == 32


def test_without_the_table_the_row_says_what_is_missing(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(world_training, "MODELS", tmp_path)
    monkeypatch.delenv("COGNOMEN_WORLD", raising=False)
    monkeypatch.setitem(speed.ROWS, "world", "test_benchmark_world:rows_of_world")
    assert rows_of_world.__module__ == "timed.world_training"
    assert speed.measure("world", 10)["missing"].startswith("not measured: set COGNOMEN_WORLD")


def test_a_table_is_read_as_it_was_written(tmp_path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow.parquet import write_table

    groups = next(
        (a, b)
        for a in map(str, range(99))
        for b in "xyz"
        if part_of_group(a) == "validation" != part_of_group(b)
    )
    columns = {
        "name": ["Müller", "Muller", "Rossi", "Muller", "Li"],
        "origin": ["German", "German", "Italian", "French", "Chinese"],
        "share": [0.3, 0.3, 0.2, 0.1, 0.5],
        "key": ["muller", "muller", "rossi", "muller", "li"],
        "script": ["Latin"] * 5,
        "group": [groups[0], groups[0], groups[1], groups[0], groups[0]],
    }
    write_table(pyarrow.table(columns), tmp_path / "world.parquet")
    table = World.read(tmp_path / "world.parquet")
    assert (table.names, table.origins, table.keys) == tuple(columns[c] for c in ("name", "origin", "key"))
    assert table.scripts == columns["script"]
    assert table.shares.tolist() == columns["share"]
    held = table.key_corpus("validation")
    assert list(zip(held.names, held.labels, held.weights.tolist(), strict=True)) == [
        ("muller", "German", 0.3),
        ("muller", "French", 0.1),
        ("li", "Chinese", 0.5),
    ]
    assert table.shares_of == {
        "muller": {"German": 0.3, "French": 0.1},
        "rossi": {"Italian": 0.2},
        "li": {"Chinese": 0.5},
    }
