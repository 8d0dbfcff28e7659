"""What torch computes, as plain arrays: the referee of our own forward and backward functions.

`test_parity_torch.py` asks it anew in each run. Where torch is absent, `test_golden_torch.py` goes by the
files that `python tests/make_golden.py` has written. All starting values come from NumPy, so that no
version of torch changes them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from parity import CLIPS, GOLDEN, LOSSES, OPTIMISERS, RATES, SCHEDULES
from rnn_cases import DIRECTIONS, KINDS, SHAPES, WAYS
from safetensors.numpy import save_file
from torch import Tensor, nn
from torch_networks import twin

Case = dict[str, np.ndarray[Any, Any]]


def fill(params: dict[str, nn.Parameter], rng: np.random.Generator) -> None:
    """Give every parameter values in [-1, 1)."""
    for p in params.values():
        p.data = torch.from_numpy(rng.uniform(-1, 1, tuple(p.shape)))


def described(params: dict[str, nn.Parameter]) -> Case:
    """Parameters and their gradients as arrays."""
    values = {f"param/{name}": p.detach().numpy().copy() for name, p in params.items()}
    return values | {f"grad/{name}": gradient(p) for name, p in params.items()}


def gradient(p: Tensor) -> np.ndarray[Any, Any]:
    assert p.grad is not None
    copy: np.ndarray[Any, Any] = p.grad.numpy().copy()
    return copy


def smallest_gradient(case: Case) -> float:
    """The parameter with the least to compare: its largest slope."""
    return min(float(np.abs(value).max()) for name, value in case.items() if name.startswith("grad/"))


def recurrent_case(kind: str, direction: str, layers: int, **sizes: Any) -> Case:
    """Outputs of recurrent layers for a batch, and gradients for a random gradient of the outputs.

    The first draw in which every parameter has a slope: a relu may be off at every letter.
    """
    draws = (draw_recurrent(seed, kind, direction, layers, **sizes) for seed in range(500))
    return next(case for case in draws if smallest_gradient(case) > 1e-2)


def draw_recurrent(
    seed: int,
    kind: str,
    direction: str,
    layers: int,
    *,
    x: int = 3,
    h: int = 2,
    lengths: tuple[int, ...] = (2, 1, 3),
) -> Case:
    """One draw for `recurrent_case`."""
    rng = np.random.default_rng([seed, layers])
    net = twin(kind, x, h, layers, direction)
    params = net.named()
    fill(params, rng)
    xs = torch.from_numpy(rng.standard_normal((sum(lengths), x))).requires_grad_()
    y = torch.cat(net(list(xs.split(list(lengths)))))
    dy = torch.from_numpy(rng.standard_normal(tuple(y.shape)))
    y.backward(dy)
    tensors = {"x": xs, "y": y, "dy": dy}
    arrays = {name: t.detach().numpy().copy() for name, t in tensors.items()}
    return arrays | {"dx": gradient(xs), "lengths": np.array(lengths)} | described(params)


def pooled(ys: Tensor, pooling: str, direction: str) -> Tensor:
    """One name's outputs (T, Y) pooled, by the letter of the definition."""
    half = ys.shape[1] // 2
    ends = {"forward": ys[-1], "reverse": ys[0], "both": torch.cat([ys[-1, :half], ys[0, half:]])}
    ways = {"last": ends[direction], "max": ys.max(dim=0).values, "mean": ys.mean(dim=0)}
    return torch.cat([ways[way] for way in pooling.split("+")])


def network_case(kind: str, pooling: str, direction: str, layers: int, *, e: int = 3, h: int = 2) -> Case:
    """Logits, loss and gradients of a whole network, drawn as for `recurrent_case`."""
    draws = (draw_network(seed, kind, pooling, direction, layers, e, h) for seed in range(500))
    return next(case for case in draws if smallest_gradient(case) > 1e-3)


def draw_network(seed: int, kind: str, pooling: str, direction: str, layers: int, e: int, h: int) -> Case:
    """One draw of embedding, recurrent layers, pooling, linear map and loss."""
    rng = np.random.default_rng([seed, layers])
    lengths, labels = np.array([2, 4, 1, 3]), np.array([3, 0, 1, 3])
    ids, weights = rng.integers(0, 6, lengths.sum()), np.array([0.5, 2.0, 1.0, 1.5])
    net = twin(kind, e, h, layers, direction)
    embedding = nn.Embedding(6, e)
    output = nn.Linear(h * (2 if direction == "both" else 1) * len(pooling.split("+")), 4)
    params = {f"recurrent.{name}": p for name, p in net.named().items()}
    params |= {f"embedding.{name}": p for name, p in embedding.named_parameters()}
    params |= {f"output.{name}": p for name, p in output.named_parameters()}
    fill(params, rng)
    letters = embedding(torch.from_numpy(ids)).split(lengths.tolist())
    logits = output(torch.stack([pooled(ys, pooling, direction) for ys in net(list(letters))]))
    right, weigh = torch.from_numpy(labels), torch.from_numpy(weights)
    loss = nn.functional.cross_entropy(logits, right, weigh, label_smoothing=0.1)
    loss.backward()
    given = {"ids": ids, "lengths": lengths, "labels": labels, "class_weights": weights}
    found = {"logits": logits.detach().numpy().copy(), "loss": loss.detach().numpy().copy()}
    return described(params) | given | found | {"hidden_size": np.array(h)}


