"""Splits and scores: against the formula's literal values, hand-made cases and slow, obvious code."""

from __future__ import annotations

import json
import math
import os
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cognomen.errors import InputError
from cognomen.evaluation import bootstrap_intervals, evaluate, fold_number, split_by_fold
from cognomen.evaluation.metrics import misses
from cognomen.evaluation.splits import fold_numbers, stratified_split, validation_mask

NAMES_FOLDER = os.environ.get("COGNOMEN_NAMES")
needs_names = pytest.mark.skipif(
    NAMES_FOLDER is None, reason="COGNOMEN_NAMES names no folder of the 18 files"
)

# --- splits -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spelling", "number"),
    [  # int(sha256(b"cv" + folded).hexdigest(), 16) % 10, worked out apart from the library
        ("Müller", 7),  # muller
        ("muller", 7),  # muller
        ("Strauß", 7),  # strauss
        ("O'Brien", 0),  # o'brien
        ("O\u2019Brien", 8),  # obrien
        ("Smith", 9),  # smith
        ("Ślusàrski", 4),  # slusarski
        ("van\u00a0der Berg", 2),  # van der berg
        ("  Nguyễn ", 6),  # nguyen
        ("Smith-Jones", 2),  # smith-jones
        ("Whitmire1", 4),  # whitmire
        ("an", 1),  # an
    ],
)
def test_fold_number_is_the_protocols(spelling: str, number: int) -> None:
    assert fold_number(spelling) == number


def test_names_that_fold_to_nothing_are_still_spread() -> None:
    numbers = fold_numbers(["Иванов", "Петров", "Сидоров", "北京", "Καραγιάννης", "Παπαδόπουλος"])
    assert len(set(numbers.tolist())) > 1
    assert fold_number("Иванов") == fold_number("ИВАНОВ")


def test_split_by_fold_parts_all_rows_once() -> None:
    names = [f"name{letter}{other}" for letter in "abcdefgh" for other in "stuvwxyz"]
    seen: list[int] = []
    for k in range(10):
        train, test = split_by_fold(names, k)
        assert sorted([*train, *test]) == list(range(len(names)))
        assert {fold_number(names[row]) for row in test} <= {k}
        seen += test.tolist()
    assert sorted(seen) == list(range(len(names)))
    with pytest.raises(InputError, match="fold from 0 to 9"):
        split_by_fold(names, 10)


