"""The name tutorial, in NumPy: its words for letters and names, its network, its loop.

Patrick Loeber's video "PyTorch RNN Tutorial: Name Classification Using A Recurrent Neural Net", and the
PyTorch tutorial by Sean Robertson that it follows, build a small recurrent network that predicts the origin
of a surname. Here are their functions, under their names and with their results, on NumPy arrays instead of
tensors:

    category_lines, all_categories = load_data()
    rnn = RNN(N_LETTERS, 128, len(all_categories))
    output, next_hidden = rnn(letter_to_tensor("A"), rnn.init_hidden())
    category_from_output(output, all_categories)

The video keeps the categories in a global variable; here they are passed to the functions that need them.
The same tutorial as PyTorch has had it since 2025 is beside it (`char_rnn`): `NamesDataset`, `CharRNN`,
`label_from_output`, `evaluate`.

`python -m cognomen.tutorial DATA` runs the video's loop. Read `vocabulary` first, then `network` and `loop`.
"""

from __future__ import annotations

from cognomen.tutorial.char_rnn import (
    ALLOWED_CHARACTERS,
    N_ALLOWED,
    CharRNN,
    Names,
    NamesDataset,
    evaluate,
    label_from_output,
    random_split,
    train_char_rnn,
)
from cognomen.tutorial.loop import Lesson, LoopConfig, LoopProgress, LoopResult, run_loop
from cognomen.tutorial.network import RNN, nll_loss, train
from cognomen.tutorial.vocabulary import (
    ALL_LETTERS,
    N_LETTERS,
    category_from_output,
    letter_to_index,
    letter_to_tensor,
    line_to_tensor,
    load_data,
    random_row,
    random_training_example,
    unicode_to_ascii,
)

__all__ = [
    "ALLOWED_CHARACTERS",
    "ALL_LETTERS",
    "N_ALLOWED",
    "N_LETTERS",
    "RNN",
    "CharRNN",
    "Lesson",
    "LoopConfig",
    "LoopProgress",
    "LoopResult",
    "Names",
    "NamesDataset",
    "category_from_output",
    "evaluate",
    "label_from_output",
    "letter_to_index",
    "letter_to_tensor",
    "line_to_tensor",
    "load_data",
    "nll_loss",
    "random_row",
    "random_split",
    "random_training_example",
    "run_loop",
    "train",
    "train_char_rnn",
    "unicode_to_ascii",
]
