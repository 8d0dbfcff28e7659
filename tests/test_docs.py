"""What the documents say is what happens: every Python example in them runs, and its output is compared."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FENCE = re.compile(r"^```.*$", re.MULTILINE)


@pytest.mark.parametrize("page", ["README.md", "docs/tour.md", "docs/speed.md", "docs/knowing.md"])
def test_examples_run(page: str) -> None:
    text = FENCE.sub("", (ROOT / page).read_text(encoding="utf-8"))  # a fence would read as expected output
    example = doctest.DocTestParser().get_doctest(text, {}, page, page, 0)
    assert len(example.examples) >= 3
    results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(example)
    assert results.failed == 0


def test_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not target.startswith(("http", "mailto")):
                assert (page.parent / target).exists(), f"{page.name}: {target}"
