"""Any text to letters, and letters to numbers."""

from cognomen.text.alphabet import Alphabet
from cognomen.text.names import FoundSurname, find_surname
from cognomen.text.spelling import fold, key, normalise, without_diacritics

__all__ = ["Alphabet", "FoundSurname", "find_surname", "fold", "key", "normalise", "without_diacritics"]
