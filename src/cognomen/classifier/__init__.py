"""What answers: names in, calibrated probabilities out."""

from cognomen.classifier.answers import Answer, OriginProbability, Scores
from cognomen.classifier.classifier import Classifier
from cognomen.classifier.options import Options

__all__ = ["Answer", "Classifier", "Options", "OriginProbability", "Scores"]
