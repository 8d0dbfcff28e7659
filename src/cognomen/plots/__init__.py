"""Pictures of evaluations and explanations."""

__all__: list[str] = []
