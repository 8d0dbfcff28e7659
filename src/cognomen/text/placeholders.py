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
_EXACT: Final = frozenset((
    "NA", "N/A", "n/a", "N.A", "n.a", "NULL", "null", "NaN", "nan", "NaT", "None", "none", "NONE", "nil",
    "NIL", "undefined", "test", "TEST", "blank", "BLANK", "missing", "MISSING", "anon", "Anon", "ANON",
    "TRUE", "FALSE", "name", "NAME", "surname", "SURNAME", "admin", "sysadmin", "user", "noreply",
    "no-reply", "webmaster", "asdf", "qwerty", "deleted", "removed", "confidential", "\\N", "k.A", "o.A",
    "n.v.t", "н/д", "keine Angabe", "ohne Angabe", "ohne Namen", "bilinmiyor", "neznámý", "nieznany",
    "okänd", "ukjent", "ukendt", "tuntematon", "onbekend", "entfällt", "匿名", "不明", "不详", "不詳", "未知",
    "佚名", "名無し", "없음", "미상", "알 수 없음", "غير معروف", "لا يوجد",
    "yes", "Yes", "YES", "true", "false", "other", "others", "same", "ditto", "vacant",
    "idem", "misc", "etc", "TODO", "FIXME", "foo", "foobar", "lorem", "xyz", "XYZ", "DNF", "DSQ", "BYE",
    "last_name", "first_name", "full_name", "lastname", "firstname", "LastName", "FirstName", "Nachname",
    "Vorname", "Apellido", "Apellidos", "Prénom", "Cognome", "Nazwisko", "Příjmení", "Фамилия", "Имя",
    "姓名", "氏名", "이름", "성명",
))  # fmt: skip
_NOBODY: Final = (
    "unknown", "anonymous", "unnamed", "noname", "unspecified", "redacted", "withheld", "xxx", "tbd", "tba",
    "tbc", "no name", "name unknown", "not known", "not available", "not given", "not applicable",
    "no data", "not specified", "not stated", "no name given", "to be announced", "to be confirmed",
    "last name", "first name", "full name", "first last", "deleted user", "test user", "guest user",
    "anonymous user", "anonymous donor", "anonymous coward", "unknown author", "unknown person", "various",
    "various artists", "various authors", "multiple authors", "vacant seat", "total", "subtotal",
    "grand total", "see above", "see below", "see notes", "same as above", "as above", "not assigned",
    "your name", "enter name", "current resident", "current occupant", "occupant", "householder",
    "siehe oben", "voir ci-dessus", "vedi sopra", "zie boven", "no aplica", "brak danych", "unbekannt", "nicht bekannt", "anonyme", "inconnu", "inconnue", "non renseigné",
    "sans nom", "desconocido", "desconocida", "sin datos", "sin nombre", "desconhecido", "desconhecida",
    "sem nome", "anónimo", "sconosciuto", "non disponibile", "неизвестно", "неизвестный", "неизвестен",
    "нет данных", "не указано",
)  # fmt: skip
NOBODY: Final = frozenset(
    spelling for word in _NOBODY for spelling in (word, word.capitalize(), word.title(), word.upper())
)
PLACEHOLDERS: Final = _EXACT | NOBODY
OUTSIDE: Final = ' \t\r\n.,;:!?#-–—"“”()[]{}<>|/\\*_†‡§¶¹²³'
_NOTHING: Final = re.compile(r"[-‐‑‒–—―−?\s]*[-‐‑‒–—―−?][-‐‑‒–—―−?\s]*")

# What spreadsheets write for an error, and templates where a name is to stand.
_ERROR: Final = re.compile(
    r"#(?:N/A|NULL|REF|VALUE|NAME|NUM|DIV/0|SPILL|CALC)[!?]?|\{\{.*\}\}|\$\{.*\}|%\w+%"
)
_SYMBOL: Final = re.compile(r"[#%*@!?§¶_$+<=>^|~}{£€¤¥¢°±²³¹¬¨¼½¾×÷]")
_WITHOUT_JOINTS: Final = str.maketrans("", "", " '-.")
_DIGITS_AMONG_LETTERS: Final = re.compile(r"[^\W\d_]\d+[^\W\d_]")

