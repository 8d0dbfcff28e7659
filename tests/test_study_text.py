"""The study's pages: what they quote is in the source, what they name exists, and the notebook runs."""

from __future__ import annotations

import ast
import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest

from cognomen.apps.cli.commands import cli
from cognomen.study import EXPERIMENTS

ROOT = Path(__file__).parent.parent
STUDY = ROOT / "docs" / "study"
PAGES = sorted(STUDY.glob("*.md"))
BLOCK = re.compile(r"(?:<!-- quoted (\S+) -->\n)?^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"^<!-- study (\S+) -->\n(.*?)^<!-- /study (\S+) -->$", re.MULTILINE | re.DOTALL)


def stripped(text: str) -> str:
    """Lines without what stands before and behind them: a quotation may be moved to the left."""
    return "\n" + "\n".join(line.strip() for line in text.strip().splitlines()) + "\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_code_runs_or_is_quoted_from_the_source(page: Path) -> None:
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    for source, code in blocks:
        if source:
            assert stripped(code) in stripped((ROOT / source).read_text(encoding="utf-8")), code
        else:
            assert code.startswith(">>> "), code  # then test_docs.py runs it
    assert page.stem == "10-sources" or blocks


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_answers_are_folded_and_ended(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    parts = re.split(r"^\*\*\d+\.\d\*\*", text, flags=re.MULTILINE)[1:]
    assert len(parts) >= 3 or page.stem in ("README", "10-sources")
    for exercise in parts:
        # The blank line makes what follows Markdown, where details are HTML.
        assert exercise.count('\n<details markdown="1"><summary>Answer</summary>\n\n') == 1
        assert exercise.count("\n</details>\n") == 1


def test_each_experiment_has_its_place_and_picture() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    names = [begin for begin, _, end in MARK.findall(text) if begin == end]
    assert len(names) == len(set(names)) == text.count("<!-- study ") == text.count("<!-- /study ")
    assert set(EXPERIMENTS) <= set(names)
    assert sorted(names) == sorted(re.findall(r"^!\[.+\]\(figures/(\S+)\.svg\)$", text, re.MULTILINE))


def heading_anchors(page: Path) -> set[str]:
    """The anchors that both GitHub and MkDocs give to headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each).strip().lower().replace(" ", "-") for each in headings}


def test_links_to_headings_lead_to_headings() -> None:
    found = 0
    for page in PAGES:
        for target, anchor in re.findall(r"\]\(([^)#\s]*)#([^)]+)\)", page.read_text(encoding="utf-8")):
            assert anchor in heading_anchors(page.parent / target if target else page), (page.name, anchor)
            found += 1
    assert found > 10


def test_commands_exist_with_their_options() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    lines = re.findall(r"^cognomen (.+?)(?: +#.*)?$|`cognomen ([^`]+)`", text, re.MULTILINE)
    assert len(lines) > 5
    for line in lines:
        understand(cli, "".join(line).split())


def understand(command: click.Command, words: list[str]) -> None:
    """Read a command line as far as it goes; an option or a command that does not exist is an error."""
    while isinstance(command, click.Group) and words:
        command, words = command.commands.get(words[0]) or find(command, words[0]), words[1:]
    try:
        command.make_context(None, list(words))
    except click.NoSuchOption as error:
        pytest.fail(str(error))
    except click.UsageError:
        pass  # an argument that the text leaves out, or a file that is not there


def find(group: click.Group, name: str) -> click.Command:
    command = group.get_command(click.Context(group), name)
    assert command is not None, name
    return command


# --- the notebook --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def notebook() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((STUDY / "notebook" / "study.ipynb").read_text(encoding="utf-8"))
    return read


def test_notebook_is_what_the_chapters_give() -> None:
    made = subprocess.run([sys.executable, "docs/generate_notebook.py", "--check"], cwd=ROOT, check=False)
    assert made.returncode == 0


def test_notebook_has_the_form_of_one(notebook: dict[str, Any]) -> None:
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids) > 100
    fields = {"cell_type", "metadata", "source", "id"}
    for cell in notebook["cells"]:
        assert cell.keys() == fields | (
            {"outputs", "execution_count"} if cell["cell_type"] == "code" else set()
        )
        assert "<details" not in "".join(cell["source"])


def install(notebook: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the first cell installs when it is opened in a folder, and Cognomen is not installed."""
    first = "".join(notebook["cells"][0]["source"])
    code, _, command = first.rpartition("\n")
    assert command == '%pip install --quiet "{SOURCE}"'
    monkeypatch.chdir(folder)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    here: dict[str, Any] = {}
    exec(code, here)
    source: str = here["SOURCE"]
    return source


def test_first_cell_installs_the_clone_that_it_lies_in(notebook, monkeypatch) -> None:
    assert install(notebook, STUDY / "notebook", monkeypatch) == str(ROOT)


def test_first_cell_installs_the_newest_wheel_beside_it(notebook, monkeypatch, tmp_path) -> None:
    for version in ("0.1.0", "0.2.0"):
        (tmp_path / f"cognomen-{version}-py3-none-any.whl").touch()
    assert install(notebook, tmp_path, monkeypatch) == str(tmp_path / "cognomen-0.2.0-py3-none-any.whl")


def test_first_cell_says_what_it_lacks(notebook, monkeypatch, tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match="put the wheel there, or set ADDRESS"):
        install(notebook, tmp_path, monkeypatch)


def test_notebook_runs_from_top_to_end(notebook: dict[str, Any]) -> None:
    here: dict[str, Any] = {}
    for cell in notebook["cells"][1:]:
        if cell["cell_type"] == "code":
            value = run("".join(cell["source"]), here)
            assert value == (shown(cell) or None), "".join(cell["source"])


def run(source: str, here: dict[str, Any]) -> str | None:
    """Run a cell as a notebook does: the last line's value is shown, if it is an expression with one."""
    *body, last = ast.parse(source).body
    exec(compile(ast.Module(body, []), "cell", "exec"), here)
    if not isinstance(last, ast.Expr):
        exec(compile(ast.Module([last], []), "cell", "exec"), here)
        return None
    value = eval(compile(ast.Expression(last.value), "cell", "eval"), here)
    return None if value is None else re.sub(r"\s+", " ", repr(value))


def shown(cell: dict[str, Any]) -> str:
    """The value that a cell shows; what is printed, the pages' own tests compare."""
    values = [each["data"]["text/plain"] for each in cell["outputs"] if "data" in each]
    return re.sub(r"\s+", " ", "".join(line for value in values for line in value))


def test_notebook_links_lead_out_of_its_folder(notebook: dict[str, Any]) -> None:
    words = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    text = re.sub(
        r"^```.*?^```", "", "".join(line for cell in words for line in cell), flags=re.MULTILINE | re.DOTALL
    )
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if not target.startswith("http") and "study/figures" not in target and "/figures/" not in target:
            assert (STUDY / "notebook" / target).exists(), target


# --- the site ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "link", "on_the_site"),
    [
        ("tour.md", "[the study](study/README.md)", "[the study](study/README.md)"),
        ("tour.md", "![growth](growth.svg)", "![growth](growth.svg)"),
        ("tour.md", "[a page](https://example.org/x)", "[a page](https://example.org/x)"),
        ("study/a.md", "[`cells.py`](../../src/cognomen/rnn/cells.py)", "`cells.py`"),
        ("study/a.md", "[chapter](b.md#top)", "[chapter](b.md#top)"),
        (
            "study/a.md",
            "[the README](../../README.md#how-good-is-it)",
            "[the README](../index.md#how-good-is-it)",
        ),
    ],
)
def test_site_links_stay_inside_it(page: str, link: str, on_the_site: str) -> None:
    hooks = runpy.run_path(str(ROOT / "docs" / "site_hooks.py"))
    shown = SimpleNamespace(file=SimpleNamespace(src_uri=page))
    assert hooks["on_page_markdown"](link, shown, None, None) == on_the_site


def test_formulas_become_mathml_and_copied_sessions_lose_their_prompts() -> None:
    pytest.importorskip("latex2mathml")
    hooks = runpy.run_path(str(ROOT / "docs" / "site_hooks.py"))
    typed = "&gt;&gt;&gt; def f(x):\n...     return x\n<span>&gt;&gt;&gt; </span>f(1 &lt; 2)\n"
    code = f"<code>{typed}True\n</code>"
    session = f'<div class="language-python highlight"><pre>{code}</pre></div>'
    formula = r'<div class="arithmatex">\[\begin{aligned} a_t &amp;= b \end{aligned}\]</div>'
    formula += r' <span class="arithmatex">\(c\)</span>'
    made = hooks["on_page_content"](session + formula, None, None, None)
    assert 'data-copy="def f(x):\n    return x\n\nf(1 &lt; 2)\n"' in made
    assert made.count("<math") == 2
    assert 'display="block"' in made
    assert "<msub><mi>a</mi><mi>t</mi></msub>" in made
    assert "&amp;" not in made.partition("<math")[2]
    plain = '<div class="language-sh highlight"><pre><code>make study\n</code></pre></div>'
    assert hooks["on_page_content"](plain, None, None, None) == plain


def test_formulas_are_balanced_and_need_no_escapes_that_markdown_eats() -> None:
    found = 0
    for page in PAGES:
        text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        assert text.count("$$") % 2 == 0, page.name
        prose = re.sub(r"\$\$.*?\$\$", "", text, flags=re.DOTALL)
        assert not re.search(r"^    \S", prose, re.MULTILINE), page.name  # no formula in a grey box
        for formula in re.findall(r"\$\$(.*?)\$\$|\$([^$\n]+)\$", text, re.DOTALL):
            assert not re.search(r"\\[^A-Za-z]", "".join(formula).replace(r"\\", "")), (page.name, formula)
            found += 1
    assert found > 60


def test_the_first_page_leads_where_the_readme_does() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "site_hooks.py"))["front_page"]()
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page)
    links = [link for link in re.findall(r"\]\(([^)#]+)", page) if not link.startswith("http")]
    assert pictures == ["figures/page.png", "figures/explained.svg"]
    assert len(links) > 12
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_every_page_of_the_study_is_in_the_sites_menu() -> None:
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[2]
    assert re.findall(r"study/(\S+)", menu) == [
        "README.md",
        *(p.name for p in PAGES if p.name != "README.md"),
    ]
