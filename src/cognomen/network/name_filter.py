"""A filter of names: whether a name is one of many, in half a byte for each."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cognomen.errors import InputError
from cognomen.text.spelling import lowercase

HASHES = 3  # of a name
BITS = 4  # for each name: then one other name in seven is taken for one of them


class NameFilter:
    """A Bloom filter of names (Bloom 1970), whatever their capitals.

    It knows every name that it was made of, and takes 15 % of all others for one of them.

    Args:
        bits: the filter, (B,) bytes of eight bits each.

    Raises:
        InputError: they are no bytes.
    """

    def __init__(self, bits: NDArray[np.uint8]) -> None:
        if bits.dtype != np.uint8 or bits.ndim != 1:
            raise InputError(f"names: expected a filter of bytes (B,), got {bits.dtype} {bits.shape}")
        self.bits = bits

    @classmethod
    def of(cls, names: Iterable[str]) -> Self:
        """The filter of these names."""
        distinct = set(map(lowercase, names))
        bits = np.zeros(-(-BITS * len(distinct) // 8) * 8, np.uint8)
        bits[_places(distinct, len(bits))] = 1
        return cls(np.packbits(bits))

    def contains(self, names: Iterable[str]) -> NDArray[np.bool_]:
        """Whether each name is, or seems to be, one of those of the filter, (N,)."""
        places = _places(map(lowercase, names), 8 * len(self.bits))
        if not len(self.bits):
            return np.zeros(len(places), np.bool_)
        return np.asarray((self.bits[places // 8] >> (7 - places % 8) & 1).all(axis=1))


def _places(spellings: Iterable[str], size: int) -> NDArray[np.int64]:
    """The bits of each name, (N, 3)."""
    digests = b"".join(blake2b(each.encode(), digest_size=4 * HASHES).digest() for each in spellings)
    return np.frombuffer(digests, "<u4").reshape(-1, HASHES).astype(np.int64) % max(size, 1)
