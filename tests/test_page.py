"""The page as a file: what is in it, how large it is, and what the command says."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from cli_running import failure, inside, tree_classifier
from page_running import MODELS, in_node, made, needs_node, page_of

import cognomen
from cognomen.apps.page import build
from cognomen.apps.page import bundle as bundling
from cognomen.apps.page.build import FIRST, build_page
from cognomen.apps.page.bundle import PAGE, SCRIPTS, bundle
from cognomen.apps.page.facts import reading_words
from cognomen.classifier import Classifier
from cognomen.errors import InputError, ModelError

NAMES = ["smith", "O'Brien", "Nguyễn", "van der Berg", "x", "", "123", "Anna Kowalczyk"]


def test_the_command_writes_the_page_whole(tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    done = inside("page", "--out", str(out), "--model", "classic")
    assert done.returncode == 0
    assert out.read_text(encoding="utf-8") == page_of("classic").read_text(encoding="utf-8")


def test_errors_say_what_to_do(tmp_path: Path) -> None:
    message = failure(inside("page", "--out", str(tmp_path / "no" / "page.html"), "--model", "classic"), 1)
    assert "No such file or directory" in message
    assert "found neither" in failure(
        inside("page", "--out", str(tmp_path / "a.html"), "--model", "nothing"), 1
    )
    assert "generator" in failure(
        inside("page", "--out", str(tmp_path / "a.html"), "--model", "generator"), 1
    )
    assert "--out" in failure(inside("page"), 2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("model", "most"), [("classic", 3_000_000), ("world", 12_000_000)])
def test_it_is_small_enough(model: str, most: int) -> None:
    assert page_of(model).stat().st_size < most


def test_it_has_no_list_of_words_that_no_module_reads() -> None:
    modules = "".join(path.read_text("utf-8") for path in PAGE.rglob("*.js"))
    found = reading_words()
    for name in (*found.pop("sets"), *found):
        assert re.search(rf"\b{name}\b", modules), name


def test_it_is_without_the_comments_of_its_modules() -> None:
    lines = page_of("classic").read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if line.lstrip().startswith("//")]


def test_it_asks_for_nothing_from_elsewhere() -> None:
    page = page_of("classic").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; ")
    assert "unsafe" not in policy[1]
    outside = re.sub(r"<script type=.*?</script>", "", page, flags=re.DOTALL)
    assert not re.findall(r"""(?:src|href)=["'](?!#)""", outside)
    assert set(re.findall(r"https?://[\w.]+", outside)) <= {"http://www.w3.org"}  # the name of SVG


def test_the_style_is_one_that_safari_reads() -> None:
    style = (PAGE / "page.css").read_text(encoding="utf-8")
    # Safari leaves out the line itself, if a style stands beside it.
    assert not re.findall(r"text-decoration: [^;\s]+ [^;\s]+", style)


def test_modules_are_joined_in_order() -> None:
    script = "".join(bundle(*SCRIPTS))
    assert not re.search(r"^(import|export) ", script, re.MULTILINE)
    made = re.findall(r'^modules\["([\w/-]+)"\] = ', script, re.MULTILINE)
    used = [(place.start(), place[1]) for place in re.finditer(r'= modules\["([\w/-]+)"\];', script)]
    starts = {name: script.index(f'modules["{name}"] = ') for name in made}
    assert len(made) == len(set(made)) == len(list(PAGE.rglob("*.js")))
    assert all(starts[name] < place for place, name in used)
    assert "</script" not in script
    assert "<!--" not in script


def test_no_module_is_named_as_one_of_python() -> None:
    ours = {path.stem for path in PAGE.rglob("*.js")}
    assert not ours & {path.stem for path in Path(cognomen.__file__).parent.rglob("*.py")}


def test_the_engine_is_small() -> None:
    lines = [
        line
        for path in (PAGE / "engine").glob("*.js")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert len(lines) < 1000


@needs_node
@pytest.mark.parametrize("kind", [*MODELS, "tree"])
def test_models_of_every_kind_answer_as_in_python(kind: str, tmp_path: Path) -> None:
    clf = tree_classifier() if kind == "tree" else made(**MODELS[kind])
    clf.save(tmp_path / kind)
    for ours, answer, p in zip(
        in_node("answers", {"names": NAMES}, str(tmp_path / kind)),
        clf(NAMES),
        clf.predict_proba(NAMES),
        strict=True,
    ):
        assert ours["reason"] == answer.reason
        if ours["probabilities"]:
            np.testing.assert_allclose(ours["probabilities"], p, atol=1e-5)
            assert ours["labels"] == [each for each in (answer.origin, answer.group, answer.region) if each]


def test_a_cell_that_the_page_cannot_run_is_refused(tmp_path: Path) -> None:
    made(cell="combined").save(tmp_path / "combined")
    with pytest.raises(InputError, match="rnn, gru, lstm, not 'combined'"):
        build_page(tmp_path / "combined")
    with pytest.raises(ModelError):
        build_page(tmp_path / "nothing")


@needs_node
@pytest.mark.parametrize("model", ["classic", "world"])
def test_the_first_answer_does_not_wait_for_the_ngrams(model: str) -> None:
    found = in_node("first", {}, model)
    assert len(found["computed"]) == len(FIRST)
    np.testing.assert_allclose(found["remembered"], found["computed"], atol=1e-6)
    assert len(set(found["kinds"])) == 1  # of arrays, or what was compiled for the first is thrown away
    page = page_of(model).read_text(encoding="utf-8")
    places = [page.index(f'id="{part}"') for part in ("facts", "network", "ngrams", "generator")]
    assert places == sorted(places)
    first, answers, follows = (found.start() for found in re.finditer('"use strict"', page))
    assert first < places[0] < places[1] < answers < places[2] < places[3] < follows


def test_what_the_first_answer_does_not_need_is_not_read_before_it() -> None:
    _, answers, follows = bundle(*SCRIPTS)
    for module in ("engine/name-generator", "parts/inside", "learning/trainer"):
        assert f'modules["{module}"] = ' in follows
        assert f'modules["{module}"] = ' not in answers


def test_the_page_begins_with_an_answer() -> None:
    page = page_of("classic").read_text(encoding="utf-8")
    shown = re.search(r'<p class="answer"[^>]*>(.*?)</p>', page)
    best = Classifier.load("classic")(FIRST).origins[0]
    assert f'value="{FIRST}"' in page
    assert shown is not None
    assert re.sub("<[^>]*>", "", shown[1]) == f"{best.origin}, {best.probability:.1%}"


def test_it_is_ascii_whatever_the_model_is_called(tmp_path: Path) -> None:
    made(**MODELS["forward"]).save(tmp_path / "Größe <b> 名")
    page = build_page(tmp_path / "Größe <b> 名")
    assert page.isascii()
    assert "<b>Gr&#246;&#223;e &lt;b&gt; &#21517;</b>" in page


def test_a_page_may_begin_with_what_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "FIRST", "123")
    assert "<span>Unknown</span>" in build.build_page("classic")


def test_what_is_not_ascii_is_escaped() -> None:
    script, style = (
        bundling.NOT_ASCII.sub(escape, "é😀a") for escape in (bundling._script_escape, bundling._css_escape)
    )
    assert script == r"\u00e9\ud83d\ude00a"
    assert style == r"\e9 \1f600 a"
