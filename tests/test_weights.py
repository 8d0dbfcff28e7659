"""Weights of rows, and several origins for a name: tables, cleaning, metrics, composition, commands."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cognomen.apps.cli.commands import cli
from cognomen.classifier import Classifier
from cognomen.corpora import CleaningReport, Corpus, load_corpus
from cognomen.errors import DataError, InputError
from cognomen.evaluation import bootstrap_intervals, evaluate
from cognomen.io.tables import open_table
from cognomen.io.weights import weighted_column
from cognomen.plots.evaluation import confusion_matrix, reliability_diagram

ROWS = [("Silva", "Portuguese", 3), ("Silva", "Spanish", 1), ("Иванов", "Russian", 0.5), ("王", "Chinese", 2)]


def table(folder: Path, text: str, name: str = "t.csv") -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder / name


def triples(corpus: Corpus) -> list[tuple[str, str, float]]:
    return list(zip(corpus.names, corpus.labels, corpus.weights.tolist(), strict=True))


# --- tables -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("heading", ["count", "weight", "share", " Count ", "SHARE"])
@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet"])
def test_tables_give_weights(tmp_path: Path, heading: str, suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    if suffix == ".parquet":
        names, origins, weights = zip(*ROWS, strict=True)
        pq.write_table(pa.table({heading: weights, "origin": origins, "name": names}), path)
    else:
        cells = "\t" if suffix == ".tsv" else ","
        lines = [cells.join([heading, "origin", "name"]), *(cells.join([f"{w} ", o, n]) for n, o, w in ROWS)]
        path.write_text("\n".join(lines), "utf-8")
    assert triples(load_corpus(path)) == ROWS


@pytest.mark.parametrize(
    "weights",
    [
        pa.array([1, 2], pa.uint8()),
        pa.array([1, 2], pa.float32()),
        pa.array([Decimal("1.0"), Decimal("2.0")]),
        pa.array(["1", "2e0"]),
    ],
)
def test_parquet_weights_of_any_type_of_number(tmp_path: Path, weights: pa.Array) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"name": ["a", "b"], "origin": ["X", "Y"], "count": weights}), path)
    assert load_corpus(path).weights.tolist() == [1, 2]


def test_without_a_column_of_weights_each_row_counts_once(tmp_path: Path) -> None:
    corpus = load_corpus(table(tmp_path, "name,origin,counts\na,X,5\na,X,6\nb,X,seven\n"))
    assert triples(corpus) == [("a", "X", 1), ("b", "X", 1)]
    assert corpus.row_weights is None


def test_the_column_of_weights_may_be_named(tmp_path: Path) -> None:
    text = "Nachname;Herkunft;Anzahl;count\nNakamura;Japanese;1500;x\nSmith;English;20;y\n"
    path = table(tmp_path, text)
    corpus = load_corpus(path, columns=("Nachname", "Herkunft", "Anzahl"))
    assert corpus.row_weights is not None
    assert corpus.row_weights.tolist() == [1500, 20]
    assert not corpus.shares
    named = ["--name-column", "1", "--origin-column", "Herkunft", "--count-column", "anzahl"]
    assert "Japanese      1   1,500" in said("data", "check", str(path), *named)
    with pytest.raises(DataError, match=r"no column 'Zahl'.*--count-column"):
        load_corpus(path, columns=("Nachname", "Herkunft", "Zahl"))


def test_a_named_share_is_a_share(tmp_path: Path) -> None:
    path = table(tmp_path, "name,origin,Share,count\na,X,0.5,1\nb,Y,0.25,2\n")
    corpus = load_corpus(path, columns=("name", "origin", "share"))
    assert corpus.shares
    assert corpus.row_weights is not None
    assert corpus.row_weights.tolist() == [0.5, 0.25]


@pytest.mark.parametrize("cell", ["", " ", "-1", "nan", "inf", "1e999", "many", "1;2", "None", "True"])
def test_a_cell_that_is_no_weight_is_named_with_its_line(tmp_path: Path, cell: str) -> None:
    path = table(tmp_path, f'name,origin,count\n"two\nlines",X,1\nb,X,{cell}\n')
    found = "an empty cell" if not cell.strip() else repr(cell)
    with pytest.raises(DataError) as error:
        load_corpus(path)
    assert str(error.value) == (
        f"{path}, line 4: expected a number of at least 0 in the column 'count', got {found}. "
        "Correct the row (numbers are written 1500 or 0.5), or name another column (--count-column)."
    )


@pytest.mark.parametrize("cell", [None, -0.5, math.nan, math.inf])
def test_a_parquet_value_that_is_no_weight_is_named_with_its_row(tmp_path: Path, cell: float | None) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"name": ["a", "b"], "origin": ["X", "Y"], "share": [1.0, cell]}), path)
    with pytest.raises(DataError, match=r"t\.parquet, row 2: expected a number of at least 0.*'share', got "):
        load_corpus(path)
    pq.write_table(pa.table({"name": ["a"], "origin": ["X"], "share": [True]}), path)
    with pytest.raises(DataError, match=r"row 1: expected a number.*got True"):
        load_corpus(path)


def test_two_columns_of_weights_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"one column of weights \(count, weight, share\), found 2: 'Count', "
    ):
        load_corpus(table(tmp_path, "name,Count,origin,share\na,1,X,2\n"))


def test_weights_that_are_all_0_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="a weight above 0 in some row"):
        load_corpus(table(tmp_path, "name,origin,count\na,X,0\nb,X,0.0\n"))


def test_the_weight_of_a_row_that_is_dropped_is_not_read(tmp_path: Path) -> None:
    corpus = load_corpus(table(tmp_path, "name,origin,count\na,X,2\n,X,?\nb,,?\nc,X,1,2\n"))
    assert triples(corpus) == [("a", "X", 2)]
    assert corpus.report.counts == {"empty-cell": 2, "ragged": 1}


def test_a_short_row_lacks_its_weight(tmp_path: Path) -> None:
    corpus = load_corpus(table(tmp_path, "name,origin,count\na,X,2\nb,X\n"))
    assert [row.reason for row in corpus.report.dropped] == ["ragged"]


# --- cleaning and corpora ---------------------------------------------------------------------------------


def test_duplicates_add_their_weights(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "name,origin,count\nMüller,German,5\nMuller,German,2.5\nmuller,English,4\nŁukasz,Polish,1\n"
        "LUKASZ,Polish,2\nПетров,Russian,1\nПЕТРОВ,Russian,1\n王,Chinese,7\n王,Chinese,1\n",
    )
    corpus = load_corpus(path)
    assert triples(corpus) == [
        ("Müller", "German", 7.5),
        ("muller", "English", 4),
        ("Łukasz", "Polish", 3),
        ("Петров", "Russian", 2),
        ("王", "Chinese", 8),
    ]
    assert corpus.report.counts == {"duplicate": 4}
    assert corpus.report.shared == {"muller": ("English", "German")}
    assert corpus.weight_by_origin == {"Chinese": 8, "English": 4, "German": 7.5, "Polish": 3, "Russian": 2}
    assert load_corpus(path, clean=False).weights.tolist() == [5, 2.5, 4, 1, 2, 1, 1, 7, 1]


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "á", "A", "б", "Б", "王"]), st.sampled_from("XY"), st.integers(0, 9)),
        max_size=12,
    )
)
def test_cleaning_keeps_the_weight_of_each_name_and_origin(rows: list[tuple[str, str, int]]) -> None:
    from cognomen.corpora.cleaning import clean_rows
    from cognomen.corpora.rows import Row, SourceRows
    from cognomen.text import key

    found = SourceRows([Row(n, o, "t", i, w) for i, (n, o, w) in enumerate(rows)], weighted=True)
    kept, report = clean_rows(found)
    assert {(key(row.name), row.origin): row.weight for row in kept} == {
        (key(name), origin): sum(w for n, o, w in rows if (key(n), o) == (key(name), origin))
        for name, origin, _ in rows
    }
    assert len(kept) + len(report.dropped) == len(rows)
    assert report.names_kept == len({key(name) for name, _, _ in rows})


def corpus_of(weights: list[float] | None = None) -> Corpus:
    names, labels = ("a", "b", "c", "d"), ("Y", "X", "X", "Z")
    given_weights = None if weights is None else np.array(weights)
    report = CleaningReport(4, 4, 4, (), {})
    return Corpus(names, labels, "s", report, 2, given_weights)


def test_a_part_of_a_corpus_has_what_belongs_to_its_rows() -> None:
    part = corpus_of([1, 2, 3, 4]).part(np.array([0, 2, 3]))
    assert triples(part) == [("a", "Y", 1), ("c", "X", 3), ("d", "Z", 4)]
    assert (part.outside, part.origins) == (2, ("X", "Y", "Z"))
    assert part.label_ids.tolist() == [1, 0, 2]
    plain = corpus_of().part(np.array([1]))
    assert (plain.row_weights, plain.outside, plain.weights.tolist()) == (None, 0, [1])


def test_a_corpus_needs_a_label_and_a_weight_for_each_name() -> None:
    with pytest.raises(InputError, match="each of 4 names, got 4 labels and 3 weights"):
        corpus_of([1, 2, 3])
    with pytest.raises(InputError, match="each of 1 names, got 2 labels and 1 weights"):
        Corpus(("a",), ("X", "Y"), "s", CleaningReport(1, 1, 1, (), {}))


def test_names_from_outside_have_the_weight_1() -> None:
    more = corpus_of([1, 2, 3, 4]).with_outside(["new"], ["X"])
    assert triples(more)[3:] == [("d", "Z", 4), ("new", "X", 1)]
    assert more.outside == 3
    assert corpus_of().with_outside(["new"], ["X"]).row_weights is None


# --- metrics ----------------------------------------------------------------------------------------------

FIGURES = ("accuracy", "macro_f1", "top3", "log_loss", "ece")


@given(st.integers(0, 10_000), st.integers(1, 30), st.integers(2, 6))
def test_whole_weights_are_as_many_rows(seed: int, n: int, c: int) -> None:
    rng = np.random.default_rng(seed)
    p, y, w = rng.multinomial(9, np.ones(c) / c, n) / 9, rng.integers(0, c, n), rng.integers(0, 5, n)
    w[0] += 1
    origins = [str(i) for i in range(c)]
    found = evaluate(p, y, origins, weights=w)
    rows = evaluate(np.repeat(p, w, axis=0), np.repeat(y, w), origins)
    for figure in FIGURES:
        assert getattr(found, figure) == pytest.approx(getattr(rows, figure), abs=1e-12), figure
    assert found.confusion.tolist() == rows.confusion.tolist()
    assert found.per_origin == rows.per_origin
    assert [b.count for b in found.reliability] == [b.count for b in rows.reliability]
    assert (found.count, found.weight) == (n, rows.count)


@given(st.integers(0, 10_000), st.floats(1e-6, 1e6))
def test_the_scale_of_weights_changes_no_figure(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    p, y, w = rng.dirichlet(np.ones(4), 50), rng.integers(0, 4, 50), rng.random(50)
    one, other = evaluate(p, y, "abcd", weights=w), evaluate(p, y, "abcd", weights=w * scale)
    for figure in (*FIGURES, "effective_count"):
        assert getattr(one, figure) == pytest.approx(getattr(other, figure), rel=1e-9), figure


def test_weights_of_1_change_nothing_at_all() -> None:
    rng = np.random.default_rng(0)
    p, y = rng.dirichlet(np.ones(5), 321), rng.integers(0, 5, 321)
    plain, weighted = evaluate(p, y, "abcde"), evaluate(p, y, "abcde", weights=np.ones(321))
    assert json.dumps(plain.to_json()) == json.dumps(weighted.to_json())
    assert plain.accuracy == (p.argmax(axis=1) == y).mean()
    assert plain.log_loss == -np.log(p[np.arange(321), y]).mean()
    assert plain.confusion.dtype == np.int64
    assert isinstance(plain.weight, int)
    assert plain.effective_count == 321
    assert bootstrap_intervals(plain) == bootstrap_intervals(weighted)


def test_a_case_with_shares_worked_by_hand() -> None:
    p = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3]]
    shares = [[0.5, 0.25, 0.25], [0, 1, 0]]
    found = evaluate(p, shares, "abc", weights=[4, 2])
    assert (found.count, found.weight) == (2, 6)
    assert found.accuracy == pytest.approx((4 * 0.5 + 2) / 6)
    cross_entropy = -4 * (0.5 * math.log(0.7) + 0.25 * math.log(0.2) + 0.25 * math.log(0.1))
    assert found.log_loss == pytest.approx((cross_entropy - 2 * math.log(0.6)) / 6)
    assert found.confusion.tolist() == [[2, 0, 0], [1, 2, 0], [1, 0, 0]]
    assert found.effective_count == pytest.approx(36 / 20)
    # bins of .6 with weight 2 and of .7 with weight 4: |.6 - 1| and |.7 - .5|
    assert found.ece == pytest.approx((2 * 0.4 + 4 * 0.2) / 6)


def test_shares_are_a_row_for_each_origin() -> None:
    rng = np.random.default_rng(1)
    p, shares, w = rng.dirichlet(np.ones(4), 60), rng.dirichlet(np.full(4, 0.3), 60), rng.random(60)
    found = evaluate(p, shares, "abcd", weights=w)
    rows, y = np.indices(shares.shape).reshape(2, -1)
    long = evaluate(p[rows], y, "abcd", weights=(w[:, None] * shares).ravel())
    for figure in FIGURES:
        assert getattr(found, figure) == pytest.approx(getattr(long, figure)), figure
    np.testing.assert_allclose(found.confusion, long.confusion)
    one_hot = evaluate(p, np.eye(4)[shares.argmax(axis=1)], "abcd")
    assert one_hot.to_json() == evaluate(p, shares.argmax(axis=1), "abcd").to_json()


@pytest.mark.parametrize(
    ("labels", "weights", "says"),
    [
        ([0, 1], [1], "weights: .*one for each of the 2 names"),
        ([0, 1], [1, -1], r"weights\[1\]: .* at least 0, got -1"),
        ([0, 1], [math.nan, 1], r"weights\[0\]: .*finite number of at least 0, got nan"),
        ([0, 1], [math.inf, 1], r"weights\[0\]: .* got inf"),
        ([0, 1], [0, 0], "all 2 are 0"),
        ([[0.5, 0.5], [0.5, 0.4]], None, "row 1 of the labels is not a distribution.*sum to 1"),
        ([[0.5, 0.5]], None, r"labels \(N,\) or shares \(N, 2\)"),
    ],
)
def test_weights_and_shares_that_make_no_sense(labels: object, weights: object, says: str) -> None:
    with pytest.raises(InputError, match=says):
        evaluate([[0.5, 0.5], [0.2, 0.8]], labels, "ab", weights=weights)  # type: ignore[arg-type]


def test_intervals_of_weighted_rows_are_those_of_fewer() -> None:
    rng = np.random.default_rng(2)
    y, right = np.zeros(400, int), rng.random(400) < 0.7
    p = np.where(right[:, None], [0.9, 0.1], [0.2, 0.8])
    w = rng.exponential(size=400)
    w /= w.sum()  # shares: their sum is no number of rows
    found = evaluate(p, y, "ab", weights=w)
    assert found.effective_count == pytest.approx(w.sum() ** 2 / (w**2).sum())
    span = bootstrap_intervals(found, samples=4000).accuracy
    again = rng.integers(0, 400, (2000, 400))  # the rows themselves
    resampled = (w * right)[again].sum(axis=1) / w[again].sum(axis=1)
    np.testing.assert_allclose(span, np.quantile(resampled, [0.025, 0.975]), atol=0.015)


def test_figures_of_weighted_rows_are_drawn(tmp_path: Path) -> None:
    found = evaluate([[0.9, 0.1], [0.3, 0.7]], [0, 0], "ab", weights=[0.2, 0.1])
    confusion_matrix(found, tmp_path / "confusion.svg")
    reliability_diagram(found, tmp_path / "reliability.svg")
    drawn = (tmp_path / "confusion.svg").read_text("utf-8")
    assert "a (0.3)" in drawn
    assert "67" in drawn  # per cent of the row
    assert "33" in drawn


# --- composition ------------------------------------------------------------------------------------------

NAMES = ["Nakamura", "Smith", "Nakamura", "Rossi", None, "", "123"]
COUNTS = [2, 3, 1, 0, 4, 5, 1]


@pytest.fixture(scope="module")
def classic() -> Classifier:
    return Classifier.load("classic")


def test_counts_are_as_many_names(classic: Classifier) -> None:
    repeated = [name for name, count in zip(NAMES, COUNTS, strict=True) for _ in range(count)]
    found, expected = classic.composition(NAMES, counts=COUNTS), classic.composition(repeated)
    for one, other in zip(found.shares, expected.shares, strict=True):
        assert (one.origin, one.counted) == (other.origin, other.counted)
        assert (one.share, one.low, one.high) == pytest.approx((other.share, other.low, other.high), abs=1e-3)
    assert (found.rows, found.read) == (16, 6)
    assert found.unknown == {"not-text": 4, "empty": 5, "no-letters": 1}


def test_counts_that_are_not_whole_are_weights(classic: Classifier) -> None:
    whole = classic.composition(NAMES[:4], counts=[2, 3, 1, 4])
    parts = classic.composition(NAMES[:4], counts=np.array([2, 3, 1, 4]) / 4)
    assert parts.read == 2.5
    assert {s.origin: round(s.share, 4) for s in parts.shares} == {
        s.origin: round(s.share, 4) for s in whole.shares
    }
    assert classic.composition(NAMES, counts=[0] * 7).shares == ()


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ([1, 2], "one for each of the 7 names"),
        ([1, 1, 1, 1, 1, 1, -1], r"counts\[6\]: .*at least 0, got -1"),
        ([1, math.nan, 1, 1, 1, 1, 1], r"counts\[1\]: .*finite number of at least 0, got nan"),
        (["1", "2", "7,5", "1", "1", "1", "1"], r"counts\[2\]: .* got '7,5'"),
        ([1, None, "x", 1, 1, 1, 1], r"counts\[1\]: .* got None"),
    ],
)
def test_counts_that_make_no_sense(classic: Classifier, counts: list[float], says: str) -> None:
    with pytest.raises(InputError, match=says):
        classic.composition(NAMES, counts=counts)


@pytest.mark.parametrize("seed", [-1, 0.5, "1"])
def test_a_seed_that_is_none(classic: Classifier, seed: object) -> None:
    with pytest.raises(InputError, match="seed: expected a whole number, 0 or more"):
        classic.composition(NAMES, seed=seed)  # type: ignore[arg-type]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_column_and_its_weights_are_read_together(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    if suffix == ".csv":
        path.write_text('surname,n\nSmith,2\n"O\nBrien",1.5\n', "utf-8")
    else:
        pq.write_table(pa.table({"surname": ["Smith", "O\nBrien"], "n": [2, 1.5]}), path)
    names, weights = weighted_column(open_table(path), 0, 1)
    assert [str(name) for name in names] == ["Smith", "O\nBrien"]
    assert weights.tolist() == [2, 1.5]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_an_empty_row_counts_for_nothing(tmp_path: Path, suffix: str) -> None:
    """As spreadsheets append them; a name without a count is an error."""
    path = tmp_path / f"t{suffix}"

    def write(names: list[str | None], counts: list[float | None]) -> None:
        if suffix == ".csv":
            rows = zip(names, counts, strict=True)
            lines = [",".join("" if each is None else str(each) for each in (*row, "")) for row in rows]
            path.write_text("\n".join(["surname,n,x", *lines]), "utf-8")
        else:
            pq.write_table(pa.table({"surname": names, "n": counts}), path)

    write(["Smith", None, None], [2, None, 3])
    names, weights = weighted_column(open_table(path), 0, 1)
    assert (len(names), weights.tolist()) == (3, [2, 0, 3])
    write(["Smith", "Jones"], [2, None])
    with pytest.raises(DataError, match=r"(line 3|row 2): .* got an empty cell"):
        weighted_column(open_table(path), 0, 1)


# --- commands ---------------------------------------------------------------------------------------------


def said(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(cli, list(arguments), env={"COLUMNS": "80"})
    assert done.exit_code == code, done.output
    return done.output


def test_composition_takes_a_column_of_counts(tmp_path: Path, classic: Classifier) -> None:
    path = str(table(tmp_path, "name,bearers\nNakamura,1500\nSmith,250.5\n,2\n"))
    arguments = ("composition", path, "--column", "name", "--count-column", "bearers", "--model", "classic")
    found = json.loads(said(*arguments, "--json"))
    expected = classic.composition(["Nakamura", "Smith", ""], counts=[1500, 250.5, 2])
    assert found["shares"] == expected.to_json()["shares"]
    assert said(*arguments).startswith("1,752 names, 1,750 read, 2 unknown (2 empty).")
    table(tmp_path, "name,bearers\nNakamura,1500\nSmith,x\n")
    message = said(*arguments, code=1)
    assert "line 3: expected a number of at least 0 in the column 'bearers', got 'x'" in message


def test_evaluate_weighs_its_figures(tmp_path: Path) -> None:
    rows = (
        "name,origin,share\nSmith,English,0.3\nNakamura,Japanese,0.1\nNakamura,English,0.1\n王,Chinese,0.5\n"
    )
    path = str(table(tmp_path, rows))
    found = json.loads(said("evaluate", "classic", path, "--json"))
    assert found["accuracy"] == pytest.approx(0.8)
    assert (found["names"], found["weight"], found["unanswered"]) == (3, pytest.approx(0.5), 1)
    report = said("evaluate", "classic", path)
    assert "The figures are weighted" in report
    assert "make the accuracy 0.400" in " ".join(report.split())
    assert max(map(len, report.splitlines())) <= 80
    unweighted = str(table(tmp_path, "name,origin\nSmith,English\n", "u.csv"))
    assert "weighted" not in said("evaluate", "classic", unweighted)


def test_check_reports_the_weight_of_each_origin(tmp_path: Path) -> None:
    path = str(
        table(tmp_path, "name,origin,count\nSmith,English,1200\nSilva,Spanish,0.25\nsmith,English,1\n")
    )
    facts = json.loads(said("data", "check", path, "--json"))
    assert facts["origins"] == {"English": 1, "Spanish": 1}
    assert facts["weights"] == {"English": 1201, "Spanish": 0.25}
    lines = [line.split() for line in said("data", "check", path).splitlines()]
    assert ["origin", "names", "weight"] in lines
    assert ["English", "1", "1,201"] in lines
    assert ["Spanish", "1", "0.25"] in lines
    unweighted = str(table(tmp_path, "name,origin\nSmith,English\n", "u.csv"))
    assert "weight" not in said("data", "check", unweighted)
