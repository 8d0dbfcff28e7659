"""The name tutorial: its words, its network against torch, its loop. (test_tutorial_command: the command.)"""

from __future__ import annotations

import math
import string
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognomen.errors import DataError, InputError, TrainingError
from cognomen.rnn import SGD, cross_entropy, gradcheck, numerical_gradient
from cognomen.rnn.gradcheck import relative_error
from cognomen.tutorial import (
    ALL_LETTERS,
    ALLOWED_CHARACTERS,
    N_ALLOWED,
    N_LETTERS,
    RNN,
    CharRNN,
    Lesson,
    LoopConfig,
    LoopProgress,
    Names,
    NamesDataset,
    category_from_output,
    evaluate,
    label_from_output,
    letter_to_index,
    letter_to_tensor,
    line_to_tensor,
    load_data,
    nll_loss,
    random_row,
    random_split,
    random_training_example,
    run_loop,
    train,
    train_char_rnn,
    unicode_to_ascii,
)
from cognomen.tutorial.vocabulary import Example

TOY = {
    "Greek": ["Alepis", "Kotsidis", "Pappas"],
    "Irish": ["O'Brien", "O'Shea", "Quirke", "Duffy"],
    "Japanese": ["Nakamura", "Endo"],
}
NAMES = st.text(ALL_LETTERS, min_size=1, max_size=20)


# --- words ------------------------------------------------------------------------------------------------


def test_the_letters_are_the_57_of_the_tutorial() -> None:
    assert string.ascii_letters + " .,;'" == ALL_LETTERS
    assert N_LETTERS == 57


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Ślusàrski", "Slusarski"),
        ("O'Néàl", "O'Neal"),
        ("Au-Yong", "AuYong"),
        ("Whitmire1", "Whitmire"),
        ("Weiß", "Wei"),
        ("To\xa0The First Page", "ToThe First Page"),
        ("Иванов", ""),
        ("", ""),
    ],
)
def test_unicode_to_ascii(text: str, written: str) -> None:
    assert unicode_to_ascii(text) == written


@given(st.text())
def test_unicode_to_ascii_leaves_only_the_57_letters_and_those_alone(text: str) -> None:
    written = unicode_to_ascii(text)
    assert set(written) <= set(ALL_LETTERS)
    assert unicode_to_ascii(written) == written


def test_letters_are_numbered_as_in_the_tutorial() -> None:
    assert [letter_to_index(letter) for letter in "azAZ '"] == [0, 25, 26, 51, 52, 56]
    tensor = letter_to_tensor("J")
    assert tensor.shape == (1, 57)
    assert tensor.dtype == np.float32
    assert np.flatnonzero(tensor[0]).tolist() == [35]
    assert tensor[0, 35] == 1


@pytest.mark.parametrize("letter", ["-", "ü", "1", "", "ab"])
def test_what_is_not_one_of_the_letters_is_refused(letter: str) -> None:
    with pytest.raises(InputError, match="57 letters"):
        letter_to_index(letter)
    with pytest.raises(InputError, match="57 letters"):
        letter_to_tensor(letter)


@given(NAMES)
def test_a_line_is_its_letters_one_after_the_other(line: str) -> None:
    tensor = line_to_tensor(line)
    assert tensor.shape == (len(line), 1, 57)
    assert tensor.dtype == np.float32
    for row, letter in zip(tensor, line, strict=True):
        np.testing.assert_array_equal(row, letter_to_tensor(letter))


def test_a_line_with_another_letter_says_which_and_where() -> None:
    with pytest.raises(InputError) as caught:
        line_to_tensor("Müller-Lüdenscheidt")
    message = str(caught.value)
    assert "letter 2 of 'Müller-Lüdenscheidt' is 'ü' (U+00FC LATIN SMALL LETTER U WITH DIAERESIS)" in message
    assert "unicode_to_ascii" in message
    assert "'MullerLudenscheidt'" in message


def test_an_empty_line_is_refused() -> None:
    with pytest.raises(InputError, match="empty"):
        line_to_tensor("")