_EMAIL: Final = re.compile(r"(?:mailto:)?[^\s<>()@,;]+@[^\s<>()@,;]+\.\w+", re.IGNORECASE)
_URL: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_DOMAIN: Final = re.compile(
    r"[\w-]+(\.[\w-]+)*\.(com|org|net|edu|gov|info|io|(co|com|org|ac|gov)\.[a-z]{2})", re.IGNORECASE
)
_HANDLE: Final = re.compile(r"[@#]\w+")  # of a user, as a subject: @jane_doe
_FILE: Final = re.compile(
    r"\S+\.(?:txt|pdf|docx?|xlsx?|csv|html?|jpe?g|png|gif|zip)|(?:[A-Z]:)?[\\/]\S+|[{].*[}]", re.IGNORECASE
)
_LETTERS_ALONE: Final = re.compile(r"(?:[A-Za-zÀ-ɏЀ-ӿ]\.\s?-?)+(?:[A-Za-zÀ-ɏЀ-ӿ]\.?)?|[A-Za-z](?: [A-Za-z])+")
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
_AT_THE_END: Final = (" S.p.A.", " SpA", " s.r.o.", " z o.o.", " ApS")
COMPANY_IN_WORD: Final = re.compile("株式会社|有限会社|有限公司|주식회사")
_OFFICE: Final = re.compile(
    r"(university|universität|université|ministry|department|dept\.?|office|bank|city|state|republic|board|chamber"
    r"|church|college|director|faculty|friends|house|institute|isle|kingdom|member|school|secretary|society|sons"
    r"|table|trustees) of\b",
    re.IGNORECASE,
)
# Last words of other texts that are no names: places, trades, offices, jobs. Few or no people are called so.
NOUNS: Final = frozenset((
    "academy accountant administrator advisor agency agent airport airways america analyst apprentice "
    "architects assistant associates attorney auditor authority avenue bakery board britain café candidate cashier "
    "centre chairman chairperson chairwoman clinic communications community consultancy consultant consultants "
    "consulting contractor coordinator council counselor court dentist desk developer development director "
    "division economist editor editors education electrician electronics employee energy engineer engineering "
    "engineers enterprises entrepreneur europe executive express federation forum gallery general global "
    "goalkeeper hospital imports industries insurance international investments journalist kingdom laboratories "
    "laboratory landscaping lawyer lecturer librarian library logistics machinist management manager marketing "
    "mechanic midfielder minister motors museum nations network networks officer operator owner parliament "
    "partners partnership payable pharmaceuticals pharmacist pharmacy photographer physician planner plumbing "
    "president productions professor programmer programs projects properties publishers publishing railway "
    "realty receptionist records recruitment relations repair repairs representative republic researcher "
    "resources restaurant retired road school sciences scientist secretary security services society software "
    "solutions specialist station street strategist student studio studios supervisor supplies support surgeon "
    "systems teacher technician technologies technology telecom therapist trading trainee translator transport "
    "treasurer union university ventures volunteer widgets workshop writer"
).split()) - {"board", "court", "hospital", "street"}  # which are surnames
# First words of those that are written before a name: Hotel Bristol, Amtsgericht Bonn, Banco Santander.
BEFORE_NAMES: Final = frozenset((
    "amtsgericht apotheke asociación associação associazione autohaus ayuntamiento bäckerei banco boulangerie "
    "bürgermeisteramt café colegio comune escuela farmacia finanzamt fundación fundação gemeinde gimnasio grupo "
    "hochschule hotel hôpital instituto istituto kanzlei landkreis landratsamt lycée metzgerei ministerio "
    "ministero ministério pizzeria restaurant restaurante ristorante società société sparkasse staatsanwaltschaft "
    "stadtverwaltung universidad universidade università université universität volksbank"
).split())
# Words of sentences in lower case, two of which, or one after a capital, are in no name.
IN_SENTENCES: Final = frozenset((
    "the this that these those is are was were been not your our their please which will would does did has have "
    "had here there than but when any yet don't doesn't can't nicht kein keine ist sind wird bitte siehe est sont "
    "pour voir pas por para está não niet geen zie inte nie не"
).split())
_NUMBERED: Final = re.compile(
    r"(?:batch|building|chapter|column|figure|highway|id|invoice|item|model|order|phase|platform|route|seat"
    r"|section|ticket|type|unit|version|windows) (?:no\.? ?|#)?[\d.-]+[a-z]?(?: of \d+)?"
    r"|page \d+ of \d+|(?:tel|phone|fax|isbn|vat|iban)\b[.:]? ?[\d ()+/-]+",
    re.IGNORECASE,
)
_UNIT: Final = "eur|usd|gbp|chf|jpy|kg|mg|cm|mm|km|ml|kwh"
_MONTH: Final = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august|september"
    "|october|november|december|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril"
    "|juin|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto"
    "|septiembre|octubre|noviembre|diciembre"
)
_MEASURE: Final = re.compile(
    rf"[\d.,]+ ?(?:{_UNIT})|(?:{_UNIT}) ?[\d.,]+|\d{{1,2}}\.? (?:de )?(?:{_MONTH})\.?(?: (?:de )?\d{{2,4}})?", re.IGNORECASE
)
_ADDRESS: Final = re.compile(
    r"\d+[a-z]? .*\b(?:street|avenue|road|boulevard|drive|st\.|rd\.|ave\.?)"
    r"|.*(?:straße|strasse|str\.|platz|gasse|weg|allee) \d+ ?[a-z]?"
    r"|(?:rue|via|viale|piazza|calle|avenida|rua|plaza|place|avenue|boulevard) .* \d+[a-z]?|p\.? ?o\.? ?box .*",
    re.IGNORECASE,
)
# What stands after a name and tells of the person, not of what is written.
_AFTER_NAME: Final = re.compile(r",\s|\s[-–—|@]\s|\s[(\[](?=[^()\[\]]*[)\]]$)")

