"""Run commands in turn, as small as a Python process can be, and tell their seconds and peak memory in MB.

Reads {"commands": {name: [words]}, "repetitions": n} from its input; the first run of each does not count.
"""

import json
import os
import sys
import time

KILOBYTES = 1024 if sys.platform == "darwin" else 1  # per kilobyte of ru_maxrss


def run(words: list[str]) -> tuple[float, float]:
    began = time.perf_counter()
    nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    process = os.posix_spawn(words[0], words, os.environ, file_actions=nowhere)
    _, status, usage = os.wait4(process, 0)
    if status:
        sys.exit(f"{' '.join(words)}: ended with status {status}")
    return time.perf_counter() - began, usage.ru_maxrss / KILOBYTES / 1000


def main() -> None:
    order = json.load(sys.stdin)
    commands = order["commands"]
    told: dict[str, dict[str, list[float]]] = {name: {"seconds": [], "peaks": []} for name in commands}
    for repetition in range(order["repetitions"] + 1):
        for name in list(commands)[:: -1 if repetition % 2 else 1]:
            seconds, peak = run(commands[name])
            if repetition:
                told[name]["seconds"].append(seconds)
                told[name]["peaks"].append(peak)
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
