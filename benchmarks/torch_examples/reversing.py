"""The twin of examples/reversing.py."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from reversing import data
from torch import nn
from torch.nn.utils.rnn import pack_sequence, pad_sequence


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.read, self.written = nn.Embedding(9, 16), nn.Embedding(9, 64)
        self.encoder = nn.GRU(16, 64, batch_first=True)
        self.start = nn.Linear(64, 64)
        self.decoder = nn.GRU(64, 64, batch_first=True)
        self.output = nn.Linear(64, 9)

    def encode(self, texts):
        packed = pack_sequence([self.read(text) for text in texts], enforce_sorted=False)
        return torch.tanh(self.start(self.encoder(packed)[1]))

    def forward(self, texts, before):
        y, _ = self.decoder(self.written(before), self.encode(texts))
        return self.output(y)

    def write(self, text, limit=100):
        state, token, tokens = self.encode([text]), torch.zeros(1, 1, dtype=torch.long), []
        while len(tokens) < limit:
            y, state = self.decoder(self.written(token), state)
            token = self.output(y).argmax(dim=-1)
            if token.item() == 0:
                break
            tokens.append(token.item())
        return tokens


def train(epochs=20, seed=0):
    torch.manual_seed(seed)
    net = Net()
    optimiser = torch.optim.Adam(net.parameters(), 0.005)
    x, y = ([torch.from_numpy(part.copy()) for part in parts] for parts in data(2000, 0))
    zero = torch.zeros(1, dtype=torch.long)
    before = pad_sequence([torch.cat([zero, text]) for text in y], batch_first=True)
    after = pad_sequence([torch.cat([text, zero]) for text in y], batch_first=True, padding_value=-100)
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(50):
            logits = net([x[i] for i in rows], before[rows])
            loss = F.cross_entropy(logits.flatten(0, 1), after[rows].flatten())
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
    x, y = data(300, 1)
    with torch.no_grad():
        right = [net.write(torch.from_numpy(a)) == b.tolist() for a, b in zip(x, y, strict=True)]
    return sum(right) / len(right)
