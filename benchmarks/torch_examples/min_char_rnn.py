"""The twin of examples/min_char_rnn.py."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.rnn = nn.RNN(size, 100)
        self.output = nn.Linear(100, size)

    def forward(self, x, h=None):
        y, h = self.rnn(x, h)
        return self.output(y), h


def train(size, ids, steps=25, limit=20_000, seed=0):
    torch.manual_seed(seed)
    net, h, losses = Net(size), None, []
    optimiser, one_hot = torch.optim.Adagrad(net.parameters(), 0.1), torch.eye(size)
    ids = torch.from_numpy(ids)
    for start in range(0, min(limit, len(ids) - 1) - steps, steps):
        logits, h = net(one_hot[ids[start : start + steps]], h)
        h = h.detach()
        loss = F.cross_entropy(logits, ids[start + 1 : start + steps + 1])
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(net.parameters(), 5)
        optimiser.step()
        losses.append(loss.item())
    return net, losses


def sample(net, letters, count=200, seed=0):
    torch.manual_seed(seed)
    x, h, text = torch.zeros(1, len(letters)), None, ""
    with torch.no_grad():
        for _ in range(count):
            logits, h = net(x, h)
            drawn = torch.multinomial(logits[0].softmax(dim=-1), 1).item()
            text, x = text + letters[drawn], torch.eye(len(letters))[drawn, None]
    return text
