"""The composition of a list: better than counted, intervals that mean something, doubts where due."""

from __future__ import annotations

import numpy as np
import pytest
from cli_running import tiny_classifier
from mixtures import ORIGINS, PRIORS, a_list

from cognomen.classifier.composition import Composition, Leaning, compose, joint_shares
from cognomen.classifier.composition_rows import rows_of
from cognomen.errors import InputError


@pytest.mark.parametrize("shares", [[0.1, 0.2, 0.3, 0.4], [0, 0, 0.5, 0.5], [0.97, 0.01, 0.01, 0.01]])
def test_it_comes_far_nearer_than_counting(shares: list[float]) -> None:
    p = a_list(shares, 20_000)
    found = compose(p, np.ones(len(p), np.intp), PRIORS, ORIGINS, unknown={}, samples=2)
    by_origin = {each.origin: each for each in found.shares}
    error = np.mean([abs(by_origin[o].share - s) for o, s in zip(ORIGINS, shares, strict=True)])
    counted = np.mean([abs(by_origin[o].counted - s) for o, s in zip(ORIGINS, shares, strict=True)])
    assert error < 0.015
    assert error < counted / 3 or counted < 0.02


# --- intervals ------------------------------------------------------------------------------------------


def test_intervals_hold_the_true_shares_about_as_often_as_they_say() -> None:
    shares = np.array([0.1, 0.2, 0.3, 0.4])
    held = []
    for seed in range(40):
        p = a_list(shares, 300, seed)
        found = compose(p, np.ones(300, np.intp), PRIORS, ORIGINS, unknown={}, samples=100)
        limits = {each.origin: (each.low, each.high) for each in found.shares}
        held += [limits[o][0] <= s <= limits[o][1] for o, s in zip(ORIGINS, shares, strict=True)]
    assert 0.88 <= np.mean(held) <= 0.99


def test_an_interval_holds_its_share_and_never_says_never() -> None:
    p = np.eye(4, dtype=np.float32)[np.arange(150) % 2]
    found = compose(p, np.ones(150, np.intp), PRIORS, ORIGINS, unknown={})
    assert all(0 <= each.low <= each.share <= each.high <= 1 for each in found.shares)
    assert min(each.high for each in found.shares) == pytest.approx(1 - 0.05 ** (1 / 150))
    alone = compose(p[:1], np.array([100]), PRIORS, ORIGINS, unknown={}).shares[0]
    assert (alone.share, alone.low, alone.high) == pytest.approx((1, 0.05, 1), abs=1e-4)


# --- doubts ---------------------------------------------------------------------------------------------


def test_shares_that_rest_on_names_of_another_origin_are_in_doubt() -> None:
    """All names are rather A's, but more like D's than A's names were in training: the mixture says D."""
    p = np.tile(np.array([0.6, 0.02, 0.02, 0.36], np.float32), (40, 1))
    found = compose(p, np.ones(40, np.intp), PRIORS, ORIGINS, unknown={})
    first = found.shares[0]
    assert (first.origin, first.counted) == ("D", 0)
    assert first.share > 0.99
    assert first.leaning is not None
    assert first.leaning.origin == "A"
    assert first.leaning.together == pytest.approx(1, abs=1e-3)
    assert first.leaning.low <= first.leaning.together <= first.leaning.high <= 1
    assert [each.leaning for each in found.shares[1:]] == [None] * 3  # no share, no doubt


def test_shares_with_names_of_their_own_are_in_no_doubt() -> None:
    p = a_list([0.1, 0.2, 0.3, 0.4], 2000, apart=4)
    found = compose(p, np.ones(2000, np.intp), PRIORS, ORIGINS, unknown={})
    assert [each.leaning for each in found.shares] == [None] * 4


def made_of(
    monkeypatch: pytest.MonkeyPatch, shares: list[float], rather: list[int], counts: list[int]
) -> Composition:
    """A composition with given shares and resamples, and what the names behind each share are answered."""
    size = len(shares)
    resampled = np.linspace(0, 1, 201)[:, None].repeat(size, axis=1)  # (B, C)
    for name, value in [
        ("estimate_shares", np.array(shares)),
        ("resampled_shares", resampled),
        ("mean_answers", np.eye(size)[rather]),
    ]:
        monkeypatch.setattr(f"cognomen.classifier.composition.{name}", lambda *a, value=value, **k: value)
    p = np.eye(size, dtype=np.float32)
    return compose(p, np.array(counts), [1 / size] * size, [*"ABCDE"[:size]], unknown={})


def test_shares_next_to_none_are_in_no_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    found = made_of(monkeypatch, [0.9991, 0.0005, 0.0004], [0, 0, 0], [1, 1, 1])
    assert [each.leaning is not None for each in found.shares] == [False, True, False]


