"""Figures of networks, drawn as SVG from the code's own structure, with nothing but the standard library."""

from drawings.architecture import draw_classifier
from drawings.shapes import draw_shapes
from drawings.unrolled import draw_unrolled

__all__ = ["draw_classifier", "draw_shapes", "draw_unrolled"]
