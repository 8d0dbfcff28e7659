"""Any text to letters, and letters to numbers."""

from cognomen.text.alphabet import Alphabet
from cognomen.text.names import NameReading, read_name
from cognomen.text.spelling import fold, normalise

__all__ = ["Alphabet", "NameReading", "fold", "normalise", "read_name"]
