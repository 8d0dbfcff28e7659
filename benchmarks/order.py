"""How well the order of a column of full names is found: `python benchmarks/order.py`.

Columns are made of protocol P's surnames (COGNOMEN_WORLD/people, drawn as often as people bear them) and
Faker's given names of the same country, and of all countries together: in both orders; plain, with the
surname or all letters in capitals, and with a comma; with 20 to 5,000 rows. A row is right if the surname
that is read is that of P, letter by letter; beside it stands the share whose surname is P's or a part of
it. "before" is the share that is right if each name is read alone.

    python benchmarks/order.py             measures on P, and writes results/order.json
    python benchmarks/order.py --tune      the same with other and fewer people, whose surnames are those of
                                           the corpus world's lists, on which the weights of
                                           `classifier.order` and `classifier.second_surnames` were
                                           chosen; writes nothing

Needs COGNOMEN_WORLD and Faker (the extra `bench`).
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, product
from pathlib import Path
from typing import Any

from faker import Faker

from cognomen import Classifier
from cognomen.classifier.order import ColumnOrder
from cognomen.text import normalise

RESULTS = Path(__file__).parent / "results" / "order.json"
SIZES = (20, 100, 1000, 5000)
ORDERS = ("given-first", "surname-first")
# The countries of P with Faker's language for each, and the origin whose lists serve for tuning. Of Bulgaria,
# Cyprus and Greece P has Latin letters, and Faker their own.
LOCALES = {
    "AT": ("de_AT", "German"), "CZ": ("cs_CZ", "Czech"), "DE": ("de_DE", "German"), "DK": ("da_DK", "Danish"),
    "EE": ("et_EE", "Estonian"), "ES": ("es_ES", "Spanish"), "FI": ("fi_FI", "Finnish"),
    "FR": ("fr_FR", "French"), "HR": ("hr_HR", "Croatian"), "HU": ("hu_HU", "Hungarian"),
    "IE": ("en_IE", "Irish"), "IT": ("it_IT", "Italian"), "LT": ("lt_LT", "Lithuanian"),
    "LU": ("de_LU", "Luxembourgish"), "LV": ("lv_LV", "Latvian"), "NL": ("nl_NL", "Dutch"),
    "PL": ("pl_PL", "Polish"), "PT": ("pt_PT", "Portuguese"), "RO": ("ro_RO", "Romanian"),
    "SE": ("sv_SE", "Swedish"), "SI": ("sl_SI", "Slovene"), "SK": ("sk_SK", "Slovak"),
    "UK": ("en_GB", "English"),
}  # fmt: skip
# Further ones that serve for tuning.
OTHER_LOCALES = (
    ("no_NO", "Norwegian"), ("tr_TR", "Turkish"), ("en_IN", "Hindi"), ("id_ID", "Indonesian"),
    ("vi_VN", "Vietnamese"), ("fr_DZ", "Arabic"), ("ru_RU", "Russian"), ("uk_UA", "Ukrainian"),
    ("bg_BG", "Bulgarian"), ("el_GR", "Greek"), ("az_AZ", "Azerbaijani"), ("en_NG", "Yoruba"),
    ("ne_NP", "Nepali"), ("es_MX", "Spanish"), ("pt_BR", "Portuguese"), ("en_US", "English"),
    ("fr_CA", "French"), ("fil_PH", "Filipino"), ("ka_GE", "Georgian"), ("hy_AM", "Armenian"),
    ("zu_ZA", "Zulu"), ("ja_JP", "Japanese"), ("zh_CN", "Chinese"),
)  # fmt: skip
ROMANISED = ("ja_JP", "zh_CN")  # their given names are taken in Latin letters
Pools = dict[str, tuple[list[str], list[str]]]


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a table of the corpus."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def given_names(locale: str, count: int = 2000) -> list[str]:
    """Given names of a language, half of them women's."""
    fake = Faker(locale)
    fake.seed_instance(0)
    if locale in ROMANISED:
        return [fake.first_romanized_name() for _ in range(count)]
    return [fake.first_name_male() if i % 2 else fake.first_name_female() for i in range(count)]