def test_intervals_are_the_middle_95_percent_of_the_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    found = made_of(monkeypatch, [0.5, 0.3, 0.2], [1, 1, 2], [1, 1, 1])
    assert [(each.low, each.high) for each in found.shares] == [
        pytest.approx((0.025, 0.975)) for _ in range(3)
    ]
    leaning = found.shares[0].leaning
    assert leaning is not None
    assert (leaning.together, leaning.low, leaning.high) == pytest.approx((0.8, 0.05, 1))


def test_equal_shares_are_sorted_by_the_names_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = made_of(monkeypatch, [0.3333334, 0.3333333, 0.3333333], [0, 1, 2], [1, 1, 3])
    assert [each.origin for each in found.shares] == ["C", "A", "B"]
    assert found.seed == 0
    assert found.samples == 200


def test_the_interval_of_two_together_is_that_of_their_sum() -> None:
    """Each name is A's or D's, nobody knows which; the two together are the half that is not B's."""
    p = np.repeat(np.array([[0.55, 0, 0, 0.45], [0, 1, 0, 0]], np.float32), 100, axis=0)
    found = {e.origin: e for e in compose(p, np.ones(200, np.intp), PRIORS, ORIGINS, unknown={}).shares}
    leaning = found["D"].leaning
    assert leaning is not None
    assert leaning.together == pytest.approx(0.5, abs=0.01)
    assert leaning.together == pytest.approx(found["A"].share + found["D"].share)
    assert (leaning.low, leaning.high) == pytest.approx((0.43, 0.57), abs=0.02)  # 1.96 * sqrt(.25 / 200)


# --- what is said ---------------------------------------------------------------------------------------


def test_a_composition_as_json() -> None:
    p = np.eye(2, dtype=np.float32)
    found = compose(p, np.array([1, 3]), [0.5, 0.5], ["A", "B"], unknown={"empty": 2}, samples=10, seed=7)
    assert (found.rows, found.read, found.unknown) == (6, 4, {"empty": 2})
    assert [each.origin for each in found.shares] == ["B", "A"]
    assert [each.share for each in found.shares] == pytest.approx([0.75, 0.25], abs=1e-5)
    assert [each.counted for each in found.shares] == [0.75, 0.25]
    facts = found.to_json()
    keys = ["rows", "read", "unknown", "shares", "joint", "level", "samples", "seed", "order"]
    assert list(facts) == keys
    assert list(facts["shares"][0]) == ["origin", "share", "low", "high", "counted", "leaning"]
    assert (facts["level"], facts["samples"], facts["seed"]) == (0.95, 10, 7)


def test_without_a_name_that_could_be_read_there_are_no_shares() -> None:
    found = compose(np.empty((0, 4), np.float32), np.empty(0, np.intp), PRIORS, ORIGINS, unknown={"empty": 2})
    assert (found.shares, found.rows, found.read) == ((), 2, 0)
    assert found.to_json()["shares"] == []


# --- what cannot be told apart --------------------------------------------------------------------------


def test_all_that_lean_to_one_another_are_one_share() -> None:
    """Names of A, C and D alike, that nobody can tell apart; the half that is B's stands alone."""
    p = np.tile(np.array([[0.5, 0.02, 0.2, 0.28], [0.01, 0.97, 0.01, 0.01]], np.float32), (100, 1))
    found = compose(p, np.ones(200, np.intp), [0.5, 0.3, 0.1, 0.1], ORIGINS, unknown={})
    leaning = {each.origin: each.leaning.origin for each in found.shares if each.leaning}
    assert leaning == {"D": "A"}
    (joint,) = found.joint
    assert joint.origins == ("D", "A")
    parts = {each.origin: each for each in found.shares}
    assert joint.share == pytest.approx(parts["D"].share + parts["A"].share)
    assert joint.low <= joint.share <= joint.high
    labels = [(row.labels, row.is_part) for row in rows_of(found.shares, found.joint)]
    assert labels == [(("D", "A"), False), (("D",), True), (("A",), True), (("B",), False)]
    assert rows_of(found.shares, found.joint)[0].counted is None


def test_three_that_lean_to_one_another_are_one_share() -> None:
    leanings = [None, Leaning("A", 0.5, 0, 1), Leaning("B", 0.4, 0, 1), None]
    shares, resampled = np.array([0.1, 0.2, 0.3, 0.4]), np.tile([0.1, 0.2, 0.3, 0.4], (5, 1))
    (joint,) = joint_shares(ORIGINS, leanings, shares, resampled, 1000)
    assert joint.origins == ("C", "B", "A")
    assert joint.share == pytest.approx(0.6)
    assert joint_shares(ORIGINS, [None] * 4, shares, resampled, 1000) == ()


@pytest.mark.parametrize("counts", [[1e308, 1e308], [2.0**53, 2.0], [9e15, 9e15]])
def test_more_names_than_can_be_counted_are_an_error(counts: list[float]) -> None:
    """Their sum would be infinite, or no whole number of NumPy's: the list seemed to be empty."""
    with pytest.raises(InputError, match="counts: expected at most 9,007,199,254,740,992 in all"):
        tiny_classifier().composition(["Smith", "Kim"], counts=counts)
