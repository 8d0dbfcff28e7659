"""The 18 files of the PyTorch tutorials, downloaded once into the user's cache folder.

They were collected by Sean Robertson for practical-pytorch (MIT licence) and are served publicly as
`data.zip`. Each file is compared with its known SHA-256 whenever it is read; the cached copy is never
downloaded again and never modified.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final

from cognomen.errors import DataError, DownloadError

TUTORIAL_URL: Final = "https://download.pytorch.org/tutorial/data.zip"
TUTORIAL_SHA256: Final[Mapping[str, str]] = {
    "Arabic.txt": "6f424a8dbe51cbbbabab7a57d38b617210125e4e3991f3c657cb79b8f104bafc",
    "Chinese.txt": "49263ef55a8cb1740e841d65cad8214b2f9b5b869bc534c811746422496fa91e",
    "Czech.txt": "145bbbd6d0816578f03388e92c264d39ef1c60df920b081d371fa5c5cc055a8e",
    "Dutch.txt": "924f32b635170eae561f84538632138fc07d4c8bbd70ba3fb980de1ecc4d2af3",
    "English.txt": "9cca037066d3d5989e24bc01801416162de506b5e28e15b7c092a47905d29bf2",
    "French.txt": "81e65b36c60ed5b89a17422f6edcadbb89546f38ad69e960e64e7ba682012a95",
    "German.txt": "7449cd590b97a733e18d613a4155decd77ec35dc5f8aadd7a82204dce4f051db",
    "Greek.txt": "3555b5186de7f401e6d991b088e9e644ca3099116477818c25ab5793801389e6",
    "Irish.txt": "cf8c7013256252a88d2503127b87282a11f21b2ff6db1bded68834c19a1ec058",
    "Italian.txt": "f88414c27d0606a11a678b4859277828c2565d6cc4d9ee932deef6e94f3b35e4",
    "Japanese.txt": "e0e717e114fec3e7eade4d9dabe0067c475f43147e36a22b47902ee76ad9e67f",
    "Korean.txt": "cd54221ccb362a6cba4c78828838cf3268a0e59744767a37cf6ec4b74036b136",
    "Polish.txt": "45bab898af2f60ed3a728bbf6980e28821011a7caa53227553b5785903a40826",
    "Portuguese.txt": "50a8735f41f4f73757c8ce5b16cb0275cd86b2b214bcbc8c9805f508cb131c53",
    "Russian.txt": "43b3e64ce351f77f1ac9e0cdf7566012d127f4371875fd25208845b5c9d6f7c3",
    "Scottish.txt": "78d0252711d87d948ea86fe34826c51d2d794a8e52d15b5d6f7b6244d45d62dd",
    "Spanish.txt": "1bcb462ed3316756a85781d68232bddae04498fdddd5d9219c53fd1fbdeba7a7",
    "Vietnamese.txt": "f3f9e4164ab47601178a6e45b216464a64122f49d05541f24bf18a757253281d",
}
_FOLDER_IN_ZIP: Final = "data/names/"
_MOST_BYTES: Final = 50_000_000  # the file has about 3 MB; a server might never stop sending
_REMEDY: Final = (
    "Nothing was kept. Try again later, or put the 18 files into a folder yourself and set the environment "
    "variable COGNOMEN_NAMES to that folder."
)

# Called with the bytes received, and the bytes expected (None if the server does not say).
OnBytes = Callable[[int, int | None], None]
# Gives the error of a failed download, from the reason.
Failed = Callable[[str], DownloadError]


def cache_folder() -> Path:
    """The folder of downloads: COGNOMEN_CACHE, or the user's cache folder on this system."""
    chosen = os.environ.get("COGNOMEN_CACHE")
    if chosen:
        return Path(chosen)
    import platformdirs

    return platformdirs.user_cache_path("cognomen", appauthor=False)


def world_path() -> Path:
    """The merged table of the corpus world, whether or not it has been built: in the folder of downloads."""
    return cache_folder() / "world" / "world.parquet"


def tutorial_folder(*, on_progress: OnBytes | None = None) -> Path:
    """The folder of the 18 files: COGNOMEN_NAMES, or the cached one, which is downloaded if need be.

    Raises:
        DataError: COGNOMEN_NAMES is not a folder.
        DownloadError: see `fetch_tutorial`.
    """
    chosen = os.environ.get("COGNOMEN_NAMES")
    if not chosen:
        return fetch_tutorial(on_progress=on_progress)
    folder = Path(chosen)
    if not folder.is_dir():
        raise DataError(
            f"the environment variable COGNOMEN_NAMES is {chosen!r}, which is not a folder. Set it to the "
            "folder of the <Origin>.txt files, or unset it to have them downloaded."
        )
    return folder


def changed_files(folder: Path) -> tuple[str, ...]:
    """Those of the 18 files that are missing in this folder, or differ from the known ones."""
    return tuple(name for name, known in TUTORIAL_SHA256.items() if _hash_of(folder / name) != known)