def test_the_category_is_the_one_of_the_highest_output() -> None:
    categories = ["Greek", "Irish", "Japanese"]
    assert category_from_output(np.array([[-2.0, -0.5, -1.5]]), categories) == "Irish"
    assert category_from_output(np.array([-2.0, -1.5, -0.5]), categories) == "Japanese"
    with pytest.raises(InputError, match="3 elements"):
        category_from_output(np.zeros((2, 3)), categories)


def assert_examples(drawn: list[Example], categories: list[str]) -> None:
    """Each is a line of its category, with the tensors of both."""
    for category, line, category_tensor, line_tensor in drawn:
        assert line in TOY[category]
        assert category_tensor.tolist() == [categories.index(category)]
        np.testing.assert_array_equal(line_tensor, line_to_tensor(line))


def test_examples_draw_categories_evenly_and_lines_evenly_within() -> None:
    categories = ["Japanese", "Greek", "Irish"]
    rng = np.random.default_rng(3)
    drawn = [random_training_example(TOY, categories, rng) for _ in range(6000)]
    assert_examples(drawn[:200], categories)
    for category, lines in TOY.items():
        assert sum(c == category for c, *_ in drawn) / 6000 == pytest.approx(1 / 3, abs=0.03)
        for name in lines:
            assert sum(line == name for _, line, *_ in drawn) / 6000 == pytest.approx(
                1 / 3 / len(lines), abs=0.03
            )


def test_rows_are_drawn_evenly() -> None:
    categories = ["Japanese", "Greek", "Irish"]
    rng = np.random.default_rng(4)
    drawn = [random_row(TOY, categories, rng) for _ in range(9000)]
    assert_examples(drawn[:200], categories)
    for lines in TOY.values():
        for name in lines:
            assert sum(line == name for _, line, *_ in drawn) / 9000 == pytest.approx(1 / 9, abs=0.02)


def test_without_a_source_of_chance_examples_differ() -> None:
    lines = {"A": list(string.ascii_letters), "B": list(string.ascii_letters)}
    for draw in (random_training_example, random_row):
        assert len({draw(lines, ["A", "B"])[:2] for _ in range(50)}) > 10


# --- data -------------------------------------------------------------------------------------------------


def tutorial_reading(folder: Path) -> dict[str, list[str]]:
    """What the tutorial makes of the files."""
    read = {}
    for path in folder.glob("*.txt"):
        lines = path.read_text(encoding="utf-8").strip().split("\n")
        decomposed = [unicodedata.normalize("NFD", line) for line in lines]
        read[path.stem] = [
            "".join(c for c in line if c in string.ascii_letters + " .,;'") for line in decomposed
        ]
    return read


def test_the_18_files_are_read_as_the_tutorial_reads_them(names_folder: Path) -> None:
    category_lines, all_categories = load_data(names_folder)
    expected = tutorial_reading(names_folder)
    assert all_categories == sorted(expected)
    assert list(category_lines) == all_categories
    assert len(all_categories) == 18
    assert sum(map(len, category_lines.values())) == 20_074
    differ = [
        (ours, theirs)
        for category in expected
        for ours, theirs in zip(category_lines[category], expected[category], strict=True)
        if ours != theirs
    ]
    assert len(differ) == 10
    assert all(ours + " " == theirs for ours, theirs in differ)
    assert category_lines["Italian"][:5] == [
        "Abandonato",
        "Abatangelo",
        "Abatantuono",
        "Abate",
        "Abategiovanni",
    ]
    for lines in category_lines.values():
        for line in lines:
            assert len(line_to_tensor(line)) == len(line)


def test_the_default_is_the_tutorials_own_data(names_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COGNOMEN_NAMES", str(names_folder))
    assert load_data() == load_data(names_folder)


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "Zulu.txt").write_text("Dlamini\nNkosi\nNkosi\n", encoding="utf-8")
    (tmp_path / "Danish.txt").write_text("Ångström\r\nSøe-Jensen\r\n", encoding="utf-8")
    category_lines, all_categories = load_data(tmp_path)
    assert all_categories == ["Danish", "Zulu"]
    assert category_lines == {"Danish": ["Angstrom", "SeJensen"], "Zulu": ["Dlamini", "Nkosi", "Nkosi"]}


