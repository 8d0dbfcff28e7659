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

from cognomen.text import words as lists
from cognomen.text.alphabet import is_ideograph
from cognomen.text.forms import may_have_form, plainer
from cognomen.text.patterns import lazy_pattern
from cognomen.text.spelling import kind_of
from cognomen.text.things import (
    LEGAL_FORMS,
    WORDS_OF_THINGS,
    is_company,
    is_of_numbers,
    is_sentence,
    name_before,
)

PLACEHOLDER: Final = "placeholder"
NOT_A_NAME: Final = "not-a-name"

# What pandas, R, SQL, JavaScript and spreadsheets write for a missing value, and people for a trial.
_EXACT: Final = frozenset((
    "NA", "N/A", "n/a", "N.A", "n.a", "NULL", "null", "NaN", "nan", "NaT", "None", "none", "NONE", "nil",
    "NIL", "undefined", "test", "TEST", "blank", "BLANK", "missing", "MISSING", "anon", "Anon", "ANON",
    "TRUE", "FALSE", "dummy", "DUMMY", "name", "NAME", "surname", "Surname", "SURNAME", "admin",
    "sysadmin", "user", "noreply",
    "no-reply", "do-not-reply", "donotreply", "webmaster", "postmaster", "mailer-daemon",
    "MAILER-DAEMON", "asdf", "qwerty", "deleted", "removed", "confidential", "\\N", "k.A", "o.A",
    "n.v.t", "н/д", "keine Angabe", "ohne Angabe", "ohne Namen", "bilinmiyor", "neznámý", "nieznany",
    "okänd", "ukjent", "ukendt", "tuntematon", "onbekend", "entfällt", "匿名", "不明", "不详", "不詳", "未知",
    "佚名", "名無し", "无名", "無名氏", "无", "無", "没有", "沒有", "暂无", "暫無", "未填", "未填写", "某某",
    "なし", "該当なし", "未記入", "記入なし", "名無しさん", "없음", "미상", "알 수 없음",
    "غير معروف", "لا يوجد",
    "yes", "Yes", "YES", "true", "false", "other", "others", "same", "ditto", "vacant",
    "administrator", "deceased", "Admin", "Administrator", "Editor", "empty",
    "idem", "misc", "etc", "TODO", "FIXME", "foo", "foobar", "lorem", "xyz", "XYZ", "DNF", "DSQ", "BYE",
    "LNU", "NN", "VACANT", "last_name", "first_name", "full_name", "lastname", "firstname",
    "LastName", "FirstName", "Nachname",
    "Vorname", "Apellido", "Apellidos", "Prénom", "Cognome", "Nazwisko", "Příjmení", "Фамилия", "Имя",
    "姓名", "氏名", "이름", "성명",
))  # fmt: skip
_NOBODY: Final = (
    "unknown", "anonymous", "unnamed", "noname", "unspecified", "redacted", "withheld", "xxx", "tbd", "tba",
    "tbc", "not known", "to be announced", "employee name", "e-mail", "email", "hello world", "lorem ipsum",
    "test user", "guest user", "anonymous donor", "anonymous coward", "unknown author", "various",
    "various artists", "various authors", "multiple authors", "vacant seat", "vacancy",
    "delete me", "illegible", "unidentified", "plus one", "empty seat", "total", "subtotal",
    "grand total", "see above", "see below", "see notes", "same as above", "as above", "your name",
    "enter name", "current resident", "current occupant", "occupant", "householder", "siehe oben",
    "voir ci-dessus", "vedi sopra", "zie boven", "no aplica", "brak danych", "unbekannt", "nicht bekannt",
    "anonyme", "inconnu", "inconnue", "non renseigné", "sans nom", "desconocido", "desconocida", "sin datos",
    "sin nombre", "desconhecido", "desconhecida", "sem nome", "anónimo", "sconosciuto", "non disponibile",
    "wie oben", "nom de famille", "undisclosed recipients",
    "info", "team", "customer", "client", "visitor", "reserved", "unassigned", "unallocated", "example",
    "nobody", "неизвестно", "неизвестный", "неизвестен", "нет данных", "не указано",
    *("x" * length for length in range(4, 13)),
)  # fmt: skip
NOBODY: Final = frozenset(
    spelling for word in _NOBODY for spelling in (word, word.capitalize(), word.title(), word.upper())
)
PLACEHOLDERS: Final = _EXACT | NOBODY
OUTSIDE: Final = ' \t\r\n.,;:!?#-–—"“”()[]{}<>|/\\*_†‡§¶¹²³'
_NOTHING: Final = lazy_pattern(r"[-‐‑‒–—―−?\s]*[-‐‑‒–—―−?][-‐‑‒–—―−?\s]*")

# What spreadsheets write for an error, and templates where a name is to stand.
_ERROR: Final = lazy_pattern(
    r"#(?:N/A|NULL|REF|VALUE|NAME|NUM|DIV/0|SPILL|CALC)[!?]?|\{\{.*\}\}|\$\{.*\}|%\w+%"
)
_SYMBOL: Final = lazy_pattern(r"[#%*@!?§¶_$+<=>^|~}{£€¤¥¢°±²³¹¬¨¼½¾×÷]")
_WITHOUT_JOINTS: Final = str.maketrans("", "", " '-.")
_DIGITS_AMONG_LETTERS: Final = lazy_pattern(r"[^\W\d_]\d+[^\W\d_]")

