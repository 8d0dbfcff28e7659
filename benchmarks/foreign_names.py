"""Names that are foreign to the list they stand in.

The long list of a country has the names of its immigrants: Yilmaz stands in the Dutch one. Taken as it
stands, such a name is learned as Dutch, all the more if the lists of its own origin are short and lack it. So
the rare names of long lists are judged by their spelling, by a network that has learned none of them:

1. It is trained on the core, the most common names of each origin.
2. The origins that a list's other names come from are estimated as a mixture: the shares q with which these
   names are most likely (`classifier.mixture`; Saerens, Latinne and Decaestecker 2002). A third of the rare
   names of the Dutch list are foreign, hardly any of the Italian one.
3. By Bayes' rule a name n of the list comes from origin o with the probability
   q_o p(o | n) / sum_k q_k p(k | n). The neighbours of the list's origin (`_families`) are not foreign. A
   name that is more likely foreign than not leaves the list, unless lists of the likeliest origin or its
   neighbours have it: then its shares say enough. If that origin is likely enough, the name becomes one of
   its rarest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.mixture import estimate_shares
from cognomen.corpora import Corpus
from cognomen.text.spelling import key
from cognomen.training.config import TrainingConfig
from cognomen.training.run import Progress
from cognomen.training.training import train

CORE: Final = 4000  # most common names of each origin
EPOCHS: Final = 3
FEWEST: Final = 500  # judged names of a list, for their mixture to be estimated
NATIVE: Final = 0.5  # a name less likely to be of the list's family than this is foreign
SURE: Final = 0.7  # a foreign name more likely to be of one origin than this moves there
RAREST: Final = 0.05  # quantile of an origin's shares that a name gets there


@dataclass(frozen=True)
class ForeignNames:
    """A corpus without the names that are foreign to their lists.

    Attributes:
        corpus: the rows that are left, then the moved ones.
        rows: how many rows of each origin were found foreign.
        moved: how many of them each origin got.
    """

    corpus: Corpus
    rows: Mapping[str, int]
    moved: Mapping[str, int]


def without_foreign_names(
    corpus: Corpus,
    config: TrainingConfig,
    *,
    validation: Corpus,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> ForeignNames:
    """Find the names that are foreign to their lists, and move them where they belong or drop them.

    Args:
        corpus: names with shares, whose origins have groups.
        config: of the networks that judge; they are trained for `EPOCHS`, and no name gets a row of its own.
        validation: names to calibrate them with.
        on_progress: called after each step of a training.
    """
    assert corpus.origin_facts is not None
    core = _core(corpus, np.random.default_rng(config.seed))
    judge = train(
        corpus.part(np.flatnonzero(core)),
        replace(config, epochs=EPOCHS, name_bits=4, refit=False),
        validation=validation,
        on_progress=on_progress,
    ).classifier
    judge.calibration = replace(judge.calibration, known_temperature=None)  # it is to read all that it judges
    judged = np.flatnonzero(~core)
    names = [corpus.names[row] for row in judged]
    families = _families([corpus.origin_facts[origin].group for origin in corpus.origins])
    native, best, sure = _judge(
        judge.predict_proba(names, prior="uniform", full_names=False, na=None),
        corpus.label_ids[judged],
        families,
    )
    listed = set(zip(map(key, corpus.names), families[corpus.label_ids].tolist(), strict=True))
    lacking = [
        (key(corpus.names[row]), family) not in listed
        for row, family in zip(judged.tolist(), families[best].tolist(), strict=True)
    ]
    foreign = (native < NATIVE) & lacking
    return _moved(corpus, judged[foreign], best[foreign], sure[foreign])


def _families(groups: Sequence[str]) -> NDArray[np.str_]:
    """The last word of each group: West, East and South Slavic names are not foreign to each other, (C,)."""
    return np.array([group.split()[-1] for group in groups])


def _core(corpus: Corpus, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Whether each row has one of the most common names of its origin, (N,).

    The spellings of a name stand together. Lists without counts have many names of one share; chance decides.
    """
    keys = list(map(key, corpus.names))
    number = {name: index for index, name in enumerate(dict.fromkeys(keys))}
    name = np.fromiter(map(number.__getitem__, keys), np.int64, len(keys))  # (N,)
    chance = rng.permutation(len(number))[name]  # (N,)
    core = np.zeros(len(corpus), bool)
    for origin in range(len(corpus.origins)):
        rows = np.flatnonzero(corpus.label_ids == origin)
        order = rows[np.lexsort([chance[rows], -corpus.weights[rows]])]
        _, first = np.unique(name[order], return_index=True)
        core[rows] = np.isin(name[rows], name[order[np.sort(first)[:CORE]]])
    return core


def _judge(
    p: NDArray[np.float32], origins: NDArray[np.int64], families: NDArray[np.str_]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """How likely each name is of its list's family; its likeliest origin, and how likely that is, (M,) each.

    Args:
        p: (M, C), origins equally likely; NaN for a name that cannot be read, which is left where it is.
        origins: (M,), of the lists.
        families: (C,), of the origins.
    """
    uniform = np.full(len(families), 1 / len(families))
    native, best, sure = np.ones(len(p)), origins.copy(), np.ones(len(p))
    read = ~np.isnan(p[:, 0])
    for origin in np.unique(origins):
        rows = np.flatnonzero(read & (origins == origin))
        if len(rows) < FEWEST:
            continue
        its = p[rows].astype(np.float64)
        its *= estimate_shares(its, np.ones(len(rows)), uniform)
        its /= its.sum(axis=1, keepdims=True)
        native[rows] = its[:, families == families[origin]].sum(axis=1)
        best[rows], sure[rows] = its.argmax(axis=1), its.max(axis=1)
    return native, best, sure


def _moved(
    corpus: Corpus, foreign: NDArray[np.int64], best: NDArray[np.int64], sure: NDArray[np.float64]
) -> ForeignNames:
    """The corpus without its foreign rows, F of them; those whose origin is sure are appended under it."""
    stays = np.ones(len(corpus), bool)
    stays[foreign] = False
    kept = corpus.part(np.flatnonzero(stays))
    rarest = [
        float(np.quantile(corpus.weights[corpus.label_ids == origin], RAREST))
        for origin in range(len(corpus.origins))
    ]
    found = {
        (corpus.names[row], corpus.origins[origin]): rarest[origin]
        for row, origin in zip(foreign[sure > SURE].tolist(), best[sure > SURE].tolist(), strict=True)
    }
    moved = replace(
        kept,
        names=(*kept.names, *(name for name, _ in found)),
        labels=(*kept.labels, *(origin for _, origin in found)),
        row_weights=np.append(kept.weights, list(found.values())),
    )
    rows = Counter(corpus.labels[row] for row in foreign.tolist())
    return ForeignNames(moved, rows, Counter(origin for _, origin in found))