def test_names_that_the_57_letters_cannot_write_are_refused(tmp_path: Path) -> None:
    (tmp_path / "Latin.txt").write_text("Caesar\n", encoding="utf-8")
    (tmp_path / "Han.txt").write_text("Ai\n司馬\n歐陽\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"2 of the 4 names .* first is '司馬' \(Han\)"):
        load_data(tmp_path)


# --- network ----------------------------------------------------------------------------------------------


def a_network(nonlinearity: str = "identity", categories: int = 5, hidden: int = 7) -> RNN:
    rng = np.random.default_rng(11)
    return RNN(N_LETTERS, hidden, categories, nonlinearity=nonlinearity, rng=rng, dtype=np.float64)


def test_one_letter_as_in_the_figure() -> None:
    rnn = RNN(N_LETTERS, 128, 18, rng=np.random.default_rng(0))
    hidden = rnn.init_hidden()
    assert hidden.shape == (1, 128)
    assert not hidden.any()
    output, next_hidden = rnn(letter_to_tensor("A"), hidden)
    assert output.shape == (1, 18)
    assert next_hidden.shape == (1, 128)
    combined = np.concatenate([letter_to_tensor("A"), hidden], axis=1)
    logits = combined @ rnn.params["i2o.weight"].T + rnn.params["i2o.bias"]
    np.testing.assert_allclose(np.exp(output), np.exp(logits) / np.exp(logits).sum(), rtol=1e-5)
    np.testing.assert_allclose(
        next_hidden, combined @ rnn.params["i2h.weight"].T + rnn.params["i2h.bias"], rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize("nonlinearity", ["identity", "tanh"])
def test_letter_by_letter_is_the_whole_word_is_the_batch(nonlinearity: str) -> None:
    rnn = a_network(nonlinearity)
    names = ["Ng", "Papadopoulos", "O'Brien", "A", "Nakamura"]
    lines = [line_to_tensor(name) for name in names]
    outputs = []
    for line in lines:
        hidden = rnn.init_hidden()
        for letter in line:
            output, hidden = rnn(letter, hidden)
        np.testing.assert_array_equal(rnn.read(line)[0], output)
        outputs.append(output[0])
    np.testing.assert_allclose(rnn.read_all(lines), outputs, atol=1e-12)
    np.testing.assert_allclose(rnn.read_all(lines[::-1]), outputs[::-1], atol=1e-12)


def test_the_tanh_is_an_option() -> None:
    letter = letter_to_tensor("q")
    plain, bent = (a_network(nonlinearity) for nonlinearity in ("identity", "tanh"))
    _, hidden = plain(letter, plain.init_hidden())
    _, bent_hidden = bent(letter, bent.init_hidden())
    np.testing.assert_allclose(bent_hidden, np.tanh(hidden), atol=1e-15)


@pytest.mark.parametrize("nonlinearity", ["identity", "tanh"])
def test_gradients_agree_with_central_differences(nonlinearity: str) -> None:
    rnn = a_network(nonlinearity)
    errors = gradcheck(rnn, rnn.read, line_to_tensor("Quirke").astype(np.float64))
    assert set(errors) == {"i2h.weight", "i2h.bias", "i2o.weight", "i2o.bias", "input"}
    assert max(errors.values()) < 1e-6, errors


def test_the_gradient_of_the_loss() -> None:
    output, categories = np.random.default_rng(2).standard_normal((3, 4)), np.array([1, 3, 1])
    loss, doutput = nll_loss(output, categories)
    assert loss == pytest.approx(-(output[0, 1] + output[1, 3] + output[2, 1]) / 3)
    numerical = numerical_gradient(lambda: nll_loss(output, categories)[0], output)
    assert relative_error(doutput, numerical) < 1e-6


def torch_module(torch: Any, hidden: int, categories: int, *, tanh: bool) -> Any:
    """The network of the figure as a torch module, in double precision."""

    class Module(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.i2h = torch.nn.Linear(N_LETTERS + hidden, hidden)
            self.i2o = torch.nn.Linear(N_LETTERS + hidden, categories)

        def forward(self, letter: Any, memory: Any) -> Any:
            both = torch.cat([letter, memory], 1)
            following = self.i2h(both)
            return torch.log_softmax(self.i2o(both), 1), torch.tanh(following) if tanh else following

    torch.manual_seed(4)
    return Module().double()


@pytest.mark.parametrize("tanh", [False, True])
@pytest.mark.parametrize("name", ["A", "Papadopoulos"])
def test_a_training_step_is_that_of_torch(name: str, tanh: bool) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed: no parity with it")
    module = torch_module(torch, 16, 6, tanh=tanh)
    rnn = RNN(N_LETTERS, 16, 6, nonlinearity="tanh" if tanh else "identity", dtype=np.float64)
    rnn.load({key: value.detach().numpy() for key, value in module.state_dict().items()})

    optimiser = torch.optim.SGD(module.parameters(), lr=0.005)
    memory = torch.zeros(1, 16, dtype=torch.float64)
    for letter in torch.from_numpy(line_to_tensor(name)).double():
        expected, memory = module(letter, memory)
    expected_loss = torch.nn.functional.nll_loss(expected, torch.tensor([2]))
    expected_loss.backward()
    optimiser.step()

    output, loss = train(rnn, SGD(rnn.params, 0.005), line_to_tensor(name), np.array([2]))
    np.testing.assert_allclose(output, expected.detach().numpy(), atol=1e-10, rtol=0)
    assert loss == pytest.approx(expected_loss.item(), abs=1e-10)
    for key, parameter in module.named_parameters():
        grad = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        np.testing.assert_allclose(rnn.grads[key], grad.numpy(), atol=1e-8, rtol=0, err_msg=key)
        np.testing.assert_allclose(
            rnn.params[key], parameter.detach().numpy(), atol=1e-10, rtol=0, err_msg=key
        )


def test_gradients_do_not_pile_up_from_name_to_name() -> None:
    rnn = a_network()
    optimiser = SGD(rnn.params, 1e-12)  # so slow that the weights stay what they are
    line, category = line_to_tensor("Endo"), np.array([1])
    train(rnn, optimiser, line, category)
    once = {name: grad.copy() for name, grad in rnn.grads.items()}
    train(rnn, optimiser, line, category)
    for name, grad in rnn.grads.items():
        np.testing.assert_allclose(grad, once[name], rtol=1e-6)


# --- loop -------------------------------------------------------------------------------------------------


def test_the_defaults_are_the_tutorials() -> None:
    assert LoopConfig() == LoopConfig(
        steps=100_000, learning_rate=0.005, hidden_size=128, tanh=False, rows=False, seed=0
    )


def test_the_loop_learns_a_toy_by_heart() -> None:
    fitted = run_loop(TOY, list(TOY), LoopConfig(steps=4000, hidden_size=32, learning_rate=0.02))
    assert len(fitted.all_losses) == len(fitted.all_accuracies) == 4
    assert fitted.all_losses[0] > 0.2
    assert fitted.all_losses[-1] < 0.1
    assert fitted.all_accuracies[-1] > 0.97
    for category, lines in TOY.items():
        for line in lines:
            assert fitted.predict(line)[0][0] == category


def test_equal_settings_give_equal_weights_and_other_seeds_others() -> None:
    def weights(seed: int) -> bytes:
        fitted = run_loop(TOY, list(TOY), LoopConfig(steps=50, hidden_size=8, seed=seed))
        return b"".join(param.tobytes() for param in fitted.rnn.params.values())

    assert weights(1) == weights(1)
    assert weights(1) != weights(2)


def test_the_curve_holds_means_and_progress_is_told_every_5000_and_at_the_end() -> None:
    told: list[LoopProgress] = []
    fitted = run_loop(TOY, list(TOY), LoopConfig(steps=5300, hidden_size=4), told.append)
    assert [progress.lesson.step for progress in told] == [5000, 5300]
    assert len(fitted.all_losses) == 6
    assert all(0 < loss < 2 for loss in fitted.all_losses)
    last = told[-1]
    assert last.steps == 5300
    assert last.lesson.line in TOY[last.lesson.category]
    assert last.lesson.guess in TOY
    assert (last.mean_loss, last.accuracy) == (fitted.all_losses[-1], fitted.all_accuracies[-1])
    assert told[0].mean_loss == fitted.all_losses[4]


@pytest.mark.parametrize("rows", [False, True])
def test_the_loop_is_a_draw_and_a_training_step_again_and_again(rows: bool) -> None:
    settings = LoopConfig(steps=2100, hidden_size=4, learning_rate=0.03, rows=rows, seed=7)
    fitted = run_loop(TOY, list(TOY), settings)
    rng = np.random.default_rng(7)
    rnn = RNN(N_LETTERS, 4, 3, rng=rng)
    optimiser, draw = SGD(rnn.params, 0.03), random_row if rows else random_training_example
    losses, rights = [], []
    for _ in range(2100):
        category, _, category_tensor, line_tensor = draw(TOY, list(TOY), rng)
        output, loss = train(rnn, optimiser, line_tensor, category_tensor)
        losses.append(loss)
        rights.append(category_from_output(output, list(TOY)) == category)
    for means, values in ((fitted.all_losses, losses), (fitted.all_accuracies, rights)):
        parts = [values[:1000], values[1000:2000], values[2000:]]
        assert means == pytest.approx([np.mean(part) for part in parts])
    for name, param in rnn.params.items():
        np.testing.assert_array_equal(fitted.rnn.params[name], param)


def test_a_line_of_progress_says_what_the_tutorial_prints() -> None:
    right = LoopProgress(Lesson(5000, 2.24601, "Wilson", "Scottish", "Scottish"), 100_000, 2.5, 0.25)
    wrong = LoopProgress(Lesson(10_000, 3.0, "Peters", "German", "Dutch"), 100_000, 2.5, 0.25)
    assert str(right).split() == ["5,000", "5%", "2.2460", "Wilson", "/", "Scottish", "CORRECT"]
    assert str(wrong).split() == ["10,000", "10%", "3.0000", "Peters", "/", "Dutch", "WRONG", "(German)"]


def test_predictions_are_probabilities_highest_first() -> None:
    fitted = run_loop(TOY, list(TOY), LoopConfig(steps=100, hidden_size=4))
    answers = fitted.predict("Sakamoto", top_k=3)
    probabilities = [probability for _, probability in answers]
    assert sorted(probabilities, reverse=True) == probabilities
    assert sum(probabilities) == pytest.approx(1, abs=1e-6)
    assert len(fitted.predict("Sakamoto", top_k=1)) == 1
    with pytest.raises(InputError, match="letter 1 of '北京'"):
        fitted.predict("北京")
    assert fitted.probabilities([]).shape == (0, 3)


def test_many_names_are_answered_as_single_ones_are() -> None:
    fitted = run_loop(TOY, list(TOY), LoopConfig(steps=100, hidden_size=4))
    names = [name for _ in range(300) for lines in TOY.values() for name in lines]  # more than one block
    probabilities = fitted.probabilities(names)
    assert probabilities.shape == (2700, 3)
    np.testing.assert_allclose(probabilities[:9], probabilities[-9:], atol=1e-6)
    for name, row in zip(names[:9], probabilities, strict=False):
        assert fitted.predict(name)[0][1] == pytest.approx(row.max(), abs=1e-6)


def test_a_memory_without_bounds_stops_the_loop_in_plain_words() -> None:
    with pytest.raises(TrainingError, match=r"at name [\d,]+ \('.+'\) the loss .* add the tanh"):
        run_loop(TOY, list(TOY), LoopConfig(learning_rate=3.0, steps=5000))


def test_a_loop_that_only_overshoots_stops_too() -> None:
    with pytest.raises(TrainingError, match=r"1,000 names is .* a guess has 1\.10.*overshoots"):
        run_loop(TOY, list(TOY), LoopConfig(learning_rate=3.0, tanh=True, steps=5000))


@pytest.mark.parametrize("changes", [{"steps": 0}, {"hidden_size": 0}, {"learning_rate": math.nan}])
def test_settings_that_make_no_sense_are_refused(changes: dict[str, Any]) -> None:
    (name,) = changes
    with pytest.raises(InputError, match=f"{name}: expected .* in "):
        LoopConfig(**changes)


def test_there_must_be_something_to_tell_apart() -> None:
    with pytest.raises(TrainingError, match="got 1 categories"):
        run_loop({"Greek": ["Pappas"]}, ["Greek"])
    with pytest.raises(TrainingError, match=r"no names for \['Irish'\]"):
        run_loop({"Greek": ["Pappas"], "Irish": []}, ["Greek", "Irish"])


# --- the tutorial as it is today


def toy_names() -> Names:
    rows = [(name, label) for label, names in TOY.items() for name in names]
    return Names([name for name, _ in rows], [label for _, label in rows], list(TOY))


def test_the_data_set_reads_a_folder_and_is_split(tmp_path: Path) -> None:
    for label, lines in TOY.items():
        (tmp_path / f"{label}.txt").write_text("\n".join(lines), encoding="utf-8")
    alldata = NamesDataset(tmp_path)
    assert len(alldata) == 9
    assert alldata.labels_uniq == list(TOY)
    label_tensor, data_tensor, label, name = alldata[3]
    assert (label, name, label_tensor.tolist(), data_tensor.shape) == ("Irish", "O'Brien", [1], (7, 1, 58))
    parts = random_split(alldata, [0.7, 0.3], np.random.default_rng(0))
    assert [len(part) for part in parts] == [6, 3]
    assert sorted([*parts[0].data, *parts[1].data]) == sorted(alldata.data)
    pairs = set(zip(alldata.data, alldata.labels, strict=True))
    assert all(
        (name, label) in pairs for part in parts for name, label in zip(part.data, part.labels, strict=True)
    )
    with pytest.raises(InputError, match="sum to 1"):
        random_split(alldata, [0.7, 0.7], np.random.default_rng(0))


def test_an_underscore_stands_for_unknown_letters() -> None:
    assert N_ALLOWED == 58
    assert letter_to_index("-", ALLOWED_CHARACTERS) == letter_to_index("_", ALLOWED_CHARACTERS) == 57
    assert line_to_tensor("Ba-佐", ALLOWED_CHARACTERS).argmax(axis=2).ravel().tolist() == [27, 0, 57, 57]
    with pytest.raises(InputError):
        letter_to_index("_")


def test_char_rnn_learns_and_is_evaluated() -> None:
    names = toy_names()
    rnn = CharRNN(N_ALLOWED, 32, 3, rng=np.random.default_rng(0))
    before = rnn(line_to_tensor("Nakamura", ALLOWED_CHARACTERS))
    assert before.shape == (1, 3)
    assert np.exp(before).sum() == pytest.approx(1)
    losses = train_char_rnn(rnn, names, n_epoch=150, n_batch_size=3, learning_rate=0.1)
    assert losses[-1] < 0.1 < losses[0]
    output = rnn(line_to_tensor("Nakamura", ALLOWED_CHARACTERS))
    assert label_from_output(output, names.labels_uniq) == ("Japanese", 2)
    confusion = evaluate(rnn, names, names.labels_uniq)
    np.testing.assert_allclose(confusion, np.eye(3))
    with pytest.raises(InputError, match="3 numbers"):
        label_from_output(output[:, :2], names.labels_uniq)


def test_char_rnn_is_torchs_module() -> None:
    """The same names of parameters, log-probabilities and gradients as with nn.RNN, nn.Linear, nn.NLLLoss."""
    torch = pytest.importorskip("torch")

    class Theirs(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.rnn = torch.nn.RNN(58, 16)
            self.h2o = torch.nn.Linear(16, 3)

        def forward(self, line: Any) -> Any:
            return torch.log_softmax(self.h2o(self.rnn(line)[1][0]), dim=1)

    theirs = Theirs().double()
    ours = CharRNN(58, 16, 3, dtype=np.float64)
    ours.load(theirs.state_dict())
    line = line_to_tensor("Nakamura", ALLOWED_CHARACTERS).astype(np.float64)
    expected = theirs(torch.from_numpy(line))
    np.testing.assert_allclose(ours(line), expected.detach().numpy(), atol=1e-12)
    torch.nn.functional.nll_loss(expected, torch.tensor([2])).backward()
    logits, _, backward = ours.forward(line[:, 0])
    backward(cross_entropy(logits[None], np.array([2]))[1][0])
    for name, param in theirs.named_parameters():
        np.testing.assert_allclose(ours.grads[name], param.grad.numpy(), atol=1e-10)
