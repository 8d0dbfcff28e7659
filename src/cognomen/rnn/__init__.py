"""Recurrent networks from scratch on NumPy: cells, layers, losses, optimisers, and a gradient check."""

from cognomen.rnn.arrays import Array, Backward, Ids
from cognomen.rnn.cells import CELLS, GRU, LSTM, Cell, Combined, Elman, GatedCell
from cognomen.rnn.gradcheck import gradcheck, numerical_gradient, relative_error
from cognomen.rnn.layers import Dropout, Embedding, Layer, Linear
from cognomen.rnn.losses import cross_entropy, disagreement, log_softmax, softmax
from cognomen.rnn.model import RNN
from cognomen.rnn.optim import SGD, Adam, AdamW, Optimiser, clip_grad_norm, cosine, one_cycle, warmup
from cognomen.rnn.packed import Packed, pack
from cognomen.rnn.pooling import POOLINGS, pool
from cognomen.rnn.recurrent import DIRECTIONS, Recurrent, scan
from cognomen.rnn.training import minimise

__all__ = [
    "CELLS",
    "DIRECTIONS",
    "GRU",
    "LSTM",
    "POOLINGS",
    "RNN",
    "SGD",
    "Adam",
    "AdamW",
    "Array",
    "Backward",
    "Cell",
    "Combined",
    "Dropout",
    "Elman",
    "Embedding",
    "GatedCell",
    "Ids",
    "Layer",
    "Linear",
    "Optimiser",
    "Packed",
    "Recurrent",
    "clip_grad_norm",
    "cosine",
    "cross_entropy",
    "disagreement",
    "gradcheck",
    "log_softmax",
    "minimise",
    "numerical_gradient",
    "one_cycle",
    "pack",
    "pool",
    "relative_error",
    "scan",
    "softmax",
    "warmup",
]
