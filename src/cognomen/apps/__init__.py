"""Applications of a `Classifier`: the command line, and tables."""
