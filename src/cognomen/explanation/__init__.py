"""Why a name is classified as it is."""

from cognomen.explanation.activations import Activations
from cognomen.explanation.explanation import Explanation, LetterAttribution, explain, name_activations

__all__ = ["Activations", "Explanation", "LetterAttribution", "explain", "name_activations"]
