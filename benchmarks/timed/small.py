"""The rows on small things: one letter, one name, one process."""

from __future__ import annotations

import compileall
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import cognomen
from cognomen.rnn.engine.packed_weights import prepack
from cognomen.text import normalise
from timed.names import different_names, pretrained
from timed.processes import run_processes
from timed.timing import Line, Setting, Target, alternate

__all__ = ["letter_row", "name_row", "process_row", "sequence_row"]

LETTERS = 59  # numbers in the one-hot letter
Step = Callable[[], object]


def letter_row(setting: Setting) -> list[Line]:
    """One letter at a time, each step from the memory that the last one left."""
    import torch

    torch.set_num_threads(1)
    lines = []
    for size in (128, 256):
        targets = {"Elman": Target(">=", 3), "GRU": Target(">=", 2)} if size == 128 else {}
        with torch.inference_mode():
            for kind, (ours, theirs, rival) in _steps(size).items():
                lines.append(_letter_line(kind, size, rival, ours, theirs, targets.get(kind), setting))
    return lines


def _steps(size: int) -> dict[str, tuple[Step, Step, str]]:
    """Ours and torch's, by kind; the same weights."""
    import torch

    from cognomen.rnn import GRU, RNN, Elman

    rng = np.random.default_rng(0)
    x = np.zeros((1, LETTERS), np.float32)
    x[0, 7] = 1
    elman, gru = Elman(LETTERS, size, rng=rng), GRU(LETTERS, size, rng=rng)
    rnn = RNN(LETTERS, size, LETTERS, bias=True, seed=0)
    rnn_cell = {k: v for k, v in rnn.params.items() if "output" not in k}
    head = torch.nn.Linear(size, LETTERS)
    head.load_state_dict({k: torch.tensor(rnn.params[f"output.{k}"]) for k in ("weight", "bias")})
    cell = torch.nn.RNNCell
    return {
        "Elman": (_reading(elman, x), _torch_reading(cell, elman.params, x), "torch.nn.RNNCell"),
        "GRU": (_reading(gru, x), _torch_reading(torch.nn.GRUCell, gru.params, x), "torch.nn.GRUCell"),
        "RNN.step, its output too": (
            lambda: rnn.step(x[0]),
            _torch_reading(cell, rnn_cell, x, head),
            "torch.nn.RNNCell and Linear",
        ),
    }


def _reading(cell: Any, x: Any) -> Step:
    cell = prepack(cell)  # nothing is learned here, as in inference mode there
    state = cell.initial_state(1)

    def step() -> Any:
        nonlocal state
        y, state = cell.read(x, state)
        return y

    return step


def _torch_reading(kind: Any, params: dict[str, Any], x: Any, head: Any = None) -> Step:
    import torch

    cell = kind(x.shape[1], params["weight_hh"].shape[1]).eval()
    cell.load_state_dict({name: torch.tensor(p) for name, p in params.items()})
    letter, state = torch.from_numpy(x), torch.zeros(1, params["weight_hh"].shape[1])

    def step() -> Any:
        nonlocal state
        state = cell(letter, state)
        return state if head is None else head(state)

    return step


def _letter_line(
    kind: str, size: int, rival: str, ours: Step, theirs: Step, target: Target | None, setting: Setting
) -> Line:
    for _ in range(3):
        largest = float(np.abs(np.ravel(ours()) - theirs().numpy().ravel()).max())  # type: ignore[attr-defined, call-overload]
        if not largest < 1e-5:
            raise AssertionError(f"{kind}: a step of theirs differs from ours by {largest}")
    steps = setting.pick(3000, 500)

    def many(step: Step) -> Step:
        def repeat() -> None:
            for _ in range(steps):
                step()

        return repeat

    times = alternate({"ours": many(ours), "theirs": many(theirs)}, setting.pick(15, 7))
    mine, other = (times[side].median / steps * 1e6 for side in ("ours", "theirs"))
    return Line(
        f"one letter, batch of 1, {kind}, {LETTERS} -> {size}",
        f"{rival}, inference mode",
        f"{mine:.1f} µs",
        f"{other:.1f} µs",
        other / mine,
        target,
        details={side: t.to_json() for side, t in times.items()} | {"steps": steps},
    )


def sequence_row(setting: Setting) -> list[Line]:
    """The textbook's network, forward and backward, on chunks as character models are trained on them."""
    import torch

    torch.set_num_threads(1)
    return [_sequence_line(count, setting) for count in (1, 32)]


