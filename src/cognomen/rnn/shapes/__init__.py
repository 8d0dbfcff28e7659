"""The five shapes of a recurrent network, made of encoders, decoders and linear maps.

An `Encoder` reads one vector, or a sequence of them. The output is one answer, one answer per step, or a
sequence of its own that a `Decoder` writes:

                     one answer      one per step        a sequence
    reads one        OneToOne                            OneToMany
    reads many       ManyToOne       SyncedManyToMany    ManyToMany

All five have the same methods: `loss(x, targets)` for training, `predict(x)` for inference. One vector is a
sequence of one step, so a single loop, `recurrent.scan_from`, serves all of them.

Dimension letters besides those of `layers`: L, encoder steps that attention can look at; B, hypotheses of a
beam.
"""

from cognomen.rnn.shapes.attention import Attention
from cognomen.rnn.shapes.decoder import BOUNDARY, Decoder, DecoderState
from cognomen.rnn.shapes.encoder import Encoder
from cognomen.rnn.shapes.searching import Hypothesis, beam_search, generate, greedy, sampler
from cognomen.rnn.shapes.wiring import (
    ManyToMany,
    ManyToOne,
    OneToMany,
    OneToOne,
    Shape,
    SyncedManyToMany,
)

__all__ = [
    "BOUNDARY",
    "Attention",
    "Decoder",
    "DecoderState",
    "Encoder",
    "Hypothesis",
    "ManyToMany",
    "ManyToOne",
    "OneToMany",
    "OneToOne",
    "Shape",
    "SyncedManyToMany",
    "beam_search",
    "generate",
    "greedy",
    "sampler",
]
