"""What the documents say is what happens: every Python example in them runs, and its output is compared."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STUDY = [f"docs/study/{page.name}" for page in sorted((ROOT / "docs/study").glob("*.md"))]
PAGES = ["README.md", "docs/tour.md", "docs/speed.md", "docs/knowing.md", "docs/accuracy.md", *STUDY]
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
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = BLOCK.sub("", page.read_text(encoding="utf-8"))  # functions[0](x) looks like a link
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
            if not target.startswith(("http", "mailto")) and not is_to_be_drawn(page.parent, target):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def is_to_be_drawn(folder: Path, target: str) -> bool:
    """Whether this is the picture of an experiment without results; `cognomen study check` misses those."""
    results = folder / "results" / f"{Path(target).stem}.json"
    return folder.name == "study" and target.startswith("figures/") and not results.exists()
