"""The model folder: golden bytes, verified reading, atomic writing, and PyTorch as a reader."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import save as save_safetensors

from cognomen.errors import InputError, ModelError
from cognomen.io.model_folder import Artifact, read_artifact, write_artifact
from cognomen.network import Architecture, Network
from cognomen.text.ragged import Ragged

GOLDEN = Path(__file__).parent / "golden" / "artifact"
FILES = ["README.md", "model.json", "model.safetensors"]


def small_artifact(first: float = 0.5) -> Artifact:
    """A model without a use, small enough to break at every bit."""
    return Artifact(
        tensors={
            "output.weight": np.array([[first, -1.0], [2.0, 0.25]], dtype=np.float32),
            "embedding.weight": np.array([1.5, -0.125], dtype=np.float16),
        },
        facts={
            "alphabet": "abü\u0308",
            "architecture": {"cell": "gru", "alphabet_size": 5},
            "calibration": {"temperature": 1.25},
            "lower": True,
            "origins": ["Irish", "Polish"],
            "priors": [0.75, 0.25],
            "training": {"seed": 7},
        },
        card="# A model of nothing\n\nGrüße.\n",
    )


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


def assert_same(found: Artifact, expected: Artifact) -> None:
    assert found.tensors.keys() == expected.tensors.keys()
    for name, tensor in expected.tensors.items():
        assert found.tensors[name].dtype == tensor.dtype.newbyteorder("=")
        np.testing.assert_array_equal(found.tensors[name], tensor, strict=tensor.dtype.isnative)
    assert expected.facts.items() <= found.facts.items()
    assert found.card == expected.card


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small model on disk."""
    write_artifact(tmp_path / "model", small_artifact())
    return tmp_path / "model"


def refused(folder: Path) -> str:
    """Read a folder that must be refused: the message, which always says where and what to do."""
    with pytest.raises(ModelError) as caught:
        read_artifact(folder)
    message = str(caught.value)
    assert str(folder) in message
    assert any(advice in message for advice in ("Check", "Copy", "Upgrade", "Train it", "See who"))
    return message


# --- bytes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_the_bytes_are_the_golden_ones(folder: Path, name: str) -> None:
    assert (folder / name).read_bytes() == (GOLDEN / name).read_bytes()


def test_the_golden_folder_is_read() -> None:
    assert_same(read_artifact(GOLDEN), small_artifact())


def test_what_is_read_can_be_written_again_to_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_artifact(tmp_path / "again", read_artifact(folder))
    assert bytes_of(tmp_path / "again") == bytes_of(folder)


def test_the_bytes_depend_on_the_values_alone(folder: Path, tmp_path: Path) -> None:
    """Not on the order of keys, on how a tensor lies in memory, or on the machine's byte order."""
    one = small_artifact()
    tensors = {name: np.asfortranarray(one.tensors[name]) for name in sorted(one.tensors)}
    tensors["output.weight"] = tensors["output.weight"].astype(">f4")
    facts = dict(reversed(one.facts.items())) | {"origins": ("Irish", "Polish")}
    write_artifact(tmp_path / "other", Artifact(tensors, facts, one.card))
    assert bytes_of(tmp_path / "other") == bytes_of(folder)


def test_the_facts_are_plain_ascii_json_that_a_person_can_read(folder: Path) -> None:
    text = (folder / "model.json").read_bytes()
    assert text.isascii()
    assert text.startswith(b'{\n  "alphabet": "ab')
    assert list(json.loads(text)) == sorted(json.loads(text))


@settings(deadline=None)
@given(
    values=hnp.arrays(
        st.sampled_from([np.float16, np.float32, np.float64]),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
        elements=st.integers(-2000, 2000),
    )
    | hnp.arrays(st.sampled_from(["int8", "uint8", "uint16", "uint32"]), hnp.array_shapes(min_side=0)),
    name=st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(lambda n: n != "__metadata__"),
    training=st.dictionaries(
        st.text(st.characters(codec="utf-8")), st.none() | st.floats(allow_nan=False, allow_infinity=False)
    ),
    card=st.text(st.characters(codec="utf-8")),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, values: Any, name: str, training: dict[str, Any], card: str
) -> None:
    facts = small_artifact().facts | {"training": training}
    folder = tmp_path_factory.mktemp("models") / "one"
    write_artifact(folder, Artifact({name: values}, facts, card))
    assert_same(read_artifact(folder), Artifact({name: values}, facts, card))