def cleaned_pairs(folder: Path) -> list[tuple[str, str]]:
    """Protocol L, steps 1 to 3, written out plainly: raw spelling and origin of each pair kept."""
    from cognomen.text import fold

    kept: dict[tuple[str, str], str] = {}
    for path in sorted(folder.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            folded = fold(line)
            if folded and folded != "to the first page":
                kept.setdefault((folded, path.stem), line.strip())
    return [(raw, origin) for (_, origin), raw in kept.items()]


@needs_names
def test_real_pairs_fall_into_ten_folds_no_name_in_two() -> None:
    from cognomen.text import fold

    pairs = cleaned_pairs(Path(NAMES_FOLDER or ""))
    assert len(pairs) == 17_985
    folds_of_name: defaultdict[str, set[int]] = defaultdict(set)
    for (raw, _), number in zip(pairs, fold_numbers([raw for raw, _ in pairs]), strict=True):
        folds_of_name[fold(raw)].add(int(number))
    assert len(folds_of_name) == 17_411
    assert all(len(folds) == 1 for folds in folds_of_name.values())
    sizes = Counter(next(iter(folds)) for folds in folds_of_name.values())
    assert set(sizes) == set(range(10))
    assert min(sizes.values()) > 1_600


@needs_names
def test_validation_cut_of_the_real_names_holds_every_origin_in_both_parts() -> None:
    pairs = cleaned_pairs(Path(NAMES_FOLDER or ""))
    names, labels = [raw for raw, _ in pairs], [origin for _, origin in pairs]
    held_out = validation_mask(names, 0.1, 3, labels)
    sizes, held = Counter(labels), Counter(np.asarray(labels)[held_out].tolist())
    for origin, size in sizes.items():
        assert abs(held[origin] - 0.1 * size) <= max(1.0, 0.02 * size), (origin, held[origin], size)


def test_spellings_of_one_name_stay_on_one_side() -> None:
    variants = ["Müller", "Muller", "MÜLLER", "mu\u0308ller"]
    others = [f"Na{a}{b}" for a in "abcdefgh" for b in "ijklm"]
    sides = set()
    for seed in range(30):
        held_out = validation_mask(variants + others, 0.3, seed)
        assert len(set(held_out[:4].tolist())) == 1
        sides.add(bool(held_out[0]))
    assert sides == {True, False}  # or the test would not have looked at both sides


def test_validation_mask_depends_on_seed_and_rows_not_on_their_order() -> None:
    names = [f"Na{a}{b}" for a in "abcdefgh" for b in "ijklm"]
    labels = ["X" if "i" in name else "Y" for name in names]
    held_out = validation_mask(names, 0.25, 7, labels)
    np.testing.assert_array_equal(held_out, validation_mask(names, 0.25, 7, labels))
    np.testing.assert_array_equal(held_out[::-1], validation_mask(names[::-1], 0.25, 7, labels[::-1]))
    assert any((validation_mask(names, 0.25, seed, labels) != held_out).any() for seed in range(8, 12))


names_and_labels = st.lists(
    st.tuples(st.text("aäbcß '", min_size=1, max_size=4), st.sampled_from("XYZ")), min_size=1, max_size=60
)


@given(rows=names_and_labels, share=st.floats(0.05, 0.5), seed=st.integers(0, 99))
def test_validation_mask_never_parts_a_name(rows: list[tuple[str, str]], share: float, seed: int) -> None:
    from cognomen.text import fold

    names, labels = [name for name, _ in rows], [label for _, label in rows]
    held_out = validation_mask(names, share, seed, labels)
    sides = defaultdict(set)
    for name, side in zip(names, held_out, strict=True):
        sides[fold(name) or name].add(bool(side))
    assert all(len(both) == 1 for both in sides.values())


@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=6), share=st.floats(0.05, 0.5))
def test_each_origin_gives_its_share_of_unshared_names(sizes: list[int], share: float) -> None:
    labels = [str(origin) for origin, size in enumerate(sizes) for _ in range(size)]
    names = [
        f"n{'abcdefghijklmnopqrst'[i // 20]}{'abcdefghijklmnopqrst'[i % 20]}" for i in range(len(labels))
    ]
    held = np.asarray(labels)[validation_mask(names, share, 1, labels)].tolist()
    rows = np.asarray(labels)[stratified_split(labels, share, 1)[1]].tolist()
    for origin, size in enumerate(sizes):
        wanted = min(max(round(share * size), 1), size - 1)
        assert held.count(str(origin)) == rows.count(str(origin)) == wanted


def test_rare_origin_whose_names_others_share_is_in_both_parts() -> None:
    english = [f"Sm{a}{b}" for a in "abcdefghij" for b in "klmnopqrst"]
    names, labels = english + english[:10], ["English"] * 100 + ["Scottish"] * 10
    for seed in range(10):
        held = Counter(np.asarray(labels)[validation_mask(names, 0.1, seed, labels)].tolist())
        assert held == {"English": 10, "Scottish": 1}


def test_stratified_split_takes_its_share_by_seed() -> None:
    labels = ["A"] * 900 + ["B"] * 90 + ["C"] * 10
    train, test = stratified_split(labels, 0.1, 0)
    assert sorted([*train, *test]) == list(range(1000))
    assert Counter(labels[row] for row in test) == {"A": 90, "B": 9, "C": 1}
    np.testing.assert_array_equal(test, stratified_split(labels, 0.1, 0)[1])
    assert set(test) != set(stratified_split(labels, 0.1, 1)[1])


@pytest.mark.parametrize(
    ("count", "share", "held_out"), [(3, 0.9, 2), (3, 0.1, 1), (2, 0.5, 1), (10, 0.26, 3)]
)
def test_each_side_gets_a_row_of_an_origin(count: int, share: float, held_out: int) -> None:
    training, test = stratified_split(["Czech"] * count, share, seed=0)
    assert (len(training), len(test)) == (count - held_out, held_out)


def test_splits_refuse_shares_and_labels_that_do_not_fit() -> None:
    assert not validation_mask(["a", "b"], 0, 0).any()
    for share in (1.0, -0.1, float("nan")):
        with pytest.raises(InputError, match="share between 0 and 1"):
            validation_mask(["a", "b"], share, 0)
        with pytest.raises(InputError, match="share between 0 and 1"):
            stratified_split(["a", "b"], share, 0)
    with pytest.raises(InputError, match="one label per name"):
        validation_mask(["a", "b"], 0.5, 0, ["X"])


