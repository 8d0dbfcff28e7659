"""What the site needs beside mkdocs.yml: the README as its first page, links that stay inside, mathematics.

The documents are written for the repository, where a link may lead to the source. The site has no source to
show: such links become plain text there. Formulas are written as GitHub and notebooks read them, $...$ and
$$...$$; on the site they become MathML, which browsers show without a script, a font or a network.
"""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import Any

from cognomen import __version__

LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])+)\]\(([^)\s]+)\)")
PICTURE = re.compile(r"(!\[[^\]]*\]\()docs/")
ROOT = Path(__file__).parent.parent
WHEEL = f"cognomen-{__version__}-py3-none-any.whl"
SEE_IT_THINK = "cognomen.html"  # the page of `cognomen page`, beside the others
SECTION = re.compile(r'<section id="(\w+)".*?</section>', re.DOTALL)
FORMULA = re.compile(r'<(?:span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</(?:span|div)>', re.DOTALL)
CODE = re.compile(r'<div class="[^"]*highlight">.*?</pre></div>', re.DOTALL)
TAG, PROMPT = re.compile(r"<[^>]+>"), re.compile(r"(?:>>>|\.\.\.|\$)(?: |$)")
BLOCK_END = re.compile(r"(^\.\.\. .*\n)(?!\.\.\.)", re.MULTILINE)  # where Python's prompt wants an empty line
TITLE = re.compile(r"<h2.*?</span> (.*?)</h2>")


def on_files(files: Any, config: Any) -> Any:
    """Add the repository's README as index.md, seen from the folder of the documents, and "See it think"."""
    from mkdocs.structure.files import File

    from cognomen.apps.page.build import build_page

    files.append(File.generated(config, "index.md", content=front_page()))
    files.append(File.generated(config, SEE_IT_THINK, content=build_page("classic", study="study/")))
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


def parts_of(chapter: str) -> list[tuple[str, str]]:
    """The parts of "See it think" that name a chapter: their ids and titles."""
    page = (ROOT / "src/cognomen/apps/page/page.html").read_text(encoding="utf-8")
    found = [(part[1], TITLE.search(part[0])) for part in SECTION.finditer(page) if f'"{chapter}"' in part[0]]
    return [(part, title[1]) for part, title in found if title]


def with_see_it_think(markdown: str, source: PurePosixPath) -> str:
    """A page with links to "See it think", which only the site has beside it: to the parts of a chapter."""
    up = "../" * len(source.parent.parts)
    links = [f"[{title}]({up}{SEE_IT_THINK}#{part})" for part, title in parts_of(source.stem)]
    if source.name == "page.md":
        links = [f"[open it here]({SEE_IT_THINK})"]
    if not links:
        return markdown
    heading, _, rest = markdown.partition("\n")
    return f"{heading}\n\n**See it think:** {', '.join(links)}.\n{rest}"


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Turn links that leave the documents into their words, and those to the README into the first page's."""
    here = PurePosixPath(page.file.src_uri).parent
    markdown = with_see_it_think(markdown, PurePosixPath(page.file.src_uri))
    markdown = with_wheel(markdown, PurePosixPath(page.file.src_uri))

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


def with_wheel(markdown: str, source: PurePosixPath) -> str:
    """The study's first page with a link to the wheel that its notebook installs, which only the site has."""
    if str(source) != "study/README.md":
        return markdown
    link = f'<a href="notebook/{WHEEL}" download>the wheel that it installs</a>'
    return markdown.replace("; its first cell installs", f", together with {link}; its first cell installs")


def on_post_build(config: Any) -> None:
    """Build the wheel beside the notebook."""
    target = Path(config["site_dir"]) / "study" / "notebook"
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*command, "--wheel-dir", str(target), str(ROOT)], check=True)


def on_page_content(page_html: str, page: Any, config: Any, files: Any) -> str:
    """Set the formulas that `pymdownx.arithmatex` has marked, and say what copying a session gives."""
    page_html = CODE.sub(lambda block: to_copy(block[0]), page_html)

    def mathml(formula: re.Match[str]) -> str:
        return as_mathml(html.unescape(formula[2]), display=formula[1] == "[")

    return FORMULA.sub(mathml, page_html)


def to_copy(block: str) -> str:
    """A block of code; of a session, the theme's button copies what is typed: no prompts, no output."""
    lines = BLOCK_END.sub(r"\1...\n", html.unescape(TAG.sub("", block))).splitlines()
    if not any(line.startswith((">>> ", "$ ")) for line in lines[:1]):
        return block
    typed = "".join(f"{PROMPT.sub('', line)}\n" for line in lines if PROMPT.match(line))
    return block.replace("<div", f'<div data-copy="{html.escape(typed)}"', 1)


def as_mathml(latex: str, *, display: bool) -> str:
    """A formula as MathML; one on lines of its own can be scrolled where a telephone is too narrow for it."""
    from latex2mathml.converter import convert

    # The converter knows `align*`, which is `aligned` on its own.
    latex = latex.strip().replace("{aligned}", "{align*}")
    made = convert(latex, display="block" if display else "inline")
    return f'<div class="formula" tabindex="0">{made}</div>' if display else made


def resolved(path: PurePosixPath) -> str:
    """A path inside docs/ without its detours; "../..." for one that leaves."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
