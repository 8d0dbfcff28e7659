"""Reading and writing files."""

__all__: list[str] = []