def test_eight_bits_take_a_byte_each(tmp_path: Path) -> None:
    """As safetensors has them: a type "I8", two's complement."""
    tensors = {"ngrams.embedding": np.array([[-127, 0], [1, 127]], np.int8)}
    write_artifact(tmp_path / "m", replace(small_artifact(), tensors=tensors))
    data = (tmp_path / "m" / "model.safetensors").read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert header.pop("__metadata__") == {"format": "pt"}
    assert header == {"ngrams.embedding": {"dtype": "I8", "shape": [2, 2], "data_offsets": [0, 4]}}
    assert data[-4:] == bytes([0x81, 0x00, 0x01, 0x7F])
    assert_same(read_artifact(tmp_path / "m"), replace(small_artifact(), tensors=tensors))


def test_keys_that_are_not_text_are_kept_as_json_keeps_them(tmp_path: Path) -> None:
    one = small_artifact()
    write_artifact(tmp_path / "m", replace(one, facts=one.facts | {"training": {10: 1, 9: (2,)}}))
    assert read_artifact(tmp_path / "m").facts["training"] == {"10": 1, "9": [2]}


def test_the_tensors_read_are_ours_to_change(folder: Path) -> None:
    read_artifact(folder).tensors["output.weight"][...] = 0


# --- reading what is damaged or foreign --------------------------------------------------------------------


def test_nothing_there(tmp_path: Path) -> None:
    assert "found nothing" in refused(tmp_path / "none")


def test_a_file_instead_of_a_folder(folder: Path) -> None:
    assert "found a file" in refused(folder / "model.json")


