"""Pictures of evaluations and explanations."""
