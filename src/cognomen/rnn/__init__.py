"""Recurrent networks from scratch on NumPy: cells, layers, losses, optimisers, and a gradient check."""

from __future__ import annotations

from importlib import import_module

# Not as the others: a module that has the name of its function would take its place.
from cognomen.rnn.gradcheck import gradcheck, numerical_gradient

TYPE_CHECKING = False  # for type checkers it is True
if TYPE_CHECKING:
    from typing import Any

    from cognomen.rnn.arrays import Array, Backward, Ids
    from cognomen.rnn.cell import Cell, GatedCell
    from cognomen.rnn.cells import CELLS, GRU, LSTM, Combined, Elman
    from cognomen.rnn.clipping import clip_grad_norm, clip_grad_value
    from cognomen.rnn.fitting import Epoch, History, fit, fit_batches
    from cognomen.rnn.layer import Layer
    from cognomen.rnn.layers import Activation, Dropout, Embedding, Linear
    from cognomen.rnn.losses import cross_entropy, disagreement, log_softmax, mean_squared_error, softmax
    from cognomen.rnn.model import RNN
    from cognomen.rnn.optim import SGD, Adagrad, Adam, AdamW, Optimiser, RMSprop
    from cognomen.rnn.packed import Packed, pack
    from cognomen.rnn.parameters import Parameters
    from cognomen.rnn.pooling import POOLINGS, pool
    from cognomen.rnn.recurrent import DIRECTIONS, Recurrent
    from cognomen.rnn.schedules import Plateau, cosine, one_cycle, step_decay, warmup
    from cognomen.rnn.sequential import Pool, Sequential
    from cognomen.rnn.stateful import Stateful
    from cognomen.rnn.training_loop import minimise, take_step

__all__ = [
    "CELLS",
    "DIRECTIONS",
    "GRU",
    "LSTM",
    "POOLINGS",
    "RNN",
    "SGD",
    "Activation",
    "Adagrad",
    "Adam",
    "AdamW",
    "Array",
    "Backward",
    "Cell",
    "Combined",
    "Dropout",
    "Elman",
    "Embedding",
    "Epoch",
    "GatedCell",
    "History",
    "Ids",
    "Layer",
    "Linear",
    "Optimiser",
    "Packed",
    "Parameters",
    "Plateau",
    "Pool",
    "RMSprop",
    "Recurrent",
    "Sequential",
    "Stateful",
    "clip_grad_norm",
    "clip_grad_value",
    "cosine",
    "cross_entropy",
    "disagreement",
    "fit",
    "fit_batches",
    "gradcheck",
    "log_softmax",
    "mean_squared_error",
    "minimise",
    "numerical_gradient",
    "one_cycle",
    "pack",
    "pool",
    "softmax",
    "step_decay",
    "take_step",
    "warmup",
]

# Loaded when first asked for: an answer needs no optimiser.
_HOMES = {
    name: module
    for module, names in {
        "arrays": "Array Backward Ids",
        "cell": "Cell GatedCell",
        "cells": "CELLS GRU LSTM Combined Elman",
        "clipping": "clip_grad_norm clip_grad_value",
        "fitting": "Epoch History fit fit_batches",
        "layer": "Layer",
        "layers": "Activation Dropout Embedding Linear",
        "losses": "cross_entropy disagreement log_softmax mean_squared_error softmax",
        "model": "RNN",
        "optim": "SGD Adagrad Adam AdamW Optimiser RMSprop",
        "packed": "Packed pack",
        "parameters": "Parameters",
        "pooling": "POOLINGS pool",
        "recurrent": "DIRECTIONS Recurrent",
        "schedules": "Plateau cosine one_cycle step_decay warmup",
        "sequential": "Pool Sequential",
        "stateful": "Stateful",
        "training_loop": "minimise take_step",
    }.items()
    for name in names.split()
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    if name in _HOMES.values():
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
