"""What the documents say is what happens: every Python example in them runs, and its output is compared."""

from __future__ import annotations

import doctest
import importlib
import re
from functools import reduce
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STUDY = [f"docs/study/{page.name}" for page in sorted((ROOT / "docs/study").glob("*.md"))]
GUIDES = sorted(
    f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md") if ">>>" in page.read_text("utf-8")
)
PAGES = ["README.md", *GUIDES, *STUDY]
FRONT = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^```.*$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES)
def test_examples_run(page: str) -> None:
    text = FENCE.sub("", (ROOT / page).read_text(encoding="utf-8"))  # a fence would read as expected output
    example = doctest.DocTestParser().get_doctest(text, {}, page, page, 0)
    assert len(example.examples) >= 3 or page == "docs/study/10-sources.md"
    results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(example)
    assert results.failed == 0


def test_links_lead_somewhere() -> None:
    for page in [*FRONT, *sorted((ROOT / "docs").rglob("*.md"))]:
        text = BLOCK.sub("", page.read_text(encoding="utf-8"))  # functions[0](x) looks like a link
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
            if not target.startswith(("http", "mailto")) and not is_to_be_drawn(page.parent, target):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_links_to_headings_lead_to_one() -> None:
    seen = 0
    for page in [*FRONT, *sorted((ROOT / "docs").rglob("*.md"))]:
        text = BLOCK.sub("", page.read_text(encoding="utf-8"))
        for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", text):
            seen += 1
            assert anchor in anchors(page.parent / target if target else page), (
                f"{page.name}: {target}#{anchor}"
            )
    assert seen > 20


def anchors(page: Path) -> set[str]:
    """What a link to a heading of a page ends with, as GitHub makes it of the heading."""
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    headings = [
        re.sub(r"\]\([^)]*\)", "", heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    ]
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_a_link_with_the_name_of_a_function_leads_to_its_file() -> None:
    seen = 0
    for page in [*FRONT, *sorted((ROOT / "docs").rglob("*.md"))]:
        for symbol, target in re.findall(r"\[`(\w+)`\]\(([^)#]+\.py)\)", page.read_text(encoding="utf-8")):
            source = page.parent / target
            if symbol != source.stem:
                seen += 1
                assert re.search(rf"(def|class) {symbol}\b", source.read_text(encoding="utf-8")), (
                    page,
                    symbol,
                )
    assert seen > 2


def is_to_be_drawn(folder: Path, target: str) -> bool:
    """Whether this is the picture of an experiment without results; `cognomen study check` misses those."""
    results = folder / "results" / f"{Path(target).stem}.json"
    return folder.name == "study" and target.startswith("figures/") and not results.exists()


# --- the architecture page -----------------------------------------------------------------------------

PACKAGE = ROOT / "src" / "cognomen"
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("room", sorted(path.name for path in PACKAGE.iterdir() if path.is_dir()))
def test_the_architecture_page_names_every_package(room: str) -> None:
    assert room == "__pycache__" or f"| [`{room}/`](../src/cognomen/{room}) |" in ARCHITECTURE


def test_the_architecture_page_names_functions_that_exist() -> None:
    found = re.findall(r"\(\.\./src/cognomen/([\w/]+)\.py\), `([\w.]+)`", ARCHITECTURE)
    assert len(found) > 15
    for path, symbol in found:
        module = importlib.import_module(f"cognomen.{path.replace('/', '.')}")
        assert reduce(getattr, symbol.split("."), module) is not None


def test_the_files_it_lists_for_a_package_exist() -> None:
    rows = re.findall(
        r"^\| \[`[\w/]+/`\]\(\.\./(src/[\w/]+)\) \|[^|]*\|([^|]*)\|$", ARCHITECTURE, re.MULTILINE
    )
    assert len(rows) > 12
    for folder, cells in rows:
        for name in re.findall(r"`([^`]+)`", cells):
            assert (ROOT / folder / name).exists(), f"{folder}/{name}"


def test_the_citation_has_the_version_of_the_package() -> None:
    import cognomen

    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {cognomen.__version__}\n" in citation