# --- scores -----------------------------------------------------------------------------------------------

HAND_P = [[0.7, 0.2, 0.1, 0.0], [0.1, 0.6, 0.3, 0.0], [0.4, 0.3, 0.2, 0.1], [0.1, 0.1, 0.8, 0.0]]
HAND_Y = [0, 2, 3, 2]
HAND_ORIGINS = ("a", "b", "c", "d")


def test_scores_of_a_case_worked_by_hand() -> None:
    found = evaluate(HAND_P, HAND_Y, HAND_ORIGINS)  # answers: a b a c
    assert found.accuracy == 0.5
    assert found.top3 == 0.75  # the third row's truth came fourth
    assert found.log_loss == pytest.approx(
        -(math.log(0.7) + math.log(0.3) + math.log(0.1) + math.log(0.8)) / 4
    )
    a, b, c, d = found.per_origin
    assert (a.precision, a.recall, a.f1, a.support, a.predicted) == (0.5, 1.0, pytest.approx(2 / 3), 1, 2)
    assert (b.precision, b.recall, b.f1, b.support, b.predicted) == (0.0, 0.0, 0.0, 0, 1)
    assert (c.precision, c.recall, c.f1, c.support, c.predicted) == (1.0, 0.5, pytest.approx(2 / 3), 2, 1)
    assert (d.precision, d.recall, d.f1, d.support, d.predicted) == (0.0, 0.0, 0.0, 1, 0)
    assert found.macro_f1 == pytest.approx(1 / 3)
    assert found.absent == ("b",)
    assert found.confusion.tolist() == [[1, 0, 0, 0], [0, 0, 0, 0], [0, 1, 1, 0], [1, 0, 0, 0]]
    # four rows, four bins of one: |.4 - 0| + |.6 - 0| + |.7 - 1| + |.8 - 1|
    assert found.ece == pytest.approx((0.4 + 0.6 + 0.3 + 0.2) / 4)
    assert [one.confidence for one in found.reliability] == [0.4, 0.6, 0.7, 0.8]


def test_impossible_truth_costs_what_the_clip_says() -> None:
    assert evaluate([[1.0, 0.0]], [1], "ab").log_loss == pytest.approx(-math.log(1e-15))


def slow_scores(p: np.ndarray, y: np.ndarray, c: int) -> dict[str, float]:
    """The same figures, one row and one origin at a time."""
    answers = [max(range(c), key=lambda j, row=row: (row[j], -j)) for row in p]
    f1 = []
    for origin in range(c):
        tp = sum(a == origin == t for a, t in zip(answers, y, strict=True))
        fp = sum(a == origin != t for a, t in zip(answers, y, strict=True))
        fn = sum(a != origin == t for a, t in zip(answers, y, strict=True))
        f1.append(2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0)
    top3 = [
        t in sorted(range(c), key=lambda j, row=row: (-row[j], j))[:3] for row, t in zip(p, y, strict=True)
    ]
    return {
        "accuracy": sum(a == t for a, t in zip(answers, y, strict=True)) / len(y),
        "macro_f1": sum(f1) / c,
        "top3": sum(top3) / len(y),
        "log_loss": -sum(math.log(max(row[t], 1e-15)) for row, t in zip(p, y, strict=True)) / len(y),
    }


@given(seed=st.integers(0, 10_000), n=st.integers(1, 60), c=st.integers(1, 7), grain=st.integers(1, 9))
def test_scores_agree_with_slow_code(seed: int, n: int, c: int, grain: int) -> None:
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(grain, np.ones(c) / c, size=n)  # coarse on purpose: many ties and zeros
    p, y = counts / grain, rng.integers(0, c, n)
    found = evaluate(p, y, [str(i) for i in range(c)])
    for score, value in slow_scores(p, y, c).items():
        assert getattr(found, score) == pytest.approx(value, abs=1e-12), score