def fetch_tutorial(
    *,
    url: str = TUTORIAL_URL,
    cache: Path | None = None,
    timeout: float = 30.0,
    on_progress: OnBytes | None = None,
) -> Path:
    """The folder of the 18 files in the cache; they are downloaded if it is missing.

    The folder appears in the cache as a whole or not at all. An existing one is verified, but never modified.

    Args:
        url: of the zip file.
        cache: the folder of downloads; `cache_folder()` if None.
        timeout: the seconds to wait for the server to answer or to send more.
        on_progress: called with the bytes received and expected.

    Raises:
        DownloadError: the download failed, or the cached files have been changed.
    """
    cache = cache_folder() if cache is None else cache
    home = cache / "tutorial"
    if not home.is_dir():
        try:
            cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".fetching-", dir=cache) as temporary:
                archive, names = Path(temporary) / "data.zip", Path(temporary) / "names"
                download(url, archive, timeout, on_progress, partial(_failed, url))
                _extract(url, archive, names)
                _move_into_place(names, home)
        except OSError as error:
            raise DownloadError(
                f"cannot keep the names in {cache}: {error}. Set COGNOMEN_CACHE to a "
                "folder that can be written to."
            ) from error
    if changed := changed_files(home):
        raise DownloadError(
            f"the cached files in {home} are not what was downloaded; changed or missing: "
            f"{', '.join(changed)}. Cognomen does not touch them: delete that folder to fetch them again."
        )
    return home


def _move_into_place(names: Path, home: Path) -> None:
    try:
        names.rename(home)
    except OSError:
        if not home.is_dir():
            raise
        # Another process was first, with the same files.


class _Meter:
    """The progress bar that pooch expects."""

    def __init__(self, failed: Failed, on_progress: OnBytes | None) -> None:
        self.failed, self.on_progress = failed, on_progress
        self.total = 0
        self.done = 0

    def update(self, count: int) -> None:
        """Count bytes received."""
        self.done += count
        if max(self.done, self.total) > _MOST_BYTES:
            raise self.failed(f"it is larger than {_MOST_BYTES:,} bytes")
        if self.on_progress:
            self.on_progress(min(self.done, self.total or self.done), self.total or None)

    def reset(self) -> None:
        """Start again: pooch ends by counting the total, which is 0 if it is unknown."""
        self.done = 0 if self.total else self.done

    def close(self) -> None:
        """Do nothing; pooch requires it."""


def download(url: str, target: Path, timeout: float, on_progress: OnBytes | None, failed: Failed) -> None:
    """Download a file; what is left of a failed one is for the caller to remove.

    Args:
        url: of the file.
        target: where to put it.
        timeout: the seconds to wait for the server to answer or to send more.
        on_progress: called with the bytes received and expected.
        failed: gives the error to raise, from the reason.

    Raises:
        DownloadError: as `failed` gives it.
    """
    import pooch

    with ExitStack() as opened:  # pooch does not close the connection after an error
        keep = {"response": lambda response, **_: opened.enter_context(response)}
        meter = _Meter(failed, on_progress)
        fetch = pooch.HTTPDownloader(progressbar=meter, chunk_size=8192, timeout=timeout, hooks=keep)
        try:
            fetch(url, str(target), None)
        except (OSError, ValueError) as error:  # all errors of requests are OSErrors
            raise failed(_reason(error, timeout)) from error


def _reason(error: Exception, timeout: float) -> str:
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answered {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return f"the server sent nothing for {timeout:g} seconds"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off before the end"
    if isinstance(error, requests.ConnectionError):
        return "no connection to the server"
    return str(error)


def _extract(url: str, archive: Path, names: Path) -> None:
    """Extract the 18 files, each of which must be the known one."""
    names.mkdir()
    try:
        with zipfile.ZipFile(archive) as opened:
            for name, known in TUTORIAL_SHA256.items():
                data = _member(url, opened, name)
                if sha256(data).hexdigest() != known:
                    raise _failed(
                        url, f"its {name} is not the known one (SHA-256 {sha256(data).hexdigest()})"
                    )
                (names / name).write_bytes(data)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise _failed(url, f"the data received is not a complete zip file ({error})") from error


def _member(url: str, opened: zipfile.ZipFile, name: str) -> bytes:
    try:
        info = opened.getinfo(_FOLDER_IN_ZIP + name)
    except KeyError as error:
        raise _failed(url, f"it holds no {_FOLDER_IN_ZIP}{name}") from error
    if info.file_size > _MOST_BYTES:
        raise _failed(url, f"its {name} is larger than {_MOST_BYTES:,} bytes")
    return opened.read(info)


def _failed(url: str, reason: str) -> DownloadError:
    return DownloadError(f"could not download the tutorial's names from {url}: {reason}. {_REMEDY}")


def _hash_of(path: Path) -> str | None:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else None
