"""Letter n-gram models of names, the baseline of the generator.

Interpolated Kneser-Ney smoothing (Kneser & Ney 1995; Chen & Goodman 1999). c are counts for the longest
contexts, and numbers of distinct preceding letters for the shorter ones (a letter that always follows the
same one is improbable elsewhere); h' is the context h without its first letter, and D the discount:

    p(l | h) = max(c(h l) - D, 0) / c(h) + D * kinds(h) / c(h) * p(l | h'),   p(l | no context) = 1 / V

where kinds(h) is the number of distinct letters after h.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

BORDER = "\n"  # before a name's first letter and after its last


class LetterModel:
    """The probability of each letter given those before it.

    Args:
        names: the names to count.
        order: n, 1 or more.
        alphabet: V letters, without the border.
        discount: D, between 0 and 1.
    """

    def __init__(self, names: Iterable[str], order: int, alphabet: str, discount: float = 0.75) -> None:
        self.order, self.discount, self.size = order, discount, len(alphabet) + 1
        counts: Counter[str] = Counter()
        for name in names:
            text = BORDER * (order - 1) + name + BORDER
            counts.update(text[i : i + order] for i in range(len(text) - order + 1))
        self.counts: list[Counter[str]] = [counts]  # of n-grams, the longest first
        for _ in range(order - 1):
            shorter: Counter[str] = Counter(gram[1:] for gram in self.counts[-1])
            self.counts.append(shorter)
        self.totals: list[dict[str, tuple[int, int]]] = [_totals(each) for each in self.counts]

    def p(self, letter: str, context: str) -> float:
        """p(letter | context); only the last n - 1 letters of the context are used."""
        found = 1 / self.size
        for n in range(1, self.order + 1):  # the shortest first
            h = context[len(context) - n + 1 :]
            total, kinds = self.totals[self.order - n].get(h, (0, 0))
            if total:
                count = self.counts[self.order - n][h + letter]
                found = (max(count - self.discount, 0) + self.discount * kinds * found) / total
        return found

    def letters(self, name: str) -> list[float]:
        """The probability of each letter of a name, and of its end, (T + 1,)."""
        text = BORDER * (self.order - 1) + name + BORDER
        start = self.order - 1
        return [self.p(text[i], text[i - start : i]) for i in range(start, len(text))]


def _totals(counts: Counter[str]) -> dict[str, tuple[int, int]]:
    """For each context, the number of letters after it, and of distinct ones."""
    found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for gram, count in counts.items():
        total, kinds = found[gram[:-1]]
        found[gram[:-1]] = (total + count, kinds + 1)
    return dict(found)


class OriginModel:
    """A letter model for each origin, interpolated with one of all names.

    Args:
        names, origins: the names to count.
        order: n.
        share: the weight of the origin's own model.
    """

    def __init__(self, names: Sequence[str], origins: Sequence[str], order: int, share: float) -> None:
        alphabet = "".join(sorted(set("".join(names))))
        by_origin: dict[str, list[str]] = defaultdict(list)
        for name, origin in zip(names, origins, strict=True):
            by_origin[origin].append(name)
        self.share = share
        self.common = LetterModel(names, order, alphabet)
        self.own = {origin: LetterModel(its, order, alphabet) for origin, its in by_origin.items()}

    def negative_log_likelihood(self, name: str, origin: str) -> float:
        """-log p of a name including its end, in nats."""
        own, common = self.own[origin].letters(name), self.common.letters(name)
        mixed = (self.share * a + (1 - self.share) * b for a, b in zip(own, common, strict=True))
        return -sum(map(math.log, mixed))

    def perplexity(self, names: Sequence[str], origins: Sequence[str]) -> float:
        """exp of the mean negative log-likelihood per letter, counting ends as letters."""
        total = sum(map(self.negative_log_likelihood, names, origins))
        return math.exp(total / sum(len(name) + 1 for name in names))