def test_ece_of_distinct_confidences_is_that_of_fifteen_equal_parts() -> None:
    rng = np.random.default_rng(0)
    top = rng.permutation(np.linspace(0.501, 0.999, 1000))
    right = rng.random(1000) < top**2
    found = evaluate(np.stack([top, 1 - top], axis=1), np.where(right, 0, 1), "ab")
    parts = np.array_split(np.argsort(top), 15)
    slow = sum(len(rows) * abs(top[rows].mean() - right[rows].mean()) for rows in parts) / 1000
    assert found.ece == pytest.approx(slow, abs=2e-3)  # 1000 is no multiple of 15: edges may differ by a row
    assert len(found.reliability) == 15
    assert {one.count for one in found.reliability} == {66, 67}


@given(seed=st.integers(0, 1000))
def test_order_of_rows_changes_no_score(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p, y = rng.multinomial(5, [0.2, 0.3, 0.5], size=40) / 5, rng.integers(0, 3, 40)
    order = rng.permutation(40)
    one, other = evaluate(p, y, "abc"), evaluate(p[order], y[order], "abc")
    for score in ("accuracy", "macro_f1", "top3", "log_loss", "ece"):
        assert getattr(one, score) == pytest.approx(getattr(other, score), abs=1e-12)


def test_one_confidence_for_all_is_one_bin() -> None:
    found = evaluate([[0.6, 0.4]] * 20, [0] * 12 + [1] * 8, "ab")
    assert found.ece == pytest.approx(0.0, abs=1e-12)
    assert [one.count for one in found.reliability] == [20]


@pytest.mark.parametrize(
    ("p", "y", "says"),
    [
        ([[0.5, 0.5]], [2], "labels from 0 to 1"),
        ([[0.5, 0.5]], [-1], "labels from 0 to 1"),
        ([[0.5, 0.5]], [0.0], "integer labels"),
        ([[2.0, -1.0]], [0], "not a distribution"),
        ([[3.0, 1.0]], [0], "softmax"),
        ([[0.6, 0.4012]], [0], "not a distribution"),
        ([[0.6, 0.3988]], [0], "not a distribution"),
        ([[math.nan, math.nan]], [0], "left out"),
        ([[0.5, 0.5]], [0, 1], "column per origin"),
        ([[0.5, 0.3, 0.2]], [0], "column per origin"),
        (np.zeros((0, 2)), [], "at least 1"),
    ],
)
def test_what_cannot_be_scored_is_refused(p: list[list[float]], y: list[int], says: str) -> None:
    with pytest.raises(InputError, match=says):
        evaluate(p, y, "ab")


def test_probabilities_may_be_rounded_to_three_decimals() -> None:
    assert evaluate([[0.6, 0.4008]], [0], "ab").accuracy == 1


def test_json_holds_every_figure_plainly() -> None:
    found = evaluate(HAND_P, HAND_Y, HAND_ORIGINS)
    read = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert read["accuracy"] == 0.5
    assert read["names"] == 4
    assert read["absent_origins"] == ["b"]
    assert read["confusion"][2] == [0, 1, 1, 0]
    assert read["origins"][2] == {
        "origin": "c",
        "precision": 1.0,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3),
        "support": 2,
        "predicted": 1,
    }
    spans = json.loads(json.dumps(bootstrap_intervals(found, samples=20).to_json(), allow_nan=False))
    assert set(spans) == {"level", "samples", "seed", "accuracy", "macro_f1", "origins"}
    assert set(spans["origins"]["a"]) == {"precision", "recall", "f1"}


# --- intervals --------------------------------------------------------------------------------------------


def test_intervals_agree_with_resampling_the_rows_themselves() -> None:
    rng = np.random.default_rng(5)
    c, n = 4, 300
    y = rng.choice(c, n, p=[0.6, 0.25, 0.1, 0.05])
    answer = np.where(rng.random(n) < 0.7, y, rng.integers(0, c, n))
    p = np.full((n, c), 0.1) + 0.6 * np.eye(c)[answer]
    found = bootstrap_intervals(evaluate(p, y, "abcd"), seed=1, samples=4000)
    accuracies, macros, f1s = [], [], []
    for _ in range(800):
        rows = rng.integers(0, n, n)
        again = evaluate(p[rows], y[rows], "abcd")
        accuracies.append(again.accuracy)
        macros.append(again.macro_f1)
        f1s.append(again.per_origin[2].f1)
    for span, values in (
        (found.accuracy, accuracies),
        (found.macro_f1, macros),
        (found.per_origin["c"]["f1"], f1s),
    ):
        np.testing.assert_allclose(span, np.quantile(values, [0.025, 0.975]), atol=0.02)
        assert span[1] - span[0] > 0.05


