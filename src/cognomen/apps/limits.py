"""What calls of the server may take: the options of `cognomen serve` follow from it."""

from __future__ import annotations

from dataclasses import dataclass

from cognomen.network.config import COUNT, Config, describe, setting


@describe
@dataclass(frozen=True, kw_only=True)
class Limits(Config):
    """What one call of the server, and all calls together, may take.

    A text of more than 1,000 characters, or a surname of more than 100 letters, is answered "unknown"
    ("too-long"), as everywhere; it takes no time.

    Raises:
        InputError: one of them is not a whole number of at least 1.
    """

    max_names: int = setting(10_000, "Most names in a call.", COUNT)
    max_body: int = setting(4 << 20, "Most bytes in the body of a call.", COUNT)
    max_calls: int = setting(256, "Most calls in progress; others are told to try again (429).", COUNT)
    max_waiting: int = setting(200_000, "Most names that wait for answers, in all calls.", COUNT)
    timeout: int = setting(60, "Seconds that a call may take.", COUNT)
