"""Ask another package for the origins of surnames: run in that package's own environment.

    python asking.py PACKAGE < names.json > answers.json

Reads a list of surnames. Writes the classes that the package can answer, its answer to each name (null where
it has none) by each way of reading it, and what is installed. A country is its ISO 3166 code of two letters,
and any other class is the package's own word. Needs nothing but that package.
"""

from __future__ import annotations

import json
import sys
import unicodedata
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cache
from importlib.metadata import distributions
from typing import Any

Answers = dict[str, list[str | None]]  # by way of reading
Asked = tuple[list[str], Answers]

# Nationalities of firstname-to-nationality that its own table of countries lacks.
NATIONALITIES = {
    **{"bosniak": "BA", "burmese": "MM", "croat": "HR", "dane": "DK", "finn": "FI", "kazakh": "KZ"},
    **{"korean": "KR", "kyrgyz": "KG", "pole": "PL", "saudi": "SA", "serb": "RS", "slovene": "SI"},
    **{"tajik": "TJ", "turk": "TR", "uzbek": "UZ"},
}


@cache
def code_of(country: str) -> str | None:
    """The code of a country's name or code; None if there is no such country."""
    import pycountry

    try:
        found: str = pycountry.countries.lookup(country).alpha_2
    except LookupError:
        return None
    return found


def without_marks(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def ask_ethnicseer(names: list[str]) -> Asked:
    from ethnicseer import EthnicClassifier

    model = EthnicClassifier.load_pretrained_model()
    return list(model.ethnicity_classes()), {"": list(model.classify_names(names))}


def ask_ethnidata(names: list[str]) -> Asked:
    from ethnidata import EthniData

    data = EthniData()
    found = data.conn.execute("SELECT DISTINCT country_code FROM names WHERE name_type = 'last'")
    classes = {code_of(country) for (country,) in found} - {None}
    countries = [data.predict_nationality(name, name_type="last")["country"] for name in names]
    return sorted(classes), {"": [country and code_of(country) for country in countries]}


def ask_names_dataset(names: list[str]) -> Asked:
    """Two ways: the country with the most bearers of the name, and the one in which it ranks highest."""
    from names_dataset import NameDataset

    data = NameDataset()
    found = [
        data.search(name)["last_name"] or data.search(without_marks(name))["last_name"] for name in names
    ]
    shares = [max(its["country"], key=its["country"].get, default=None) if its else None for its in found]
    ranked = [{c: rank for c, rank in its["rank"].items() if rank} if its else {} for its in found]
    ranks = [min(its, key=its.get, default=None) for its in ranked]
    ways = {"by bearers": shares, "by rank": ranks}
    return sorted(data.get_country_codes(alpha_2=True)), {
        way: [country and code_of(country) for country in countries] for way, countries in ways.items()
    }


def ask_firstname_to_nationality(names: list[str]) -> Asked:
    from firstname_to_nationality import FirstnameToCountry

    asked = FirstnameToCountry()
    model = asked.nationality_predictor

    def class_of(nationality: str) -> str:
        word = nationality.lower()
        country = asked.nationality_to_country.get(word)
        return country["alpha2"] if country else NATIONALITIES.get(word, word)

    classes = {class_of(str(nationality)) for nationality in model.label_encoder.classes_}
    return sorted(classes), {"": [class_of(str(found[0][0])) for _, found in model(names)]}


PACKAGES: dict[str, Callable[[list[str]], Asked]] = {
    "ethnicseer": ask_ethnicseer,
    "ethnidata": ask_ethnidata,
    "names-dataset": ask_names_dataset,
    "firstname-to-nationality": ask_firstname_to_nationality,
}


def main() -> None:
    warnings.simplefilter("ignore")  # of pickles that were made with older libraries
    with redirect_stdout(sys.stderr):
        classes, answers = PACKAGES[sys.argv[1]](json.load(sys.stdin))
    versions = {each.metadata["Name"]: each.version for each in distributions()}
    found: dict[str, Any] = {"classes": classes, "answers": answers, "versions": versions}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
