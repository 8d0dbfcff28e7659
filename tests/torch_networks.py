"""Recurrent networks in torch that ours should equal, to the last digits that float64 has."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

NATIVE: dict[str, Callable[..., nn.Module]] = {
    "rnn-tanh": partial(nn.RNN, nonlinearity="tanh"),
    "rnn-relu": partial(nn.RNN, nonlinearity="relu"),
    "gru": nn.GRU,
    "lstm": nn.LSTM,
}
FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda z: z,
    "pair": torch.atan,
    "tanh": torch.tanh,
    "relu": torch.relu,
}


class ElmanCell(nn.Module):
    """h <- phi(V h + U x), for the functions that torch.nn.RNN does not have."""

    def __init__(self, x: int, h: int, phi: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.weight_ih, self.weight_hh = nn.Parameter(torch.empty(h, x)), nn.Parameter(torch.empty(h, h))
        self.bias_ih, self.bias_hh = nn.Parameter(torch.empty(h)), nn.Parameter(torch.empty(h))
        self.phi, self.size = phi, h

    def forward(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        h = self.phi(self.weight_ih @ x + self.bias_ih + self.weight_hh @ h + self.bias_hh)
        return h, h


class CombinedCell(nn.Module):
    """The tutorial's cell: input and hidden state side by side, two linear maps."""

    def __init__(self, x: int, h: int, phi: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.i2h, self.i2o = nn.Linear(x + h, h), nn.Linear(x + h, h)
        self.phi, self.size = phi, h

    def forward(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        combined = torch.cat((x, h))
        return self.i2o(combined), self.phi(self.i2h(combined))


class Loop(nn.Module):
    """One sequence at a time, one letter at a time, each direction and layer in the plainest way."""

    def __init__(self, kind: str, x: int, h: int, layers: int, direction: str) -> None:
        super().__init__()
        cell, phi = kind.split("-")
        make = {"rnn": ElmanCell, "combined": CombinedCell}[cell]
        ways = {
            "forward": [
                "",
            ],
            "reverse": [""],
            "both": ["", "_reverse"],
        }[direction]
        widths = [x] + [h * len(ways)] * (layers - 1)
        self.cells = nn.ModuleDict(
            {f"l{i}{way}": make(width, h, FUNCTIONS[phi]) for i, width in enumerate(widths) for way in ways}
        )
        self.ways, self.layers, self.direction = ways, layers, direction

    def forward(self, batch: list[Tensor]) -> list[Tensor]:
        for layer in range(self.layers):
            batch = [torch.cat([self.read(f"l{layer}{way}", xs) for way in self.ways], dim=1) for xs in batch]
        return batch

    def read(self, name: str, xs: Tensor) -> Tensor:
        backwards = self.direction == "reverse" or name.endswith("_reverse")
        cell, outputs = self.cells[name], []
        h = torch.zeros(cell.size, dtype=xs.dtype)
        for x in xs.flip(0) if backwards else xs:
            y, h = cell(x, h)
            outputs.append(y)
        return torch.stack(outputs[::-1] if backwards else outputs)

    def named(self) -> dict[str, nn.Parameter]:
        """Parameters by our names: `cells.l0_reverse.i2h.weight` is `i2h.weight_l0_reverse`."""
        split = [(name.removeprefix("cells.").split(".", 1), p) for name, p in self.named_parameters()]
        return {f"{own}_{place}": p for (place, own), p in split}


class Native(nn.Module):
    """A recurrent network of torch.nn over packed sequences, turned round to be read from their end."""

    def __init__(self, kind: str, x: int, h: int, layers: int, direction: str) -> None:
        super().__init__()
        self.net = NATIVE[kind](x, h, layers, bidirectional=direction == "both")
        self.turned = direction == "reverse"

    def forward(self, batch: list[Tensor]) -> list[Tensor]:
        batch = [xs.flip(0) for xs in batch] if self.turned else batch
        packed, _ = self.net(nn.utils.rnn.pack_sequence(batch, enforce_sorted=False))
        outputs = nn.utils.rnn.unpack_sequence(packed)
        return [ys.flip(0) for ys in outputs] if self.turned else outputs

    def named(self) -> dict[str, nn.Parameter]:
        return dict(self.net.named_parameters())


def twin(kind: str, x: int, h: int, layers: int, direction: str) -> Native | Loop:
    """The torch network that ours should equal."""
    return (Native if kind in NATIVE else Loop)(kind, x, h, layers, direction).double()