_EMAIL: Final = lazy_pattern(r"(?:mailto:)?[^\s<>()@,;]+(?:@|\[at\]|\(at\))[^\s<>()@,;]+\.\w+", re.IGNORECASE)
_URL: Final = lazy_pattern(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_DOMAIN: Final = lazy_pattern(
    r"[\w-]+(\.[\w-]+)*\.(com|org|net|edu|gov|info|io|ai|app|dev|de|eu|fr|nl|pl|ru|uk|(co|com|org|ac|gov)\.[a-z]{2})",
    re.IGNORECASE,
)
_HANDLE: Final = lazy_pattern(r"[@#]\w+|[\w.-]+@|.*\S\[bot\]")  # of a user, as a subject: @jane_doe, info@
_FILE: Final = lazy_pattern(
    r".*\S\.(?:txt|pdf|docx?|xlsx?|pptx?|csv|json|xml|html?|jpe?g|png|gif|svg|mp[34]|mov|zip|gz|exe|log)"
    r"|\w{3,}\.(?:py|sh)|(?:[A-Z]:|~)?[\\/]\S+|[{].*[}]",
    re.IGNORECASE,
)
# A field, a call, a place in a list, a variable, a setting.
_CODE: Final = lazy_pattern(
    r'"\w+": ?.+|[a-z_.]+\([a-z_]*\)|[a-z_]+\[\d+\]|\$[a-z_]+|-*[\w.]+={1,2}\w+(?:, ?\w+=[^=]+)*|\w+::\w+'
)
_LETTERS_ALONE: Final = lazy_pattern(
    r"(?:[A-Za-zÀ-ɏЀ-ӿ]\.\s?-?)+(?:[A-Za-zÀ-ɏЀ-ӿ]\.?)?|[A-Za-z](?: [A-Za-z])+"
)
MOST_IDEOGRAPHS: Final = 6  # of a full name: 長谷川美智子
_COMPANY_IN_WORD: Final = (
    "株式会社",
    "有限会社",
    "公司",
    "주식회사",
    "银行",
    "銀行",
    "集团",
    "集團",
    "委员会",
    "委員會",
)

# Of all texts that are no names, but for those with digits and those with `ENDS_OF_NOUNS`, some word in lower
# case, if all of their words are letters alone.
WORDS_OF_NO_NAME: Final = (
    WORDS_OF_THINGS | lists.OF_NO_NAME | {words.casefold().split()[-1] for words in PLACEHOLDERS}
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
    if whole.endswith(LEGAL_FORMS) or has_company(whole):
        return NOT_A_NAME
    if len(whole) > MOST_IDEOGRAPHS and all(map(is_ideograph, whole)):
        return NOT_A_NAME
    if whole.isalpha():  # and so read as a plain word in a column
        return None
    if whole.replace(".", "").casefold() in LEFT_OVER:
        return NOT_A_NAME
    if " " in whole and _has_no_word_of_things(whole) and not may_have_form(whole):  # as most full names
        return None
    whole = plainer(whole)
    bare = whole.strip(OUTSIDE)
    has_words = " " in bare
    if bare in more or bare in PLACEHOLDERS:
        return PLACEHOLDER
    if has_words and (_is_repeated_placeholder(bare) or _says_no_name(bare)):
        return PLACEHOLDER
    if _LETTERS_ALONE.fullmatch(whole) or _HANDLE.fullmatch(whole) or _is_code(whole):
        return NOT_A_NAME
    rest = without_addresses(bare)
    if _has_many_symbols(rest):
        return NOT_A_NAME
    is_address = rest != bare and not any(map(str.isalpha, rest))
    if is_address or _DOMAIN.fullmatch(bare):
        return NOT_A_NAME
    is_thing = has_words and (is_company(name_before(whole).strip(OUTSIDE)) or is_of_numbers(bare))
    return NOT_A_NAME if is_thing or (has_words and is_sentence(bare)) else None


def _has_no_word_of_things(text: str) -> bool:
    """Whether a text has letters alone and no word that could make it no name.

    Letters one by one, "A x", are no name, so the first word has two or more. For a pattern that ignores
    case, ı is an i.
    """
    words = text.casefold().replace("ı", "i").split(" ")
    return (
        all(map(str.isalpha, words))
        and len(words[0]) > 1
        and WORDS_OF_NO_NAME.isdisjoint(words)
        and not any(word.endswith(lists.ENDS_OF_NOUNS) for word in words)
    )


def _is_code(text: str) -> bool:
    """Whether a text is a file's name, a path, or of a program."""
    return bool(_FILE.fullmatch(text) or _CODE.fullmatch(text))


def has_company(text: str) -> bool:
    """Whether a legal form that is written together with a name stands in a text."""
    return any(map(text.__contains__, _COMPANY_IN_WORD))


def _is_repeated_placeholder(text: str) -> bool:
    """Whether a text is one placeholder in all its fields: "NULL NULL", "Test Test"."""
    words = [word.strip(OUTSIDE) for word in text.split()]
    return (
        len(set(words)) == 1 and len(words) > 1 and not PLACEHOLDERS.isdisjoint((words[0], words[0].lower()))
    )


def _says_no_name(text: str) -> bool:
    """Whether all words say that there is no name, or head a column: "Not Provided", "Surname, First"."""
    words = [word.strip(OUTSIDE).casefold() for word in text.split()]
    return len(words) > 1 and lists.OF_NO_NAME.issuperset(words) and max(map(len, words)) > 3


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
