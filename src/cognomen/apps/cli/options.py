"""Options, and paragraphs of help, that several commands share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cognomen.errors import DataError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Command = Callable[..., Any]
EXAMPLE_SHARES = '{"Irish": 0.7, "Scottish": 0.3}'
NAMED_PRIORS = ("default", "training", "uniform")  # as in `classifier.priors`, which would load NumPy
DATA_COLUMNS = ("name", "origin")  # as in `corpora.table`
LEVELS = ("origin", "group", "region")  # as in `classifier.origins`
ORDERS = ("auto", "given-first", "surname-first")  # as in `classifier.options`
ABOUT_DATA = """\
DATA is a folder of <Origin>.txt files with one name per line, a table (.csv, .tsv, .parquet, .xlsx ...) \
with the columns name and origin (or others: --name-column, --origin-column), or the name of a known corpus \
(`cognomen data list`). A column count, weight or share of a table (or another: --count-column) says how \
much each row counts; a name may have several origins, in a row for each."""
EXIT_CODES = """
\b
Exit codes: 0 done, 1 an error that the message explains,
2 the command was not understood, 130 Ctrl-C.
"""


class PathOrName(click.Path):
    """A path, or one of some names, which a shell offers beside the paths.

    Args:
        names: gives them; called only for completion.
    """

    def __init__(self, names: Callable[[], Iterable[str]]) -> None:
        super().__init__()
        self._names = names

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The names that begin so, and paths: these first, as bash forgets what comes before them."""
        from click.shell_completion import CompletionItem

        names = [CompletionItem(name) for name in self._names() if name.startswith(incomplete)]
        return [*super().shell_complete(ctx, param, incomplete), *names]


def _models() -> list[str]:
    from cognomen.io.pretrained import pretrained_models

    return pretrained_models()


def _classifiers() -> list[str]:
    from cognomen.io.pretrained import PRETRAINED

    facts = {name: json.loads((PRETRAINED / name / "model.json").read_bytes()) for name in _models()}
    return [name for name, found in facts.items() if "generator" not in found["architecture"]]


def _corpora() -> Iterable[str]:
    from cognomen.corpora import KNOWN_CORPORA

    return KNOWN_CORPORA


MODEL = PathOrName(_models)
CLASSIFIER = PathOrName(_classifiers)
DATA = PathOrName(_corpora)


def epilog(doc: str | None) -> str:
    """The end of a command's help: what the docstring of its module says below the first line."""
    text = (doc or "").partition("\n\n")[2].rstrip("\n")
    return text.replace("{ABOUT_DATA}", ABOUT_DATA).replace("{EXIT_CODES}", EXIT_CODES)


def json_option(text: str = "Print one JSON object.") -> Callable[[Command], Command]:
    """Give a command --json."""
    return click.option("--json", "as_json", is_flag=True, help=text)


def print_json(value: object) -> None:
    """Print a value as one line of JSON."""
    click.echo(json.dumps(value, ensure_ascii=False))


def check_replaceable(path: Path, force: bool) -> None:
    """Raise DataError if a file is there already, unless it may be replaced."""
    if path.exists() and not force:
        raise DataError(f"{path} is there already. Replace it with --force, or choose another name.")


def seed_option(text: str) -> Callable[[Command], Command]:
    """Give a command --seed."""
    return click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help=text)


def split_origins(_context: click.Context, _option: click.Parameter, text: str | None) -> list[str] | None:
    """Parse a list of origins such as "Irish,Scottish"."""
    return None if text is None else [origin.strip() for origin in text.split(",")]


def read_prior(
    _context: click.Context, _option: click.Parameter, text: str | None
) -> str | Mapping[str, float]:
    """Return "default", "training" or "uniform" as they are; read anything else as shares, or a file of them.

    Raises:
        DataError: there is no such file, or it does not hold shares by origin.
    """
    if text is None or text in NAMED_PRIORS:
        return text or "default"
    inline = text.lstrip().startswith("{")
    where = "--prior" if inline else text
    try:
        shares = json.loads(text if inline else Path(text).read_text("utf-8-sig"))
    except FileNotFoundError as error:
        raise DataError(
            f"--prior: expected {', '.join(NAMED_PRIORS)}, shares such as '{EXAMPLE_SHARES}', or a file of "
            f"such shares, found no {text!r}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: expected JSON in UTF-8: {error}") from error
    if not isinstance(shares, dict):
        raise DataError(
            f"{where}: expected an object with a share for each origin, such as {EXAMPLE_SHARES}, got "
            f"{str(shares)[:40]!r}"
        )
    return shares


