"""What answers: names in, calibrated probabilities out."""

from cognomen.classifier.answers import Answer, OriginProbability
from cognomen.classifier.classifier import Classifier
from cognomen.classifier.options import Options
from cognomen.classifier.origins import Tree
from cognomen.classifier.priors import DefaultPrior
from cognomen.classifier.scores import Scores

__all__ = ["Answer", "Classifier", "DefaultPrior", "Options", "OriginProbability", "Scores", "Tree"]
