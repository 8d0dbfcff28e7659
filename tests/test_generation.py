"""Making names up: the same seed gives the same names, starts and capitals are kept, mistakes are named."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from counting import blas_threads
from hypothesis import given
from hypothesis import strategies as st
from rnn_cases import stable

from cognomen.apps.page.spare import without_script
from cognomen.corpora import Corpus
from cognomen.corpora.cleaning import CleaningReport
from cognomen.errors import InputError, ModelError, TrainingError
from cognomen.io.model_folder import read_artifact, write_artifact
from cognomen.network import generator as generation
from cognomen.network.generator import Generator
from cognomen.network.generator_config import GeneratorConfig
from cognomen.network.int8 import compact_tensors, full_tensors
from cognomen.network.name_filter import NameFilter
from cognomen.network.scripts import MAX_LETTERS, script_of
from cognomen.rnn import pack
from cognomen.rnn.shapes import Encoder
from cognomen.study.letter_ngrams import LetterModel, OriginModel
from cognomen.text import Alphabet
from cognomen.text.spelling import capitalise, lowercase
from cognomen.training import train_generator
from cognomen.training.generator import Draws

TINY = GeneratorConfig(origin_size=4, letter_size=6, hidden_size=12, dropout=0.0)
TINY_ONCE = replace(TINY, epochs=1, min_letter_count=1)
LETTERS = " '-abcdefghijklmnopqrstuvwxyzß\u0301\u0308"
ORIGINS = {"Czech": ["Latin"], "Japanese": ["Latin"], "Vietnamese": ["Latin"]}
SCRIPTS = {"Greek": ["Greek", "Latin"], "Japanese": ["Cjk", "Latin"]}


@pytest.fixture(scope="module")
def chance() -> Generator:
    """A generator of random weights, large enough that it writes all sorts of things."""
    made = Generator(Alphabet(LETTERS), ORIGINS, TINY)
    for param in made.network.params.values():
        param *= 3
    return made


def with_learned(made: Generator, names: list[str]) -> Generator:
    """The same network, which knows these names."""
    other = Generator(made.alphabet, made.scripts, made.config, training_names=NameFilter.of(names))
    other.network.load(made.network.params)
    return other


DIGITS = str.maketrans("0123456789", "abcdefghij")


def corpus(**lists: list[str]) -> Corpus:
    names = [name for names in lists.values() for name in names]
    labels = [origin for origin, names in lists.items() for _ in names]
    report = CleaningReport(len(names), len(names), len(set(names)), (), {})
    return Corpus(tuple(names), tuple(labels), "test", report)


def test_the_same_seed_gives_the_same_names_and_another_gives_others(chance):
    first = chance.names("Czech", 20, seed=1)
    assert first == chance.names("Czech", 20, seed=1)
    assert first != chance.names("Czech", 20, seed=2)
    assert first != chance.names("Japanese", 20, seed=1)
    assert len(set(first)) > 10


def test_the_first_of_many_names_are_those_of_fewer(chance, monkeypatch):
    first = chance.names("Czech", 4, seed=3)
    knowing = with_learned(chance, first[1:3])
    for together in (4096, 3):
        monkeypatch.setattr("cognomen.network.generator.BATCH", together)
        for made in (chance, knowing):
            few = made.names("Czech", 5, seed=3)
            assert len(few) == 5
            assert made.names("Czech", 40, seed=3)[:5] == few


def test_names_that_it_learned_from_are_drawn_again(chance):
    known = chance.names("Czech", 10, seed=6)
    knowing = with_learned(chance, known)
    written = knowing.names("Czech", 30, seed=6)
    assert not set(written) & set(known)
    assert len(set(written[:10])) > 5
    first_draws = chance.names("Czech", 30, seed=6)
    assert knowing.names("Czech", 30, seed=6, known=True) == first_draws
    taken = knowing.training_names.contains(first_draws)  # and some that the filter takes for known ones
    assert 0 < taken.sum() < 25
    same = [a == b for a, b in zip(written, first_draws, strict=True)]
    assert same == (~taken).tolist()


def test_what_is_never_new_stays(chance):
    (usual,) = set(chance.names("Czech", 3, temperature=1e-6))
    assert with_learned(chance, [usual]).names("Czech", 3, temperature=1e-6) == [usual] * 3


@stable
@given(st.lists(st.text(st.sampled_from(LETTERS.replace("ß", "")), min_size=1, max_size=12), max_size=6))
def test_a_filter_knows_all_its_names_whatever_their_capitals(names):
    assert NameFilter.of(names).contains(map(str.upper, names)).all()
    assert NameFilter.of([*names, *names]).bits.tolist() == NameFilter.of(names).bits.tolist()
    assert not NameFilter.of([]).contains(names).any()


def test_a_filter_takes_one_other_name_in_seven_for_one_of_its_own():
    known, others = ([f"{kind}{i}" for i in range(5000)] for kind in ("known", "other"))
    found = NameFilter.of([f"{name}x".translate(DIGITS) for name in known])
    assert len(found.bits) == 2500
    taken = found.contains([f"{name}x".translate(DIGITS) for name in others]).mean()
    assert taken == pytest.approx((1 - np.exp(-3 / 4)) ** 3, abs=0.02)
    with pytest.raises(InputError, match="expected a filter of bytes"):
        NameFilter(np.zeros(3, np.uint32))


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize(
    "call",
    [lambda made: made.names("Czech", 2), lambda made: made.negative_log_likelihood(["ann"], ["Czech"])],
)
def test_products_run_on_one_thread(chance, monkeypatch, call):
    seen, forward = [], Encoder.forward
    monkeypatch.setattr(Encoder, "forward", lambda *given: (seen.append(blas_threads()), forward(*given))[1])
    call(chance)
    assert seen
    assert all(each == {1} for each in seen)


@pytest.mark.parametrize("start", ["", "Ta", "ta", "O'B", "Mü", "mu\u0308", "Ou-", "van d", " Ta "])
def test_every_name_is_spelt_as_a_name(chance, start):
    for temperature in (0.5, 1.0, 5.0):
        for name in chance.names("Czech", 60, seed=4, temperature=temperature, start=start):
            assert lowercase(name).startswith(lowercase(start))
            assert name == unicodedata.normalize("NFC", name)
            assert name[0].isalpha()
            assert name[0] == name[0].upper() or name[0] == "ß"
            assert not unicodedata.combining(name[0])
            assert len(lowercase(name)) <= MAX_LETTERS
            words = name.replace("'", " ").replace("-", " ").split(" ")
            assert all(word and word[0].isalpha() for word in words), name


def test_a_low_temperature_keeps_to_the_usual(chance):
    cold, warm = (set(chance.names("Czech", 100, temperature=t)) for t in (0.05, 2.0))
    assert len(cold) < len(warm) / 3


def test_origins_are_found_whatever_their_capitals(chance):
    assert chance.names("jaPANese", 3) == chance.names("Japanese", 3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"origin": "Japanes"}, "Did you mean 'Japanese'"),
        ({"origin": "Klingon"}, "It knows Czech, Japanese, Vietnamese"),
        ({"start": "Иван"}, "start: expected Latin letters for Czech, got Cyrillic"),
        ({"start": "Iван"}, "has а в н; expected letters among a b c"),
        ({"script": "Greek"}, "script: expected Latin letters for Czech, got Greek"),
        ({"script": 3}, "script: expected a text, got 3"),
        ({"start": "42"}, "'42' has 2 4; expected letters among a b c"),
        ({"start": "a1b"}, "'a1b' has 1; expected"),
        ({"start": "a+b"}, r"'a\+b' has \+; expected"),
        ({"start": "?"}, r"'\?' has no letters"),
        ({"start": "ż"}, "'ż' has \u25cc\u0307; .* z ß, and the marks \u25cc\u0301 \u25cc\u0308$"),
        ({"start": "a" * 30}, "less than 30 letters"),
        ({"temperature": 0}, "temperature: expected a number above 0"),
        ({"temperature": float("nan")}, "temperature: expected a number above 0"),
        ({"temperature": 11}, "at most 10, got 11"),
        ({"count": 0}, "count: expected a whole number, 1 or more, got 0"),
        ({"count": 2.0}, "count: expected a whole number"),
        ({"seed": -1}, "seed: expected a whole number, 0 or more, got -1"),
        ({"seed": 1.5}, "seed: expected a whole number"),
        ({"temperature": "hot"}, "temperature: expected a number above 0, at most 10, got 'hot'"),
        ({"start": None}, "start: expected a text, got None"),
    ],
)
def test_mistakes_are_named(chance, arguments, said):
    for call in (chance.names, chance.stream):
        with pytest.raises(InputError, match=said):
            call(**{"origin": "Czech", "count": 1, **arguments})


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ("o'brien", "O'Brien"),
        ("ou-yang", "Ou-Yang"),
        ("mcdonald", "McDonald"),
        ("mu\u0308ller", "Müller"),
        ("de la fontaine", "De La Fontaine"),
        ("o\u0308z", "Öz"),
        ("mc", "Mc"),
        ("groß", "Groß"),
        ("tomcat", "Tomcat"),
        ("ωνασησ", "Ωνασης"),
        ("σασ-δασ", "Σας-Δας"),
        ("მაისურაძე", "მაისურაძე"),
    ],
)
def test_capitals(small, large):
    assert capitalise(small) == large
    assert lowercase(large) == small


def test_a_letter_whose_capital_is_two_letters_has_one_capital():
    assert capitalise("ßeber") == "Sseber"


@stable
@given(st.text(st.sampled_from(LETTERS), min_size=1, max_size=12))
def test_capitals_come_off_again(name):
    spelt = lowercase(name)
    assert lowercase(capitalise(spelt)) == spelt


def test_surprise_is_the_mean_loss_of_the_network(chance):
    names = ["Novak", "Müller", "Tanaka"]
    nll, letters = chance.negative_log_likelihood(names, ["Czech", "Czech", "Japanese"])
    assert letters.tolist() == [6, 8, 7]
    loss, _ = chance.network.loss(np.array([0, 0, 1]), chance.encode(names))
    assert nll.sum() / letters.sum() == pytest.approx(loss, rel=1e-5)
    with pytest.raises(InputError, match="expected letters among"):
        chance.negative_log_likelihood(["Иван"], ["Czech"])


def test_it_learns_names_by_heart_and_keeps_origins_apart():
    names = corpus(Czech=["Novak", "Dvorak", "Černý"] * 8, Japanese=["Tanaka", "Suzuki", "Ono"] * 8)
    config = replace(
        TINY,
        hidden_size=32,
        epochs=120,
        batch_size=16,
        learning_rate=1e-2,
        min_letter_count=1,
        resampling=0.5,
    )
    told = []
    made = train_generator(names, config, on_progress=lambda share, words: told.append(share))
    assert told[-1] == 1.0
    for origin in ("Czech", "Japanese"):
        real = {name for name, label in zip(names.names, names.labels, strict=True) if label == origin}
        assert set(made.names(origin, 50, temperature=0.3, known=True)) == real
        assert not set(made.names(origin, 50, temperature=2.0)) & set(names.names)
    assert set(made.names("Japanese", 20, temperature=0.3, start="Su", known=True)) == {"Suzuki"}
    assert made.training_names.contains(names.names).all()
    assert made.facts["names"] == 48
    nll, _ = made.negative_log_likelihood(["Tanaka"] * 2, ["Japanese", "Czech"])
    assert nll[0] < nll[1] / 3


def test_names_of_rare_letters_are_left_out_and_none_left_is_an_error():
    names = corpus(Czech=["Novak", "Novy", "Q"], Japanese=["Ono", "Kano"])
    made = train_generator(names, replace(TINY, epochs=1, min_letter_count=2))
    assert made.facts["names"] == 4 - 1 * ("y" not in made.alphabet.letters) - (
        "k" not in made.alphabet.letters
    )
    with pytest.raises(TrainingError, match="got none"):
        train_generator(names, replace(TINY, min_letter_count=100))


def test_names_are_written_as_they_are_asked_for(chance, monkeypatch):
    whole = chance.names("Czech", 9, seed=3)
    monkeypatch.setattr(generation, "BATCH", 3)
    parts, written = [], chance._batch
    monkeypatch.setattr(chance, "_batch", lambda *given: parts.append(given) or written(*given))
    with pytest.raises(InputError, match="count"):
        chance.stream("Czech", 0)  # not only when the first name is asked for
    names = chance.stream("Czech", 9, seed=3)
    assert [next(names) for _ in range(3)] == whole[:3]
    assert len(parts) == 1
    assert len(list(names)) == 6


def test_a_generator_on_disk_writes_the_same_names(chance, tmp_path):
    with_learned(chance, ["Novak", "Ono"]).save(tmp_path / "made")
    again = Generator.load(tmp_path / "made")
    assert again.config == chance.config
    assert again.training_names.contains(["novak", "ono"]).all()
    nll = [made.negative_log_likelihood(["Novak", "Mares"], ["Czech"] * 2)[0] for made in (again, chance)]
    np.testing.assert_allclose(*nll, rtol=0.02)  # weights are rounded to int8
    assert again.names("Czech", 50) == Generator.load(tmp_path / "made").names("Czech", 50)


def test_temperature_scale_multiplies_the_temperature_of_its_origin(chance, tmp_path):
    warm = Generator(chance.alphabet, chance.scripts, chance.config, temperature_scale=[1, 0.5, 2])
    warm.network.load(chance.network.params)
    for origin, temperature in (("Czech", 0.8), ("Japanese", 0.4), ("Vietnamese", 1.6)):
        assert warm.names(origin, 30) == chance.names(origin, 30, temperature=temperature)
    warm.save(tmp_path / "warm")
    assert Generator.load(tmp_path / "warm").temperature_scale == (1, 0.5, 2)
    assert chance.temperature_scale == (1, 1, 1)


@pytest.mark.parametrize(
    "temperature_scale",
    [[1, 1], [1, 1, 0], [1, 1, -1], [1, 1, float("nan")], [1, 1, float("inf")], [1, 1, 10**400], [1, 1, "1"]],
)
def test_temperature_scale_is_a_number_above_0_for_each_list(chance, temperature_scale):
    with pytest.raises(InputError, match="temperature_scale: expected 3 numbers above 0"):
        Generator(chance.alphabet, chance.scripts, chance.config, temperature_scale=temperature_scale)


@pytest.fixture(scope="module")
def many() -> Generator:
    """A generator of random weights that writes two origins in two scripts each."""
    made = Generator(Alphabet("'abcαβγ\u0301山川"), SCRIPTS, TINY, temperature_scale=[1, 2, 3, 4])
    for param in made.network.params.values():
        param *= 3
    return made


def test_an_origin_is_written_in_its_main_script_unless_another_is_asked_for(many):
    native, latin = many.names("Greek", 5), many.names("Greek", 5, script="Latin")
    assert native == many.names("Greek", 5, script="GREEK") != latin
    started = many.names("greek", 5, start="ab")
    assert all(name.startswith("Ab") for name in started)
    assert started == many.names("Greek", 5, start="ab", script="Latin")
    assert all(name.startswith("Αβ") for name in many.names("Greek", 5, start="αβ"))
    with pytest.raises(InputError, match="script: expected Cjk or Latin letters for Japanese, got Greek"):
        many.names("Japanese", script="greek")
    with pytest.raises(InputError, match="'ab' has a b; expected letters among α β γ, and the marks"):
        many.names("Greek", start="ab", script="Greek")
    for wrong in ([], ["Latin", 3]):
        with pytest.raises(InputError, match="scripts: expected the names of one or more for A, got"):
            Generator(Alphabet("ab"), {"A": wrong}, TINY)  # type: ignore[list-item]


def test_names_are_written_in_one_script(many):
    for origin, script in many.lists:
        names = many.names(origin, 60, script=script, temperature=5)
        assert {script_of(letter) for name in names for letter in name} <= {script, None}


@pytest.mark.parametrize("known", [True, False])
def test_half_a_syllable_of_hangul_is_drawn_again(known, monkeypatch):
    made = Generator(Alphabet("\u1100\u1161\u11a8"), {"Korean": ["Hangul"]}, TINY)

    def halves() -> int:
        names = made.names("Korean", 200, known=known, start="가", seed=1)
        return sum(not set(name) <= {"가", "각"} for name in names)

    again = halves()
    monkeypatch.setattr(generation, "MAX_ATTEMPTS", 1)
    assert halves() > 50 > 10 > again


def test_a_name_is_as_likely_as_its_script_makes_it(many):
    nll, _ = many.negative_log_likelihood(["αβ", "ab"], ["Greek", "Greek"])
    for name, row, found in (("αβ", 0, nll[0]), ("ab", 1, nll[1])):
        loss, _ = many.network.loss(np.array([row]), many.encode([name]))
        assert found == pytest.approx(loss * 3, rel=1e-5)


def test_without_a_script_the_other_lists_are_as_they_were(many):
    smaller = without_script(many, "Cjk")
    assert smaller.scripts == {"Greek": ("Greek", "Latin"), "Japanese": ("Latin",)}
    assert smaller.temperature_scale == (1, 2, 4)
    assert smaller.alphabet.letters == "'abcαβγ\u0301"
    rows = np.array([3]), np.array([2])
    logits = [
        made.network.forward(row, made.encode(["ab'c"]))[0]
        for made, row in zip((many, smaller), rows, strict=True)
    ]
    np.testing.assert_allclose(logits[0][:, :9], logits[1], atol=1e-6)


def test_small_tensors_become_full_ones_again(chance):
    small = compact_tensors(chance.network.params)
    assert {t.dtype.name for t in small.values()} == {"int8", "float16"}
    full = full_tensors(small)
    assert full.keys() == chance.network.params.keys()
    for name, param in chance.network.params.items():
        most = np.abs(param).max(axis=-1, keepdims=True)
        assert (np.abs(full[name] - param) <= most / 250).all()
    assert not full_tensors(compact_tensors({"w": np.zeros((2, 3), np.float32)}))["w"].any()


def test_lists_are_made_of_origins_and_scripts():
    names = corpus(Greek=["Ωνασης", "Onasis", "Ελυτης"], Czech=["Novak"])
    weighted = replace(names, row_weights=np.array([1.0, 5.0, 1.0, 1.0]))
    made = train_generator(weighted, TINY_ONCE)
    assert made.lists == [("Czech", "Latin"), ("Greek", "Greek"), ("Greek", "Latin")]
    assert made.facts["names"] == 4
    without = train_generator(replace(names, row_weights=np.array([1.0, 0, 1, 0])), TINY_ONCE)
    assert without.lists == [("Greek", "Greek")]
    assert script_of(" 'Ωv") == "Greek"
    assert script_of("山") == "Cjk"
    assert script_of("-'") is None


def test_common_names_and_rare_lists_are_drawn_as_often_as_they_should():
    rows, weights = np.array([1, 0, 0, 0, 0]), np.array([1.0, 9.0, 1.0, 1.0, 1.0])
    config = replace(TINY, resampling=0.8, final_resampling=0.0, epochs=20_000)
    draw = Draws(rows, weights, config)
    first, last = draw(50_000), draw(50_000)
    assert (first == 0).mean() == pytest.approx(1 / (1 + 4**0.2), abs=0.01)
    assert (first == 1).mean() == pytest.approx(9 / 12 * 4**0.2 / (1 + 4**0.2), abs=0.01)
    assert (last == 0).mean() == pytest.approx(1 / (1 + 4**0.6), abs=0.01)  # halfway


def test_another_model_is_no_generator(tmp_path):
    from cli_running import tiny_classifier

    tiny_classifier().save(tmp_path / "classifier")
    with pytest.raises(ModelError, match=r"expected a generator, found a classifier.*`cognomen predict"):
        Generator.load(tmp_path / "classifier")


def test_a_generators_parts_must_fit(chance, tmp_path):
    chance.save(tmp_path / "made")
    whole = read_artifact(tmp_path / "made")
    write_artifact(tmp_path / "made", replace(whole, facts=whole.facts | {"alphabet": "ab"}))
    with pytest.raises(ModelError, match="do not fit together"):
        Generator.load(tmp_path / "made")


def test_a_generator_of_an_older_version_says_so(chance, tmp_path):
    chance.save(tmp_path / "made")
    whole = read_artifact(tmp_path / "made")
    tensors = {name: tensor for name, tensor in whole.tensors.items() if name != "learned"}
    write_artifact(tmp_path / "made", replace(whole, tensors=tensors))
    with pytest.raises(ModelError, match=r"expected a tensor 'learned'.* older version"):
        Generator.load(tmp_path / "made")


PRETRAINED = Path(__file__).parent.parent / "src" / "cognomen" / "models" / "generator"


def test_the_shipped_generator_is_small_and_writes_native_scripts():
    assert sum(path.stat().st_size for path in PRETRAINED.iterdir()) <= 2_000_000
    generator = Generator.load()
    assert len(generator.origins) > 70
    main = {origin: scripts[0] for origin, scripts in generator.scripts.items()}
    expected = {"Armenian": "Armenian", "Greek": "Greek", "Japanese": "Cjk", "Korean": "Hangul"}
    expected |= {"Russian": "Cyrillic", "Somali": "Latin", "Urdu": "Arabic"}
    assert expected.items() <= main.items()
    for origin, script in generator.lists:
        names = generator.names(origin, 20, script=script, seed=1)
        assert sum(script_of(name) == script for name in names) >= 19, (origin, script, names)
    names = generator.names("Japanese", 10, seed=1, temperature=0.8, start="Ta")
    assert all(name.startswith("Ta") for name in names)
    assert len(set(names)) > 5


def test_the_shipped_generator_writes_new_names():
    generator = Generator.load()
    for origin in ("Czech", "French", "Polish", "Russian", "Arabic"):
        assert not generator.training_names.contains(generator.names(origin, 100, seed=1)).any()
    english = generator.names("English", 100, seed=1, known=True)
    assert generator.training_names.contains(english).mean() > 0.3


# --- the n-gram models that it is compared with -----------------------------------------------------------


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_letter_probabilities_sum_to_one(order):
    model = LetterModel(["ab", "abc", "ca"], order, "abc")
    for context in ("\n\n\n\n", "\n\n\na", "ab", "zzzz", "\nabc"):
        assert sum(model.p(letter, context) for letter in "abc\n") == pytest.approx(1)


def test_kneser_ney_by_hand():
    model = LetterModel(["ab", "ab", "cb"], 2, "abcd", discount=0.5)
    # Kinds of letter before each: a 1 (border), b 2 (a, c), c 1 (border), the end 1 (b): 5 in all.
    unigram = {
        letter: (kinds - 0.5) / 5 + 0.5 * 4 / 5 / 5
        for letter, kinds in zip("abc\n", (1, 2, 1, 1), strict=True)
    }
    assert model.p("b", "") == pytest.approx(unigram["b"])
    assert model.p("b", "a") == pytest.approx((2 - 0.5) / 2 + 0.5 * 1 / 2 * unigram["b"])
    assert model.p("c", "a") == pytest.approx(0.5 * 1 / 2 * unigram["c"])


def test_a_name_is_likeliest_by_the_letters_of_its_own_origin():
    names, origins = ["aba", "abab", "cdc", "cdcd"], ["X", "X", "Y", "Y"]
    model = OriginModel(names, origins, 3, 0.0)
    mixed = model.perplexity(["abab"], ["X"])
    model.share = 1.0
    assert model.perplexity(["abab"], ["X"]) < mixed


def test_packing_is_what_the_network_takes(chance):
    assert chance.encode(["Ab"]).data.tolist() == pack([chance.alphabet.encode("ab")]).data.tolist()


def test_no_letter_of_another_script_is_written_however_high_the_temperature() -> None:
    """Signs of repetition and long vowels belong to Chinese characters and kana, and to no other script."""
    generator = Generator.load()
    names = generator.names("English", 300, script="Latin", temperature=5, known=True)
    assert {unicodedata.name(c).split()[0] for name in names for c in name if c.isalpha()} == {"LATIN"}
    assert generator.names("Japanese", 1, start="佐々")[0].startswith("佐々")
    with pytest.raises(InputError, match="expected letters among a b c"):
        generator.names("English", 1, start="A\u093c")
