"""What is trained: the network of the classifier, its n-grams, and the generator."""

from cognomen.network.architecture import Architecture
from cognomen.network.network import Network
from cognomen.network.ngrams import Ngrams

__all__ = ["Architecture", "Network", "Ngrams"]
