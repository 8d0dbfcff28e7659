"""`Classifier.from_pretrained`: a pretrained model, a folder, or a repository in the cache of the hub."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cli_running import clean_environment, tiny_classifier

from cognomen import Classifier, MissingExtraError, ModelError

REVISION = "0123456789abcdef0123456789abcdef01234567"


def test_a_name_and_a_folder_are_loaded_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Classifier.from_pretrained("classic").origins == Classifier.load("classic").origins
    tiny_classifier().save("mine/names")
    assert Classifier.from_pretrained("mine/names").origins == tiny_classifier().origins
    assert Classifier.from_pretrained(Path("mine") / "names").card == tiny_classifier().card
    with pytest.raises(ModelError, match="found nothing"):
        Classifier.from_pretrained("./no/folder")


def test_a_repository_is_found_in_the_cache_of_the_hub(tmp_path: Path) -> None:
    pytest.importorskip("huggingface_hub")
    repository = tmp_path / "hub" / "models--me--names"
    tiny_classifier().save(repository / "snapshots" / REVISION)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(REVISION)
    program = """
from cognomen import Classifier, ModelError
print(*Classifier.from_pretrained("me/names").origins)
print(*Classifier.from_pretrained("me/names", revision="REVISION").origins)
try:
    Classifier.from_pretrained("me/nothing")
except ModelError as error:
    print(str(error).startswith("me/nothing: expected a model's folder, or a repository"))
"""
    environment = clean_environment(HF_HOME=str(tmp_path), HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")
    done = subprocess.run(
        [sys.executable, "-c", program.replace("REVISION", REVISION)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    origins = " ".join(tiny_classifier().origins)
    assert done.stdout.splitlines() == [origins, origins, "True"]


def test_without_its_package_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingExtraError, match=r"cognomen\[hub\]"):
        Classifier.from_pretrained("me/names")
