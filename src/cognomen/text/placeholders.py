"""What stands in a column of names and is no name: words for "missing", companies, addresses.

Where the line is drawn: what software writes for a missing value counts in exactly that spelling, since
people are called Null, Na, Nan and None: NULL and null are placeholders, Null is a name. "None" alone is a
placeholder, because Python writes it so; "Anna None" and "None, Anna" are names. Words that nobody is called,
such as "unknown", count in lower case, in capitals and capitalised.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import normalize

from cognomen.text.spelling import kind_of

PLACEHOLDER: Final = "placeholder"
NOT_A_NAME: Final = "not-a-name"

# What pandas, R, SQL, JavaScript and spreadsheets write for a missing value, and people for a trial.
_EXACT: Final = frozenset(
    {"NA", "N/A", "n/a", "N.A", "n.a", "NULL", "null", "NaN", "nan", "NaT", "None", "nil", "NIL"}
    | {"undefined", "test", "TEST", "blank", "BLANK", "missing", "MISSING", "anon", "ANON"}
)
_NOBODY: Final = (
    "unknown", "anonymous", "unnamed", "noname", "unspecified", "redacted",
    "withheld", "xxx", "tbd", "tba", "no name", "name unknown", "not known", "not available", "not given",
    "not applicable", "not specified", "not stated", "no data", "unbekannt", "anonyme", "inconnu", "inconnue",
    "desconocido", "desconocida", "anónimo", "sconosciuto",
)  # fmt: skip
NOBODY: Final = frozenset(
    spelling for word in _NOBODY for spelling in (word, word.capitalize(), word.title(), word.upper())
)
PLACEHOLDERS: Final = _EXACT | NOBODY
OUTSIDE: Final = ' \t\r\n.,;:!?#-–—"“”()[]{}<>|/\\*_'
_NOTHING: Final = re.compile(r"[-‐‑‒–—―−?\s]*[-‐‑‒–—―−?][-‐‑‒–—―−?\s]*")

_SYMBOL: Final = re.compile(r"[#%*@!?§¶_$+<=>^|~}{£€¤¥¢°±²³¹¬¨¼½¾×÷]")
_WITHOUT_JOINTS: Final = str.maketrans("", "", " '-.")
_DIGITS_AMONG_LETTERS: Final = re.compile(r"[^\W\d_]\d+[^\W\d_]")

_EMAIL: Final = re.compile(r"(?:mailto:)?[^\s<>()@,;]+@[^\s<>()@,;]+\.\w+", re.IGNORECASE)
_URL: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_DOMAIN: Final = re.compile(r"[\w-]+(\.[\w-]+)*\.(com|org|net|edu|gov|info|io)", re.IGNORECASE)
# AG, SA, AB, BV are not among them: in a column of names they are initials, "Doe AG".
COMPANY: Final = frozenset(
    {"inc", "incorporated", "llc", "llp", "ltd", "limited", "plc", "corp", "corporation", "company", "gmbh"}
    | {"srl", "sarl", "pty", "bhd", "oyj", "university", "universität", "université", "universidad"}
    | {"institute", "association", "foundation", "committee", "ministry", "department", "consortium"}
)
_OFFICE: Final = re.compile(
    r"(university|universität|université|ministry|department|bank) of\b", re.IGNORECASE
)

# Of all texts that are no names, some word in lower case, if all of their words are letters alone.
WORDS_OF_NO_NAME: Final = COMPANY | {words.casefold().split()[-1] for words in NOBODY} | {"of"}


# What is left over where cells of several people, or of a title and a name, are split.
LEFT_OVER: Final = frozenset(("et al", "et alii", "and others", "dr", "mr", "mrs", "ms", "prof", "prof dr"))


def reason_for_no_name(text: str, more: frozenset[str] = frozenset()) -> str | None:
    """Why a text is no name, "placeholder" or "not-a-name"; None if it may be one.

    Args:
        text: any text.
        more: more placeholders, spelled as given.
    """
    whole = " ".join(text.split())
    if whole in more or whole in PLACEHOLDERS or _NOTHING.fullmatch(whole):
        return PLACEHOLDER
    if whole.isalpha():  # and so read as a plain word in a column
        return None
    if whole.replace(".", "").casefold() in LEFT_OVER:
        return NOT_A_NAME
    bare = whole.strip(OUTSIDE)
    if bare in more or bare in PLACEHOLDERS:
        return PLACEHOLDER
    rest = without_addresses(bare)
    if _has_many_symbols(bare):
        return NOT_A_NAME
    is_address = rest != bare and not any(map(str.isalpha, rest))
    if is_address or _DOMAIN.fullmatch(bare) or _is_company(bare):
        return NOT_A_NAME
    return None


def has_few_letters(surname: str) -> bool:
    """Whether a third or more of a text is no letter, or digits stand between letters: 64a6, x7k, q!!z.

    Marks, spaces, apostrophes, hyphens, periods and invisible characters count as neither.
    """
    if surname.translate(_WITHOUT_JOINTS).isalpha():
        return False
    kinds = [kind_of(each) for each in normalize("NFD", surname) if each not in ".·"]
    return 2 * kinds.count("") >= kinds.count("L") or bool(_DIGITS_AMONG_LETTERS.search(surname))


def _has_many_symbols(text: str) -> bool:
    """Whether there are two symbols or more in a text, and one for four letters or fewer: o(k}u$_p."""
    symbols = len(_SYMBOL.findall(text))
    return symbols > 1 and 4 * symbols >= sum(map(str.isalpha, text))


def without_addresses(text: str) -> str:
    """The text without e-mail addresses and URLs."""
    return _URL.sub(" ", _EMAIL.sub(" ", text)) if "@" in text or "/" in text or "." in text else text


def _is_company(text: str) -> bool:
    *before, last = text.replace(".", "").casefold().split() or [""]
    if not before:
        return False
    of_partners = before[-1] in ("&", "and", "und") and last in ("co", "sons", "söhne")
    return last in COMPANY or of_partners or bool(_OFFICE.match(text))
