"""Regular expressions that are compiled when they are first used.

A plain name meets a tenth of those that the rules for names have. To compile all of them when their modules
are imported would take a fourteenth of the time of `cognomen predict smith`.
"""

from __future__ import annotations

import re
from typing import Any, cast


def lazy_pattern(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` returns, compiled when it is first asked for something."""
    return cast("re.Pattern[str]", _LazyPattern(pattern, flags))


class _LazyPattern:
    def __init__(self, pattern: str, flags: int) -> None:
        self._given = pattern, flags

    def __getattr__(self, name: str) -> Any:
        """An attribute of the compiled pattern, kept so that this is not called for it again."""
        value = getattr(re.compile(*self._given), name)
        setattr(self, name, value)
        return value
