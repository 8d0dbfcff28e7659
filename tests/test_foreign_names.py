"""Names that are foreign to the long list they stand in: found by their spelling, moved where they belong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import foreign_names
import numpy as np
import pytest
from foreign_names import ForeignNames, without_foreign_names

from cognomen.corpora import Corpus
from cognomen.corpora.world.manifest import Origin
from cognomen.training import TrainingConfig

GROUPS = {"Long": "West Somewhere", "Near": "East Somewhere", "Short": "Elsewhere"}
CONFIG = TrainingConfig(
    embedding_size=8,
    hidden_size=12,
    longest_ngram=3,
    ngram_rank=8,
    ngram_bits=10,
    name_bits=4,
    batch_size=16,
    learning_rate=0.01,
    seed=3,
)


def words(letters: str, seed: int) -> Iterator[str]:
    """Different words of these letters."""
    rng, seen = np.random.default_rng(seed), set[str]()
    while True:
        word = "".join(rng.choice(list(letters), rng.integers(5, 8)))
        if word not in seen:
            seen.add(word)
            yield word


WEST, NEAR, EAST = (
    list(islice(words(letters, seed), count))
    for seed, (letters, count) in enumerate([("abcdef", 400), ("abcdgh", 120), ("uvwxyz", 220)])
)
FOREIGN = EAST[100:180]  # they stand in the long list, after its own names


def corpus(rows: Sequence[tuple[str, str, float]]) -> Corpus:
    names, origins, shares = zip(*rows, strict=True)
    made = Corpus.from_names(names, origins, shares, clean=False)
    facts = {name: Origin(name, "xx", group, "World", 1.0, ()) for name, group in GROUPS.items()}
    return Corpus(
        made.names,
        made.labels,
        "lists",
        made.report,
        row_weights=made.weights,
        shares=True,
        origin_facts=facts,
    )


def lists(more: Sequence[tuple[str, str, float]] = ()) -> Corpus:
    """A long list, common names first, with names of its neighbour and of a short list that lacks them."""
    long = [(name, "Long", 1 / rank) for rank, name in enumerate(WEST, 2)]
    rare = [(name, "Long", 1e-4) for name in (*NEAR[80:], *FOREIGN)]
    others = [(name, "Near", 0.01) for name in NEAR[:80]] + [(name, "Short", 0.01) for name in EAST[:100]]
    return corpus([*long, *rare, *others, *more])


@pytest.fixture(scope="module")
def found() -> Iterator[ForeignNames]:
    with pytest.MonkeyPatch.context() as patch:
        shorten(patch)
        yield find(lists([(FOREIGN[0], "Short", 0.05)]))


def shorten(patch: pytest.MonkeyPatch) -> None:
    for name, value in {"CORE": 100, "FEWEST": 50, "EPOCHS": 12}.items():
        patch.setattr(foreign_names, name, value)


def find(names: Corpus) -> ForeignNames:
    held = [(name, "Long", 1.0) for name in islice(words("abcdef", 11), 20)]
    held += [(name, "Near", 1.0) for name in islice(words("abcdgh", 12), 20)]
    held += [(name, "Short", 1.0) for name in EAST[180:200]]
    return without_foreign_names(names, CONFIG, validation=corpus(held))


def names_of(made: Corpus, origin: str) -> set[str]:
    return {name for name, label in zip(made.names, made.labels, strict=True) if label == origin}


def test_foreign_names_leave_the_long_list_and_its_own_stay(found: ForeignNames) -> None:
    left = names_of(found.corpus, "Long")
    assert len(left & set(FOREIGN)) <= 4
    assert len(left & set(WEST)) >= 396
    assert left >= set(NEAR[80:]), "the neighbours' names are not foreign"
    assert found.rows.keys() == {"Long"}
    assert found.rows["Long"] == len(lists()) - len(found.corpus) + found.moved["Short"] + 1


def test_they_become_rare_names_of_their_origin(found: ForeignNames) -> None:
    theirs = dict(zip(found.corpus.names, found.corpus.weights.tolist(), strict=True))
    moved = (names_of(found.corpus, "Short") & set(FOREIGN)) - {FOREIGN[0]}
    assert len(moved) == found.moved["Short"] >= 70
    assert {theirs[name] for name in moved} == {0.01}, "as its rarest ones"


def test_names_that_their_origin_lists_stay(found: ForeignNames) -> None:
    """Where lists of an origin have a name, its shares say enough."""
    made = found.corpus
    rows = zip(made.names, made.labels, made.weights.tolist(), strict=True)
    assert {(label, share) for name, label, share in rows if name == FOREIGN[0]} == {
        ("Long", 1e-4),
        ("Short", 0.05),
    }


def test_names_of_short_lists_are_not_judged(found: ForeignNames) -> None:
    assert names_of(found.corpus, "Near") == set(NEAR[:80])
    assert names_of(found.corpus, "Short") >= set(EAST[:100])


def test_a_name_that_cannot_be_read_stays_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign_names, "FEWEST", 3)
    p = np.array([[0.9, 0.1], [np.nan, np.nan], [0.1, 0.9], [0.1, 0.9], [0.1, 0.9]], np.float32)
    native, best, sure = foreign_names._judge(p, np.zeros(5, np.int64), np.array(["West", "East"]))
    assert (native < foreign_names.NATIVE).tolist() == [False, False, True, True, True]
    assert (best[1], sure[1]) == (0, 1)


def test_few_names_beyond_the_core_say_too_little(monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(monkeypatch)
    monkeypatch.setattr(foreign_names, "FEWEST", 1000)
    names = lists()
    made = find(names)
    assert made.corpus.names == names.names
    assert not made.rows
    assert not made.moved


def test_the_spellings_of_a_name_are_in_the_core_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign_names, "CORE", 3)
    names = ["müller", "muller", "a", "b", "c", "d", "e"]
    shares = [0.5, 0.1, 0.4, 0.2, 0.2, 0.2, 0.2]
    made = corpus([(name, "Long", share) for name, share in zip(names, shares, strict=True)])
    cores = {
        tuple(np.flatnonzero(foreign_names._core(made, np.random.default_rng(seed))).tolist())
        for seed in range(40)
    }
    assert cores == {(0, 1, 2, last) for last in range(3, 7)}, "chance chooses among equals"
