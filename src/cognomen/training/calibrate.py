"""What is fitted to the held-out names: temperature, default prior, thresholds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cognomen.classifier.calibration import Calibration, fit_calibration, softmax_with_temperature
from cognomen.classifier.origins import Place
from cognomen.classifier.priors import DefaultPrior
from cognomen.corpora import Corpus
from cognomen.evaluation.metrics import evaluate
from cognomen.network.network import Network
from cognomen.rnn.arrays import Array, Ids
from cognomen.rnn.losses import log_softmax
from cognomen.training.dataset import Dataset, Names

IN_DISTRIBUTION: Final = 0.995  # share of the validation names below the out-of-distribution threshold
IN_DISTRIBUTION_OF_SCRIPT: Final = 0.999
FEWEST_OF_SCRIPT: Final = 200
# Of names with weights of their own, whose shares were learned: lists are surer of them than people are right
# (benchmarks/NOTES.md).
KNOWN_TEMPERATURE: Final = 1.2
RIGHT_SHARE: Final = 0.2  # of a name: origins with this share are right answers (protocol W)
POWERS: Final = tuple(k / 10 for k in range(11))


class Calibrated(NamedTuple):
    """What `calibrate` finds: the calibration, the default prior, and facts for the model."""

    calibration: Calibration
    default_prior: DefaultPrior | None
    facts: dict[str, Any]


class _Pairs(NamedTuple):
    """The held-out names, one row for each right origin: logits (N, C), labels (N,) and weights (N,)."""

    logits: Array
    labels: Ids
    weights: NDArray[np.float64] | None


def calibrate(logits: Array, network: Network, data: Dataset, corpus: Corpus) -> Calibrated:
    """Calibrate with the validation names, and measure on them.

    Where names have shares, each right origin of a name counts, and small origins count more than they have
    names.

    Args:
        logits: of the validation names, (N, C).
        network: that gave them.
        data: holds the validation names.
        corpus: that it was made of.
    """
    pairs = _pairs(logits, data.validation)
    populations = populations_of(corpus)
    facts: dict[str, Any] = {"validation_names": len(data.validation)}
    if not len(pairs.labels):
        prior = None if populations is None else DefaultPrior(populations, 0.5)
        return Calibrated(fit_calibration(pairs.logits, pairs.labels), prior, facts)
    calibration = fit_calibration(pairs.logits, pairs.labels, weights=pairs.weights)
    p = softmax_with_temperature(pairs.logits, calibration.temperature)
    measured = evaluate(p, pairs.labels, corpus.origins, weights=pairs.weights)
    keys = ("accuracy", "macro_f1", "log_loss", "ece")
    facts["validation"] = {key: round(float(getattr(measured, key)), 4) for key in keys}
    default_prior = None
    if populations is not None:
        default_prior = _default_prior(pairs, calibration.temperature, populations, data.priors)
        if network.knows_names:  # so that it weighs no more beside their logits than when they were fitted
            default_prior = replace(default_prior, power=round(default_prior.power / KNOWN_TEMPERATURE, 3))
        calibration = fit_calibration(
            pairs.logits,
            pairs.labels,
            weights=pairs.weights,
            log_prior_ratios=np.log(default_prior.shares) - np.log(data.priors),
            by_origin=True,
        )
    if network.knows_names:
        calibration = replace(calibration, known_temperature=KNOWN_TEMPERATURE)
    # One threshold for names in many scripts would be that of the Latin ones.
    if network.knows_names and (limits := _script_ood_thresholds(network, data)):
        calibration = replace(calibration, script_ood_thresholds=limits)
    else:
        calibration = replace(calibration, ood_threshold=_ood_threshold(network, data.validation))
    return Calibrated(calibration, default_prior, facts)


def places_of(corpus: Corpus) -> tuple[Place, ...] | None:
    """The group and region of each origin, if the corpus says which."""
    if corpus.origin_facts is None:
        return None
    return tuple(
        (corpus.origin_facts[origin].group, corpus.origin_facts[origin].region) for origin in corpus.origins
    )


def populations_of(corpus: Corpus) -> tuple[float, ...] | None:
    """The millions of people of each origin, (C,), if the corpus says how many."""
    if corpus.origin_facts is None:
        return None
    return tuple(corpus.origin_facts[origin].millions for origin in corpus.origins)


def _pairs(logits: Array, names: Names) -> _Pairs:
    if names.origins is None or names.shares is None:
        return _Pairs(logits, names.labels, None)
    right = np.flatnonzero(names.shares.data >= RIGHT_SHARE)
    labels = names.origins.data[right]
    # Between origins that count alike, where one or two names decide, and names that count alike, where the
    # longest lists do.
    weights = np.bincount(labels)[labels] ** -0.5
    return _Pairs(logits[names.origins.rows[right]], labels, weights * len(labels) / weights.sum())


def _default_prior(
    pairs: _Pairs, temperature: float, populations: tuple[float, ...], priors: NDArray[np.float64]
) -> DefaultPrior:
    """The prior with the least log loss, for origins that count alike and by their populations.

    Equal shares are best for the first, whole populations for the second: the power has the least sum of
    both.
    """
    alike = np.ones(len(pairs.labels)) if pairs.weights is None else pairs.weights
    people = np.asarray(populations)[pairs.labels] * alike
    weights = alike / alike.sum() + people / people.sum()  # (N,)

    def loss(power: float) -> float:
        ratios = np.log(DefaultPrior(populations, power).shares) - np.log(priors)
        log_p = log_softmax(pairs.logits / temperature + ratios)  # (N, C)
        return float(-weights @ log_p[np.arange(len(log_p)), pairs.labels])

    return DefaultPrior(populations, min(POWERS, key=loss))


def _ood_threshold(network: Network, names: Names) -> float | None:
    """The bits per letter that one validation name in 200 exceeds; None where there are fewer than 200."""
    if network.ngrams is None or len(names) * (1 - IN_DISTRIBUTION) < 1:
        return None
    return round(float(np.quantile(network.ngrams.bits_per_letter(names.texts), IN_DISTRIBUTION)), 4)


def _script_ood_thresholds(network: Network, data: Dataset) -> dict[str, float]:
    """The bits per letter that one validation name in 1,000 exceeds, by the script of the first letter.

    Where fewer were held out, a script's rarest names would decide; it has no threshold.
    """
    names = data.validation.texts
    if network.ngrams is None or not len(names):
        return {}
    bits = network.ngrams.bits_per_letter(names)
    scripts = data.alphabet.scripts[names.data[names.starts]]
    limits = {}
    for script in sorted(set(scripts.tolist()) - {""}):
        of_script = bits[scripts == script]
        if len(of_script) >= FEWEST_OF_SCRIPT:
            limits[script] = round(float(np.quantile(of_script, IN_DISTRIBUTION_OF_SCRIPT)), 4)
    return limits
