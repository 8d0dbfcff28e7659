"""Whether a review praises: "the plot was slow but the cast was not boring at all" does.

The sentences are made by a small grammar in which words alone decide nothing: "not" and "never" turn what
follows, and after "but" comes what counts.
"""

from __future__ import annotations

import numpy as np

from cognomen.rnn import Adam, Array, Embedding, Ids, Linear, Pool, Recurrent, Sequential, fit, pack

GOOD, BAD = ("good", "great", "moving", "clever", "funny"), ("bad", "slow", "boring", "silly", "dull")
THINGS, VERBS, DEGREES = ("plot", "cast", "music", "ending"), ("was", "is"), ("really", "quite", "never")
WORDS = [*GOOD, *BAD, *THINGS, *VERBS, *DEGREES, "the", "not", "but", "at", "all"]


def data(count: int, seed: int) -> tuple[list[Ids], Ids]:
    """Sentences as ids of words, of 4 to 17 words, and 1 for those that praise."""
    rng = np.random.default_rng(seed)

    def clause() -> tuple[str, bool]:
        good, turned = rng.random() < 0.5, rng.random() < 0.4
        word = str(rng.choice(GOOD if good else BAD))
        how = f"{rng.choice(DEGREES[:2])} " if rng.random() < 0.6 else ""
        end = " at all" if turned and rng.random() < 0.5 else ""
        no = f"{rng.choice(['not', 'never'])} " if turned else ""
        return f"the {rng.choice(THINGS)} {rng.choice(VERBS)} {no}{how}{word}{end}", good != turned

    sentences, labels = [], []
    for _ in range(count):
        (first, praise), (second, other) = clause(), clause()
        joined = rng.random() < 0.6
        sentences.append(f"{first} but {second}" if joined else first)
        labels.append(other if joined else praise)
    return [np.array([WORDS.index(word) for word in sentence.split()]) for sentence in sentences], np.array(
        labels, int
    )


def train(epochs: int = 15, seed: int = 0) -> float:
    """The share of right answers for sentences that were not learned from."""
    rng = np.random.default_rng(seed)
    lstm = Recurrent("lstm", 16, 32, rng=rng)
    net = Sequential(Embedding(len(WORDS), 16, rng=rng), lstm, Pool("last"), Linear(32, 2, rng=rng))
    fit(net, *data(1000, 0), epochs=epochs, batch_size=50, optimiser=Adam(net.params, 0.01))
    x, labels = data(500, 1)
    logits: Array = net.run(pack(x))[0]
    return float((logits.argmax(axis=1) == labels).mean())


if __name__ == "__main__":
    print(f"right: {train():.1%}")
