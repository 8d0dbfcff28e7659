"""The faces of Cognomen: each one a thin face of the same `Classifier`."""