@pytest.mark.parametrize("name", ["x" * 300, "nul\0byte"])
def test_a_name_that_no_folder_can_have(tmp_path: Path, name: str) -> None:
    refused(tmp_path / name)
    with pytest.raises(ModelError, match="could not be written"):
        write_artifact(tmp_path / name, small_artifact())


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert f"{name}: the file is missing" in refused(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_folder_where_a_file_should_be(folder: Path, name: str) -> None:
    (folder / name).unlink()
    (folder / name).mkdir()
    assert "cannot be read" in refused(folder)


@pytest.mark.parametrize("name", ["model.json", "model.safetensors"])
def test_a_file_cut_short_at_any_byte(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    end = len(whole) if name == "model.safetensors" else len(whole) - 1  # the last line break says nothing
    for size in range(end):
        (folder / name).write_bytes(whole[:size])
        message = refused(folder)
        assert name in message
        if name == "model.safetensors":
            assert "cut short" in message


@pytest.mark.parametrize("name", ["model.json", "model.safetensors"])
def test_any_flipped_bit(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    for position in range(0, 8 * len(whole), 1 if name == "model.safetensors" else 3):
        flipped = bytearray(whole)
        flipped[position // 8] ^= 1 << position % 8
        (folder / name).write_bytes(flipped)
        if name == "model.json" and same_json(flipped, whole):  # \u00fc or \u00fC: one letter, two spellings
            continue
        assert name in refused(folder)


def same_json(one: bytes, other: bytes) -> bool:
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


def test_bytes_behind_the_end(folder: Path) -> None:
    with (folder / "model.safetensors").open("ab") as file:
        file.write(b"\0")
    assert "damaged" in refused(folder)


def test_the_tensors_of_another_model(folder: Path, tmp_path: Path) -> None:
    write_artifact(tmp_path / "other", small_artifact(first=0.75))
    (folder / "model.safetensors").write_bytes((tmp_path / "other" / "model.safetensors").read_bytes())
    assert "of another model" in refused(folder)


class Bomb:
    """Pickled, a file that is made when somebody unpickles it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str, str]]:
        return open, (str(self.path), "w")


@pytest.mark.parametrize("protocol", [2, 5])
@pytest.mark.parametrize("name", ["model.json", "model.safetensors"])
def test_a_pickle_is_refused_and_never_opened(folder: Path, name: str, protocol: int) -> None:
    (folder / name).write_bytes(pickle.dumps(Bomb(folder / "bomb"), protocol=protocol))
    message = refused(folder)
    assert not (folder / "bomb").exists()
    assert "pickle" in message or name == "model.json"


def test_what_torch_save_makes_is_refused(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"PK\x03\x04 and so on")
    assert "zip archive, which Cognomen never opens" in refused(folder)


def test_a_long_header_is_not_taken_for_a_pickle(folder: Path) -> None:
    """A header of 0x80 bytes and some begins like a pickle."""
    tensors = {f"{i:03}": np.zeros(1, dtype=np.float32) for i in range(20)}
    while (data := save_safetensors(tensors))[0] != 0x80:
        tensors[f"{len(tensors):03}" + "x" * (len(tensors) % 9)] = np.zeros(1, dtype=np.float32)
    (folder / "model.safetensors").write_bytes(data)
    assert "of another model" in refused(folder)


def edited(folder: Path, **changes: Any) -> Path:
    """Change facts, None to take one away, with the hash of the facts made to fit."""
    from cognomen.io.model_folder import _facts_sha256

    facts = json.loads((folder / "model.json").read_bytes()) | changes
    facts = {key: value for key, value in facts.items() if value is not None}
    facts |= {"facts_sha256": _facts_sha256(facts)} if "facts_sha256" not in changes else {}
    (folder / "model.json").write_text(json.dumps(facts), encoding="ascii")
    return folder


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "expected JSON"),
        ("{", "expected JSON"),
        ("[" * 100_000, "expected JSON"),
        ("1" * 10_000, "expected JSON"),
        ("\ufeff{}", "expected JSON"),
        ("[]", "not a Cognomen model"),
        ("null", "not a Cognomen model"),
        ("{}", "not a Cognomen model"),
        ('{"model_type": "bert"}', "not a Cognomen model"),
        ('{"format": "cognomen-model"}', "format_version: expected 2, got None"),
    ],
)
def test_foreign_or_broken_json(folder: Path, text: str, reason: str) -> None:
    (folder / "model.json").write_text(text, encoding="utf-8")
    assert reason in refused(folder)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format_version": 3}, "a newer Cognomen wrote it. Upgrade"),
        ({"format_version": 1}, "an older Cognomen wrote it. Train it again"),
        ({"format_version": "1"}, "format_version: expected 2, got '1'"),
        ({"format_version": True}, "format_version: expected 2, got True"),
        ({"format_version": 1.0}, "format_version: expected 2, got 1.0"),
        ({"format": "other"}, "not a Cognomen model"),
        ({"alphabet": None}, "alphabet: expected a text of all letters, but the key is missing"),
        ({"alphabet": ["a"]}, "alphabet: expected a text of all letters, got ['a']"),
        ({"architecture": "gru"}, "architecture: expected an object"),
        (
            {"calibration": {}},
            "calibration: expected an object with a temperature from 1e-06 to 1e+06, got {}",
        ),
        ({"calibration": {"temperature": 0}}, "a temperature from 1e-06"),
        ({"calibration": {"temperature": "1"}}, "a temperature from 1e-06"),
        ({"lower": 1}, "lower: expected true or false, got 1"),
        ({"origins": []}, "origins: expected a list of one or more texts"),
        ({"origins": ["A", 1]}, "origins: expected a list of one or more texts"),
        ({"origins": ["A", "A"]}, "all different, got ['A', 'A']"),
        ({"origins": [["A"], {}]}, "origins: expected"),
        ({"priors": [1.0]}, "priors: expected one for each of 2 origins, got 1"),
        ({"priors": [0.5, 0.6]}, "priors: expected a list of shares that sum to 1"),
        ({"priors": [1.5, -0.5]}, "priors: expected a list of shares that sum to 1"),
        ({"priors": [float("nan"), 1.0]}, "priors: expected a list of shares that sum to 1"),
        ({"priors": [10**400, 1]}, "priors: expected a list of shares that sum to 1"),
        ({"priors": "x"}, "priors: expected a list of shares that sum to 1"),
        (
            {"training": 3},
            "training: expected an object, with numbers of names, validation and protocols, got 3",
        ),
        ({"training": {"names": 10**400}}, "training: expected an object, with numbers of names"),
        ({"training": {"protocols": {"L": 3}}}, "training: expected an object, with numbers of names"),
        ({"tensors_sha256": None}, "expected SHA-256 None"),
        ({"tensors_sha256": "0" * 64}, "of another model: expected SHA-256 000"),
        ({"facts_sha256": None}, "facts_sha256 says None"),
        ({"facts_sha256": "0" * 64}, "changed since it was written"),
    ],
)
def test_edited_facts(folder: Path, changes: dict[str, Any], reason: str) -> None:
    assert reason in refused(edited(folder, **changes))


def test_a_changed_fact_that_would_make_sense_is_noticed_too(folder: Path) -> None:
    text = (folder / "model.json").read_text(encoding="ascii")
    (folder / "model.json").write_text(text.replace("Irish", "Welsh"), encoding="ascii")
    assert "changed since it was written" in refused(folder)


def test_json_that_was_only_indented_anew_is_the_same_model(folder: Path) -> None:
    facts = json.loads((folder / "model.json").read_bytes())
    (folder / "model.json").write_text(json.dumps(dict(reversed(facts.items()))), encoding="ascii")
    assert_same(read_artifact(folder), small_artifact())


HEADER = b'{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}'
BFLOAT16 = len(HEADER).to_bytes(8, "little") + HEADER + b"\0\0"  # sound, but no type that NumPy has


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"not tensors at all", "expected tensors in the safetensors format"),
        (save_safetensors({}), "expected tensors, got none"),
        (
            save_safetensors({"a": np.array([1, 2])}),
            "tensor a: expected float16, float32, float64, int8, uint8, uint16, uint32, got int64",
        ),
        (save_safetensors({"a": np.array([1, np.nan])}), "tensor a: expected finite numbers"),
        (
            BFLOAT16,
            "expected tensors in the safetensors format",
        ),
    ],
)
def test_foreign_tensors_under_a_hash_that_fits(folder: Path, data: bytes, reason: str) -> None:
    import hashlib

    (folder / "model.safetensors").write_bytes(data)
    assert reason in refused(edited(folder, tensors_sha256=hashlib.sha256(data).hexdigest()))


def test_a_card_that_is_not_text(folder: Path) -> None:
    (folder / "README.md").write_bytes(b"Gr\xfc\xdfe")
    assert "README.md: expected text in UTF-8" in refused(folder)


# --- writing what is no model ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"tensors": {}}, "expected tensors, got none"),
        ({"tensors": {"a": np.array([np.inf])}}, "tensor a: expected finite numbers"),
        ({"tensors": {"a": np.array([1])}}, "tensor a: expected float16"),
        ({"facts": {}}, "alphabet: expected a text of all letters, but the key is missing"),
        ({"facts": small_artifact().facts | {"training": {"loss": float("nan")}}}, "JSON"),
        ({"facts": small_artifact().facts | {"training": {"when": Path()}}}, "not JSON serializable"),
        ({"facts": small_artifact().facts | {"priors": [1]}}, "priors: expected one for each"),
        ({"card": "\ud800"}, "surrogates"),
    ],
)
def test_no_model_is_not_written(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InputError, match="cannot be written as a model") as caught:
        write_artifact(tmp_path / "model", replace(small_artifact(), **changes))
    assert reason in str(caught.value)
    assert not list(tmp_path.iterdir())


def unwritable(folder: Path) -> str:
    before = sorted(path for path in folder.parent.rglob("*"))
    with pytest.raises(ModelError) as caught:
        write_artifact(folder, small_artifact(first=9))
    assert sorted(path for path in folder.parent.rglob("*")) == before
    return str(caught.value)


def test_a_folder_that_is_not_a_model_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("work of years", encoding="utf-8")
    assert "Choose another folder" in unwritable(tmp_path / "thesis")


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "another"}', "[" * 100_000])
def test_a_foreign_model_is_not_replaced(tmp_path: Path, text: str) -> None:
    (tmp_path / "bert").mkdir()
    (tmp_path / "bert" / "model.json").write_text(text, encoding="utf-8")
    assert "Choose another folder" in unwritable(tmp_path / "bert")


def test_a_model_with_something_beside_it_is_not_replaced(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    assert "notes.txt" in unwritable(folder)


def test_a_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("mine", encoding="utf-8")
    assert "found a file" in unwritable(tmp_path / "model")


def test_a_model_and_an_empty_folder_are_replaced(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for place in (folder, tmp_path / "empty", tmp_path / "new" / "deep"):
        write_artifact(place, small_artifact(first=9))
        assert_same(read_artifact(place), small_artifact(first=9))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "model", "new"]


@pytest.mark.skipif(os.name == "nt", reason="links and modes are POSIX's")
def test_a_link_stays_a_link_and_the_folder_is_as_open_as_any_other(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    (tmp_path / "plain").mkdir()
    write_artifact(tmp_path / "link", small_artifact(first=9))
    assert (tmp_path / "link").is_symlink()
    assert_same(read_artifact(folder), small_artifact(first=9))
    assert folder.stat().st_mode == (tmp_path / "plain").stat().st_mode


# --- failing half-way --------------------------------------------------------------------------------------

# Everything that writing does to the disk; a failure is put before and after each call of each of them.
CALLS = [(os, "fsync"), (os, "open"), (Path, "mkdir"), (Path, "open"), (Path, "rename")]


def fail_at(monkeypatch: pytest.MonkeyPatch, which: int, error: BaseException) -> list[str]:
    """Let the `which`-th step of writing fail once: even steps before, odd ones after it was done."""
    seen: list[str] = []

    def wrap(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            seen.append(name)
            if which == 2 * len(seen) - 2:
                raise error
            result = original(*args, **options)
            if which == 2 * len(seen) - 1:
                raise error
            return result

        return call

    for owner, name in CALLS:
        monkeypatch.setattr(owner, name, wrap(name, getattr(owner, name)))
    return seen


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("replacing", [True, False])
def test_a_failure_at_any_step_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replacing: bool, error: BaseException
) -> None:
    failures, messages = 0, set[str]()
    for which in range(100):
        home = tmp_path / str(which)
        home.mkdir()
        if replacing:
            write_artifact(home / "model", small_artifact())
        with monkeypatch.context() as patch:
            seen = fail_at(patch, which, error)
            try:
                write_artifact(home / "model", small_artifact(first=9))
            except (ModelError, KeyboardInterrupt) as caught:
                failures += 1
                messages.add(str(caught))
            else:
                break
        assert [path.name for path in home.iterdir()] == ["model"] * replacing, (which, seen)
        if replacing:
            assert_same(read_artifact(home / "model"), small_artifact())
    assert failures == 2 * len(seen)
    assert all("No space left on device" in message for message in messages) or messages == {""}
    assert seen.count("fsync") == (3 if os.name == "nt" else 5)  # three files, the new folder, its parent
    assert seen.count("rename") == 1 + replacing


# For each step a process of its own that is killed before it. Prints how each of them ended.
KILLED = """
import os, signal, sys
from pathlib import Path
from cognomen.io.model_folder import read_artifact, write_artifact

def kill_before(step, calls):
    steps = iter(range(step))
    def killing(original):
        def call(*args, **options):
            if next(steps, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*args, **options)
        return call
    for owner, name in calls:
        setattr(owner, name, killing(getattr(owner, name)))

home, new = map(Path, sys.argv[1:])
artifact = read_artifact(new)
for step, folder in enumerate(sorted(home.iterdir())):
    child = os.fork()
    if not child:
        paths = [(Path, name) for name in ("mkdir", "open", "rename", "unlink", "rmdir")]
        kill_before(step, [(os, "fsync"), (os, "open"), *paths])
        write_artifact(folder / "model", artifact)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_killed_at_any_step_one_whole_model_is_there(tmp_path: Path) -> None:
    homes = [tmp_path / "homes" / f"{step:02}" for step in range(40)]
    for home in homes:
        write_artifact(home / "model", small_artifact())
    write_artifact(tmp_path / "new", small_artifact(first=9))
    command = [sys.executable, "-c", KILLED, str(tmp_path / "homes"), str(tmp_path / "new")]
    one_thread = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, env=one_thread, check=True, capture_output=True, text=True)
    codes = [int(line) for line in done.stdout.split()]
    killed = codes.count(-signal.SIGKILL)
    assert codes == [-signal.SIGKILL] * killed + [0] * (40 - killed)
    assert killed > 20
    new = [bool(read_artifact(home / "model").tensors["output.weight"][0, 0] == 9) for home in homes]
    assert new == sorted(new)  # up to some step the old model, from then on the new one
    assert {True, False} == set(new[:killed])
    for home, is_new in zip(homes, new, strict=True):
        assert_same(read_artifact(home / "model"), small_artifact(first=9 if is_new else 0.5))
        write_artifact(home / "model", small_artifact(first=3))
        assert_same(read_artifact(home / "model"), small_artifact(first=3))
        assert not (home / ".model.previous").exists()


def test_what_somebody_left_in_the_waiting_room_is_not_removed(folder: Path) -> None:
    (folder.parent / ".model.previous").mkdir()
    (folder.parent / ".model.previous" / "mine.txt").write_text("mine", encoding="utf-8")
    assert "could not be written" in unwritable(folder)
    assert_same(read_artifact(folder), small_artifact())


# --- PyTorch -----------------------------------------------------------------------------------------------


def torch_logits(torch: Any, folder: Path, names: list[np.ndarray[Any, Any]]) -> Any:
    """The same network in PyTorch, its tensors loaded as they lie in the model's folder."""
    from safetensors.torch import load_file

    a = Architecture.from_json(read_artifact(folder).facts["architecture"])
    kinds = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM, "rnn": torch.nn.RNN}
    module = torch.nn.Module()
    module.embedding = torch.nn.Embedding(a.alphabet_size, a.embedding_size)
    module.recurrent = kinds[a.cell](
        a.embedding_size, a.hidden_size, a.num_layers, bidirectional=a.direction == "both", batch_first=True
    )
    width = a.hidden_size * (2 if a.direction == "both" else 1)
    module.output = torch.nn.Linear(2 * width, a.origin_count)
    module.load_state_dict(load_file(folder / "model.safetensors"), strict=True)
    rows = []
    for ids in names:
        y, _ = module.recurrent(module.embedding(torch.from_numpy(ids)[None]))  # (1, T, D * H)
        rows.append(module.output(torch.cat([y[0].max(dim=0).values, y[0].mean(dim=0)])))
    return torch.stack(rows).detach().numpy()


@pytest.mark.parametrize("num_layers", [1, 2])
@pytest.mark.parametrize("direction", ["forward", "both"])
@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
def test_torch_loads_the_tensors_as_they_are(
    tmp_path: Path, cell: str, direction: str, num_layers: int
) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed; it only reads what we write here")
    architecture = Architecture(
        11, 3, cell=cell, embedding_size=5, hidden_size=4, num_layers=num_layers, direction=direction
    )
    network = Network(architecture, rng=np.random.default_rng(3))
    facts = small_artifact().facts | {
        "architecture": architecture.to_json(),
        "origins": ["A", "B", "C"],
        "priors": [0.5, 0.25, 0.25],
    }
    write_artifact(tmp_path / "model", Artifact(network.params, facts, ""))
    names = [np.random.default_rng(n).integers(0, 11, n) for n in (1, 4, 9)]
    ours = network.logits(Ragged(np.concatenate(names), np.array([1, 4, 9])))
    np.testing.assert_allclose(ours, torch_logits(torch, tmp_path / "model", names), atol=1e-6, rtol=1e-5)
