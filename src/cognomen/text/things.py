"""What stands in a column of names and is no person's: companies, offices, addresses, dates, sentences."""

from __future__ import annotations

import re
from typing import Final

from cognomen.text import words as lists

# AG, SA, AB, BV are not among them: in a column of names they are initials, "Doe AG".
COMPANY: Final = frozenset((
    "inc", "incorporated", "llc", "llp", "ltd", "limited", "plc", "corp", "corporation", "company", "gmbh",
    "srl", "sarl", "pty", "bhd", "oyj", "kft", "ltda", "holdings", "group", "team", "customer",
    "collaboration", "commission", "organization", "organisation", "university", "universität",
    "université", "universidad", "institute", "association", "foundation", "committee", "ministry",
    "department", "consortium",
))  # fmt: skip
# Legal forms that stand anywhere, and before a name.
_ANYWHERE: Final = frozenset({"inc", "llc", "gmbh", "plc"})
_BEFORE: Final = frozenset({"ооо", "оао", "зао", "пао"})
LEGAL_FORMS: Final = (" S.p.A.", " SpA", " s.r.o.", " z o.o.", " ApS")
_OFFICE: Final = re.compile(
    r"(university|universität|université|ministry|department|dept\.?|office|bank|city|state|republic|board"
    r"|chamber|church|college|director|faculty|friends|house|institute|isle|kingdom|member|school|secretary|society|sons"
    r"|table|trustees) of\b",
    re.IGNORECASE,
)
_NUMBERED: Final = (
    r"(?:batch|building|chapter|column|figure|floor|group|highway|id|invoice|item|model|order|phase|platform|product"
    r"|question|room|route|row|seat|table|zone"
    r"|section|ticket|type|unit|version|windows) (?:no\.? ?|#)?[\d.-]*\d[a-z]?(?: of \d+)?"
    r"|page \d+ of \d+|(?:tel|phone|fax|isbn|vat|iban)\b[.:]? ?[\d ()+/-]*\d"
)
_UNIT: Final = "eur|usd|gbp|chf|jpy|kg|mg|cm|mm|km|ml|kwh"
_MONTH: Final = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august"
    "|september|october|november|december|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril"
    "|juin|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto"
    "|septiembre|octubre|noviembre|diciembre"
)
_MEASURE: Final = (
    rf"[\d.,]+ ?(?:{_UNIT})|(?:{_UNIT}) ?[\d.,]+|\d{{1,2}}\.? (?:de )?(?:{_MONTH})\.?(?: (?:de )?\d{{2,4}})?"
)
_ADDRESS: Final = (
    r"\d+[a-z]? .*\b(?:street|avenue|road|boulevard|drive|st\.|rd\.|ave\.?)"
    r"|.*(?:straße|strasse|str\.|platz|gasse|weg|allee) \d+ ?[a-z]?"
    r"|(?:rue|via|viale|piazza|calle|avenida|rua|plaza|place|avenue|boulevard) .* \d+[a-z]?"
    r"|p\.? ?o\.? ?box \d+"
)
_CASE_AT_COURT: Final = re.compile(r"[^a-z]{3,} v\.? [^a-z]{3,}")  # SMITH v. JONES
# What stands after a name and tells of the person, not of what is written.
_AFTER_NAME: Final = re.compile(r"[,;]\s|\s[-–—|@]\s|\s[(\[](?=[^()\[\]]*[)\]]$)")
# Of all texts that name things, but for those with digits, some word in lower case.
WORDS_OF_THINGS: Final = COMPANY | _ANYWHERE | _BEFORE | lists.NOUNS | lists.BEFORE_NAMES | lists.IN_SENTENCES


def is_company(text: str) -> bool:
    """Whether a text is known by its words to be a company, an institution, an office, a trade or a job."""
    *before, last = text.replace(".", "").casefold().split() or [""]
    if not before:
        return False
    of_partners = before[-1] in ("&", "and", "und") and last in ("co", "sons", "söhne")
    has_form = last in COMPANY or before[0] in _BEFORE or not _ANYWHERE.isdisjoint(before)
    is_person = len(before) == 1 and (len(before[0]) == 1 or before[0] in lists.TITLES)  # "Dr. Engineer"
    is_job = last in lists.NOUNS and not is_person
    is_job |= last in lists.OCCUPATIONS and text.endswith(last) and text[:1].isupper()  # "Truck driver"
    has_form |= (is_job or before[0] in lists.BEFORE_NAMES) and "," not in text
    is_case = " v" in text and _CASE_AT_COURT.fullmatch(text)
    return has_form or of_partners or bool(is_case or _OFFICE.match(text))


def is_of_numbers(text: str) -> bool:
    """Whether a text is a number of something, a measure, a date, or the address of a house."""
    patterns = (_NUMBERED, _MEASURE, _ADDRESS)  # compiled when first used: they take a start two milliseconds
    return any(map(str.isdigit, text)) and any(re.fullmatch(each, text, re.IGNORECASE) for each in patterns)


def is_sentence(text: str) -> bool:
    """Whether words of sentences are in a text: "Please call the office", "this is no name"."""
    words = text.split()
    found = [
        place
        for place, word in enumerate(words)
        if word in lists.IN_SENTENCES and _is_of_sentence(words, place)
    ]
    begins = int(words[0].lower() in lists.IN_SENTENCES and words[0].istitle()) if words else 0
    return len(found) + begins > 1 or (bool(found) and found[0] > 0 and text[:1].isupper())


def _is_of_sentence(words: list[str], place: int) -> bool:
    """Whether a word is not that of "Rothes, the Countess" and "John Smith the Elder"."""
    is_by_name = words[place] == "the" and place == len(words) - 2 > 1
    return not (is_by_name or (place > 0 and words[place - 1].endswith(",")))


def name_before(text: str) -> str:
    """The two words or more before a comma, a dash or brackets, if two or more follow a comma; else the text.

    "Jane Doe, Acme Corp" and "Jane Doe - Manager" are names, "Acme Tools, Inc." is none.
    """
    found = _AFTER_NAME.search(text)
    if found is None or " " not in text[: found.start()].strip():
        return text
    is_more = " " in text[found.end() :].strip()
    return text[: found.start()] if is_more or "," not in found[0] else text
