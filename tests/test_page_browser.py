"""The page in a browser, used as a person would: typing, stepping, training, pasting, on a phone."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import shutil
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from page_running import MODELS, made, page_of

from cognomen.classifier.classifier import Classifier
from cognomen.explanation import explain

CHROMIUM = shutil.which("chromium")
playwright = pytest.importorskip(
    "playwright.sync_api", reason="Playwright is not installed (pip install playwright)"
)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is not installed (apt-get install chromium)"
)
AXE = Path(__file__).parent / "page" / "node_modules" / "axe-core" / "axe.min.js"
Page = Any


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


class Visit:
    """A page in a window of its own; what it asks for, and what goes wrong, is kept."""

    def __init__(self, browser: Any, model: str = "classic", fragment: str = "", **options: Any) -> None:
        self.context = browser.new_context(accept_downloads=True, reduced_motion="reduce", **options)
        self.page: Page = self.context.new_page()
        self.requests: list[str] = []
        self.finished: list[str] = []
        self.faults: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfinished", lambda request: self.finished.append(request.url))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on(
            "console", lambda message: self.faults.append(message.text) if message.type == "error" else None
        )
        self.page.on("dialog", lambda dialog: (self.faults.append(dialog.message), dialog.dismiss()))
        self.address = page_of(model).as_uri()
        self.page.goto(self.address + fragment)
        self.page.wait_for_selector("html[data-ready]")

    @property
    def name(self) -> Page:
        return self.page.get_by_label("A surname, in any script")

    @property
    def answer(self) -> str:
        return str(self.page.locator("#type-app .answer").inner_text())

    def type(self, text: str) -> None:
        self.name.fill("")
        self.name.press_sequentially(text)

    def show(self, name: str) -> None:
        """Give a name, and wait until the slower parts have followed it."""
        self.name.fill("")
        self.until("!document.querySelector('#inside-app .letters span')")
        self.name.fill(name)
        self.until("document.querySelector('#inside-app .letters span') !== null")
        self.until("document.querySelector('#inside-app .letters span')?.textContent !== '·'")

    def until(self, condition: str, seconds: float = 30) -> None:
        """Wait for a condition in JavaScript; Playwright's own way needs eval, which the page forbids."""
        end = time.monotonic() + seconds
        while not self.page.evaluate(condition):
            assert time.monotonic() < end, condition
            self.page.wait_for_timeout(100)

    def button(self, part: str, text: str) -> Page:
        return self.page.locator(f"#{part}").get_by_role("button", name=text, exact=True)

    def overflows(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.fixture(scope="module")
def classic(browser: Any) -> Visit:
    """The page of the model classic."""
    return Visit(browser)


@pytest.fixture
def visit(classic: Visit) -> Iterator[Visit]:
    """The same page for test after test; nothing may go wrong in it, and no request may leave it."""
    yield classic
    assert classic.faults == []
    assert {url.split("#")[0] for url in classic.requests if not url.startswith("blob:")} == {classic.address}


@pytest.fixture(scope="module")
def clf() -> Classifier:
    return Classifier.load("classic")


def test_every_key_changes_the_answer(visit: Visit, clf: Classifier) -> None:
    for name in ("Kowalczyk", "O'Brien", "Smith, John"):
        visit.type(name)
        answer = clf(name)
        assert visit.answer.startswith(f"{answer.origin}, ")
        shown = visit.page.locator("#type-app .bars .value").first.inner_text()
        assert shown.strip("<>%") in (f"{100 * (answer.probability or 0):.1f}", "99.9")
    columns = visit.page.locator("#type-app .belief li")
    assert columns.count() == len("smith")


def test_what_is_no_name_is_unknown_with_its_reason(visit: Visit) -> None:
    for text, reason in [
        ("Qxzvw", "unlike any name"),
        ("123", "no letters"),
        ("N/A", "no name"),
        ("佐藤", "never seen"),
    ]:
        visit.name.fill(text)
        assert visit.answer.startswith("Unknown"), text
        assert reason in visit.answer
    visit.name.fill("")
    assert visit.answer == "…"


def test_hostile_names_are_text(visit: Visit) -> None:
    for text in (
        '<img src=x onerror="alert(1)">',
        "<script>alert(1)</script>",
        "\u202e'\"><svg onload=alert(1)>",
        "a" * 200,
    ):
        visit.name.fill(text)
        visit.page.locator("#compare-app input").fill(text)
        visit.page.locator("#prefixes-app textarea").fill(text)
        visit.page.locator("#column-app textarea").fill(text)
        visit.button("more", "Score them").click()
        visit.page.wait_for_timeout(150)
    assert visit.page.locator("img").count() == 0
    assert not visit.overflows()


def test_a_number_shows_its_formula(visit: Visit) -> None:
    visit.show("Nakamura")
    strip = visit.page.locator("#inside-app canvas").nth(3)
    strip.focus()
    for _ in range(3):
        strip.press("ArrowRight")
    formula = visit.page.locator("#inside-app .formula").inner_text()
    assert "after “a”" in formula
    # What is shown adds up: h <- (1 - z) n + z h.
    numbers = formula.split("z · h = ")[1].splitlines()[0].replace("−", "-")
    left, right = numbers.split(" = ")
    one, other = (part.split(" · ") for part in left.split(" + "))
    total = sum(float(a.strip("()")) * float(b.strip("()")) for a, b in (one, other))
    assert total == pytest.approx(float(right), abs=0.03)
    strip.click(position={"x": 5, "y": 5})
    assert "Number " in visit.page.locator("#inside-app .formula").inner_text()


def test_nothing_moves_when_the_letters_get_their_numbers(visit: Visit) -> None:
    """A link to a later part would miss it, and who reads there would lose the line."""
    visit.show("Nakamura")
    tops = visit.page.evaluate("""async () => {
      const name = document.getElementById("name"), tops = [];
      const said = () => document.querySelector("#inside-app .letters").textContent;
      name.value = "Kowalczyk";
      name.dispatchEvent(new Event("input"));
      while (!said().startsWith("k·")) await new Promise((done) => setTimeout(done, 1));
      for (let more = true; more;) {
        more = said().startsWith("k·");
        tops.push(document.getElementById("step").offsetTop);
        await new Promise((done) => setTimeout(done, 1));
      }
      return tops;
    }""")
    assert len(tops) > 1
    assert max(tops) - min(tops) < 2


def test_letters_are_coloured_and_show_what_depends_on_them(visit: Visit) -> None:
    visit.show("Nakamura")
    letters = visit.page.locator("#inside-app .letters button")
    assert letters.count() == 8
    letters.first.hover()
    visit.until("document.querySelectorAll('#inside-app .depends')[15].style.width !== ''")
    letters.nth(4).hover()
    widths = visit.page.eval_on_selector_all(
        "#inside-app .depends", "all => all.map((each) => parseFloat(each.style.width))"
    )
    forward, backward = widths[:8], widths[8:]
    assert forward[:4] == [0, 0, 0, 0]  # a state does not depend on letters that it has not read
    assert all(width > 0 for width in forward[4:])
    assert all(width > 0 for width in backward[:5])
    assert backward[5:] == [0, 0, 0]
    kept = visit.page.locator("#inside-app .note").nth(1).inner_text()
    found = [float(share) / 100 for share in re.findall(r"(\d+)%", kept)]
    assert found == pytest.approx([forward[-1] / forward[4], backward[0] / backward[4]], abs=0.01)
    assert "on “m” at the end" in kept


def test_stepping_forward_and_back(visit: Visit) -> None:
    visit.name.fill("Smith")
    said = visit.page.locator("#step-app .row .note")
    visit.until("document.querySelector('#step-app .row .note').textContent.includes('of 5')")
    which, strip = visit.page.locator("#step-app .which"), visit.page.locator("#step-app canvas").first
    assert which.inner_text() == "number 0"
    strip.press("ArrowRight")
    assert which.inner_text() == "number 1"
    before = visit.page.locator("#step-app .at").all_inner_texts()
    visit.button("step", "Step →").click()
    assert said.inner_text() == "step 2 of 5: it reads “m”"
    # The state before the second step is the one after the first.
    assert visit.page.locator("#step-app .at").first.inner_text() == before[-1]
    visit.page.keyboard.press("ArrowLeft")
    assert said.inner_text() == "step 1 of 5: it reads “s”"
    visit.page.locator("#step-app").get_by_text("from the end").click()
    assert said.inner_text() == "step 1 of 5: it reads “h”"
    visit.button("step", "Play").click()
    visit.until("document.querySelector('#step-app .row .note').textContent.startsWith('step 3')")
    visit.button("step", "Pause").click()


def test_names_share_their_beginnings(visit: Visit) -> None:
    visit.page.locator("#prefixes-app textarea").fill("Anna\nAnne\nBo")
    assert visit.page.locator("#prefixes-app .big").inner_text() == "10 letters, 7 steps: 30% saved"
    assert visit.page.locator("#prefixes-app .node.shared").count() == 3


def test_the_columns_of_very_long_names_are_left_out(visit: Visit) -> None:
    columns = visit.page.locator("#type-app .belief li")
    visit.name.fill("ab" * 20)
    assert columns.count() == 40
    visit.name.fill("ab" * 20 + "a")
    assert columns.first.is_hidden()
    visit.name.fill("Smith")
    assert columns.count() == 5
    assert columns.first.is_visible()


def test_a_curve_leaves_the_picture_at_the_end_of_the_scale(visit: Visit) -> None:
    lowest = """() => {
      const curve = document.querySelector("#backwards-app polyline.s0");
      const frame = curve.parentNode.viewBox.baseVal;
      return { y: Number(curve.getAttribute("points").split(",").at(-1)), end: frame.y + frame.height };
    }"""
    found = visit.page.evaluate(lowest)
    assert found["y"] > found["end"]


def test_the_gradient_vanishes_and_explodes(visit: Visit) -> None:
    def number(row: int, column: int) -> float:
        shown = visit.page.locator("#backwards-app tbody tr").nth(row).locator("td").nth(column).inner_text()
        digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", ",")
        return float(shown.replace("×10", "e").translate(digits))

    def left(row: int) -> float:
        return number(row, 0)

    elman, gru, lstm = (left(row) for row in range(3))
    assert elman < 1e-6
    assert min(gru, lstm) > 0.01
    visit.page.get_by_label("Elman without tanh").check()
    visit.page.get_by_label("Size of the recurrent weights").fill("4")
    assert left(0) > 1e3
    assert number(0, 3) == 1
    visit.page.get_by_label("Clip the gradient of").uncheck()
    assert number(0, 3) > 1e3
    visit.button("backwards", "Send the gradient back").click()


def test_a_network_learns(visit: Visit) -> None:
    def right() -> int:
        return int(visit.page.locator("#train-app .row .note").inner_text().split(": ")[1].split("%")[0])

    visit.page.get_by_label("It learns").select_option("addition")
    visit.page.get_by_label("Learning rate").select_option("0.03")
    nonlinearity = visit.page.get_by_label("Nonlinearity")
    assert nonlinearity.is_disabled()
    visit.page.get_by_label("Cell", exact=True).select_option("rnn")
    assert nonlinearity.is_enabled()
    visit.page.get_by_label("Cell", exact=True).select_option("gru")
    before = right()
    visit.button("train", "One step").click()
    assert visit.page.locator("#train-app .row .note").inner_text().startswith("step 1:")
    visit.button("train", "Train").click()
    visit.until(
        "parseInt(document.querySelector('#train-app .row .note').textContent.split(': ')[1]) >= 95", 180
    )
    visit.button("train", "Pause").click()
    assert right() > before
    assert visit.page.locator("#train-app .cloud circle").count() > 100
    visit.button("train", "Start again").click()
    assert right() == before  # the seed decides


def test_a_fault_is_felt(visit: Visit) -> None:
    visit.button("break", "Too large a rate Are the ones so far odd in number?").click()
    visit.button("break", "Train both").click()
    visit.until(
        "parseInt(document.querySelector('#break-app .note').textContent.split('answers ')[1]) >= 90", 180
    )
    badly = visit.page.locator("#break-app .note").inner_text().split("be, ")[1]
    assert int(badly.split("%")[0]) < 80


def test_names_are_made_letter_by_letter(visit: Visit) -> None:
    visit.page.get_by_label("Origin", exact=True).select_option("Italian")
    visit.button("more", "Next letter").click()
    assert len(visit.page.locator("#generate-app .made").inner_text()) == 2
    visit.button("more", "Whole name").click()
    made = visit.page.locator("#generate-app .made").inner_text()
    assert made[0].isupper()
    assert not made.endswith("…")
    assert made in visit.page.locator("#generate-app .note").first.inner_text()
    visit.page.get_by_label("Temperature").fill("1.2")
    assert visit.page.locator("#generate-app output").inner_text() == "1.2"


def test_a_pasted_column_is_scored(visit: Visit, clf: Classifier, tmp_path: Path) -> None:
    names = ["Kowalczyk, Anna", "=HYPERLINK()", "N/A", "Dr. John Smith", 'O"Neill', "Nakamura", "Nakamura"]
    visit.page.locator("#column-app textarea").fill("\n".join(names))
    visit.button("more", "Score them").click()
    with visit.page.expect_download() as waiting:
        visit.page.get_by_role("link", name="Save as CSV").click()
    path = tmp_path / "scored.csv"
    waiting.value.save_as(path)
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    for row, name, answer in zip(rows, names, clf(names), strict=True):
        assert row["name"].removeprefix("'") == name
        assert row["origin"] == (answer.origin or "")
        assert row["reason"] == (answer.reason or "")
    assert rows[1]["name"].startswith("'=")
    visit.page.wait_for_selector("#column-app [data-intervals=shown]")
    origin, *_, said = visit.page.locator("#column-app .bars li").first.inner_text().split("\n")
    best = clf.composition(names).shares[0]
    assert origin == best.origin
    share, low, high = (float(number) for number in re.findall(r"[\d.]+", said))
    assert share == pytest.approx(100 * best.share, abs=0.2)
    assert (low, high) == pytest.approx((100 * best.low, 100 * best.high), abs=8)


def test_a_row_stands_for_each_line_of_a_column(visit: Visit) -> None:
    visit.page.locator("#column-app textarea").fill(f"Smith\n\n  \n{'x' * 1200}\nRossi \n\n \n")
    visit.button("more", "Score them").click()
    visit.page.wait_for_selector("#column-app [data-intervals=shown]")
    rows = visit.page.locator("#column-app tbody tr").all_inner_texts()
    assert [row.split("\t")[0].strip()[:5] for row in rows] == ["Smith", "", "", "xxxxx", "Rossi"]
    assert [row.split("\t")[-1] for row in rows] == ["", "empty", "empty", "too-long", ""]
    table = visit.page.locator("#column-app .scroll")  # the longest name leaves room for the answers
    assert table.evaluate("(box) => box.scrollWidth <= box.clientWidth")
    assert visit.page.locator("#column-app .row .note").inner_text().startswith("5 rows, 3 unknown")


@pytest.mark.parametrize("model", ["classic", "world"])
def test_the_sums_of_the_evidence_give_the_answer(browser: Any, model: str) -> None:
    visit, clf = Visit(browser, model), Classifier.load(model)
    rows = visit.page.locator("#inside-app tbody tr")
    for name in ("Nakamura", "Smith"):
        visit.show(name)
        origin, *told, share = rows.first.inner_text().split("\t")
        *added, total, power = (float(each.replace("−", "-").replace(",", "")) for each in told)
        answer = clf(name)
        assert origin == answer.origin
        assert share == visit.page.locator("#type-app .bars .value").first.inner_text()
        assert len(added) == {"classic": 2, "world": 3}[model]  # the states, n-grams, and the prior of world
        assert sum(added) == pytest.approx(total, abs=0.02)
        assert math.exp(total) == pytest.approx(power, rel=0.01)
        everything = visit.page.locator("#inside-app .note").last.inner_text()
        together = float(everything.removeprefix("All eˢ together are ").split(". ")[0].replace(",", ""))
        assert power / together == pytest.approx(answer.probability, abs=0.002)
        assert "90%" not in everything
    unusual = ("Kowalczykowna", "x", "Wolfeschlegelstein", "Papadopoulosopoulos")
    visit.show(next(name for name in unusual if clf(name).probability == pytest.approx(0.9, abs=1e-6)))
    assert "surer than 90%" in visit.page.locator("#inside-app .note").last.inner_text()
    visit.show("García Márquez")
    assert rows.first.is_hidden()
    assert "parts of this surname" in visit.page.locator("#inside-app .note").last.inner_text()
    visit.context.close()


def test_letters_add_up_from_as_many_unknown_ones(visit: Visit, clf: Classifier) -> None:
    visit.show("Nakamura")
    said = visit.page.locator("#inside-app .note").first.inner_text().replace("−", "-")
    found = explain(clf, "Nakamura")
    assert f"evidence for {found.origin}: from " in said
    shown = [float(number) for number in re.findall(r"[+-]\d+\.\d", said)]
    assert shown == pytest.approx([found.baseline, found.logit], abs=0.11)


def test_a_long_column_does_not_stop_the_page(visit: Visit) -> None:
    box = visit.page.locator("#column-app textarea")
    box.fill(" ")
    visit.button("more", "Score them").click()
    for part in (".bars", "table", "progress", "h3:not(.title)"):
        assert visit.page.locator(f"#column-app {part}").is_hidden(), part
    names = [f"Kowal{a}{b}{c}" for a in "bcdfghjk" for b in "aeiouy" for c in "lmnrstvwxz" for _ in "1234"]
    box.evaluate("(box, names) => { box.value = names; }", "\n".join(names))  # filling it takes Chromium long
    between = """async () => {
      document.querySelector("#column-app button.main").click();
      await new Promise((done) => setTimeout(done));
      const { max, value, className } = document.querySelector("#column-app progress");
      return { max, value, className };
    }"""
    found = visit.page.evaluate(between)
    assert 0 < found["value"] < found["max"] == 1920
    assert found["className"] == ""
    box.fill("Smith\nRossi")
    visit.button("more", "Score them").click()  # the list before it is left
    visit.page.wait_for_selector("#column-app [data-intervals=shown]")
    assert visit.page.locator("#column-app tbody tr").count() == 2
    assert visit.page.locator("#column-app .row .note").inner_text().startswith("2 rows")
    assert visit.page.locator("#column-app progress").is_hidden()


def test_a_long_list_of_beginnings_does_not_stop_the_page(visit: Visit) -> None:
    box = visit.page.locator("#prefixes-app textarea")
    names = [f"Kowal{a}{b}{c}" for a in "bcdfgh" for b in "aeiouy" for c in "lmnrstvwxzbcdfghjkpq"]
    paste = """async (box, names) => {
      box.value = names;
      const start = performance.now();
      box.dispatchEvent(new Event("input", { bubbles: true }));
      return [performance.now() - start, document.querySelector("#prefixes-app .big").textContent];
    }"""
    before = visit.page.locator("#prefixes-app .big").inner_text()
    _, said = box.evaluate(paste, "\n".join(names))
    assert said == before  # the page goes on, and the tree follows
    visit.until("document.querySelector('#prefixes-app .big').textContent.startsWith('5,760 letters')")
    box.evaluate(paste, "\n".join(names))
    box.fill("Smith")  # the list before it is left
    visit.page.wait_for_timeout(300)
    assert visit.page.locator("#prefixes-app .big").inner_text().startswith("5 letters")


@pytest.mark.parametrize(("kind", "gates"), [("elman", 0), ("lstm", 5)])
def test_a_small_model_of_another_cell(kind: str, gates: int, browser: Any, tmp_path: Path) -> None:
    made(**MODELS[kind]).save(tmp_path / kind)
    visit = Visit(browser, str(tmp_path / kind))
    visit.show("Smith")
    inside = visit.page.locator("#inside-app")
    assert inside.get_by_role("radio").count() == gates  # the state, and i, f, g, o
    assert ("forget gate" in visit.page.locator("#inside .try").inner_text()) == (gates > 0)
    assert visit.page.locator("#type-app").get_by_text("Groups").count() == 0
    cell = inside.locator("canvas").first.bounding_box()["width"] / 5
    marker = inside.locator(".marker:not(.hidden)")
    assert marker.bounding_box()["width"] == pytest.approx(cell, abs=1)
    strip = inside.locator("canvas").first
    strip.press("End")
    assert "Number 4 of" in inside.locator(".formula").inner_text()
    strip.press("Home")
    assert "Number 0 of" in inside.locator(".formula").inner_text()
    assert visit.page.locator("#step-app .equation").count() == (8 if gates else 2)
    heads = inside.locator("thead th").all_inner_texts()
    assert heads == ["Origin", "states", "s", "eˢ", "share"]  # no n-grams, and no prior
    assert visit.faults == []
    visit.context.close()


def test_a_formula_has_the_nonlinearity_of_the_cell(visit: Visit) -> None:
    shown = visit.page.evaluate(
        """() => ["tanh", "relu", "identity"].flatMap((nonlinearity) => {
      const { formulaOf, rowsOf } = modules["parts/formulas"], plain = { cell: "rnn", nonlinearity };
      const step = { a: [1.34], b: [-0.08], before: [[0]], state: [[1.26]], gates: {} };
      return [formulaOf(plain, { size: 1 }, step, 0)[0].text, rowsOf(plain, step)[1].equation];
    })"""
    )
    assert shown[2:] == [
        "h ← relu(U x + V h) = relu(1.34 + (−0.08)) = 1.26",
        "h ← relu(U x + V h)",
        "h ← U x + V h = 1.34 + (−0.08) = 1.26",
        "h ← U x + V h",
    ]
    assert shown[1] == "h ← tanh(U x + V h)"


def test_no_number_is_minus_zero(visit: Visit) -> None:
    shown = visit.page.evaluate(
        """() => {
      const { plain, signed } = modules["parts/dom"];
      const given = [-0.004, -0, 0.004, -0.006, 0.006];
      return [given.map((x) => plain(x)), given.map((x) => signed(x))];
    }"""
    )
    assert shown == [["0.00", "0.00", "0.00", "−0.01", "0.01"], ["0.00", "0.00", "0.00", "−0.01", "+0.01"]]


def test_large_numbers_are_written_as_people_write_them(visit: Visit) -> None:
    written = visit.page.evaluate(
        """() => {
      const { grouped, powerOfTen, scientific } = modules["parts/dom"];
      return [grouped(999), grouped(1234567), powerOfTen(-12), ...[0.5, 1234.5, 2e6, 0.001].map(scientific)];
    }"""
    )
    assert written == ["999", "1,234,567", "10⁻¹²", "0.500", "1,235", "2.0×10⁶", "1.0×10⁻³"]
    drawn = visit.page.evaluate(
        """() => {
      const { Curves } = modules["parts/training-view"], curves = new Curves(["one"]);
      curves.draw([{ steps: 3000, losses: [0.7], accuracies: [[0, 0.5]], norms: [1] }]);
      return curves.box.textContent;
    }"""
    )
    assert "3,000 steps" in drawn
    visit.page.locator("#column-app textarea").fill("N/A\n" * 1200)
    visit.button("more", "Score them").click()
    said = "document.querySelector('#column-app .row .note').textContent"
    visit.until(f"{said}.startsWith('1,200 rows, 1,200 unknown')")
    ticks = visit.page.locator("#backwards-app svg text").all_text_contents()
    assert {"10⁸", "1", "10⁻⁸"} <= set(ticks)


def test_what_is_learned_early_is_measured_early(visit: Visit) -> None:
    measured = visit.page.evaluate(
        """async () => {
      const { Runner } = modules["parts/training-view"], accuracies = [[0, 0]];
      const measure = () => { accuracies.push([trainer.steps, 0]); };
      const trainer = { steps: 0, accuracies, measure, step() { this.steps += 1; } };
      const runner = new Runner({ last: 100, onDraw: () => {} });
      runner.trainers = [trainer];
      runner.start();
      while (trainer.steps < 100) await new Promise((done) => setTimeout(done, 5));
      return accuracies.map(([step]) => step);
    }"""
    )
    gaps = [(early, late - early) for early, late in pairwise(measured)]
    assert max(gap for early, gap in gaps if early < 50) <= 10
    assert max(gap for _, gap in gaps) <= 15


def test_without_a_name_nothing_is_said_of_one(visit: Visit) -> None:
    visit.name.fill("123")
    visit.until("document.querySelector('#step-app .row .note').textContent === 'Type a name above.'")
    for part, heading in [
        ("inside", "Read from the beginning"),
        ("step", "If the letters read so far were the whole name"),
    ]:
        said = visit.page.locator(f"#{part}-app").get_by_text(heading, exact=True)
        assert said.is_hidden(), part
        visit.name.fill("Smith")
        visit.until("document.querySelector('#step-app .row .note').textContent.includes('of 5')")
        assert said.is_visible(), part
        visit.name.fill("123")
        visit.until("document.querySelector('#step-app .row .note').textContent.startsWith('Type')")


def test_letters_of_a_name_too_long_to_be_explained_do_not_wait(visit: Visit) -> None:
    visit.name.fill("ab" * 16)
    visit.until("document.querySelectorAll('#inside-app .letters button').length === 32")
    assert "·" not in visit.page.locator("#inside-app .letters").inner_text()


def test_what_is_too_large_is_said_in_words(visit: Visit) -> None:
    drawn = visit.page.evaluate(
        """() => {
      const { Curves } = modules["parts/training-view"], curves = new Curves(["one"], { norms: true });
      curves.draw([{ steps: 2, losses: [0.7, NaN], accuracies: [[0, 0.5]], norms: [1, Infinity] }]);
      return curves.box.innerHTML;
    }"""
    )
    assert not re.search("NaN|Infinity|undefined", drawn)
    assert "one too large" in drawn


def test_a_seed_is_one_that_a_link_can_hold(visit: Visit) -> None:
    seed = visit.page.get_by_label("Seed")
    for typed, kept in [("12345678", "999999"), ("-3", "0"), ("2.7", "2"), ("", "0"), ("1", "1")]:
        seed.fill(typed)
        seed.blur()
        assert seed.input_value() == kept


def test_a_link_restores_the_page(browser: Any, visit: Visit) -> None:
    visit.name.fill("Müller & Söhne")
    visit.page.locator("#compare-app input").fill("Schmidt")
    visit.page.get_by_label("It learns").select_option("parity")
    visit.page.get_by_label("Size of the recurrent weights").fill("2.5")
    visit.page.get_by_label("Clip the gradient of").uncheck()
    visit.page.get_by_label("Origin", exact=True).select_option("Polish")
    visit.button("backwards", "Make a link to this").click()
    link = visit.page.locator("#backwards .share input").input_value()
    other = Visit(browser, fragment="#" + link.split("#")[1])
    other.until("Math.abs(document.getElementById('backwards').getBoundingClientRect().top) < 100")
    assert other.page.get_by_label("Size of the recurrent weights").input_value() == "2.5"
    assert other.page.locator("#backwards-app output").nth(1).inner_text() == "× 2.5"
    assert not other.page.get_by_label("Clip the gradient of").is_checked()
    assert other.page.get_by_label("Steps in the sequence").input_value() == "40"
    assert "length" not in link
    assert other.page.get_by_label("Origin", exact=True).input_value() == "Polish"
    assert other.name.input_value() == "Müller & Söhne"
    assert other.page.locator("#compare-app input").input_value() == "Schmidt"
    assert other.page.get_by_label("It learns").input_value() == "parity"
    assert other.faults == []
    other.context.close()


def test_a_name_typed_before_the_ngrams_are_there_is_answered_when_they_are(browser: Any) -> None:
    page = browser.new_page()
    page.add_init_script("""{
      const read = Response.prototype.arrayBuffer;
      const released = new Promise((release) => { window.release = release; });
      Response.prototype.arrayBuffer = async function () { await released; return read.call(this); };
    }""")
    page.goto(page_of("classic").as_uri())
    answer, name = page.locator("#type-app .answer"), page.get_by_label("A surname, in any script")
    assert answer.inner_text().startswith("Japanese, ")
    name.fill("Kowalczyk")
    assert answer.inner_text() == "…"  # not that of the name before
    assert page.locator("#type-app .bars").first.is_hidden()
    page.evaluate("release()")
    page.wait_for_selector("html[data-ready]")
    assert answer.inner_text().startswith("Polish, ")
    assert name.input_value() == "Kowalczyk"
    page.close()


@pytest.mark.parametrize("model", ["classic", "world"])
def test_the_answer_in_the_file_is_the_one_that_is_computed(browser: Any, model: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(page_of(model).as_uri())
    written = page.locator("#type-app .answer")
    shown, computed = written.text_content(), Visit(browser, model)
    assert shown == computed.page.locator("#type-app .answer").text_content()
    assert page.locator("input.name").input_value() == computed.name.input_value()
    computed.context.close()
    context.close()


def test_a_name_typed_before_the_script_runs_is_kept(browser: Any) -> None:
    page = browser.new_page()
    page.add_init_script("requestAnimationFrame = (drawn) => { window.draw = drawn; }")
    page.goto(page_of("classic").as_uri())
    name = page.get_by_label("A surname, in any script")
    name.fill("Kowalczyk")
    page.evaluate("draw()")
    page.wait_for_selector("html[data-ready]")
    assert name.input_value() == "Kowalczyk"
    assert page.locator("#type-app .answer").inner_text().startswith("Polish, ")
    page.close()


def test_a_page_that_is_not_drawn_is_made_ready_all_the_same(browser: Any) -> None:
    page = browser.new_page()
    page.add_init_script("""
      Object.defineProperty(Document.prototype, "hidden", { get: () => true });
      requestAnimationFrame = () => {};
    """)
    page.goto(page_of("classic").as_uri())
    page.wait_for_selector("html[data-ready]")
    page.close()


def test_a_browser_that_is_too_old_is_told(browser: Any) -> None:
    page = browser.new_page()
    page.add_init_script("delete globalThis.DecompressionStream")  # as before 2023
    page.goto(page_of("classic").as_uri())
    page.locator("#type-app .note").get_by_text("it needs one of 2023 or newer").wait_for()
    assert page.locator("#type-app .answer").inner_text().startswith("Japanese, ")
    page.close()


def test_it_answers_where_tasks_have_no_priorities(browser: Any) -> None:
    page = browser.new_page()
    page.add_init_script("delete globalThis.scheduler")  # as in Safari
    page.goto(page_of("classic").as_uri())
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate("typeof scheduler") == "undefined"
    page.close()


def test_a_link_may_follow_another_in_the_same_window(browser: Any) -> None:
    visit = Visit(browser)
    with visit.page.expect_event("load"):
        visit.page.evaluate("location.hash = '#train?name=Rossi&task=parity'")
    visit.page.wait_for_selector("html[data-ready]")
    assert visit.name.input_value() == "Rossi"
    assert visit.page.get_by_label("It learns").input_value() == "parity"
    visit.until("Math.abs(document.getElementById('train').getBoundingClientRect().top) < 100")
    visit.name.fill("Smith")
    visit.page.locator(".tour a").first.click()
    visit.page.go_back()
    visit.until("location.hash.startsWith('#train?')")
    assert visit.name.input_value() == "Smith"  # the same link again changes nothing
    assert visit.faults == []
    visit.context.close()


def test_a_damaged_link_does_no_harm(browser: Any) -> None:
    damaged = Visit(
        browser,
        fragment="#type?name=%FF%00&task=nothing&cell=__proto__&hidden=1e9&seed=-1&fault=x&rate=x&names=%&list=Klingon&length=x&scale=1e9&linear=",
    )
    assert damaged.faults == []
    assert damaged.page.get_by_label("Origin", exact=True).input_value() == "Japanese"
    damaged.type("Smith")
    assert "English" in damaged.answer or "Scottish" in damaged.answer
    damaged.context.close()


def test_the_tour_leads_through_the_parts(visit: Visit) -> None:
    links = visit.page.locator(".tour a")
    assert links.count() == 8
    links.nth(5).click()
    visit.until("document.querySelector('.tour a[aria-current]')?.hash === '#train'")
    assert visit.page.locator("#train h2").is_visible()
    assert "Chapter 7" in visit.page.locator("#train").inner_text()


def test_chapters_are_linked_where_they_lie_beside(tmp_path: Path, browser: Any) -> None:
    from cognomen.apps.page.build import build_page

    path = tmp_path / "page.html"
    path.write_text(build_page("classic", study="study/"), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]")
    targets = page.eval_on_selector_all(
        "[data-chapter] a", "all => all.map((each) => each.getAttribute('href'))"
    )
    study = Path(__file__).parent.parent / "docs" / "study"
    assert len(targets) >= 9
    assert all((study / Path(target).with_suffix(".md").name).exists() for target in targets)
    page.close()


def test_by_keyboard_alone(visit: Visit) -> None:
    visit.page.goto("about:blank")  # so that nothing has the focus
    visit.page.goto(visit.address)
    visit.page.wait_for_selector("html[data-ready]")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.className") == "skip"
    visit.name.focus()
    visit.page.keyboard.press("Control+A")
    visit.page.keyboard.type("Rossi")
    assert visit.answer.startswith("Italian")
    seen = []
    for _ in range(120):
        visit.page.keyboard.press("Tab")
        seen.append(visit.page.evaluate("document.activeElement.closest('section')?.id ?? ''"))
    assert {"type", "inside", "step", "prefixes", "backwards", "train", "break", "more"} <= set(seen)


@pytest.mark.parametrize("window", [(1280, 720), (390, 700)])
def test_the_answer_is_in_the_first_view(browser: Any, window: tuple[int, int]) -> None:
    visit = Visit(browser, "world", viewport=dict(zip(("width", "height"), window, strict=True)))
    box = visit.page.locator("#type-app .answer").bounding_box()
    assert box["y"] + box["height"] < window[1]
    visit.context.close()


def test_it_prints_its_bars_and_columns(browser: Any) -> None:
    visit = Visit(browser)
    visit.page.emulate_media(media="print")
    for part in (".fill", ".stack div", ".swatch", ".ramp"):
        style = f"getComputedStyle(document.querySelector('main {part}'))"
        assert visit.page.evaluate(f"{style}.printColorAdjust") == "exact"
    assert visit.page.locator(".tour").is_hidden()
    visit.context.close()


def test_paper_has_the_light_theme(browser: Any) -> None:
    visit = Visit(browser, color_scheme="dark")
    screen, paper, after = visit.page.evaluate("""() => {
      window.look = () => {
        const context = document.querySelector("#inside-app canvas").getContext("2d");
        return [getComputedStyle(document.body).color, context.getImageData(0, 0, 128, 1).data.join()];
      };
      return [look(), ...["beforeprint", "afterprint"].map((event) => {
        dispatchEvent(new Event(event)); // as browsers do
        return look();
      })];
    }""")
    assert (screen[0], paper[0]) == ("rgb(236, 233, 227)", "rgb(28, 26, 23)")
    assert after == screen
    assert paper[1] != screen[1]
    visit.page.emulate_media(color_scheme="light")
    visit.until(f"look()[1] === '{paper[1]}'")
    visit.page.emulate_media(media="print", color_scheme="dark")  # where nothing tells of the printing
    assert visit.page.evaluate("look()[0]") == "rgb(28, 26, 23)"
    visit.context.close()


@pytest.mark.parametrize("width", [320, 640])  # a window of 1280 at 400 % and at 200 %
def test_it_can_be_enlarged(browser: Any, width: int) -> None:
    visit = Visit(browser, viewport={"width": width, "height": 400}, device_scale_factor=1280 / width)
    visit.show("Papadopoulos")
    visit.page.locator("#column-app textarea").fill("Papadopoulos-Konstantinopoulos, Anna")
    visit.button("more", "Score them").click()
    visit.page.wait_for_selector("#column-app [data-intervals=shown]")
    assert not visit.overflows()
    visit.context.close()


def test_it_fits_a_phone(browser: Any) -> None:
    phone = Visit(browser, viewport={"width": 390, "height": 800}, has_touch=True)
    for name in ("Papadopoulos-Konstantinopoulos", "محمود", "W" * 60):
        phone.name.fill(name)
        phone.page.wait_for_timeout(200)
        assert not phone.overflows(), name
    for scheme in ("light", "dark"):
        phone.page.emulate_media(color_scheme=scheme)
        background = phone.page.evaluate("getComputedStyle(document.body).backgroundColor")
        channels = [int(each) for each in background.removeprefix("rgb(").removesuffix(")").split(",")]
        assert (max(channels) < 80) == (scheme == "dark")
    assert phone.faults == []
    phone.context.close()


def test_the_default_model_answers_at_every_level_and_from_right_to_left(browser: Any) -> None:
    world, clf = Visit(browser, "world"), Classifier.load()
    for name in ("محمود", "Иванова", "Nguyễn", "כהן"):
        world.name.fill(name)
        answer = clf(name)
        assert world.answer.startswith(f"{answer.origin}, "), name
        assert world.page.locator("#type-app h3").first.inner_text() == "Origins"
        assert answer.region in world.page.locator("#type-app").inner_text()
    world.name.fill("محمود")
    assert world.page.evaluate("getComputedStyle(document.querySelector('input.name')).direction") == "rtl"
    assert world.requests == [world.address]
    assert world.faults == []
    world.context.close()


def test_nothing_may_leave_the_page(visit: Visit) -> None:
    """The Content-Security-Policy stops what a script that got in would try."""
    tries = """async () => {
        const blocked = [];
        const note = (event) => blocked.push(event.effectiveDirective);
        document.addEventListener("securitypolicyviolation", note);
        await fetch("https://example.com/").catch(() => {});
        const image = new Image();
        image.src = "https://example.com/x.png";
        const script = document.createElement("script");
        script.textContent = "window.hurt = true";
        document.body.append(script);
        const style = document.createElement("style");
        style.textContent = "body { display: none }";
        document.body.append(style);
        await new Promise((done) => setTimeout(done, 200));
        return { blocked, hurt: window.hurt ?? false, shown: getComputedStyle(document.body).display };
    }"""
    found = visit.page.evaluate(tries)
    assert {"connect-src", "img-src", "script-src-elem", "style-src-elem"} <= set(found["blocked"])
    assert (found["hurt"], found["shown"]) == (False, "block")
    assert not [url for url in visit.finished if "example.com" in url]
    visit.requests[:] = [url for url in visit.requests if "example.com" not in url]
    visit.faults.clear()  # the console tells of what was blocked


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed (npm ci --prefix tests/page)")
def test_it_is_accessible(browser: Any) -> None:
    visit = Visit(browser, bypass_csp=True)
    visit.show("Nakamura")
    visit.page.locator("#column-app textarea").fill("Smith\nRossi")
    visit.button("more", "Score them").click()
    visit.button("type", "Make a link to this").click()
    visit.page.add_script_tag(path=str(AXE))
    for scheme in ("light", "dark"):
        visit.page.emulate_media(color_scheme=scheme)
        violations = visit.page.evaluate("axe.run(document)")["violations"]
        told = [(v["id"], v["impact"], [node["html"][:120] for node in v["nodes"][:3]]) for v in violations]
        assert not told, json.dumps(told, indent=1)
    visit.context.close()