def test_intervals_follow_the_seed_and_the_level() -> None:
    found = evaluate(HAND_P * 25, HAND_Y * 25, HAND_ORIGINS)
    assert bootstrap_intervals(found, seed=3).to_json() == bootstrap_intervals(found, seed=3).to_json()
    assert bootstrap_intervals(found, seed=3).per_origin != bootstrap_intervals(found, seed=4).per_origin
    wide, narrow = bootstrap_intervals(found), bootstrap_intervals(found, level=0.5)
    assert wide.accuracy[0] < narrow.accuracy[0] <= 0.5 <= narrow.accuracy[1] < wide.accuracy[1]
    assert wide.per_origin["b"]["recall"] == (0.0, 0.0)
    for options in ({"samples": 0}, {"level": 1.0}):
        with pytest.raises(InputError, match="samples >= 1 and 0 < level < 1"):
            bootstrap_intervals(found, **options)


def test_intervals_leave_out_as_much_at_both_ends() -> None:
    """Of 400 rows half are right: the binomial distribution's 10th and 90th percentiles are 187 and 213."""
    found = evaluate([[0.9, 0.1]] * 400, [0, 1] * 200, "ab")
    spans = bootstrap_intervals(found, samples=100_000, level=0.8)
    np.testing.assert_allclose(spans.accuracy, (187 / 400, 213 / 400))
    assert bootstrap_intervals(found, samples=1).accuracy[0] == pytest.approx(0.5, abs=0.1)
    usual = bootstrap_intervals(found)
    assert (usual.level, usual.samples, usual.seed) == (0.95, 1000, 0)


@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_intervals_lie_around_the_scores(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p, y = rng.dirichlet(np.ones(5), 400), rng.integers(0, 5, 400)
    found = evaluate(p, y, "abcde")
    spans = bootstrap_intervals(found, seed=seed)
    assert spans.accuracy[0] <= found.accuracy <= spans.accuracy[1]
    assert spans.macro_f1[0] <= found.macro_f1 <= spans.macro_f1[1]
    for scores in found.per_origin:
        for score, (low, high) in spans.per_origin[scores.origin].items():
            assert 0 <= low <= getattr(scores, score) <= high <= 1


# --- near and far -----------------------------------------------------------------------------------------


def test_misses_are_near_or_far() -> None:
    """Two groups of one region, an origin elsewhere, and one that no tree has."""
    confusion = np.diag([50, 40, 30, 20, 0])
    confusion[0, 1], confusion[1, 2], confusion[2, 3], confusion[4, 0], confusion[3, 0] = 4, 3, 1, 1, 1
    found = misses(confusion, [0, 0, 1, 2, -1], [0, 0, 0, 1, -1])
    assert found.to_json() == {"near": 0.4, "region": 0.3, "far": 0.3, "errors": 10}


def test_without_errors_nothing_is_near_or_far() -> None:
    found = misses(np.diag([3, 4]), [0, 0], [0, 0])
    assert found.to_json() == {"near": 0, "region": 0, "far": 0, "errors": 0}


def test_misses_have_the_weight_of_their_rows() -> None:
    found = misses([[0.5, 0.01], [0.03, 0]], [0, 1], [0, 0])
    assert found.to_json() == pytest.approx({"near": 0, "region": 1, "far": 0, "errors": 0.04})


@given(st.lists(st.integers(-1, 3), min_size=1, max_size=6), st.integers(0, 99))
def test_the_shares_of_misses_sum_to_one(groups: list[int], seed: int) -> None:
    confusion = np.random.default_rng(seed).integers(0, 9, (len(groups), len(groups)))
    found = misses(confusion, groups, [min(group, group // 2) for group in groups])
    assert found.errors == confusion.sum() - np.trace(confusion)
    assert found.near + found.region + found.far == pytest.approx(float(found.errors > 0))


def test_repr_is_a_line() -> None:
    found = evaluate(np.full((40, 40), 1 / 40), np.zeros(40, int), [f"O{k}" for k in range(40)])
    words = "<Evaluation: 40 names, 40 origins; accuracy 1.000, macro-F1 0.025, log loss 3.689>"
    assert repr(found) == words
