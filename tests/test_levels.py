"""Answers by level: as deep as is sure enough, the same from every interface, and what they rest on."""

from __future__ import annotations

import csv
import json
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_running import PLACES, POPULATIONS, failure, inside, lines, tiny_classifier, tree_classifier
from hypothesis import given
from hypothesis import strategies as st

from cognomen.apps.answer_columns import ANSWER_COLUMNS, TREE_COLUMNS
from cognomen.apps.cli import options
from cognomen.apps.cli.explain import about
from cognomen.apps.cli.render import AnswerTable, cell_len, percent
from cognomen.apps.tables import score_column
from cognomen.classifier import Answer, Classifier
from cognomen.classifier import answers as answers_module
from cognomen.classifier import priors as priors_module
from cognomen.classifier.answers import answer_block
from cognomen.classifier.calibration import Calibration
from cognomen.classifier.conformal import SetLimits
from cognomen.classifier.decisions import EVIDENCE, REASONS, ScoredBlock
from cognomen.classifier.origins import LEVELS, Tree
from cognomen.errors import InputError, ModelError
from cognomen.io.model_folder import Artifact, read_artifact, write_artifact
from cognomen.text.column_reading import ColumnReading, Parts
from cognomen.text.placeholders import PLACEHOLDERS
from cognomen.text.ragged import Ragged

NAMES = ["Hansen", "Smith", "", None, "Nakamura", "Kim", "O'Brien", "123", "Olsen"]
P = {"English": 0.3, "Swedish": 0.25, "Danish": 0.2, "Norwegian": 0.15, "Japanese": 0.06, "Korean": 0.04}


@pytest.fixture(scope="module")
def clf() -> Classifier:
    return tree_classifier()


@pytest.fixture(scope="module")
def even() -> Classifier:
    """Gives every name the probabilities P."""
    return tree_classifier(P)


# --- as deep as is sure enough --------------------------------------------------------------------------


