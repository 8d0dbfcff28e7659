"""The twin of examples/sentiment.py."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from sentiment import WORDS, data
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(len(WORDS), 16)
        self.lstm = nn.LSTM(16, 32, batch_first=True)
        self.output = nn.Linear(32, 2)

    def forward(self, x, lengths):
        e = self.embedding(x)
        _, (h, _) = self.lstm(pack_padded_sequence(e, lengths, batch_first=True, enforce_sorted=False))
        return self.output(h[-1])


def padded(count, seed):
    sentences, labels = data(count, seed)
    x = pad_sequence([torch.from_numpy(sentence) for sentence in sentences], batch_first=True)
    return x, torch.tensor([len(sentence) for sentence in sentences]), torch.from_numpy(labels)


def train(epochs=15, seed=0):
    torch.manual_seed(seed)
    net = Net()
    optimiser = torch.optim.Adam(net.parameters(), 0.01)
    x, lengths, labels = padded(1000, 0)
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(50):
            loss = F.cross_entropy(net(x[rows], lengths[rows]), labels[rows])
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
    x, lengths, labels = padded(500, 1)
    with torch.no_grad():
        return (net(x, lengths).argmax(dim=1) == labels).float().mean().item()