# Of all texts that are no names, some word in lower case, if all of their words are letters alone.
WORDS_OF_NO_NAME: Final = (
    COMPANY | _ANYWHERE | _BEFORE | NOUNS | BEFORE_NAMES | IN_SENTENCES | {words.casefold().split()[-1] for words in PLACEHOLDERS} | {"of"}
)


# What is left over where cells of several people, or of a title and a name, are split.
LEFT_OVER: Final = frozenset(
    ("et al", "et alii", "and others", "dr", "mr", "mrs", "ms", "prof", "prof dr", "jr", "sr", "phd")
)


def reason_for_no_name(text: str, more: frozenset[str] = frozenset()) -> str | None:
    """Why a text is no name, "placeholder" or "not-a-name"; None if it may be one.

    Args:
        text: any text.
        more: more placeholders, spelled as given.
    """
    whole = " ".join(text.split())
    if whole in more or whole in PLACEHOLDERS or _NOTHING.fullmatch(whole) or _ERROR.fullmatch(whole):
        return PLACEHOLDER
    if whole.endswith(_AT_THE_END) or COMPANY_IN_WORD.search(whole):
        return NOT_A_NAME
    if whole.isalpha():  # and so read as a plain word in a column
        return None
    if whole.replace(".", "").casefold() in LEFT_OVER:
        return NOT_A_NAME
    bare = whole.strip(OUTSIDE)
    if bare in more or bare in PLACEHOLDERS or _is_repeated_placeholder(bare):
        return PLACEHOLDER
    if _LETTERS_ALONE.fullmatch(whole) or _HANDLE.fullmatch(whole) or _FILE.fullmatch(whole):
        return NOT_A_NAME
    rest = without_addresses(bare)
    if _has_many_symbols(bare):
        return NOT_A_NAME
    is_address = rest != bare and not any(map(str.isalpha, rest))
    is_thing = is_address or _DOMAIN.fullmatch(bare) or _is_company(_name_of(whole).strip(OUTSIDE))
    return NOT_A_NAME if is_thing or _is_of_numbers(bare) or _is_sentence(bare) else None


def _is_of_numbers(text: str) -> bool:
    """Whether a text is a number of something, a measure, a date, or the address of a house."""
    has_digit = any(map(str.isdigit, text))
    return (has_digit or " " in text) and any(
        each.fullmatch(text) for each in (_NUMBERED, _MEASURE, _ADDRESS)
    )


def _is_sentence(text: str) -> bool:
    """Whether words of sentences are in a text: "Please call the office", "this is no name"."""
    words = text.split()
    found = [place for place, word in enumerate(words) if word in IN_SENTENCES and _is_of_sentence(words, place)]
    begins = int(words[0].lower() in IN_SENTENCES and words[0].istitle()) if words else 0
    return len(found) + begins > 1 or (bool(found) and found[0] > 0 and text[:1].isupper())


def _is_of_sentence(words: list[str], place: int) -> bool:
    """Whether a word is not that of "Rothes, the Countess" and "John Smith the Elder"."""
    is_by_name = words[place] == "the" and place == len(words) - 2 > 1
    return not (is_by_name or (place > 0 and words[place - 1].endswith(",")))


def _name_of(text: str) -> str:
    """The two words or more before a comma, a dash or brackets, where two or more follow; else the text.

    "Jane Doe, Acme Corp" is a name, "Google, Inc." is none.
    """
    before, *after = _AFTER_NAME.split(text, maxsplit=1)
    return before if after and " " in before.strip() and " " in after[0].strip() else text


def _is_repeated_placeholder(text: str) -> bool:
    """Whether a text is one placeholder in all its fields: "NULL NULL", "Test Test"."""
    words = text.split()
    return (
        len(set(words)) == 1 and len(words) > 1 and not PLACEHOLDERS.isdisjoint((words[0], words[0].lower()))
    )


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
    has_form = last in COMPANY or before[0] in _BEFORE or not _ANYWHERE.isdisjoint(before)
    has_form |= (last in NOUNS or before[0] in BEFORE_NAMES) and "," not in text
    return has_form or of_partners or bool(_OFFICE.match(text))