def said(answer: Answer) -> tuple[Any, ...]:
    return answer.level, answer.label, answer.origin, answer.group, answer.region, answer.status


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ("origin", "English", "English", "Scandinavian", "Europe", "ok")),
        ({"abstain_below": 0.5}, ("group", "Scandinavian", None, "Scandinavian", "Europe", "ok")),
        ({"abstain_below": 0.8}, ("region", "Europe", None, None, "Europe", "ok")),
        ({"abstain_below": 0.95}, (None, None, None, None, None, "unknown")),
        ({"level": "group"}, ("group", "Scandinavian", None, "Scandinavian", "Europe", "ok")),
        ({"level": "region"}, ("region", "Europe", None, None, "Europe", "ok")),
        ({"level": "region", "abstain_below": 0.95}, (None, None, None, None, None, "unknown")),
        (
            {"restrict": ["scandinavian", "Korean"]},
            ("origin", "Swedish", "Swedish", "Scandinavian", "Europe", "ok"),
        ),
        (
            {"restrict": ["East Asia"], "level": "region"},
            ("region", "East Asia", None, None, "East Asia", "ok"),
        ),
    ],
)
def test_an_answer_is_as_specific_as_it_is_sure(
    even: Classifier, asked: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    answer = even("Hansen", **asked)
    assert said(answer) == expected
    assert answer.reason == ("low-confidence" if answer.level is None else None)
    assert (
        answer.probability
        == {
            "origin": answer.origins[0].probability,
            "group": answer.group_probability,
            "region": answer.region_probability,
            None: None,
        }[answer.level]
    )


def test_probabilities_of_an_answer(even: Classifier) -> None:
    answer = even("Hansen", abstain_below=0.5, top_k=2)
    assert answer.probability == pytest.approx(0.6)
    assert answer.region_probability == pytest.approx(0.9)
    assert [each.origin for each in answer.origins] == ["English", "Swedish"]
    assert answer.alternatives == answer.origins  # none of them is the answer
    assert [each.origin for each in even("Hansen").alternatives] == ["Swedish", "Danish"]


def test_the_labels_of_a_level_are_listed(even: Classifier) -> None:
    found = even("Hansen", level="group", top_k=9).origins
    assert [each.origin for each in found] == ["Scandinavian", "British", "Japanese", "Korean"]
    assert sum(each.probability for each in found) == pytest.approx(1)


@given(
    name=st.text("abcdeghikorst", min_size=1, max_size=9).filter(lambda text: text not in PLACEHOLDERS),
    level=st.sampled_from(LEVELS),
    abstain_below=st.floats(0, 1),
)
def test_answers_fit_together(clf: Classifier, name: str, level: Any, abstain_below: float) -> None:
    answer = clf(name, level=level, abstain_below=abstain_below)
    p = {each: clf.predict_proba(name, level=each)[0] for each in LEVELS}
    assert p["origin"].max() <= p["group"].max() <= p["region"].max()
    deepest = [each for each in LEVELS[LEVELS.index(level) :] if p[each].max() >= abstain_below]
    assert answer.level == (deepest[0] if deepest else None)
    for each, label in zip(LEVELS, (answer.origin, answer.group, answer.region), strict=True):
        best = clf.tree.labels(each)[p[each].argmax()]
        assert label == (best if each in deepest else None)
    if answer.level is not None:
        assert answer.probability == p[answer.level].max()


@pytest.mark.parametrize("abstain_below", [0, 0.3, 0.5, 0.7, 1])
@pytest.mark.parametrize("level", LEVELS)
def test_scores_say_what_answers_say(clf: Classifier, level: Any, abstain_below: float) -> None:
    asked: dict[str, Any] = {"level": level, "abstain_below": abstain_below}
    scores, answers = clf.scores(NAMES, **asked), clf(NAMES, **asked)
    for name, labels in (("origin", clf.origins), ("group", clf.groups), ("region", clf.regions)):
        found = [None if k < 0 else labels[k] for k in scores.at(name)]  # type: ignore[arg-type]
        assert found == [getattr(answer, name) for answer in answers]
    assert [None if k < 0 else LEVELS[k] for k in scores.levels] == [answer.level for answer in answers]
    assert [None if k < 0 else REASONS[k] for k in scores.reasons] == [answer.reason for answer in answers]
    p = [np.nan if answer.probability is None else answer.probability for answer in answers]
    np.testing.assert_array_equal(scores.probabilities, np.array(p, np.float32))
    wanted = [getattr(answer, level) for answer in answers]
    assert clf.predict(NAMES, **asked) == wanted


def test_a_level_that_is_none(clf: Classifier) -> None:
    with pytest.raises(InputError, match=r'level: expected "origin", "group" or "region", got .continent.'):
        clf("Hansen", level="continent")  # type: ignore[arg-type]
    flat = tiny_classifier()
    for call in (flat, flat.predict, flat.predict_proba, flat.predict_sets, flat.scores, flat.composition):
        with pytest.raises(InputError, match="this model knows origins, but no groups or regions"):
            call(["Hansen"], level="group")  # type: ignore[operator]


# --- memory ---------------------------------------------------------------------------------------------


def block_of(count: int, origins: int) -> tuple[ScoredBlock, Tree]:
    """Texts with random probabilities, of which some are equal."""
    p = np.random.default_rng(0).integers(1, 50, (count, origins)).astype(np.float32)
    reading = ColumnReading(
        Ragged(np.zeros(count, np.uint8), np.ones(count, np.intp)),
        np.arange(count),
        [],
        np.full(count, -1),
        Parts.of([]),
    )
    block = ScoredBlock(
        0,
        ["x"] * count,
        reading,
        p / p.sum(axis=1, keepdims=True),
        np.zeros(count, bool),
        np.full(count, -1, np.int8),
        reading.parts,
    )
    places = [(f"group {k // 4}", f"region {k // 12}") for k in range(origins)]
    return block, Tree([f"origin {k}" for k in range(origins)], places)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("limits", [None, SetLimits(0.5)])
def test_answers_do_not_depend_on_how_many_are_ranked_at_once(
    monkeypatch: pytest.MonkeyPatch, level: Any, limits: SetLimits | None
) -> None:
    block, tree = block_of(100, 30)
    expected = answer_block(block, tree, 3, level=level, limits=limits)
    monkeypatch.setattr(answers_module, "ROWS", 7)
    assert answer_block(block, tree, 3, level=level, limits=limits) == expected


def test_answers_take_little_memory_besides_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Far less than the ranks of all origins, 8 bytes each."""
    block, tree = block_of(1 << 13, 100)
    monkeypatch.setattr(answers_module, "ROWS", 1 << 8)
    tracemalloc.start()
    answers = answer_block(block, tree, 3)
    own, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(answers) == 1 << 13
    assert highest - own < 8 * block.probabilities.size / 2


# --- what it rests on -----------------------------------------------------------------------------------


@pytest.fixture
def fives(clf: Classifier, monkeypatch: pytest.MonkeyPatch) -> Classifier:
    """Knows the names of five letters."""
    found = clf.network.evidence

    def evidence(names: Any, **asked: Any) -> Any:
        return found(names, **asked)._replace(known=names.lengths == 5)

    monkeypatch.setattr(clf.network, "evidence", evidence)
    return clf


def test_the_evidence_goes_everywhere(fives: Classifier) -> None:
    clf = fives
    expected = ["spelling", "known", None, None, "spelling", "spelling", "spelling", None, "known"]
    answers = clf(NAMES)
    assert [answer.evidence for answer in answers] == expected
    assert [answer.to_json()["evidence"] for answer in answers] == expected
    assert clf("Smith", abstain_below=1).evidence == "known"
    assert [None if k < 0 else EVIDENCE[k] for k in clf.scores(NAMES).evidence] == expected
    pa = pytest.importorskip("pyarrow")
    assert score_column(clf, pa.array(NAMES))["evidence"].to_pylist() == expected


def test_a_network_without_names_of_its_own_cannot_tell(clf: Classifier) -> None:
    assert [answer.evidence for answer in clf(NAMES)] == [None] * len(NAMES)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_the_evidence_has_a_column_where_there_is_room(fives: Classifier, width: int) -> None:
    answers = fives(["Hansen", "Smith", "123", "van der Westhuizen-Oppenheimer"])
    heads, *rows = AnswerTable(fives.origins, width, colours=False).lines(answers)
    assert max(map(cell_len, [heads, *rows])) <= width
    assert ("evidence" in heads) == (width >= 60)
    if "evidence" in heads:
        at, named = heads.index("evidence"), [row for row in rows if not row.startswith(" ")]
        assert [row[at:].split("  ")[0] for row in named if "unknown" not in row] == [
            *("spelling", "known", "spelling")
        ]


def test_the_parts_of_a_surname_stand_below_it(clf: Classifier) -> None:
    _, *rows = AnswerTable(clf.origins, 80, colours=False).lines(clf(["Smith-Nakamura", "Smith"]))
    assert [row.split(":")[0] for row in rows if ":" in row] == ["  Smith", "  Nakamura"]


def test_without_evidence_there_is_no_column_for_it(clf: Classifier) -> None:
    heads, *_ = AnswerTable(clf.origins, 80, colours=False).lines(clf(NAMES))
    assert heads.split("  ")[-1] == "also possible"
    assert "evidence" not in heads


def test_all_faces_say_the_same_on_any_number_of_threads(fives: Classifier) -> None:
    """There are enough names for the network to divide them among threads."""
    pa = pytest.importorskip("pyarrow")
    letters = "abcdeghiklmnoprstuvz"
    names = [
        *NAMES,
        *(f"{a}{b}{c}{a * (k % 3)}" for k, a in enumerate(letters) for b in letters for c in letters),
    ]
    options: dict[str, Any] = {"abstain_below": 0.6}
    one, two = (fives(names, threads=threads, **options) for threads in (1, 2))
    for field in ("label", "level", "group", "region", "status", "reason", "evidence"):
        assert [getattr(each, field) for each in one] == [getattr(each, field) for each in two]
    assert {"origin", "group", "region", None} == {each.level for each in one}
    scored = score_column(fives, pa.array(names), threads=2, **options)
    for column in (*ANSWER_COLUMNS, *TREE_COLUMNS):
        said = [getattr(each, column.removeprefix("read_")) for each in two]
        assert scored[column].to_pylist() == (pytest.approx(said) if column == "probability" else said)
    shares = [fives.composition(names, level="group", threads=threads).shares for threads in (1, 2)]
    assert [each.share for each in shares[0]] == pytest.approx([each.share for each in shares[1]], abs=1e-6)


# --- the default prior, and groups in priors ------------------------------------------------------------


def test_the_default_prior_is_used_by_default() -> None:
    clf = tree_classifier(P, default_prior=POPULATIONS)
    roots = np.sqrt([64, 10, 6, 5, 125, 80])
    np.testing.assert_allclose(POPULATIONS.shares, roots / roots.sum())
    expected = np.array(list(P.values())) * roots
    np.testing.assert_allclose(clf.predict_proba("x")[0], expected / expected.sum(), rtol=1e-5)
    np.testing.assert_array_equal(clf.predict_proba("x", prior="default"), clf.predict_proba("x"))
    for prior in ("training", "uniform"):
        np.testing.assert_allclose(clf.predict_proba("x", prior=prior)[0], list(P.values()), rtol=1e-5)


def test_a_group_shares_its_part_as_by_default() -> None:
    clf = tree_classifier(default_prior=POPULATIONS)
    shares = dict(zip(clf.origins, POPULATIONS.shares, strict=True))
    nordic = {o: shares[o] for o in ("Swedish", "Danish", "Norwegian")}
    by_hand = {o: 3 * share / sum(nordic.values()) for o, share in nordic.items()} | {"Korean": 1}
    found = clf.predict_proba(["Hansen", "Kim"], prior={"Scandinavian": 3, "korean": 1})
    np.testing.assert_allclose(found, clf.predict_proba(["Hansen", "Kim"], prior=by_hand), rtol=1e-5)


def test_an_origin_and_its_group_are_one_too_many(clf: Classifier) -> None:
    with pytest.raises(InputError, match="prior: 'Danish' is given twice"):
        clf("Hansen", prior={"Danish": 1, "Scandinavian": 1})


def test_a_list_is_composed_under_any_default_prior() -> None:
    """The mixture of a list is what it is, whatever is expected of a single name."""
    names = ["Hansen", "Olsen", "Smith", "Kim", "Nakamura", "Tanaka", "Lee", "Jensen"]
    plain, prior = (tree_classifier(default_prior=prior) for prior in (None, POPULATIONS))
    shares = [{e.origin: e.share for e in each.composition(names).shares} for each in (plain, prior)]
    assert shares[0] == pytest.approx(shares[1], abs=0.02)
    counted = {each.origin: each.counted for each in prior.composition(names).shares}
    told = prior.predict(names)
    assert counted == {origin: told.count(origin) / len(names) for origin in prior.origins}


@pytest.mark.parametrize("level", ["group", "region"])
def test_shares_of_groups_are_those_of_their_origins_together(clf: Classifier, level: Any) -> None:
    names = ["Hansen", "Olsen", "Smith", "Kim", "Nakamura", "Tanaka", "Lee", "Jensen"]
    fine, coarse = clf.composition(names), clf.composition(names, level=level)
    sums = dict.fromkeys(clf.tree.labels(level), 0.0)
    for each in fine.shares:
        sums[PLACES[each.origin][LEVELS.index(level) - 1]] += each.share
    assert {each.origin: each.share for each in coarse.shares} == pytest.approx(sums)
    told = clf.predict(names, level=level)
    for each in coarse.shares:
        assert each.low <= each.share <= each.high
        assert each.counted == pytest.approx(told.count(each.origin) / len(names))
    only = clf.composition(names, level=level, restrict=["Swedish", "Korean"]).shares
    assert {each.origin for each in only} == {
        PLACES[o][LEVELS.index(level) - 1] for o in ("Swedish", "Korean")
    }


# --- sets -----------------------------------------------------------------------------------------------


def test_a_set_of_groups_has_those_of_its_origins(clf: Classifier) -> None:
    levels = tuple(np.linspace(-1, 1.1, 201).tolist())
    made = tree_classifier(calibration=Calibration(1.0, levels))
    names = ["Hansen", "Smith", "Nakamura", "Kim", "O'Brien"]
    fine = made.predict_sets(names, 0.8)
    assert len(set(map(len, filter(None, fine)))) > 1
    for number, level in enumerate(LEVELS[1:]):
        for origins, labels, answer in zip(
            fine, made.predict_sets(names, 0.8, level=level), made(names, level=level, top_k=9), strict=True
        ):
            assert origins is not None
            assert labels is not None
            assert set(labels) == {PLACES[origin][number] for origin in origins}
            ranked = [each.origin for each in answer.origins]
            assert list(labels) == sorted(labels, key=ranked.index)


def test_thresholds_of_each_origin_are_used() -> None:
    few, all_in = [-1.0] * 23, [2.0] * 23
    calibration = Calibration(origin_set_levels=tuple(map(tuple, [all_in, few, all_in, few, few, few])))
    made = tree_classifier(P, calibration=calibration)
    assert made("Hansen", coverage=0.9).origin_set == ("English", "Danish")
    assert made("Hansen", coverage=0.9, level="group").origin_set == ("Scandinavian", "British")


def test_sets_are_those_of_the_default_prior() -> None:
    calibration = Calibration(1.0, tuple(np.linspace(-1, 1.1, 201).tolist()))
    plain = tree_classifier(P, calibration=calibration)
    assert plain("x", coverage=0.8, prior="training") == plain("x", coverage=0.8)
    made = tree_classifier(P, calibration=calibration, default_prior=POPULATIONS)
    assert made("x", coverage=0.8).origin_set == made("x", coverage=0.8, prior="default").origin_set
    for asked in ({"prior": "training"}, {"prior": "uniform"}, {"prior": {"Danish": 1}}, {"restrict": P}):
        with pytest.raises(InputError, match="coverage: it only holds under the model's default prior"):
            made("x", coverage=0.8, **asked)  # type: ignore[arg-type]


# --- a model folder -------------------------------------------------------------------------------------


def test_a_model_keeps_its_tree_and_prior(tmp_path: Path) -> None:
    levels = tuple(tuple(np.linspace(-1, k, 23).tolist()) for k in range(6))
    made = tree_classifier(default_prior=POPULATIONS, calibration=Calibration(origin_set_levels=levels))
    made.save(tmp_path / "model")
    again = Classifier.load(tmp_path / "model")
    assert (again.groups, again.regions, again.default_prior) == (made.groups, made.regions, POPULATIONS)
    assert again.calibration == made.calibration
    assert again(NAMES, coverage=0.9) == made(NAMES, coverage=0.9)
    facts = read_artifact(tmp_path / "model").facts
    assert facts["tree"][1] == ["Scandinavian", "Europe"]
    assert facts["default_prior"]["shares"] == pytest.approx(POPULATIONS.shares)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tree": [["A", "B"]]}, "tree: expected a group and a region for each of 6 origins, got 1"),
        ({"default_prior": [1]}, "default_prior: expected populations and a power"),
        ({"default_prior": {"populations": [1, 0], "power": 1}}, "default_prior: .* populations from 1e-9"),
        ({"default_prior": {"populations": [1, 2], "power": 2}}, "a power from 0 to 1, got 2"),
        ({"default_prior": {"populations": [1, 1], "power": 1}}, "default_prior: expected 2 shares"),
        (
            {"default_prior": {"populations": [1, 3], "power": 1, "shares": [0.5, 0.5]}},
            "expected the shares to be populations",
        ),
        (
            {"default_prior": {"populations": [1, 3], "power": 1, "shares": [0.25, 0.75]}},
            "made for 6 shares of a default prior, got 2",
        ),
        (
            {"calibration": {"temperature": 1, "origin_set_levels": [[0.5] * 23]}},
            "made for 6 thresholds of origins, got 1",
        ),
        ({"calibration": {"temperature": 1, "origin_set_levels": []}}, "6 thresholds of origins, got 0"),
        (
            {"calibration": {"temperature": 1, "origin_set_levels": [[0.5] * 22]}},
            "origin_set_levels: expected 23 rising numbers",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    tree_classifier().save(tmp_path / "model")
    artifact = read_artifact(tmp_path / "model")
    write_artifact(tmp_path / "other", Artifact(artifact.tensors, artifact.facts | changes, artifact.card))
    with pytest.raises(ModelError, match=f"the model's parts do not fit together: .*{message}"):
        Classifier.load(tmp_path / "other")


# --- tables ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [{}, {"abstain_below": 0.5}, {"level": "region"}, {"abstain_below": 0.95}])
def test_columns_of_a_model_with_a_tree(even: Classifier, asked: dict[str, Any]) -> None:
    pa = pytest.importorskip("pyarrow")
    table = score_column(even, pa.array(NAMES), **asked)
    assert table.column_names == [*ANSWER_COLUMNS, *TREE_COLUMNS]
    for name in table.column_names:
        said = [getattr(answer, name.removeprefix("read_")) for answer in even(NAMES, **asked)]
        assert table[name].to_pylist() == said


def test_score_writes_the_levels(even: Classifier, tmp_path: Path) -> None:
    even.save(tmp_path / "model")
    (tmp_path / "people.csv").write_text("surname\nHansen\n123\n", "utf-8")
    arguments = [str(tmp_path / "people.csv"), "--column", "surname", "--model", str(tmp_path / "model")]
    out = tmp_path / "out.csv"
    lines(inside("score", *arguments, "--abstain", "0.5", "--out", str(out)))
    with out.open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert first == {
        **{"surname": "Hansen", "origin": "", "probability": "0.600000", "status": "ok", "reason": ""},
        **{"read_surname": "Hansen", "maiden_name": "", "read_note": ""},
        **{"group": "Scandinavian", "region": "Europe", "level": "group", "evidence": ""},
    }
    assert (second["status"], second["group"], second["level"]) == ("unknown", "", "")


# --- the command line -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("levels") / "model"
    tree_classifier(P, default_prior=POPULATIONS).save(folder)
    return str(folder)


def test_what_an_answer_rests_on_in_words(even: Classifier) -> None:
    answer = even("Hansen", abstain_below=0.8)
    assert list(about(answer)) == ["region Europe 90.0%"]
    known, spelled = (replace(answer, region=None, evidence=each) for each in EVIDENCE)
    assert [*about(known), *about(spelled)] == ["known as a whole name", "by its spelling"]


def test_what_options_repeat_is_the_same() -> None:
    assert options.LEVELS == LEVELS
    assert options.NAMED_PRIORS == priors_module.NAMED


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ([], "Hansen\tEnglish\t0.3000"),
        (["--abstain", "0.5"], "Hansen\tScandinavian\t0.6000"),
        (["--abstain", "0.5", "--top", "2"], "Hansen\tScandinavian\t0.6000\tEnglish\t0.3000"),
        (["--abstain", "0.95"], "Hansen\tunknown\t"),
        (["--level", "group", "--top", "2"], "Hansen\tScandinavian\t0.6000\tBritish\t0.3000"),
    ],
)  # fmt: skip
def test_lines_by_level(model: str, asked: list[str], line: str) -> None:
    [found] = lines(inside("predict", *asked, "--prior", "uniform", "--model", model, "Hansen"))
    assert found == line


def test_json_by_level(model: str) -> None:
    [line] = lines(inside("predict", "--json", "--level", "region", "--model", model, "Hansen"))
    assert json.loads(line) == Classifier.load(model)("Hansen", level="region").to_json()


def test_a_level_of_a_model_without_a_tree(tmp_path: Path) -> None:
    tiny_classifier().save(tmp_path / "flat")
    message = failure(inside("predict", "--level", "group", "--model", str(tmp_path / "flat"), "Hansen"), 1)
    assert "this model knows origins, but no groups or regions" in message


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("asked", [{}, {"abstain_below": 0.5}, {"level": "group"}, {"abstain_below": 0.95}])
def test_a_table_by_level_fits(even: Classifier, asked: dict[str, Any], width: int) -> None:
    labels = [*even.origins, *even.groups, *even.regions, "West and Central Asia"]
    answers = even(["Hansen", "van der Westhuizen-Oppenheimer"], top_k=6, **asked)
    shown = list(AnswerTable(labels, width, colours=False).lines(answers))
    assert max(map(cell_len, shown)) <= width
    if width == 80 and answers[0].label:
        assert f"Hansen                      {answers[0].label}" in "\n".join(shown)


def test_the_composition_by_level(model: str, tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_text("surname\n" + "Hansen\nKim\n" * 20, "utf-8")
    arguments = ["composition", str(table), "--column", "surname", "--level", "region", "--model", model]
    assert {each["origin"] for each in json.loads(lines(inside(*arguments, "--json"))[0])["shares"]} == {
        "Europe",
        "East Asia",
    }
    assert any(line.startswith("region ") for line in lines(inside(*arguments)))


def test_counts_count_at_each_level(even: Classifier) -> None:
    counted = even.composition(["Hansen", "Kim"], counts=[30, 10], level="group")
    assert counted == even.composition(["Hansen", "Kim", "Hansen", "Hansen"] * 10, level="group")
    assert counted.read == 40


def test_errors_are_near_or_far(model: str, tmp_path: Path) -> None:
    """Every name is answered English, and Scandinavian at the level of groups."""
    table = tmp_path / "people.csv"
    rows = ["Smith,English", "Berg,Danish", "Lund,Swedish", "Kim,Korean", "Popescu,Romanian"]
    table.write_text("name,origin\n" + "\n".join(rows), "utf-8")
    arguments = ["evaluate", model, str(table), "--prior", "uniform"]
    found = json.loads(lines(inside(*arguments, "--json"))[0])
    assert found["accuracy"] == pytest.approx(1 / 5)
    assert found["levels"] == pytest.approx({"group": 2 / 5, "region": 3 / 5})
    assert found["misses"] == pytest.approx({"near": 0, "region": 2 / 4, "far": 2 / 4, "errors": 4})
    text = " ".join(lines(inside(*arguments)))
    assert "Of the 4 errors 0.0% are near misses (an origin of the same group), 50.0% have the right" in text
    groups = json.loads(lines(inside(*arguments, "--level", "group", "--json"))[0])
    assert groups["accuracy"] == pytest.approx(2 / 5)
    assert [each["origin"] for each in groups["origins"]][:2] == ["British", "Scandinavian"]
    assert groups["levels"] == pytest.approx({"region": 3 / 5})
    assert any(line.startswith("group ") for line in lines(inside(*arguments, "--level", "group")))


def test_levels_and_errors_are_weighted(model: str, tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    rows = ["Smith,English,0.1", "Berg,Danish,0.2", "Kim,Korean,0.1", "Kim,English,0.1"]
    table.write_text("name,origin,share\n" + "\n".join(rows), "utf-8")
    arguments = ["evaluate", model, str(table), "--prior", "uniform"]
    found = json.loads(lines(inside(*arguments, "--json"))[0])
    assert found["accuracy"] == pytest.approx(2 / 5)
    assert found["levels"] == pytest.approx({"group": 2 / 5, "region": 4 / 5})
    assert found["misses"] == pytest.approx({"near": 0, "region": 2 / 3, "far": 1 / 3, "errors": 0.3})
    assert "Of the 0.3 errors 0.0% are near misses" in " ".join(lines(inside(*arguments)))


def test_an_explanation_tells_the_group(model: str) -> None:
    text = lines(inside("explain", "--model", model, "Hansen"))
    answer = Classifier.load(model)("Hansen")
    found = json.loads(lines(inside("explain", "--json", "--model", model, "Hansen"))[0])
    assert found["group"] == answer.group
    assert text[
        1
    ] == f"group {answer.group} {percent(answer.group_probability or 0)}, region Europe " + percent(
        answer.region_probability or 0
    )


def test_what_is_said_of_the_model(model: str) -> None:
    found = json.loads(lines(inside("model", "info", "--json", model))[0])
    assert found["tree"] == [list(place) for place in PLACES.values()]
    assert found["default_prior"]["power"] == 0.5
    text = "\n".join(lines(inside("model", "info", model)))
    assert "groups            4: British, Scandinavian, Japanese, Korean" in text
    assert "default prior     populations to the power 0.5: Japanese 31.1%" in text
    listed = json.loads(lines(inside("model", "origins", "--json", model))[0])["origins"]
    assert listed[1] == {
        **{"origin": "Swedish", "group": "Scandinavian", "region": "Europe"},
        **{"prior": pytest.approx(1 / 6), "default_prior": pytest.approx(POPULATIONS.shares[1])},
    }


@pytest.mark.parametrize("level", ["origin", "group", "region"])
def test_details_are_those_of_the_level(even: Classifier, level: Any) -> None:
    pa = pytest.importorskip("pyarrow")
    table = score_column(even, pa.array(NAMES), level=level, all_labels=True, top_k=2)
    labels, p = even.tree.labels(level), even.predict_proba(NAMES, level=level)
    assert [name for name in table.column_names if name.startswith("p_")] == [f"p_{each}" for each in labels]
    for column, label in enumerate(labels):
        expected = [None if number != number else number for number in p[:, column].tolist()]
        assert table[f"p_{label}"].to_pylist() == expected
    tops = [[each.origin for each in answer.origins] for answer in even(NAMES, level=level, top_k=2)]
    assert table["top_1"].to_pylist() == [each[0] if each else None for each in tops]
