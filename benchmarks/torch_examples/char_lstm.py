"""The twin of examples/char_lstm.py."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.embedding = nn.Embedding(size, 32)
        self.lstm = nn.LSTM(32, 128, batch_first=True)
        self.output = nn.Linear(128, size)

    def forward(self, ids, state=None):
        y, state = self.lstm(self.embedding(ids), state)
        return self.output(y), state


def train(letters, ids, epochs=3, seed=0, steps=64):
    torch.manual_seed(seed)
    net = Net(len(letters))
    optimiser = torch.optim.Adam(net.parameters(), 0.005)
    ids = torch.from_numpy(ids)
    for _ in range(epochs):
        state = None
        for start in range(0, ids.shape[1] - steps, steps):
            x, y = ids[:, start : start + steps], ids[:, start + 1 : start + steps + 1]
            logits, state = net(x, state)
            state = tuple(part.detach() for part in state)
            loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
    return net


def test(net, ids):
    ids = torch.from_numpy(ids)
    with torch.no_grad():
        return F.cross_entropy(net(ids[:, :-1])[0].flatten(0, 1), ids[:, 1:].flatten()).item()


def sample(net, letters, text, count=300, temperature=0.7, seed=0):
    torch.manual_seed(seed)
    state = None
    with torch.no_grad():
        for letter in text:
            logits, state = net(torch.tensor([[letters.index(letter)]]), state)
        for _ in range(count):
            p = (logits[0, -1] / temperature).softmax(dim=-1)
            text += letters[torch.multinomial(p, 1).item()]
            logits, state = net(torch.tensor([[letters.index(text[-1])]]), state)
    return text
