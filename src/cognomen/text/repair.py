"""Text that was decoded wrongly, made whole again where that is certain.

repair("O&#39;Brien")  ->  "O'Brien"
repair("GarcÃ\\xada")   ->  "García": UTF-8 that was read as Latin-1 or Windows-1252
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from collections.abc import Sequence
from typing import Final
from unicodedata import category, is_normalized, normalize

from cognomen.text.patterns import lazy_pattern

# The byte of each character that Latin-1 and Windows-1252 have. What was read as either is told in one table.
_BYTE: Final = {chr(byte): byte for byte in range(256)} | {
    bytes([byte]).decode("cp1252"): byte
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)  # which Windows-1252 lacks
}
_FOLLOWING: Final = "".join(c for c, byte in _BYTE.items() if 0x80 <= byte < 0xC0)
# The bytes of a letter after the first that stand for letters, and for marks that follow letters in any text.
FOLLOWING_LETTERS: Final = "".join(filter(str.isalpha, _FOLLOWING))
FOLLOWING_MARKS: Final = "´‘’–—“”‚„…·\xa0\xad"
_SYMBOL: Final = "[" + "".join(c for c in _FOLLOWING if c not in FOLLOWING_LETTERS + FOLLOWING_MARKS) + "]"
_ANY: Final = f"[{_FOLLOWING}]"
_WORD: Final = lazy_pattern(r"[^\x00-@\[-`{-\x7f]+")  # of letters, and of anything that is not ASCII
_ENTITY: Final = lazy_pattern(r"&#?\w{2,31};")
# No language writes these, other than by mistake. LÍŠKA and CÔTÉ’S would be UTF-8 as well.
# Compiled when first used: so many characters take a millisecond.
_MISREAD: Final = (
    f"Ã{_ANY}|Â{_SYMBOL}|[ÄÅ]({_SYMBOL}|[šžœŸ])|á[º»]{_ANY}|â€{_ANY}"
    f"|([ÎÏ]{_ANY}){{2}}|([ÐÑ]{_ANY}){{2}}|(×{_ANY}){{2}}|([Ø-Û]{_ANY}){{2}}"
    f"|(à{_ANY}{{2}}){{2}}|^([ã-í]{_ANY}{{2}})+$"
)
_LOST: Final = lazy_pattern(rf"\ufffd|(?<=[^\W\d_])\?(?=[^\W\d_])|(?<=[a-zß-ÿ])[ÃÂ]|[ÃÂ]{_SYMBOL}")

# What JSON and LaTeX write for letters: M\u00fcller, M{\"u}ller, Ho\v{z}a, Garc{\'\i}a, {\O}rsted.
LETTERS: Final = {
    "O": "Ø", "o": "ø", "L": "Ł", "l": "ł", "AE": "Æ", "ae": "æ", "OE": "Œ", "oe": "œ", "AA": "Å", "aa": "å",
    "ss": "ß", "DH": "Ð", "dh": "ð", "TH": "Þ", "th": "þ", "DJ": "Đ", "dj": "đ", "NG": "Ŋ", "ng": "ŋ",
}  # fmt: skip
_MARKS: Final = dict(zip("`'^\"~=.cuvHrk", map(chr, (
    0x300, 0x301, 0x302, 0x308, 0x303, 0x304, 0x307, 0x327, 0x306, 0x30C, 0x30B, 0x30A, 0x328,
)), strict=True))  # fmt: skip
_ESCAPED: Final = lazy_pattern(
    r"(?<![A-Za-z])(?P<elided>[DLMO])\\'(?=[A-Z])|\\u(?P<code>(?![dD][89a-fA-F])[0-9a-fA-F]{4})|\{?\\(?:(?P<mark>[`'^\"~=.])\{?\\?(?P<on>[A-Za-z])\}?"
    r"|(?P<named>[cuvHrk])[{ ]\\?(?P<letter>[A-Za-z])\}?)\}?"
    r"|\{\\(?P<inside>[A-Za-z]{1,2})\}|\\(?P<alone>[A-Za-z]{1,2})(?:\{\}| |(?=\W|$))"
)
# Markup around names and in them, of which line ends part people, and what is raised is no part of a name.
_RAISED: Final = lazy_pattern(r"<(su[bp])>[^<>]*</\1>", re.IGNORECASE)
_LINE_END: Final = lazy_pattern(r"<(?:br|/p|/li|/tr|/div)(?: [^<>]*)?/?>", re.IGNORECASE)
_TAG: Final = lazy_pattern(
    r"</?(?:a|b|big|br|div|em|font|i|li|p|small|span|strong|su[bp]|t[dr]|u)(?: [^<>]*)?/?>", re.IGNORECASE
)
# Bytes of UTF-8 as addresses and old e-mail have them: M%C3%BCller, John%20Smith, =?utf-8?q?M=C3=BCller?=.
_BYTES: Final = lazy_pattern(
    r"(?:%[C-F][0-9A-F](?:%[89AB][0-9A-F])+|%2[07C])+|(?:=[C-F][0-9A-F](?:=[89AB][0-9A-F])+)+", re.IGNORECASE
)
_BASE_64: Final = "(?:[A-Z0-9+/]{4})*(?:[A-Z0-9+/]{2}==|[A-Z0-9+/]{3}=)?"
_ENCODED_WORD: Final = lazy_pattern(
    rf"=\?utf-8\?(?:q\?([^ ?]*)|b\?({_BASE_64}))\?=", re.IGNORECASE | re.ASCII
)
_MARKED: Final = lazy_pattern(r"[&\\<]|[%=][C-Fc-f?]|%2[07Cc]")

# What nobody sees: soft hyphens, spaces without width, marks of direction, byte order marks.
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"))
_AROUND: Final = lazy_pattern(r"^[\x00-\x20\x7f-\xa0]+|[\x00-\x20\x7f-\xa0]+$")


def repair(text: str) -> str:
    """The text as it was before it was escaped for HTML or decoded wrongly, if that is certain.

    Entities such as &#39; and &eacute; are replaced. UTF-8 that was read as Latin-1 or Windows-1252 is
    decoded again, word by word, if all of it is valid and it has letters in an order that no language has.
    Both are done again as long as they help, since files are saved more than once. Other text is returned as
    it is.
    """
    if _MARKED.search(text):
        text = _without_markup(text)
    elif text.isascii():
        return text
    for _ in range(3):
        unescaped = _ENTITY.sub(_unescaped, text)
        better = _WORD.sub(_decoded, unescaped)
        if better == text:
            break
        text = better
    return text


def composed(text: str) -> str:
    """The text with letters and marks composed (NFC), and without what nobody sees, if anything is left."""
    if text.isascii():
        return text
    if "\xad" in text and may_be_misread(text):  # half of an í, to be repaired
        return text
    seen = text.translate(_INVISIBLE)
    whole = normalize("NFC", seen)
    return (whole if len(whole) < len(seen) else seen) or text  # some letters NFC takes apart


def all_composed(texts: Sequence[str]) -> list[str]:
    """Each text `composed`."""
    joined = "\n".join(texts)
    if joined.isascii() or (
        is_normalized("NFC", joined) and not any(map(joined.__contains__, map(chr, _INVISIBLE)))
    ):
        return list(texts)  # as in most columns
    return list(map(composed, texts))


def _unescaped(entity: re.Match[str]) -> str:
    import html  # with tables that few texts need

    return html.unescape(entity[0])


def _without_markup(text: str) -> str:
    """The text without escapes, tags and encodings of bytes."""
    if "\\" in text:
        text = _ESCAPED.sub(_of_escape, text)
    if "<" in text:
        plain = _TAG.sub("", _LINE_END.sub("\n", _RAISED.sub("", text)))
        text = plain if any(map(str.isalpha, plain)) else text
    if "=?" in text:
        text = _ENCODED_WORD.sub(_of_encoded_word, text)
    return _BYTES.sub(_of_bytes, text)


def _of_escape(escape: re.Match[str]) -> str:
    if escape["elided"]:  # O\'Brien, as SQL has it
        return f"{escape['elided']}'"
    if escape["code"]:
        return chr(int(escape["code"], 16))
    if letter := escape["inside"] or escape["alone"]:
        return LETTERS.get(letter, escape[0])
    mark = escape["mark"] or escape["named"]
    return normalize("NFC", (escape["on"] or escape["letter"]) + _MARKS[mark])


def _of_encoded_word(found: re.Match[str]) -> str:
    if found[1] is not None:
        return found[1].replace("_", " ")
    try:
        return a2b_base64(found[2].encode()).decode("utf-8")
    except ValueError:
        return found[0]


def _of_bytes(found: re.Match[str]) -> str:
    try:
        return bytes.fromhex(found[0].replace(found[0][0], "")).decode("utf-8")
    except UnicodeDecodeError:
        return found[0]


def may_be_misread(text: str) -> bool:
    """Whether letters stand in an order that no language has, but UTF-8 that was decoded wrongly."""
    return bool(re.search(_MISREAD, text))


def _decoded(word: re.Match[str]) -> str:
    text = word[0]
    if text.isascii() or not re.search(_MISREAD, text):
        return text
    try:
        return bytes(map(_BYTE.__getitem__, text)).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return text


def is_garbled(text: str) -> bool:
    """Whether letters of a text are lost: Garc�a, Garc?a, UTF-8 that `repair` could not decode, or controls.

    Control characters, lone surrogates, and code points that stand for nothing are in no text that was
    decoded rightly, other than before and after it.
    """
    if not text.isprintable() and any(map(_is_no_text, _AROUND.sub("", text))):
        return any(map(str.isalpha, text))
    return ("?" in text or not text.isascii()) and bool(_LOST.search(text))


def _is_no_text(character: str) -> bool:
    kind = category(character)
    return kind in ("Cs", "Co", "Cn") or (kind == "Cc" and character not in "\t\n\v\f\r\x85")
