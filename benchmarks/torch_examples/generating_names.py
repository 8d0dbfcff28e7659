"""The twin of examples/generating_names.py."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from generating_names import END
from torch import nn
from torch.nn.utils.rnn import pad_sequence

from cognomen.tutorial import ALL_LETTERS, N_LETTERS


class Net(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.i2h = nn.Linear(input_size + hidden_size, hidden_size)
        self.i2o = nn.Linear(input_size + hidden_size, output_size)
        self.o2o = nn.Linear(hidden_size + output_size, output_size)
        self.dropout = nn.Dropout(0.1)

    def step(self, x, h):
        combined = torch.cat([x, h], dim=1)
        h = self.i2h(combined)
        return self.dropout(self.o2o(torch.cat([h, self.i2o(combined)], dim=1))), h

    def forward(self, x):
        h, outputs = torch.zeros(len(x), self.hidden_size), []
        for t in range(x.shape[1]):
            y, h = self.step(x[:, t], h)
            outputs.append(y)
        return torch.stack(outputs, dim=1)


def train(x, y, epochs=10, seed=0):
    torch.manual_seed(seed)
    net = Net(x[0].shape[1], 128, N_LETTERS + 1)
    optimiser = torch.optim.Adam(net.parameters(), 0.002)
    x = pad_sequence([torch.from_numpy(part) for part in x], batch_first=True)
    y = pad_sequence([torch.from_numpy(part) for part in y], batch_first=True, padding_value=-100)
    for _ in range(epochs):
        losses = []
        for rows in torch.randperm(len(x)).split(32):
            loss = F.cross_entropy(net(x[rows]).flatten(0, 1), y[rows].flatten())
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            losses.append(loss.item())
    return net, sum(losses) / len(losses)


def sample(net, category, start, limit=20, seed=0):
    torch.manual_seed(seed)
    net.eval()
    h, name = torch.zeros(1, net.hidden_size), start
    with torch.no_grad():
        while len(name) < limit:
            letter = torch.eye(N_LETTERS)[ALL_LETTERS.index(name[-1])]
            logits, h = net.step(torch.cat([torch.from_numpy(category).float(), letter])[None], h)
            drawn = torch.multinomial((logits[0] / 0.5).softmax(dim=-1), 1).item()
            if drawn == END:
                break
            name += ALL_LETTERS[drawn]
    return name