prior_option = click.option(
    "--prior",
    metavar="NAME|SHARES|FILE",
    callback=read_prior,
    help="Expected mixture of origins: default (the model's own), training, uniform, or shares or counts by "
    f"origin in JSON, such as '{EXAMPLE_SHARES}', or a file of them.",
)
level_option = click.option(
    "--level",
    type=click.Choice(LEVELS),
    default=LEVELS[0],
    help="Answer with origins (the default), with their groups, or with regions; if the model has these.",
)
restrict_option = click.option(
    "--restrict",
    metavar="A,B",
    callback=split_origins,
    help="Consider only these origins, or those of these groups or regions, separated by commas.",
)
abstain_option = click.option(
    "--abstain",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="P",
    help="Where no origin has this probability, answer its group or region, or unknown (low-confidence).",
)
coverage_option = click.option(
    "--coverage",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    metavar="P",
    help="Add a set of origins that contains the right one with this probability, such as 0.9.",
)
column_option = click.option(
    "--column",
    required=True,
    metavar="NAME|NUMBER",
    help="The column that holds the names: its heading, or its number counted from 1.",
)
given_option = click.option(
    "--given",
    metavar="NAME|NUMBER",
    help="The column of given names, which show what part of a full name is the surname.",
)
encoding_option = click.option(
    "--encoding",
    metavar="NAME",
    help="Encoding of CSV and text files: utf-8 (the default), utf-16, cp1252 (Western Windows), ...",
)
no_headings_option = click.option(
    "--no-headings",
    is_flag=True,
    help="The first line of a CSV or TSV table is a row; its columns are called 1, 2, ...",
)


as_is_option = click.option(
    "--as-is", is_flag=True, help="Take each text as a surname: do not look for one in a full name."
)
model_option = click.option(
    "--model",
    type=CLASSIFIER,
    metavar="MODEL",
    help="A model folder, or the name of a pretrained model (`cognomen model list`).",
)


def read_words(_context: click.Context, _option: click.Parameter, text: str | None) -> list[str]:
    """Parse a list of words such as "MVP,GOAT"."""
    return [word for word in (text or "").split(",") if word.strip()]


def gathered(
    keyword: str, gather: Callable[..., dict[str, Any]], *options: Callable[[Command], Command]
) -> Callable[[Command], Command]:
    """Give a command options that it takes as one dictionary.

    Args:
        keyword: by which the command takes it.
        gather: makes it of the values of the options, by the names of its parameters.
        options: in the order in which help lists them.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        def gathering(**given: Any) -> None:
            found = gather(**{name: given.pop(name) for name in signature(gather).parameters})
            command(**{keyword: found}, **given)

        made: Command = gathering
        for option in reversed(options):  # the last decorator is listed first
            made = option(made)
        return made

    return decorate


def _of_data(
    encoding: str | None, name_column: str, origin_column: str, count_column: str | None
) -> dict[str, Any]:
    columns = (name_column, origin_column, *([] if count_column is None else [count_column]))
    return {"encoding": encoding, "columns": columns}


def _of_reading(as_is: bool, na: list[str], keep_na: bool, suffixes: list[str], order: str) -> dict[str, Any]:
    if na and keep_na:
        raise click.UsageError("--na and --keep-na cannot be combined: the latter reads all texts as names.")
    return {"full_names": not as_is, "na": None if keep_na else na, "suffixes": suffixes, "order": order}


def _of_answers(
    level: str,
    prior: str | Mapping[str, float],
    restrict: list[str] | None,
    abstain: float,
    coverage: float | None,
) -> dict[str, Any]:
    if coverage is not None and (prior not in ("default", "training") or restrict is not None):
        raise click.UsageError(
            "--coverage cannot be combined with --restrict, or another --prior than default."
        )
    answered = {"level": level, "prior": prior, "restrict": restrict}
    return {**answered, "abstain_below": abstain, "coverage": coverage}


# How DATA is read: keywords of `load_corpus`.
data_options = gathered(
    "reading",
    _of_data,
    *(
        click.option(
            f"--{what}-column",
            default=what,
            metavar="NAME|NUMBER",
            help=f"The column of a table that holds the {what}s, if it is not called {what!r}.",
        )
        for what in DATA_COLUMNS
    ),
    click.option(
        "--count-column",
        metavar="NAME|NUMBER",
        help="The column of a table that says how often each row counts, if it is not called 'count', "
        "'weight' or 'share'.",
    ),
    encoding_option,
)
# How names are read, and by which model: keywords of a call of a `Classifier`, and `model`.
name_options = gathered(
    "reading",
    _of_reading,
    click.option(
        "--order",
        type=click.Choice(ORDERS),
        default=ORDERS[0],
        help="The order of full names that do not show it: given-first (John Smith), surname-first (Nagy "
        "Péter), or auto (the default), which infers it from the column.",
    ),
    click.option(
        "--na",
        metavar="A,B",
        callback=read_words,
        help="More texts that stand for a missing name, in exactly this spelling, separated by commas.",
    ),
    click.option(
        "--keep-na", is_flag=True, help="Read N/A, NULL, companies, addresses and the like as names."
    ),
    click.option(
        "--suffixes",
        metavar="A,B",
        callback=read_words,
        help="More words after a name that are not part of it, such as MVP, separated by commas.",
    ),
    model_option,
    as_is_option,
)
# What is answered: keywords of a call of a `Classifier`.
answer_options = gathered(
    "answering",
    _of_answers,
    level_option,
    prior_option,
    restrict_option,
    abstain_option,
    coverage_option,
)