def people(world: Path) -> Pools:
    """Protocol P: for each country its given names and surnames."""
    surnames = defaultdict(list)
    for row in rows_of(world / "people" / "meps.tsv"):
        surnames[row["country"]] += [row["surname"]] * int(row["persons"])
    pools = {country: (given_names(locale), surnames[country]) for country, (locale, _) in LOCALES.items()}
    given, borne = (list(chain.from_iterable(names)) for names in zip(*pools.values(), strict=True))
    return pools | {"all": (given, borne)}


def weights_of_lists(world: Path) -> dict[str, dict[str, float]]:
    """How common each surname is in the corpus's lists of each origin."""
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    for path in sorted((world / "sources").glob("*.tsv")):
        for row in rows_of(path):
            weight = float(row["count"] or 0) or 1 / (float(row["rank"] or 5000))
            for name in filter(None, dict.fromkeys((row["native"], row["roman"]))):
                weights[row["origin"]][name] = max(weight, weights[row["origin"]].get(name, 0))
    return weights


def lists(world: Path) -> Pools:
    """Other and harder columns, to choose on: surnames of the corpus's lists, of 20 to 300 people.

    They are drawn uniformly, by how common they are, or between; one in eight is of another origin.
    """
    weights, rng, pools = weights_of_lists(world), random.Random(1), {}
    others = [origin for origin, names in weights.items() if len(names) > 300]
    for locale, origin in (*LOCALES.values(), *OTHER_LOCALES):
        given = given_names(locale)
        in_script = {name: n for name, n in weights[origin].items() if is_latin(name) == is_latin(given[0])}
        for people, power in product((20, 60, 300), (0.0, 0.5, 1.0)):
            drawn = rng.choices(list(in_script), [n**power for n in in_script.values()], k=people)
            foreign = [rng.choice(list(weights[rng.choice(others)])) for _ in range(people // 8)]
            drawn += [name for name in foreign if is_latin(name) == is_latin(given[0])]
            pools[f"{locale}, {people} people, {power}"] = given, drawn
    return pools | two_surnames(weights)


TWO_SURNAMES = (
    ("es_MX", "Spanish"), ("es_AR", "Spanish"), ("es_CO", "Spanish"), ("es_ES", "Catalan"),
    ("pt_BR", "Portuguese"),
)  # fmt: skip
ONE_SURNAME = (
    ("en_US", "Spanish"), ("en_US", "English"), ("fr_FR", "French"), ("it_IT", "Italian"),
    ("de_DE", "German"), ("ro_RO", "Romanian"),
)  # fmt: skip


def two_surnames(weights: dict[str, dict[str, float]]) -> Pools:
    """People with two given names now and then; of some languages, also with two surnames, four in five."""
    rng, pools = random.Random(2), Pools()
    for (locale, origin), people, power in product((*TWO_SURNAMES, *ONE_SURNAME), (60, 300), (0.5, 1.0)):
        names = {name: n for name, n in weights[origin].items() if is_latin(name) and name.isalpha()}
        drawn = rng.choices(list(names), [n**power for n in names.values()], k=people)
        given = given_names(locale)
        given += [f"{one} {rng.choice(given)}" for one in given if " " not in one and rng.random() < 0.5]
        pools[f"{locale} {origin}, {people} people with two given names, {power}"] = given, drawn
        if (locale, origin) in TWO_SURNAMES:
            both = [f"{one} {rng.choice(drawn)}" if rng.random() < 0.8 else one for one in drawn * 3]
            pools[f"{locale} {origin}, {people} people with two surnames, {power}"] = given, both
    return pools


def is_latin(name: str) -> bool:
    """Whether a name is in Latin letters."""
    return all(ord(letter) < 0x250 for letter in name if letter.isalpha())


FORMS: dict[str, Callable[[str, str, bool], str]] = {
    "plain": lambda given, surname, first: f"{surname} {given}" if first else f"{given} {surname}",
    "capitals": lambda given, surname, first: FORMS["plain"](given, surname.upper(), first),
    "all capitals": lambda given, surname, first: FORMS["plain"](given, surname, first).upper(),
    "comma": lambda given, surname, first: f"{surname}, {given}" if first else f"{given} {surname}",
}


def columns(
    pools: Pools, sizes: Sequence[int], forms: Sequence[str]
) -> Iterator[tuple[dict[str, Any], list[str], list[str]]]:
    """What a column is, its cells, and their surnames."""
    for pool, (given, surnames) in pools.items():
        for size in sizes:
            rng = random.Random(f"{pool} {size}")
            drawn = list(zip(rng.choices(given, k=size), rng.choices(surnames, k=size), strict=True))
            for form in forms:
                written = FORMS[form]
                for order in ORDERS[form == "comma" :]:
                    cells = [written(*names, order == "surname-first") for names in drawn]
                    about = {"pool": pool, "size": size, "form": form, "order": order}
                    yield about, cells, [surname for _, surname in drawn]


def shares_right(
    classifier: Classifier, cells: Sequence[str], right: Sequence[str], order: Any
) -> tuple[float, float]:
    """The share of rows whose surname is read as it is, and as it is or in part."""
    read = classifier.scores(cells, order=order).surnames
    pairs = [(normalise(found or ""), normalise(surname)) for found, surname in zip(read, right, strict=True)]
    whole = sum(found == surname for found, surname in pairs)
    part = sum(bool(found) and f" {found} " in f" {surname} " for found, surname in pairs)
    return whole / len(pairs), part / len(pairs)


def measure(
    classifier: Classifier, pools: Pools, sizes: Sequence[int] = SIZES, forms: Sequence[str] = tuple(FORMS)
) -> list[dict[str, Any]]:
    """The figures of every column."""
    measured = []
    for about, cells, right in columns(pools, sizes, forms):
        found = classifier.column_order(cells)
        whole, part = shares_right(classifier, cells, right, found)
        before, _ = shares_right(classifier, cells, right, ColumnOrder())
        best, best_part = shares_right(classifier, cells, right, about["order"])
        measured.append(
            about
            | {"found": found.order, "decided": found.decided, "probability": found.probability}
            | {"two_surnames": found.second_surnames and found.second_surnames.share}
            | {
                "before": before,
                "whole": whole,
                "part": part,
                "known_order": best,
                "known_order_part": best_part,
            }
        )
    return measured


def summary(measured: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Means over the countries, for each size, form and order."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for each in measured:
        groups[each["size"], each["form"], each["order"]].append(each)
    return [
        dict(zip(("size", "form", "order"), group, strict=True))
        | {
            name: round(statistics.mean(each[name] for each in rows), 4)
            for name in ("before", "whole", "part", "known_order", "known_order_part")
        }
        | {
            "columns": len(rows),
            "undecided": sum(not each["decided"] for each in rows),
            "wrong": [each["pool"] for each in rows if each["part"] < each["known_order_part"]],
        }
        for group, rows in groups.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Find the order of columns of full names.")
    parser.add_argument("--tune", action="store_true")
    parser.add_argument("--model")
    options = parser.parse_args()
    world = Path(os.environ["COGNOMEN_WORLD"])
    classifier = Classifier.load(options.model)
    tuned = (lists(world), (100, 1000), ("plain",)) if options.tune else (people(world),)
    measured = measure(classifier, *tuned)
    found = summary(measured)
    for row in found:
        print(json.dumps(row, ensure_ascii=False))
    if not options.tune:
        RESULTS.write_text(
            json.dumps({"summary": found, "columns": measured}, indent=1) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
