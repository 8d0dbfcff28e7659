"""Everything that touches the disk."""

__all__: list[str] = []
