"""Training a recurrent network is optimisation over programs: this one learns to add binary numbers.

It reads two numbers digit by digit, the lowest first, and after each pair outputs a digit of the sum. It must
remember what it cannot see: the carry. It is trained on short numbers; if it has found the program, and not a
list of answers, then numbers ten or a hundred times as long are no harder.
"""

from __future__ import annotations

import numpy as np

from cognomen.plots.canvas import COLOURS, Figure, panel
from cognomen.rnn import Ids, Packed, pack
from cognomen.rnn.shapes import Encoder, SyncedManyToMany
from cognomen.rnn.training_loop import OnProgress
from cognomen.study.automaton import draw_automaton, extract
from cognomen.study.experiment import Numbers, Settings, Table
from cognomen.study.learning import learn
from cognomen.study.spread import Spread, values_of

HIDDEN = 8
LONGEST = 10  # digits in training
LENGTHS = (5, 10, 20, 50, 100, 200, 500, 1000)
POINTS = 400  # states in the figure


def sums(count: int, digits: int, rng: np.random.Generator) -> tuple[Ids, Ids, Ids]:
    """Random sums: pairs of digits (N, T, 2), digits of their sums (N, T), carries after each (N, T)."""
    pairs = rng.integers(0, 2, (count, digits, 2))
    total, carries = np.empty((count, digits), np.int64), np.empty((count, digits), np.int64)
    carry = np.zeros(count, np.int64)
    for t in range(digits):
        both = pairs[:, t].sum(axis=1) + carry
        total[:, t], carry = both % 2, both // 2
        carries[:, t] = carry
    return pairs, total, carries


def measure(settings: Settings, on_progress: OnProgress) -> Numbers:
    """Train on numbers of 1 to 10 digits, test on up to 1000, and analyse the states."""
    start, rng = np.random.default_rng(settings.seed), np.random.default_rng(settings.seed)
    net = SyncedManyToMany(Encoder("rnn", 2, HIDDEN, rng=start), 2, rng=start)

    def batch(step: int) -> tuple[Packed, Packed]:
        pairs, total, _ = sums(64, int(rng.integers(1, LONGEST + 1)), rng)
        return pack(pairs), pack(total)

    losses = learn(net, batch, 600 if settings.quick else 4000, tolerance=5e-4, on_progress=on_progress)
    rows = []
    for digits in LENGTHS[:5] if settings.quick else LENGTHS:
        pairs, total, _ = sums(200, digits, rng)
        right = np.stack(net.predict(pack(pairs)).unpack()) == total  # (N, T)
        no_carry = pairs.sum(axis=-1) % 2 == total  # (N, T)
        shares = [float(each.mean()) for each in (right, right.all(axis=1), no_carry)]
        rows.append([digits, *shares])
    return {
        "hidden_size": HIDDEN,
        "weights": net.size,
        "longest_in_training": LONGEST,
        "steps": len(losses),
        "sums": 200,
        "rows": rows,
        **_look_inside(net, rng),
    }


def _look_inside(net: SyncedManyToMany, rng: np.random.Generator) -> dict[str, object]:
    """The states in sums of 100 digits: their first two principal components, and their automaton."""
    pairs, total, carries = sums(200, 100, rng)
    x = pack(pairs)
    states = np.stack(net.encoder.forward(x)[0].unpack())  # (N, T, H)
    answers = np.stack(net.predict(x).unpack())  # (N, T)
    flat = states.reshape(-1, HIDDEN) - states.mean(axis=(0, 1))
    _, _, axes = np.linalg.svd(flat[:5000], full_matrices=False)
    shown = rng.permutation(len(flat))[:POINTS]
    points = np.column_stack([flat[shown] @ axes[:2].T, carries.ravel()[shown]])
    found = extract(states, pairs[..., 0] * 2 + pairs[..., 1], answers)
    inside: dict[str, object] = {"states": len(flat), "points": points.round(3).tolist()}
    inside |= {"automaton": None, "automaton_states": 0, "automaton_right": None, "state_is_carry": None}
    if found is not None:
        automaton, state_of = found
        pairs, total, _ = sums(200, 1000, rng)
        said, _ = automaton.run(pairs[..., 0] * 2 + pairs[..., 1])
        inside |= {
            "automaton": automaton.to_json(),
            "automaton_states": len(automaton.next),
            "automaton_right": float((said == total).mean()),
            "state_is_carry": float((state_of == carries).mean()),
        }
    return inside


def table(numbers: Numbers) -> Table:
    """Right digits and right sums by length."""
    return Table(
        ("digits in each number", "digits right", "whole sums right", "digits right without a carry"),
        tuple((f"{digits:,}", *(f"{share:.1%}" for share in shares)) for digits, *shares in numbers["rows"]),
    )


def sentence(numbers: Numbers) -> str:
    """How far the program generalises, and what it is."""
    short = numbers["longest_in_training"]
    tenfold = next(row for row in numbers["rows"] if row[0] == 10 * short)
    longest = numbers["rows"][-1]
    text = (
        f"A network of {numbers['weights']} weights, trained on numbers of up to {short} digits, gets "
        f"{tenfold[1]:.1%} of the digits (without a carry: {tenfold[3]:.1%}) and {tenfold[2]:.1%} of the "
        f"sums of {tenfold[0]:,}-digit numbers right"
    )
    if longest is not tenfold:
        text += f", and {longest[2]:.1%} of the sums of {longest[0]:,}-digit numbers"
    text += ". "
    sizes = values_of(numbers["automaton_states"])
    found = [size for size in sizes if size]
    if not found or numbers["state_is_carry"] is None:
        return text + "Its states do not form clusters that work as an automaton."
    where = "" if len(sizes) == 1 else f"In {len(found)} of {len(sizes)} runs "
    return text + (
        f"{where}{'its' if where else 'Its'} {numbers['states']:,} hidden states work as an automaton of "
        f"{Spread(found)} states, which agree with the carry in {numbers['state_is_carry']:.1%} of cases. "
        f"The automaton alone gets {numbers['automaton_right']:.1%} of the digits of 1,000-digit sums "
        "right."
    )


def draw(figure: Figure, numbers: Numbers) -> None:
    """The states in two dimensions, coloured by the carry, and their automaton."""
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    for carry, marker in ((0, "o"), (1, "s")):
        points = np.array([p[:2] for p in numbers["points"] if p[2] == carry])
        left.scatter(*points.T, s=26, marker=marker, color=COLOURS[carry], alpha=0.6, label=f"carry {carry}")
    title = f"{len(numbers['points'])} of the network's states, {numbers['hidden_size']} numbers each"
    panel(left, title, legend="best", xlabel="first principal component", ylabel="second")
    automaton = numbers["automaton"]
    if automaton is None:
        right.text(0.5, 0.5, "no automaton found", ha="center")
        right.axis("off")
        return
    labels = [[f"{k >> 1}+{k & 1} writes {said}" for k, said in enumerate(row)] for row in automaton["says"]]
    is_carry = numbers["state_is_carry"] == 1
    names = [f"carry\n{s}" if is_carry else f"{s}" for s in range(len(labels))]
    draw_automaton(right, automaton["next"], labels, names)
    right.set_title("their automaton", fontsize=11)
