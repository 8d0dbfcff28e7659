"""What `Sequential` sees when it is made: cells in place of layers, and pooling in a wrong direction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cognomen.errors import InputError
from cognomen.rnn import LSTM, Activation, Dropout, Linear, Pool, Recurrent, Sequential


def gru(direction: str, size: int = 3) -> Recurrent:
    return Recurrent("gru", size, 4, direction=direction)


MIXED: dict[str, Callable[[], Any]] = {
    "both": lambda: Sequential(gru("both"), Pool("last")),
    "several": lambda: Sequential(gru("both"), Pool("max+last")),
    "between": lambda: Sequential(gru("both"), Dropout(0.1), Activation("relu"), Pool("last")),
    "nested": lambda: Sequential(Sequential(gru("both")), Sequential(Pool("last"), Linear(8, 2))),
    "stacked": lambda: Sequential(gru("forward"), gru("both", 4), Pool()),
}


@pytest.mark.parametrize("case", MIXED)
def test_the_last_output_of_another_direction_is_refused(case: str) -> None:
    with pytest.raises(InputError, match=r'expected Pool\(".*", direction="both"\)'):
        MIXED[case]()


def test_the_error_names_the_direction_that_is_right() -> None:
    with pytest.raises(InputError, match='direction="reverse"'):
        Sequential(gru("reverse"), Pool("last"))
    with pytest.raises(InputError, match=r'expected .*direction="forward"'):
        Sequential(gru("forward"), Pool("last", direction="both"))


def test_other_pooling_may_have_any_direction() -> None:
    assert Sequential(gru("both"), Pool("max+mean")).parts
    assert Sequential(gru("both"), Linear(8, 4), Pool("last")).parts, "the directions are mixed before it"
    assert Sequential(gru("both"), gru("forward", 8), Pool("last")).parts


def test_the_last_output_of_each_direction_is_its_last_state() -> None:
    x = np.random.default_rng(0).standard_normal((2, 5, 3)).astype(np.float32)
    pooled, state = Sequential(gru("both"), Pool("last", direction="both")).run(x)
    h = state["0"][0]  # (L, N, H)
    np.testing.assert_array_equal(pooled, np.concatenate([h[0], h[1]], axis=1))


def test_a_cell_is_no_layer_of_sequences() -> None:
    with pytest.raises(InputError, match=r"for sequences there is Recurrent\(LSTM, 3, 5\)"):
        Sequential(LSTM(3, 5))
    with pytest.raises(InputError, match=r"for sequences there is Recurrent\(LSTM, 3, 5\)"):
        LSTM(3, 5).forward(np.ones((2, 4, 3)))