def _sequence_line(count: int, setting: Setting) -> Line:
    import torch

    from cognomen.rnn import RNN

    steps, size, letters = 25, 100, 60
    rnn = RNN(letters, size, letters, bias=True, seed=0)
    theirs, head = torch.nn.RNN(letters, size), torch.nn.Linear(size, letters)
    for module, prefix in ((theirs, ""), (head, "output.")):
        named = {k: rnn.params[prefix + k.removesuffix("_l0")] for k in module.state_dict()}
        module.load_state_dict({k: torch.tensor(p) for k, p in named.items()})
    x = np.random.default_rng(0).standard_normal((steps, count, letters)).astype(np.float32)
    given = torch.from_numpy(x)

    def mine() -> Any:
        rnn.reset()
        y, backward = rnn.forward(x)
        rnn.zero_grad()
        backward(y)
        return y

    def other() -> Any:
        theirs.zero_grad()
        head.zero_grad()
        y = head(theirs(given)[0])
        y.backward(y.detach())
        return y.detach().numpy()

    largest = float(np.abs(mine() - other()).max())
    if not largest < 1e-5:
        raise AssertionError(f"outputs of theirs differ from ours by {largest}")
    times = alternate({"ours": mine, "theirs": other}, setting.pick(300, 20))
    ours_ms, theirs_ms = (times[side].median * 1e3 for side in ("ours", "theirs"))
    return Line(
        f"`RNN`, {steps} steps forward and backward, {letters} -> {size} -> {letters}, batch of {count}",
        "torch.nn.RNN and Linear",
        f"{ours_ms:.2f} ms",
        f"{theirs_ms:.2f} ms",
        theirs_ms / ours_ms,
        Target(">=", 1),
        details={side: t.to_json() for side, t in times.items()},
    )


def name_row(setting: Setting) -> list[Line]:
    """One name that was not seen before, from text to answer, against torch's recurrent layer alone."""
    import torch

    torch.set_num_threads(1)
    clf, names = pretrained(), different_names()[:: setting.pick(20, 200)]
    a, params = clf.network.architecture, clf.network.params
    gru = torch.nn.GRU(a.embedding_size, a.hidden_size, bidirectional=True).eval()
    parts = {name.removeprefix("recurrent."): torch.tensor(np.asarray(p)) for name, p in params.items()}
    gru.load_state_dict({name: part for name, part in parts.items() if name in gru.state_dict()})
    embedding = np.asarray(params["embedding.weight"])
    letters = [torch.from_numpy(embedding[clf.alphabet.encode(normalise(n))])[:, None] for n in names]

    def ours() -> None:
        for name in names:
            clf(name)

    def theirs() -> None:
        for x in letters:
            gru(x)

    with torch.inference_mode():
        times = alternate({"ours": ours, "theirs": theirs}, setting.pick(15, 5))
    mine, other = (times[side].median / len(names) * 1e3 for side in ("ours", "theirs"))
    return [
        Line(
            "one name, unseen, from text to `Answer`, time",
            "torch.nn.GRU alone on its letters, both directions, the same weights",
            f"{mine:.2f} ms",
            f"{other:.2f} ms",
            mine / other,
            Target("<=", 1.4),
            details={side: t.to_json() for side, t in times.items()} | {"names": len(names)},
        )
    ]


def process_row(setting: Setting) -> list[Line]:
    """`cognomen predict smith` against the start of NumPy alone; both compiled, as pip leaves a package."""
    compileall.compile_dir(Path(cognomen.__file__).parent, quiet=2)
    beside = Path(sys.executable).parent / "cognomen"
    command = str(beside) if beside.exists() else shutil.which("cognomen")
    program = [command] if command else [sys.executable, "-m", "cognomen"]
    return [
        _process_line(program, model, most, setting) for model, most in (("classic", 2.0), ("world", 2.5))
    ]


def _process_line(program: list[str], model: str, most: float, setting: Setting) -> Line:
    ours = [*program, "predict", "--model", model, "smith"]
    commands = {"ours": ours, "theirs": [sys.executable, "-c", "import numpy"]}
    runs = run_processes(commands, setting.pick(31, 9))
    ours_s, theirs_s = runs["ours"].times.median, runs["theirs"].times.median
    return Line(
        f"`cognomen predict --model {model} smith`, whole process, time",
        '`python -c "import numpy"`',
        f"{ours_s * 1e3:.1f} ms",
        f"{theirs_s * 1e3:.1f} ms",
        ours_s / theirs_s,
        Target("<=", most),
        details={side: run.times.to_json() | {"peak_mb": run.peak} for side, run in runs.items()},
    )
