"""The five shapes that a recurrent network can take, made of two parts.

An `Encoder` reads: one vector, or a sequence of them. What it has read is answered in one of three ways:
once, at every step, or by a `Decoder` that writes a sequence of its own.

                     answers once    at every step       writes
    reads one        OneToOne                            OneToMany
    reads many       ManyToOne       SyncedManyToMany    ManyToMany

All five are used alike: `loss(x, targets)` to train, `predict(x)` to ask. One vector is a sequence of one
step, so a single loop, `recurrent.scan_from`, runs through all of them.

Added to the letters of `layers`: L, steps that a decoder can look back at; B, hypotheses of a beam.
"""

from cognomen.rnn.shapes.attention import Attention, Padded
from cognomen.rnn.shapes.decoder import BOUNDARY, Decoder, Position
from cognomen.rnn.shapes.encoder import Encoder
from cognomen.rnn.shapes.searching import Written, beam_search, follow, greedy, sampler
from cognomen.rnn.shapes.training import fit
from cognomen.rnn.shapes.wiring import ManyToMany, ManyToOne, OneToMany, OneToOne, Shape, SyncedManyToMany

__all__ = [
    "BOUNDARY",
    "Attention",
    "Decoder",
    "Encoder",
    "ManyToMany",
    "ManyToOne",
    "OneToMany",
    "OneToOne",
    "Padded",
    "Position",
    "Shape",
    "SyncedManyToMany",
    "Written",
    "beam_search",
    "fit",
    "follow",
    "greedy",
    "sampler",
]
