"""What the card of a model of the corpus world has beside the rest: sources, figures, who is missing."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

from cognomen.classifier.origins import Place
from cognomen.classifier.priors import DefaultPrior
from cognomen.corpora.world.manifest import Source, read_manifest

WORST: Final = 5  # origins named beside the most common names


def world_sections(
    training: Mapping[str, Any],
    origins: Sequence[str],
    places: Sequence[Place] | None,
    default_prior: DefaultPrior | None,
    figures: str | None = None,
) -> list[str]:
    """The sections of the card between the meaning of the answers and the training, Markdown.

    Args:
        training: the facts of the training; what `benchmarks/world.py` measured, if anything, under "world".
        origins: what the model can answer, C.
        places: the group and the region of each, (C,).
        default_prior: the mixture that is expected by default.
        figures: what was measured, Markdown; None for nothing.
    """
    measured = training.get("world")
    fixed = fixed_texts("world")
    parts = [section(fixed, "What it must not be used for"), section(fixed, "How to read an answer")]
    if default_prior is not None:
        parts[-1] += "\n" + filled("- " + _expectation(origins, default_prior), "  ")
    if figures is not None:
        parts.append(f"## How well it does\n\n{figures}")
    parts += ["## Origins\n\n" + origin_table(origins, places, default_prior, measured)]
    report = {} if measured is None else measured["corpus"]
    sources = [source_table(report)]
    if foreign := (training.get("foreign_names") or {}).get("found"):
        sources.append(_foreign_sentence(foreign, training["foreign_names"]["moved"]))
    missing = "\n".join([section(fixed, "Who is missing"), *_missing(report)])
    return [*parts, missing, "## Sources\n\n" + "\n\n".join(sources)]


def _foreign_sentence(found: Mapping[str, int], moved: Mapping[str, int]) -> str:
    """How many names were found foreign to their lists (`benchmarks/foreign_names.py`), and their fate."""

    def largest(counts: Mapping[str, int]) -> str:
        first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:WORST]
        return ", ".join(f"{origin} {count:,}" for origin, count in first)

    return filled(
        f"Of the rarer names in long lists, {sum(found.values()):,} have a spelling that is more likely "
        f"foreign to the list than not ({largest(found)}, ...), and were taken out of it. "
        f"{sum(moved.values()):,} of them, whose origin is sure, became rare names of that origin "
        f"({largest(moved)}, ...)."
    )


def _expectation(origins: Sequence[str], prior: DefaultPrior) -> str:
    """The default prior in a sentence."""
    largest = sorted(zip(prior.shares, origins, strict=True), reverse=True)[:WORST]
    shown = ", ".join(f"{origin} {share:.1%}" for share, origin in largest)
    return (
        "The default prior is the sizes of populations to the power "
        f"{prior.power:g}, so that small origins are still found ({shown}, ...). Another may be given."
    )


def origin_table(
    origins: Sequence[str],
    places: Sequence[Place] | None,
    default_prior: DefaultPrior | None,
    measured: Mapping[str, Any] | None,
) -> str:
    """A row for each origin: its place, its share of the default prior, its figures on unseen names."""
    columns: list[tuple[str, list[str]]] = [("origin", list(origins))]
    if places is not None:
        columns += [(head, [place[k] for place in places]) for k, head in enumerate(("group", "region"))]
    if default_prior is not None:
        columns.append(("default prior", [f"{share:.1%}" for share in default_prior.shares]))
    if measured is not None:
        found = {row["origin"]: row for row in measured["W"]["by_origin"]}
        rows = [found.get(origin, {}) for origin in origins]
        columns += [
            ("test names", [f"{row.get('names', 0):,}" for row in rows]),
            ("right", [share_of(row.get("accuracy")) for row in rows]),
            ("95 % interval", [_interval(row.get("interval")) for row in rows]),
            ("in sets of .9", [share_of(row.get("coverage")) for row in rows]),
        ]
    heads, cells = zip(*columns, strict=True)
    return table(heads, zip(*cells, strict=True))


def source_table(report: Mapping[str, Any]) -> str:
    """The sources with their licences; and how many rows of each went in, where that is known.

    Args:
        report: of the build, as `WorldReport.to_json` gives it; empty if it is not known.
    """
    read = report.get("read")
    heads = ("source", "from", "licence", "trust", "what it is", *(["rows"] if read is not None else []))
    rows = []
    for source in read_manifest():
        row = [source.name, place_of(source), source.licence, source.trust, source.about]
        if read is not None:
            row.append(f"{read[source.name]:,}" if source.name in read else "not read")
        rows.append(row)
    text = "No list of names comes with the model; `cognomen data build world` makes one table of them."
    text += " Some licences require that the source be named wherever the model goes; this table does so."
    if report:
        text += (
            f" The model's table has {report['names']:,} names and {report['rows']:,} pairs of a name and an "
            f"origin; the SHA-256 of its rows is {report['sha256']}."
        )
    return filled(text) + "\n\n" + table(heads, rows)


def place_of(source: Source) -> str:
    """Where a source comes from, and its commit or version, of a commit the first seven digits."""
    is_commit = len(source.version) == 40
    return f"{source.place} {source.version[:7] if is_commit else source.version}".strip()


def _missing(report: Mapping[str, Any]) -> list[str]:
    """The origins for which a build had no names, or fewer than it might have."""
    lines = []
    if without := report.get("origins_without_names"):
        lines.append(filled(f"- No source had names of: {', '.join(without)}.", "  "))
    for each in report.get("missing", ()):
        reason = f"- The source {each['name']} was not available; fewer names are known of: "
        lines.append(filled(reason + ", ".join(each["origins"]) + ".", "  "))
    return lines


def fixed_texts(kind: str) -> dict[str, str]:
    """The texts that all cards of a kind share, by their headings: those of `cards/KIND.md`."""
    parts = files("cognomen.training").joinpath("cards", f"{kind}.md").read_text("utf-8").split("# ")[1:]
    return {heading: text.strip() for heading, _, text in (part.partition("\n") for part in parts)}


def section(texts: Mapping[str, str], heading: str) -> str:
    """A section of a card that is one of its fixed texts."""
    return f"## {heading}\n\n{texts[heading]}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, without the newline at its end."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(each.replace('|', '/') for each in cells)} |" for cells in lines)


def filled(text: str, indent: str = "") -> str:
    """A paragraph in lines, all but the first of them indented."""
    return textwrap.fill(text, 110, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def share_of(value: float | None) -> str:
    """A share with three decimals; a dash for None and NaN."""
    return "–" if value is None or math.isnan(value) else f"{value:.3f}"


def _interval(ends: Sequence[float] | None) -> str:
    return "–" if ends is None else f"{ends[0]:.2f} to {ends[1]:.2f}"
