"""What the site needs beside mkdocs.yml: the README as its first page, and links that stay inside.

The documents are written for the repository, where a link may lead to the source. The site has no source to
show: such links become plain text there.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any

LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])+)\]\(([^)\s]+)\)")
PICTURE = re.compile(r"(!\[[^\]]*\]\()docs/")
ROOT = Path(__file__).parent.parent


def on_files(files: Any, config: Any) -> Any:
    """Add the repository's README as index.md, seen from the folder of the documents."""
    from mkdocs.structure.files import File

    files.append(File.generated(config, "index.md", content=front_page()))
    return files


def front_page() -> str:
    """The README, its links and pictures as they are from docs/."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return PICTURE.sub(r"\1", LINK.sub(lambda link: from_docs(link[1], link[2]), readme))


def from_docs(words: str, target: str) -> str:
    """A link of the README, as it is from docs/."""
    if target.startswith(("http", "mailto", "#")):
        return f"[{words}]({target})"
    inside = target.removeprefix("docs/")
    return f"[{words}]({inside if inside != target else '../' + target})"


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Turn links that leave the documents into their words, and those to the README into the first page's."""
    here = PurePosixPath(page.file.src_uri).parent

    def kept(link: re.Match[str]) -> str:
        words, target = link[1], link[2]
        if target.startswith(("http", "mailto", "#")):
            return link[0]
        path, _, anchor = target.partition("#")
        place = resolved(here / path)
        if place == "../README.md":
            return f"[{words}]({'../' * len(here.parts)}index.md{'#' + anchor if anchor else ''})"
        return words if place.startswith("../") else link[0]

    return LINK.sub(kept, markdown)


def resolved(path: PurePosixPath) -> str:
    """A path inside docs/ without its detours; "../..." for one that leaves."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
