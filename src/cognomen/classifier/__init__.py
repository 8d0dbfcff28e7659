"""What answers: names in, calibrated probabilities out."""

from cognomen.classifier.answers import Answer, OriginProbability, Scores
from cognomen.classifier.classifier import Classifier

__all__ = ["Answer", "Classifier", "OriginProbability", "Scores"]
