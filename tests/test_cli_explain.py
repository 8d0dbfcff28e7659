"""`cognomen explain`: the table for people, the JSON, the picture."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from cli_running import ORIGINS, failure, inside, lines, run, tiny_classifier

from cognomen.apps.cli.explain import HALF, SHORT, prefix_answer, signed_bar
from cognomen.classifier import OriginProbability
from cognomen.explanation import LetterAttribution, explain, name_activations
from cognomen.plots.explanation import plot_explanation

SCHEMA = Path(__file__).parent.parent / "docs" / "schema.md"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("explain") / "model"
    tiny_classifier().save(folder)
    return str(folder)


def explained(*arguments: str) -> list[str]:
    """The lines of an explanation, without what the columns mean."""
    said = lines(inside("explain", *arguments))
    return said[: len(said) - said[::-1].index("") - 1]


def figures(line: str) -> list[float]:
    return [float(each) for each in re.findall(r"[+-]\d+\.\d\d", line)]


def test_the_table_adds_up(model):
    table = explained("Nakamura", "--model", model)
    found = explain(tiny_classifier(), "Nakamura")
    assert table[0].startswith(f"Nakamura: {found.origin} ")
    assert found.rival is not None
    assert found.rival in table[0]
    rows = table[3:]
    assert "".join(line[0] for line in rows[1:-1]) == "nakamura"
    values = np.array([figures(line) for line in rows])  # (start, letters, sum; attribution and margin)
    np.testing.assert_allclose(values[:-1].sum(axis=0), values[-1], atol=0.05)
    assert values[-1, 0] == pytest.approx(found.logit, abs=0.006)
    for line, letter in zip(rows[1:-1], found.letters, strict=True):
        assert line.endswith(prefix_answer(letter, found.origin or ""))


def test_a_narrow_terminal_has_shorter_bars_and_answers(model, monkeypatch):
    found = explain(tiny_classifier(), "Nakamura")
    answers = [prefix_answer(each, found.origin or "") for each in found.letters]
    full = len(f"letter   {'':{2 * HALF}}  for {found.origin}  margin  ") + max(map(len, answers))
    for width, filled in ((full, HALF), (full - 2, HALF - 1), (full - 2 * HALF, SHORT)):
        monkeypatch.setenv("COLUMNS", str(width))
        table = explained("Nakamura", "--model", model)
        assert max(map(len, table)) <= width
        assert max(line.count("█") for line in table) == filled
        ends = [line.split("  ")[-1] for line in table[-len(answers) - 1 : -1]]
        if width >= full - 2:
            assert ends == answers
        else:
            assert any("," in answer for answer in answers)
            assert ends != answers
            assert all(map(str.startswith, answers, ends))
            assert {end[-1] for end in ends} <= {"%", "t"}


def test_letters_alone_have_bars_and_the_longest_is_full(model):
    table = explained("Nakamura", "--model", model)[2:]
    found = explain(tiny_classifier(), "Nakamura")
    filled = ["█" * HALF in line for line in table]
    largest = np.argmax([abs(each.attribution) for each in found.letters])
    assert np.flatnonzero(filled).tolist() == [2 + largest]
    assert not any(set(line) & set("█▐▏▎▍▌▋▊▉") for line in (*table[:2], table[-1]))


def test_a_surname_and_another_origin(model):
    table = explained("John van Dyk", "--origin", ORIGINS[0], "--model", model)
    assert table[0].startswith(f"John van Dyk → van Dyk: {ORIGINS[0]} ")
    assert f"for {ORIGINS[0]}" in table[2]
    assert "".join(line[0] for line in table[4:-1]) == "van␣dyk"
    assert "not a name yet" in lines(inside("explain", "--model", model, "'t Hooft"))[4]


def test_the_screen_says_what_the_figures_mean(model):
    found = explain(tiny_classifier(), "Nakamura")
    said = lines(inside("explain", "Nakamura", "--model", model))
    words = " ".join(said[said.index("", 4) :])
    assert f"lead over {found.rival}" in words
    assert "a name of 8 unknown letters" in words
    assert f"the logit of {found.origin}: +1 makes it 2.7 times as likely" in words
    assert max(map(len, said)) <= 80


@pytest.mark.parametrize(("name", "words"), [("", "nothing to read"), ("123", "holds no letters")])
def test_what_cannot_be_read(model, tmp_path, name, words):
    assert lines(inside("explain", "--model", model, name)) == [f"{name}: unknown, {words}"]
    picture = tmp_path / "p.svg"
    result = inside("explain", "--model", model, "--plot", str(picture), name)
    lines(result)
    assert b"not drawn" in result.stderr
    assert not picture.exists()


def test_an_unknown_origin_and_an_odd_picture(model):
    message = failure(inside("explain", "Novak", "--origin", "Chzech", "--model", model), 1)
    assert "Did you mean 'Czech'?" in message
    assert ".png or .svg or .pdf" in failure(inside("explain", "Novak", "--plot", "p.gif"), 1)
    failure(inside("explain"), 2)


def test_json_has_the_keys_of_the_schema(model):
    found = json.loads(*lines(inside("explain", "--json", "Müller", "--model", model)))
    assert found == json.loads(json.dumps(explain(tiny_classifier(), "Müller").to_json()))
    text = SCHEMA.read_text("utf-8").partition("## `cognomen explain --json`")[2].partition("\n## ")[0]
    keys = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert keys == [*found, *found["letters"][0]]
    assert len(found["letters"][0]["prefix_origins"]) == 3 < len(ORIGINS)
    unread = json.loads(*lines(inside("explain", "--json", "123", "--model", model)))
    assert list(unread) == list(found)
    assert (unread["reason"], unread["letters"]) == ("no-letters", [])


def test_bars_grow_from_the_middle():
    drawn = ["".join(text for text, _ in signed_bar(length)) for length in (-1, -0.25, 0, 0.5, 1)]
    assert drawn[0] == "█" * HALF + " " * HALF
    assert drawn[1] == " " * 7 + "▐██" + " " * HALF
    assert drawn[2].strip() == ""
    assert drawn[3] == " " * HALF + "█" * 5 + " " * 5
    assert {len(each) for each in drawn} == {2 * HALF}
    assert prefix_answer(LetterAttribution("x", 0.0, None, ()), "Czech") == "not a name yet"
    both = LetterAttribution("x", 0, None, (OriginProbability("Irish", 0.7), OriginProbability("Czech", 0.3)))
    assert prefix_answer(both, "Czech") == "Irish 70.0%, Czech 30.0%"
    assert prefix_answer(both, "Irish") == "Irish 70.0%"


@pytest.mark.parametrize(("suffix", "begins"), [(".svg", b"<?xml"), (".png", b"\x89PNG"), (".pdf", b"%PDF")])
def test_the_picture_is_drawn(model, tmp_path, suffix, begins):
    path = tmp_path / f"p{suffix}"
    result = inside("explain", "Müller-Ng x", "--as-is", "--plot", str(path), "--model", model)
    lines(result)
    assert f"drawn: {path}".encode() in result.stderr
    assert path.read_bytes().startswith(begins)


def test_the_words_are_in_the_picture(tmp_path):
    import matplotlib

    clf = tiny_classifier()
    found, inner = explain(clf, "Müller"), name_activations(clf, "Müller")
    assert inner is not None
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        plot_explanation(found, inner, tmp_path / "p.svg")
        plot_explanation(found, None, tmp_path / "short.svg")
    text, short = ((tmp_path / name).read_text("utf-8") for name in ("p.svg", "short.svg"))
    for words in [
        *(each.letter for each in found.letters),
        f"speaks for {found.origin}",
        f"margin over {found.rival}",
        "Probability after each letter",
    ]:
        assert words in text
        assert words in short
    for words in ("hidden state", "reset gate", "update gate", "which letter each state depends on", "Steps"):
        assert words in text
        assert words not in short


def test_the_parts_of_a_surname_are_shown():
    text = " ".join(lines(inside("explain", "Lloyd-Webber")))
    assert "pooled from Lloyd (English " in text
    assert ") and Webber (English " in text
    assert "known as a whole name" not in text


def test_settings_that_matplotlib_refuses_are_an_error(model, tmp_path):
    picture = str(tmp_path / "p.svg")
    result = run("explain", "Novak", "--plot", picture, "--model", model, MPLBACKEND="nonsense")
    assert "matplotlib cannot be used: Key backend: 'nonsense'" in failure(result, 1)


def test_a_picture_needs_letters_and_matplotlib(model, tmp_path, monkeypatch):
    from cognomen.errors import InputError

    clf = tiny_classifier()
    with pytest.raises(InputError, match="no-letters"):
        plot_explanation(explain(clf, "123"), None, tmp_path / "p.svg")
    with pytest.raises(InputError, match="activations of 5 letters, got 3"):
        plot_explanation(explain(clf, "Novak"), name_activations(clf, "Ann"), tmp_path / "p.svg")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    message = failure(inside("explain", "Novak", "--plot", str(tmp_path / "p.svg"), "--model", model), 1)
    assert "pip install 'cognomen[plots]'" in message
