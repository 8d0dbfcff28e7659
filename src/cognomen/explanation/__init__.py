"""Why a name is answered as it is."""

from cognomen.explanation.activations import Workings
from cognomen.explanation.explanation import Explanation, LetterShare, explain, workings

__all__ = ["Explanation", "LetterShare", "Workings", "explain", "workings"]
