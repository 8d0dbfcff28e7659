"""What stands in a column of names and is no person's: companies, offices, addresses, dates, sentences."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import Final

from cognomen.text import words as lists
from cognomen.text.patterns import lazy_pattern

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
_UNIT: Final = "eur|usd|gbp|chf|jpy|kg|mg|cm|mm|km|ml|kwh"
_MONTH: Final = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august"
    "|september|october|november|december|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril"
    "|juin|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto"
    "|septiembre|octubre|noviembre|diciembre"
)
_ROAD: Final = "street|avenue|road|boulevard|drive|lane"
# Whole texts, whatever their case. The page shares these patterns, as those of `forms`.
OF_NUMBERS: Final = (
    r"(?:(?:[^ ,]+ )?(?:invoice|no|nr|order|receipt|voucher|№)"
    r"|apt|batch|building|chapter|class|column|customer|episode|figure|flat|floor|grade"
    r"|group|highway|id|item|level|lot|model|number|page|part|phase|platform"
    r"|player|product|question|ref|room|route|row|season|seat|section|student|suite|table"
    r"|ticket|total|type|unit|user|version|vol|volume|week|windows|zone"
    r")[.:]? (?:no\.? ?|#)?[\d./\-]*\d[a-z]?(?: (?:of \d+|in .*))?|(?:episode|chapter) \d+: .*"
    r"|(?:tel|phone|fax|isbn|vat|iban)\b[.:]? ?[\d ()+/\-]*\d",
    rf"[\d.,]+ ?(?:{_UNIT})|(?:{_UNIT}) ?[\d.,]+|.* \d+ ?(?:gb|mb|mg|ml|mm)|\d+ ?x [^ ]+",
    rf"(?:[^ \d]+,? )?\d{{1,2}}\.? (?:de )?(?:{_MONTH})\.?(?: (?:de )?\d{{2,4}})?"
    rf"|[^,]+, [a-z]{{2}} \d{{5}}(?:-\d{{4}})?|(?:{_MONTH})\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    rf"|\d{{1,2}}:\d\d(?::\d\d)? ?[ap]\.?m\.?",
    rf"\d+[a-z]? .*\b(?:{_ROAD}|ave|blvd|ln)|\d+[a-z]? [^ ]+ (?:st|rd|dr)"
    rf"|[^ ]+ (?:{_ROAD}|st|rd) \d+[a-z]?"
    r"|.*(?:straße|strasse|str\.|platz|gasse|weg|allee) \d+ ?[a-z]?"
    r"|(?:rue|via|viale|piazza|calle|avenida|rua|plaza|place|avenue|boulevard) .* \d+[a-z]?|\d+ rue .*"
    r"|p\.? ?o\.? ?box \d+",
)
OF_WORDS: Final = (  # of letters alone: with a word of `WORDS_OF_THINGS`, or one that ends as `ENDS_OF_NOUNS`
    r"(?:ministry|department|dept\.?|bank|state|board|chamber|church|faculty|house|institutes?|isle|kingdom"
    r"|member|sons|table|trustees|head|vp|list|history) of\b.*|chief .* officer",
    r".+ .+ (?:trust|fund)|.+, the",
    r".+ (?:community|federal|national|savings) bank|.+ (?:lutheran|methodist) church",
    r"[^,]+ (?:&|and|und|et|y|e) (?:co|cie|cia|fils|figli|hijos|sons|söhne)\.?(?: .*)?",
    r"[^ ]*(?:ministerium|gesellschaft|verband|verein|stiftung|zentrum) (?:der|des|für|van|voor) .*",
    r"(?:i )?(?:do|prefer|rather|wish) not .*|please .+ .+|(?:refuse[ds]?|decline[ds]?) to .*",
    r"to whom .*|lorem ipsum.*",
    r"real (?:betis|madrid|mallorca|oviedo|sociedad|valladolid|zaragoza)",
    r"select .* from .*|drop table .*",
    r"(?:new (?:delhi|england|hampshire|jersey|mexico|orleans|south wales|york(?: city)?|zealand)|los angeles"
    r"|san francisco|(?:north|south) (?:africa|america|carolina|dakota|korea|sudan))(?:, .*)?",
    rf"(?:.* )?(?:{'|'.join(sorted(lists.AT_COURT))}) v(?:s?\.| ).*",
)
_SHORTEST_NOUN: Final = 8  # of those told by their end
# What stands after a name and tells of the person, not of what is written.
_AFTER_NAME: Final = lazy_pattern(r"[,;]\s|\s(?:[-–—|@/]|via)\s")
_BRACKETS_LAST: Final = lazy_pattern(r"\s[(\[][^()\[\]]*[)\]]$")
_OF_PATTERNS: Final = frozenset((
    "of", "trust", "fund", "co", "cie", "cia", "fils", "figli", "hijos", "sons", "söhne", "refuse", "refuses",
    "refused", "decline", "declines", "declined", "to", "whom", "lorem", "real", "select", "drop",
))  # fmt: skip
# Of all texts that name things, but for those with digits and those with `ENDS_OF_NOUNS`, some word in lower
# case, if all of their words are letters alone.
WORDS_OF_THINGS: Final = (
    COMPANY | _ANYWHERE | _BEFORE | lists.NOUNS | lists.OCCUPATIONS | lists.BEFORE_NAMES | lists.IN_SENTENCES
    | lists.AT_COURT | lists.BEGIN_PLACES | _OF_PATTERNS
)  # fmt: skip


def is_company(text: str) -> bool:
    """Whether a text is known by its words to be a company, an institution, an office, a trade or a job."""
    *before, last = text.replace(".", "").casefold().split() or [""]
    if not before:
        return False
    of_partners = before[-1] in ("&", "and", "und") and last in ("co", "sons", "söhne")
    has_form = last in COMPANY or before[0] in _BEFORE or not _ANYWHERE.isdisjoint(before)
    is_person = len(before) == 1 and (len(before[0]) == 1 or before[0] in lists.TITLES)  # "Dr. Engineer"
    is_job = _is_noun(last) and not is_person
    is_job |= any(word == "of" and _is_noun(noun) for noun, word in pairwise([*before, last]))
    if last in lists.OCCUPATIONS and text.endswith(last):  # "Truck driver", but "John Smith plumber"
        is_job |= text[:1].isupper() and not (len(before) > 1 and all(map(str.istitle, text.split()[:-1])))
    has_form |= (is_job or before[0] in lists.BEFORE_NAMES) and "," not in text
    names_group = text.startswith("The ") and not _is_titled(text.split()[1:])
    return has_form or of_partners or names_group or _is_one_of(OF_WORDS, text)


def _is_noun(word: str) -> bool:
    """Whether a word is one of an office, a trade or a job, or ends as no surname does: Singverein."""
    return word in lists.NOUNS or (len(word) >= _SHORTEST_NOUN and word.endswith(lists.ENDS_OF_NOUNS))


def _is_titled(words: list[str]) -> bool:
    """Whether a title, or a Vietnamese syllable, follows a "The" of a name: The Rt Hon., The Anh Tran."""
    first = words[0].strip(".").casefold() if words else ""
    return first in lists.TITLES | lists.AFTER_THE or words[-1:] == ["Family"]


def is_of_numbers(text: str) -> bool:
    """Whether a text is a number of something, a measure, a date, or the address of a house."""
    return any(map(str.isdigit, text)) and _is_one_of(OF_NUMBERS, text)


def _is_one_of(patterns: tuple[str, ...], text: str) -> bool:
    """Whether a text is of a pattern."""
    return any(each.fullmatch(text) for each in _compiled(patterns))


@cache
def _compiled(patterns: tuple[str, ...]) -> list[re.Pattern[str]]:
    """Patterns for either case; compiled when first used, as they take a start milliseconds."""
    return [re.compile(each, re.IGNORECASE) for each in patterns]


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
    is_by_name = words[place] == "the" and place == len(words) - 2 > 1 and words[-1][:1].isupper()
    return not (is_by_name or (place > 0 and words[place - 1].endswith(",")))


def name_before(text: str) -> str:
    """The two words or more before a comma, a dash or brackets, if two or more follow a comma; else the text.

    "Jane Doe, Acme Corp", "Jane Doe - Manager" and "Doe, Jane (Acme)" are names, "Acme Tools, Inc." is none.
    """
    aside = _BRACKETS_LAST.search(text)
    if aside and " " in text[: aside.start()].strip():
        return name_before(text[: aside.start()])
    all_found = _AFTER_NAME.finditer(text)
    found = next((each for each in all_found if " " in text[: each.start()].strip()), None)
    if found is None:
        return text
    is_more = " " in text[found.end() :].strip()
    return text[: found.start()] if is_more or "," not in found[0] else text
