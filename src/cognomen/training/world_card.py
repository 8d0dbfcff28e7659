"""What the card of a model of the corpus world has beside the rest: sources, figures, who is missing.

The tables of figures are also those of docs/accuracy.md and the README (`benchmarks/figures.py`). They show
what `benchmarks/world.py` measured; N/A is a dash.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

from cognomen.classifier.origins import Place
from cognomen.classifier.priors import DefaultPrior
from cognomen.corpora.world import Source, read_manifest

PEOPLE: Final = {
    "default": "the default prior",
    "uniform": "origins equally likely",
    "restricted": "the same, restricted to the parliament's origins",
    "known names": "known names, origins equally likely",
    "look-up, known names": "a look-up of these in the table of names",
    "other names": "names that are not in the table",
}
UNSEEN: Final = {
    "accuracy": "origin",
    "group": "group",
    "region": "region",
    "top_3": "among the first three",
    "macro_f1": "macro-F1",
    "log_loss": "log loss",
    "ece": "ECE",
    "ece_against_shares": "ECE against shares",
}
WORST: Final = 5  # origins named beside the most common names


SCRIPTS = {"Cjk": "Chinese characters"}  # what Unicode's first word of a letter's name does not say


def world_sections(
    training: Mapping[str, Any],
    origins: Sequence[str],
    places: Sequence[Place] | None,
    default_prior: DefaultPrior | None,
) -> list[str]:
    """The sections of the card between the meaning of the answers and the training, Markdown.

    Args:
        training: the facts of the training; what `benchmarks/world.py` measured, if anything, under "world".
        origins: what the model can answer, C.
        places: the group and the region of each, (C,).
        default_prior: the mixture that is expected by default.
    """
    measured = training.get("world")
    fixed = fixed_texts("world")
    parts = [section(fixed, "What it must not be used for"), section(fixed, "How to read an answer")]
    if default_prior is not None:
        parts[-1] += "\n" + _filled("- " + _expectation(origins, default_prior), "  ")
    if measured is not None:
        parts += ["## How well it does\n\n" + figures(measured)]
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

    return _filled(
        f"Of the rarer names of long lists, {sum(found.values()):,} are by their spelling more likely "
        f"foreign to the list than not ({largest(found)}, ...), and were taken out of it. "
        f"{sum(moved.values()):,} of them became rare names of the origin that they are surely of "
        f"({largest(moved)}, ...)."
    )


def _expectation(origins: Sequence[str], prior: DefaultPrior) -> str:
    """The default prior in a sentence."""
    largest = sorted(zip(prior.shares, origins, strict=True), reverse=True)[:WORST]
    shown = ", ".join(f"{origin} {share:.1%}" for share, origin in largest)
    return (
        "By default it expects the surnames of the world's people: the sizes of populations to the power "
        f"{prior.power:g}, so that small origins are still found ({shown}, ...). Another may be given."
    )


def figures(measured: Mapping[str, Any]) -> str:
    """All that was measured: unseen names, people, native scripts, common names."""
    parts = [
        "### Names that it has never seen (protocol W)",
        unseen_table(measured["W"], measured.get("W, bag of n-grams")),
        "### Members of the European Parliament (protocol P)",
        people_table(measured["P"]["shipped"]),
        "### Parliaments in native script",
        native_table(measured["native"]["shipped"]),
        "### The most common names",
        common_sentence(measured["common"]),
    ]
    return "\n\n".join(parts)


def unseen_table(found: Mapping[str, Any], bag: Mapping[str, Any] | None = None) -> str:
    """Protocol W: figures balanced over the origins and by bearers, and the accuracy by script.

    Args:
        found: as `benchmarks/protocol_w.py` measured it.
        bag: the same of a bag of n-grams, the rival.
    """
    columns = [found, found["by_bearers"], *([] if bag is None else [bag])]
    heads = ["right", "balanced", "by bearers", *([] if bag is None else ["a bag of n-grams, balanced"])]
    rows = [[words, *(_share(its.get(key)) for its in columns)] for key, words in UNSEEN.items()]
    text = _filled(
        "One name in twenty, with all its spellings and forms, was kept from a model trained on the others: "
        f"{found['items']:,} pairs of a name and an origin that has a fifth of it or more. An answer is "
        f"right if it is such an origin. Each of {found['origins_counted']} origins with 15 such names or "
        "more counts the same, or each name by its bearers."
    )
    if "ece_of_shares" in found:
        text += "\n\n" + _filled(
            "Either origin of a name that two share is right here and neither is probable, so the shares "
            f"themselves have an ECE of {_share(found['ece_of_shares'])}. Against shares, an answer is right "
            "by the share that its origin has of the name: what a probability says of a bearer."
        )
    sizes = [(SCRIPTS.get(script, script), *figures) for script, figures in _by_size(found)]
    scripts = [(script, f"{count:,}", _share(hit)) for script, hit, count in sizes]
    return "\n\n".join([text, table(heads, rows), table(("script", "names", "right"), scripts)])


def _by_size(found: Mapping[str, Any]) -> list[tuple[str, tuple[float, int]]]:
    return sorted(found["by_script"].items(), key=lambda each: -each[1][1])


def people_table(found: Mapping[str, Any]) -> str:
    """Protocol P: per person, by prior, for known and other names, and a look-up beside it."""
    keys = ("origin", "group", "region", "macro", "top_3", "log_loss", "ece")
    heads = ("", "origin", "group", "region", "macro over origins", "first three", "log loss", "ECE")
    rows = [
        (words, *(_share(found[which].get(key)) for key in keys))
        for which, words in PEOPLE.items()
        if which in found
    ]
    sure, listed = found["uniform"], found["listed"]
    text = _filled(
        f"{found['persons']:,.0f} persons. An answer is right if it is the language of the country that "
        "elected the person, which need not be that of the surname: every method pays for this alike. "
        f"{found['known']:.0%} bear names of the table that the model was trained on; for {listed:.0%} of "
        "these it lists that origin at all."
    )
    after = _filled(
        f"With origins equally likely, {sure['sure']:.0%} of the answers are above .9; of these "
        f"{_percent(sure['sure_origin'])} are right by origin and {_percent(sure['sure_group'])} by group. "
        f"Of the wrong answers {_percent(sure['near'])} are in the right group, and {_percent(sure['far'])} "
        "in another region."
    )
    return "\n\n".join([text, table(heads, rows), after])


def native_table(found: Mapping[str, Any]) -> str:
    """Protocol P in native script, by language: right per person."""
    rows = [
        (language, f"{its['persons']:,.0f}", _share(its["default"]), _share(its["uniform"]))
        for language, its in sorted(found.items())
    ]
    return table(("language", "persons", "the default prior", "origins equally likely"), rows)


def common_sentence(found: Mapping[str, Any]) -> str:
    """The most common names of the official lists, and the origins where they are missed most."""
    default, uniform = found["default"], found["uniform"]
    worst = ", ".join(f"{origin} {_share(share)}" for origin, share in default["worst"][:WORST])
    return _filled(
        f"Of the 25 most common names of each official list, {default['names']:,} in all, "
        f"{default['accuracy']:.1%} are answered with that list's origin, or with another that has a fifth "
        f"of the name ({uniform['accuracy']:.1%} with origins equally likely). Worst: {worst}."
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
        columns.append(("expected", [f"{share:.1%}" for share in default_prior.shares]))
    if measured is not None:
        found = {row["origin"]: row for row in measured["W"]["by_origin"]}
        rows = [found.get(origin, {}) for origin in origins]
        columns += [
            ("test names", [f"{row.get('names', 0):,}" for row in rows]),
            ("right", [_share(row.get("accuracy")) for row in rows]),
            ("95 % interval", [_interval(row.get("interval")) for row in rows]),
            ("in sets of .9", [_share(row.get("coverage")) for row in rows]),
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
    if report:
        text += (
            f" This one has {report['names']:,} names and {report['rows']:,} pairs of a name and an origin; "
            f"the SHA-256 of its rows is {report['sha256']}."
        )
    return _filled(text) + "\n\n" + table(heads, rows)


def place_of(source: Source) -> str:
    """Where a source comes from, and its commit or version, of a commit the first seven digits."""
    is_commit = len(source.version) == 40
    return f"{source.place} {source.version[:7] if is_commit else source.version}".strip()


def _missing(report: Mapping[str, Any]) -> list[str]:
    """The origins for which a build had no names, or fewer than it might have."""
    lines = []
    if without := report.get("origins_without_names"):
        lines.append(_filled(f"- No source had names of: {', '.join(without)}.", "  "))
    for each in report.get("missing", ()):
        reason = f"- The source {each['name']} was not to be had; fewer names are known of: "
        lines.append(_filled(reason + ", ".join(each["origins"]) + ".", "  "))
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


def _filled(text: str, indent: str = "") -> str:
    return textwrap.fill(text, 110, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _share(value: float | None) -> str:
    return "–" if value is None or math.isnan(value) else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "–" if value is None or math.isnan(value) else f"{value:.0%}"


def _interval(ends: Sequence[float] | None) -> str:
    return "–" if ends is None else f"{ends[0]:.2f} to {ends[1]:.2f}"
