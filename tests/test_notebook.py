"""What a notebook shows: answers, compositions and explanations as HTML that is whole and escaped."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from cli_running import tiny_classifier

from cognomen import Classifier
from cognomen.classifier.composition_rows import amount
from cognomen.classifier.html import percent
from cognomen.evaluation import outcome_rates
from cognomen.explanation.explanation import explain

HOSTILE = [
    "<script>alert(1)</script>",
    'O"Brien" onmouseover="x',
    "a & b < c",
    "x\ud800y",
    "smith\u202ehtims",
    "\x00\x1b[31mred",
    "",
    "123",
]
VOID = {"br", "hr", "img", "input", "meta", "link"}


class Checked(HTMLParser):
    """Takes note of the elements, which must be closed in order, and of the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.styles = ""
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert {name for name, _ in attrs} <= {"style"}
        self.styles += ";".join(value or "" for _, value in attrs) + ";"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def checked(value: Any) -> Checked:
    page = Checked(value._repr_html_())
    assert page.seen <= {"div", "span", "table", "thead", "tbody", "tr", "th", "td", "b", "bdi"}
    page.text.encode("utf-8")  # a notebook is JSON in UTF-8
    assert not set(page.text) & set("\x00\x1b\u202e\ud800")
    assert "color:" not in page.styles.replace("color:inherit", "")  # the notebook's own, light or dark
    return page


@pytest.mark.parametrize("name", [*HOSTILE, "Smith", "John Smith", "van der Berg", None])
def test_an_answer_is_shown_with_its_origins(name: Any) -> None:
    answer = tiny_classifier()(name)
    page = checked(answer)
    for each in answer.origins:
        assert each.origin in page.text
    assert (answer.reason or answer.label or "") in page.text
    if isinstance(name, str) and name.isprintable():
        assert name in page.text


def test_a_name_of_markup_stays_text() -> None:
    page = checked(tiny_classifier()("<b>Smith</b>"))
    assert "<b>Smith</b>" in page.text


@pytest.mark.parametrize("names", [["Smith", "Nakamura", "123"], [], ["1"]])
def test_a_composition_is_shown_with_its_shares(names: list[str]) -> None:
    found = tiny_classifier(("<Irish>", "A & B", "Czech")).composition(names)
    page = checked(found)
    for each in found.shares:
        if each.share > 0.01:
            assert each.origin in page.text
            assert f"{each.share:.1%}" in page.text
    assert f"{found.rows} rows, {found.read} read" in page.text


def test_what_an_answer_rests_on_is_shown() -> None:
    clf = Classifier.load()
    text = checked(clf("Lloyd-Webber")).text
    assert "Lloyd: English" in text
    assert "Webber: English" in text
    assert "maiden name Johnson" in checked(clf("Mary Toogood née Johnson")).text
    assert "answered unknown: unlike-training" in checked(explain(clf, "qqqqzzz")).text
    assert "no text: unknown" in checked(clf(" ")).text


def test_a_composition_says_what_it_assumed() -> None:
    squad = [f"{a} {b}" for a in ("Suzuki", "Tanaka", "Sato", "Kato") for b in ("Ichiro", "Kenji", "Akira")]
    text = checked(Classifier.load().composition(squad)).text
    assert "read surname first (probability" in text
    assert "joined by +" not in text
    names = ["Larsen", "Hansen", "Jensen", "Nielsen", "Pedersen", "Christensen"] * 20
    found = Classifier.load("classic").composition(names)
    assert bool(found.joint) == ("joined by +" in checked(found).text)


def test_what_is_printed_is_short() -> None:
    clf = tiny_classifier()
    found = clf.composition(["Smith"] * 2_000_000 + ["123"], counts=None)
    assert repr(found) == "<Composition: 2,000,000 of 2,000,001 rows read; Irish 100.0%>".replace(
        "Irish", found.shares[0].origin
    )
    assert "2,000,001 rows, 2,000,000 read; unknown: 1 no-letters" in checked(found).text
    assert repr(clf.composition([])) == "<Composition: 0 of 0 rows read>"
    told = explain(clf, "Li")
    letters = " ".join(f"{each.letter}{each.attribution:+.2f}" for each in told.letters)
    assert repr(told) == f"<Explanation: 'Li', {told.origin} {told.probability:.1%}: {letters}>"
    assert repr(explain(clf, "123")) == "<Explanation: '123', no-letters>"
    rates = outcome_rates(clf.predict_proba(["Smith", "123"]), ["yes", "no"], clf.origins, clf.priors)
    assert repr(rates) == "<OutcomeRates: 1 rows, 1 unread; of no, yes; see rates and of()>"


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (1, "1"),
        (1_234_567.0, "1,234,567"),
        (1_234_567.5, "1,234,568"),
        (0.1 + 0.2, "0.3"),
        (12.345678, "12.35"),
    ],
)
def test_amounts(number: float, written: str) -> None:
    assert amount(number) == written


@pytest.mark.parametrize("name", [*HOSTILE, "Müller", "de la Cruz"])
def test_an_explanation_is_shown_letter_by_letter(name: str) -> None:
    found = explain(tiny_classifier(), name)
    page = checked(found)
    for each in found.letters:
        assert f"{each.attribution:+.2f}" in page.text
    assert (found.origin or "unknown") in page.text


def test_a_set_is_shown(tmp_path: Any) -> None:
    from dataclasses import replace

    answer = replace(tiny_classifier()("Smith"), origin_set=("Irish", "Czech"))
    assert "set: Irish, Czech" in checked(answer).text
    assert "too unsure" in checked(replace(answer, origin_set=())).text


@pytest.mark.parametrize(
    ("share", "shown"),
    [(1.0, "&gt;99.9%"), (0.9991, "&gt;99.9%"), (0.999, "99.9%"), (0.001, "0.1%"), (0.0009, "&lt;0.1%")],
)
def test_no_probability_is_shown_as_certain(share: float, shown: str) -> None:
    assert f">{shown}<" in percent(share)