def loss_case(smoothing: float, weighted: bool) -> Case:
    """Cross-entropy of 5 names over 4 classes; the weights are there also where they are not used."""
    rng = np.random.default_rng(7)
    logits = torch.from_numpy(rng.normal(0, 3, (5, 4))).requires_grad_()
    labels, weights = torch.tensor([3, 0, 1, 3, 1]), torch.from_numpy(np.array([0.5, 2.0, 1.0, 1.5]))
    used = weights if weighted else None
    loss = nn.functional.cross_entropy(logits, labels, used, label_smoothing=smoothing)
    loss.backward()
    tensors = {"logits": logits, "labels": labels, "weights": weights, "loss": loss}
    return {name: t.detach().numpy().copy() for name, t in tensors.items()} | {"dlogits": gradient(logits)}


def optimiser_case(which: str) -> Case:
    """Two parameters at the start and after each of several steps along given gradients."""
    name, options = OPTIMISERS[which]
    rng = np.random.default_rng(11)
    start = {"w": rng.standard_normal((3, 2)), "b": rng.standard_normal(4)}
    params = {key: nn.Parameter(torch.from_numpy(value.copy())) for key, value in start.items()}
    optimiser = getattr(torch.optim, name)(params.values(), lr=RATES[0], **options)
    case = {f"start/{key}": value for key, value in start.items()}
    for step, rate in enumerate(RATES):
        optimiser.param_groups[0]["lr"] = rate
        for key, p in params.items():
            p.grad = torch.from_numpy(rng.standard_normal(tuple(p.shape)))
            case[f"grad{step}/{key}"] = p.grad.numpy().copy()
        optimiser.step()
        case |= {f"after{step}/{key}": p.detach().numpy().copy() for key, p in params.items()}
    return case


def clip_case(max_norm: float) -> Case:
    """Gradients before and after clipping, and their norm."""
    rng = np.random.default_rng(13)
    before = {"w": rng.standard_normal((3, 2)), "b": rng.standard_normal(4)}
    params = [nn.Parameter(torch.zeros(value.shape, dtype=torch.float64)) for value in before.values()]
    for p, value in zip(params, before.values(), strict=True):
        p.grad = torch.from_numpy(value.copy())
    norm = nn.utils.clip_grad_norm_(params, max_norm)
    after = {f"after/{key}": p.grad.numpy().copy() for key, p in zip(before, params, strict=True)}
    return {f"before/{key}": value for key, value in before.items()} | after | {"norm": norm.numpy()}


def schedule_case(which: str) -> Case:
    """The learning rate at each step, peak .3."""
    steps, options = SCHEDULES[which]
    optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.3)
    if which == "cosine":
        schedule: Any = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps - 1, options["end"])
    else:
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser,
            0.3,
            total_steps=steps,
            pct_start=options.get("warm_up", 0.3),
            div_factor=1 / options.get("start", 1 / 25),
            final_div_factor=1 / options.get("end", 1e-4),
        )
    rates = []
    for _ in range(steps):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        if len(rates) < steps:
            schedule.step()
    return {"rates": np.array(rates)}


def golden_files() -> dict[str, Case]:
    """Every golden file by its name, with all its tensors."""
    files: dict[str, Case] = {}
    for kind in KINDS:
        cases = {f"{d}-{layers}": recurrent_case(kind, d, layers) for d, layers in SHAPES}
        files[f"recurrent-{kind}"] = joined(cases)
    files["networks"] = joined({f"{w}-{d}": network_case("gru", w, d, 1) for w in WAYS for d in DIRECTIONS})
    files["losses"] = joined({f"{s}-{w}": loss_case(s, w) for s, w in LOSSES})
    files["optimisers"] = joined({which: optimiser_case(which) for which in OPTIMISERS})
    files["clips"] = joined({f"{c}": clip_case(c) for c in CLIPS})
    files["schedules"] = joined({which: schedule_case(which) for which in SCHEDULES})
    return files


def joined(cases: dict[str, Case]) -> Case:
    """Several cases in one, each under its own name."""
    return {f"{name}:{key}": np.array(v) for name, case in cases.items() for key, v in case.items()}


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name, tensors in golden_files().items():
        save_file(tensors, GOLDEN / f"{name}.safetensors")
