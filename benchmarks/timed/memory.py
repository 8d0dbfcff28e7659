"""`python -m timed.memory FILE ours|fast|none`: the memory that scoring a file takes, as JSON, in MB.

Its parts: the process with the model loaded; the list of names, a string each; the peak while scoring. "none"
scores nothing: what the list alone takes.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path


def now() -> float:
    """The memory that this process holds, in MB."""
    return _status("VmRSS") or peak()


def peak() -> float:
    """The most that it has held. Not ru_maxrss where there is better: that counts the parent's too."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return _status("VmHWM") or most / (1e6 if sys.platform == "darwin" else 1e3)


def _status(key: str) -> float | None:
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(key))


def main() -> None:
    from timed.names import classifier, compiled

    path, side = sys.argv[1:]
    clf = classifier()
    clf.predict_proba(["smith"])
    before = now()
    with Path(path).open(encoding="utf-8") as file:
        names = [line.rstrip("\n") for line in file]
    listed = now()
    if side != "none":
        with compiled(side == "fast"):
            clf.predict_proba(names, threads=1)
    json.dump({"before": before, "list": listed - before, "peak": peak()}, sys.stdout)


if __name__ == "__main__":
    main()
