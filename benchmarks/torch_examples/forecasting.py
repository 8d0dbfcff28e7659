"""The twin of examples/forecasting.py."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from forecasting import data
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 32, batch_first=True)
        self.output = nn.Linear(32, 1)

    def forward(self, x):
        y, _ = self.gru(x)
        return self.output(y)


def test(net, x, y):
    with torch.no_grad():
        return F.mse_loss(net(x), y).item()


def train(epochs=60, seed=0):
    torch.manual_seed(seed)
    net = Net()
    optimiser = torch.optim.Adam(net.parameters(), 0.01)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, factor=0.3, patience=3)
    x, y = (torch.from_numpy(part.copy()) for part in data(0, 150))
    validation = [torch.from_numpy(part.copy()) for part in data(1600, 30)]
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(10):
            loss = F.mse_loss(net(x[rows]), y[rows])
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
        plateau.step(test(net, *validation))
        if optimiser.param_groups[0]["lr"] < 1e-5:
            break
    x, y = (torch.from_numpy(part.copy()) for part in data(2000, 60))
    return test(net, x, y), F.mse_loss(x, y).item()
