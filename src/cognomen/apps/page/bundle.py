"""Many JavaScript modules as few scripts, and one HTML file with everything inside.

The modules use two forms only, so that a few lines can join them: `import { a, b as c } from "./x.js"`, and
`export` before a function, a class or a constant. Each module becomes a function that returns its exports,
without its comments and indentation.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path, PurePosixPath

PAGE = Path(__file__).parent
IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]*)\.js";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
COMMENT = re.compile(r"^ *//.*\n", re.MULTILINE)  # on lines of its own
INDENTATION = re.compile(r"^ +", re.MULTILINE)  # also in templates, of HTML, where it means nothing
NOT_ASCII = re.compile(r"[^\x00-\x7f]")
INSERT = re.compile(r"<!-- ([\w-]+) -->")
SCRIPTS = ("first-picture", "main", "rest-of-page")  # in the order of page.html


def bundle(*entries: str) -> list[str]:
    """One script for each of some modules, named by their paths without suffix: with all that they import.

    What an earlier script has, a later one does not repeat.
    """
    parts: dict[str, str] = {}
    scripts: list[str] = []
    for entry in entries:
        known = len(parts)
        _collect(entry, parts)
        begins = ['"use strict";'] if scripts else ['"use strict";', "const modules = {};"]
        scripts.append("\n".join([*begins, *list(parts.values())[known:]]))
    return scripts


def _collect(module: str, parts: dict[str, str]) -> None:
    """Add a module after those that it imports."""
    if module in parts:
        return
    source = (PAGE / f"{module}.js").read_text(encoding="utf-8")
    for _, target in IMPORT.findall(source):
        _collect(_resolved(module, target), parts)

    def linked(found: re.Match[str]) -> str:
        names = found[1].replace(" as ", ": ").strip()
        return f'const {{ {names} }} = modules["{_resolved(module, found[2])}"];\n'

    exported = ", ".join(EXPORT.findall(source))
    body = INDENTATION.sub("", COMMENT.sub("", EXPORT.sub("", IMPORT.sub(linked, source))))
    parts[module] = f'modules["{module}"] = (() => {{\n{body}return {{ {exported} }};\n}})();'


def _resolved(module: str, target: str) -> str:
    """The path of an imported module, seen from the folder of the page."""
    parts: list[str] = []
    for part in (PurePosixPath(module).parent / target).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def assemble(values: Mapping[str, str]) -> str:
    """The page: page.html with the style, the scripts, and values for the other places that it names.

    A script awaits the first picture, the next computes the first answer, and the rest follows. The
    Content-Security-Policy allows these and the style by their hashes, and nothing else: no request can leave
    the page.
    """
    # All in ASCII: browsers decode megabytes of it in less than half the time, into half the memory.
    style = NOT_ASCII.sub(_css_escape, (PAGE / "page.css").read_text(encoding="utf-8"))
    scripts = [NOT_ASCII.sub(_script_escape, script) for script in bundle(*SCRIPTS)]
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {' '.join(map(_hash, scripts))}; "
    policy += "img-src data:; base-uri 'none'; form-action 'none'"
    given = {**values, **dict(zip(SCRIPTS, scripts, strict=True)), "style": style, "policy": policy}
    template = (PAGE / "page.html").read_text(encoding="utf-8")
    page = INSERT.sub(lambda place: given[place[1]], template)
    return page.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _css_escape(character: re.Match[str]) -> str:
    return f"\\{ord(character[0]):x} "


def _script_escape(character: re.Match[str]) -> str:
    """One escape for each unit of UTF-16, which texts, templates and patterns of every kind allow."""
    units = character[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
