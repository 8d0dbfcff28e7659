"""The tutorial's download against a server on this machine that does everything a server can do wrong."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cognomen.corpora import download as tutorial_download
from cognomen.corpora import load_corpus
from cognomen.corpora.download import cache_folder, changed_files, fetch_tutorial
from cognomen.errors import DownloadError

FILES = {"Irish.txt": b"Byrne\nO'Brien\n", "German.txt": "Müller\nVoß\n".encode()}


def zipped(files: Mapping[str, bytes], folder: str = "data/names/") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/eng-fra.txt", "Go.\tVa !\n" * 2000)
        for name, data in files.items():
            archive.writestr(folder + name, data)
    return buffer.getvalue()


class Server(ThreadingHTTPServer):
    """Answers with `body`; the other attributes say what goes wrong."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.body = zipped(FILES)
        self.status = 200
        self.claimed_length: object = None
        self.say_length = True
        self.wait_before = self.wait_within = 0.0
        self.calls = 0
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/tutorial/data.zip"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gives up is expected here."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server = self.server
        server.calls += 1
        server.closing.wait(server.wait_before)
        self.send_response(server.status)
        if server.say_length:
            self.send_header("Content-Length", str(server.claimed_length or len(server.body)))
        self.end_headers()
        half = len(server.body) // 2
        self.wfile.write(server.body[:half])
        self.wfile.flush()
        server.closing.wait(server.wait_within)
        self.wfile.write(server.body[half:])

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.closing.set()
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def known_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two small files stand in for the 18."""
    known = {name: sha256(data).hexdigest() for name, data in FILES.items()}
    monkeypatch.setattr(tutorial_download, "TUTORIAL_SHA256", known)
    monkeypatch.delenv("COGNOMEN_NAMES", raising=False)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "cognomen"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_fails(server: Server, cache: Path, match: str, **options: Any) -> None:
    with pytest.raises(DownloadError, match=match) as caught:
        fetch_tutorial(**{"url": server.url, "cache": cache, "timeout": 10.0, **options})
    assert "COGNOMEN_NAMES" in str(caught.value)
    assert "Nothing was kept" in str(caught.value)
    assert list(cache.iterdir()) == []


def test_the_files_come_once_and_stay(server: Server, cache: Path, capfd: pytest.CaptureFixture[str]) -> None:
    home = fetch_tutorial(url=server.url, cache=cache)
    assert contents(cache) == {f"tutorial/{name}": data for name, data in FILES.items()}
    assert [path.name for path in cache.iterdir()] == ["tutorial"]
    before = {path: path.stat().st_mtime_ns for path in home.iterdir()}
    assert fetch_tutorial(url=server.url, cache=cache) == home
    assert server.calls == 1
    assert {path: path.stat().st_mtime_ns for path in home.iterdir()} == before
    assert capfd.readouterr() == ("", "")


def test_others_can_read_what_was_fetched(server: Server, cache: Path) -> None:
    home = fetch_tutorial(url=server.url, cache=cache)
    (cache / "other").mkdir()
    assert home.stat().st_mode == (cache / "other").stat().st_mode


def test_a_corpus_by_name(server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COGNOMEN_CACHE", str(cache))
    monkeypatch.setitem(fetch_tutorial.__kwdefaults__, "url", server.url)
    seen: list[tuple[int, int | None]] = []
    corpus = load_corpus("tutorial", on_progress=lambda done, total: seen.append((done, total)))
    assert (corpus.names, corpus.source) == (("Müller", "Voß", "Byrne", "O'Brien"), "tutorial")
    assert seen[-1] == (len(server.body), len(server.body))
    assert load_corpus("tutorial").names == corpus.names
    assert server.calls == 1


def test_progress_grows_to_the_whole(server: Server, cache: Path) -> None:
    server.body += b"\0" * 60_000  # a zip file may have a tail
    seen: list[tuple[int, int | None]] = []
    fetch_tutorial(url=server.url, cache=cache, on_progress=lambda done, total: seen.append((done, total)))
    assert len(seen) > 5
    assert seen == sorted(seen)
    assert {total for _, total in seen} == {len(server.body)}
    assert seen[-1][0] == len(server.body)


def test_a_server_that_does_not_say_how_much(server: Server, cache: Path) -> None:
    server.say_length = False
    seen: list[tuple[int, int | None]] = []
    fetch_tutorial(url=server.url, cache=cache, on_progress=lambda done, total: seen.append((done, total)))
    assert {total for _, total in seen} == {None}
    assert seen == sorted(seen)


def test_a_slow_server_within_the_time(server: Server, cache: Path) -> None:
    server.wait_before = server.wait_within = 0.2
    assert changed_files(fetch_tutorial(url=server.url, cache=cache, timeout=20)) == ()


@pytest.mark.parametrize("where", ["wait_before", "wait_within"])
def test_a_server_that_stops_answering(server: Server, cache: Path, where: str) -> None:
    setattr(server, where, 30.0)
    begin = time.monotonic()
    assert_fails(server, cache, r"sent nothing for 0\.3 seconds", timeout=0.3)
    assert time.monotonic() - begin < 20  # it did not wait for the server


def test_a_body_cut_short(server: Server, cache: Path) -> None:
    server.claimed_length = len(server.body) + 1000
    assert_fails(server, cache, "broke off before the end")


def test_a_zip_cut_short_by_a_server_that_does_not_say_how_much(server: Server, cache: Path) -> None:
    server.say_length = False
    server.body = server.body[:-30]
    assert_fails(server, cache, "not a complete zip file")


def test_a_length_that_is_no_number(server: Server, cache: Path) -> None:
    server.claimed_length = "plenty"
    assert_fails(server, cache, "could not download")


@pytest.mark.parametrize("status", [404, 403, 500])
def test_a_server_that_refuses(server: Server, cache: Path, status: int) -> None:
    server.status = status
    assert_fails(server, cache, f"answered {status} ")


def test_a_page_instead_of_a_zip(server: Server, cache: Path) -> None:
    server.body = b"<html>Please sign in to this network</html>"
    assert_fails(server, cache, "not a complete zip file")


def test_a_file_of_other_content(server: Server, cache: Path) -> None:
    server.body = zipped({**FILES, "Irish.txt": b"Byrne\nO'Brian\n"})
    assert_fails(server, cache, r"Irish\.txt is not the known one \(SHA-256 [0-9a-f]{64}\)")


def test_a_file_that_is_missing(server: Server, cache: Path) -> None:
    server.body = zipped({"Irish.txt": FILES["Irish.txt"]})
    assert_fails(server, cache, r"holds no data/names/German\.txt")


def test_files_in_another_folder(server: Server, cache: Path) -> None:
    server.body = zipped(FILES, folder="../names/")
    assert_fails(server, cache, r"holds no data/names/")


def test_a_damaged_zip(server: Server, cache: Path) -> None:
    place = server.body.index(b"data/names/Irish.txt") + len("data/names/Irish.txt")
    server.body = server.body[:place] + bytes([server.body[place] ^ 0xFF]) + server.body[place + 1 :]
    assert_fails(server, cache, "not a complete zip file|not the known one")


@pytest.mark.parametrize(
    ("offset", "value"), [(8, 0x01), (10, 99)], ids=["with a password", "by a new method"]
)
def test_a_zip_packed_in_a_way_we_do_not_read(server: Server, cache: Path, offset: int, value: int) -> None:
    body = bytearray(server.body)
    place = body.rindex(b"PK\x01\x02", 0, body.rindex(b"data/names/German.txt")) + offset
    body[place] = value  # in the list at the end of the zip file
    if offset == 10:
        body[body.rindex(b"PK\x03\x04", 0, body.index(b"data/names/German.txt")) + 8] = value
    server.body = bytes(body)
    assert_fails(server, cache, "not a complete zip file")


def test_a_flood(server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tutorial_download, "_MOST_BYTES", 50_000)
    server.say_length = False
    server.body += b"\0" * 200_000
    assert_fails(server, cache, "larger than 50,000 bytes")


def test_a_file_that_swells_when_unpacked(
    server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tutorial_download, "_MOST_BYTES", 50_000)
    server.body = zipped({**FILES, "Irish.txt": b"\n" * 1_000_000})
    assert_fails(server, cache, r"Irish\.txt is larger than 50,000 bytes")


def test_no_server(server: Server, cache: Path) -> None:
    closed = Server()
    closed.server_close()
    assert_fails(closed, cache, "no connection to the server")


def test_no_such_host(server: Server, cache: Path) -> None:
    assert_fails(server, cache, "no connection", url="http://nowhere.invalid/data.zip")


@pytest.mark.parametrize("url", ["no address", "ftp://127.0.0.1/data.zip", ""])
def test_no_such_address(server: Server, cache: Path, url: str) -> None:
    assert_fails(server, cache, "could not download", url=url)


def test_an_interrupted_download_leaves_nothing(server: Server, cache: Path) -> None:
    def interrupt(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_tutorial(url=server.url, cache=cache, on_progress=interrupt)
    assert list(cache.iterdir()) == []


def test_after_a_failure_it_works_again(server: Server, cache: Path) -> None:
    server.status = 500
    assert_fails(server, cache, "answered 500")
    server.status = 200
    assert changed_files(fetch_tutorial(url=server.url, cache=cache)) == ()


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_cache_that_somebody_changed_is_told_not_touched(server: Server, cache: Path, damage: str) -> None:
    home = fetch_tutorial(url=server.url, cache=cache)
    if damage == "changed":
        (home / "Irish.txt").write_bytes(b"Mine\n")
    else:
        (home / "Irish.txt").unlink()
    before = contents(cache)
    with pytest.raises(DownloadError, match=r"changed or missing: Irish\.txt.*delete that folder"):
        fetch_tutorial(url=server.url, cache=cache)
    assert contents(cache) == before
    assert server.calls == 1


def test_a_cache_that_cannot_be_written(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DownloadError, match=r"cannot keep the names in .*Set COGNOMEN_CACHE"):
        fetch_tutorial(url=server.url, cache=tmp_path / "file" / "cache")
    assert server.calls == 0


def test_where_the_cache_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COGNOMEN_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("COGNOMEN_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder().name == "cognomen"
    if sys.platform == "linux":
        assert cache_folder() == tmp_path / "xdg" / "cognomen"


FETCH = """
import sys
from pathlib import Path
from cognomen.corpora import download as room
room.TUTORIAL_SHA256 = eval(sys.argv[3])
print(room.changed_files(room.fetch_tutorial(url=sys.argv[1], cache=Path(sys.argv[2]))))
"""


def test_two_processes_at_once(server: Server, cache: Path) -> None:
    server.wait_within = 0.3  # so that both are under way together
    arguments = [sys.executable, "-c", FETCH, server.url, str(cache), repr(tutorial_download.TUTORIAL_SHA256)]
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    started = [
        subprocess.Popen(
            arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        for _ in range(3)
    ]
    assert [process.communicate(timeout=60) for process in started] == [("()\n", "")] * 3
    assert contents(cache) == {f"tutorial/{name}": data for name, data in FILES.items()}
    assert [path.name for path in cache.iterdir()] == ["tutorial"]


def test_a_process_that_comes_second_takes_what_is_there(server: Server, cache: Path) -> None:
    def other_process(done: int, total: int | None) -> None:
        if not cache.joinpath("tutorial").exists():
            fetch_tutorial(url=server.url, cache=cache)

    home = fetch_tutorial(url=server.url, cache=cache, on_progress=other_process)
    assert server.calls == 2
    assert changed_files(home) == ()
    assert [path.name for path in cache.iterdir()] == ["tutorial"]


def test_the_known_hashes_are_those_of_the_18_files(
    names_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    assert len(tutorial_download.TUTORIAL_SHA256) == 18
    assert changed_files(names_folder) == ()


def test_the_official_address() -> None:
    assert tutorial_download.TUTORIAL_URL == "https://download.pytorch.org/tutorial/data.zip"
    assert fetch_tutorial.__kwdefaults__["url"] == tutorial_download.TUTORIAL_URL
