"""`Classifier.from_pretrained`: a pretrained model, a folder, or a repository in the cache of the hub."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cli_running import clean_environment, tiny_classifier
from safetensors import safe_open

from cognomen import Classifier, MissingExtraError, ModelError
from cognomen.io.pretrained import PRETRAINED, pretrained_models

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
    environment = {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    origins = " ".join(tiny_classifier().origins)
    found = output_of(program.replace("REVISION", REVISION), **environment)
    assert found == [origins, origins, "True"]


class Hub(BaseHTTPRequestHandler):
    """The routes of a hub that a repository is fetched from; it has one, me/names."""

    folder: Path

    def do_GET(self) -> None:
        """Answer."""
        if self.path.startswith("/api/models/me/names/revision/main"):
            self.say(
                {"id": "me/names", "sha": REVISION, "siblings": [{"rfilename": f} for f in self.files()]}
            )
        elif self.path.startswith(f"/api/models/me/names/tree/{REVISION}"):
            self.say([{"type": "file", "path": f, "size": 1, "oid": "0" * 40} for f in self.files()])
        elif self.path.startswith(f"/me/names/resolve/{REVISION}/"):
            data = (self.folder / self.path.rpartition("/")[2]).read_bytes()
            self.say(data, ETag=f'"{sha256(data).hexdigest()}"', **{"X-Repo-Commit": REVISION})
        else:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def do_HEAD(self) -> None:
        """Answer without a body."""
        self.do_GET()

    def files(self) -> list[str]:
        return [path.name for path in self.folder.iterdir()]

    def say(self, found: object, **headers: str) -> None:
        data = found if isinstance(found, bytes) else json.dumps(found).encode()
        self.send_response(200)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_repository_is_fetched_from_a_hub(tmp_path: Path) -> None:
    """Its model, and nothing else of it; then it is there without the hub."""
    pytest.importorskip("huggingface_hub")
    Hub.folder = tmp_path / "repository"
    tiny_classifier().save(Hub.folder)
    (Hub.folder / "pytorch_model.bin").write_bytes(b"a pickle, perhaps")
    program = """
import sys
from cognomen import Classifier, ModelError
print(*Classifier.from_pretrained("me/names").origins)
try:
    Classifier.from_pretrained("me/nothing")
except ModelError as error:
    print("the repository cannot be fetched" in str(error))
"""
    environment = {"HF_HOME": str(tmp_path / "home"), "HF_HUB_DISABLE_TELEMETRY": "1"}
    origins = " ".join(tiny_classifier().origins)
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment["HF_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}"
        assert output_of(program, **environment) == [origins, "True"]
        server.shutdown()
    assert output_of(program, HF_HUB_OFFLINE="1", **environment) == [origins, "True"]
    fetched = (tmp_path / "home").glob("hub/models--me--names/snapshots/*/*")
    assert sorted(path.name for path in fetched) == ["README.md", "model.json", "model.safetensors"]


@pytest.mark.parametrize("name", pretrained_models())
def test_hubs_can_read_the_head_of_the_card_and_of_the_tensors(name: str) -> None:
    hub = pytest.importorskip("huggingface_hub")
    data = hub.ModelCard((PRETRAINED / name / "README.md").read_text("utf-8")).data
    assert data.library_name == "cognomen"
    assert data.pipeline_tag
    assert data.license == "mit"  # that of the package they come in
    with safe_open(PRETRAINED / name / "model.safetensors", "np") as file:
        assert file.metadata() == {"format": "pt"}


def output_of(program: str, **environment: str) -> list[str]:
    """The lines that a program writes in a process of its own, where the hub's settings are read anew."""
    return subprocess.run(
        [sys.executable, "-c", program],
        env=clean_environment(**environment),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()


def test_without_its_package_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingExtraError, match=r"cognomen\[hub\]"):
        Classifier.from_pretrained("me/names")
