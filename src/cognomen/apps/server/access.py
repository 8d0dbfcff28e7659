"""Who may ask, and how much: addresses, the token, the limits of a call."""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import socket
from dataclasses import dataclass, fields

from cognomen.errors import InputError, check_whole_number

MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one call, and all calls together, may take.

    A text of more than 1,000 characters, or a surname of more than 100 letters, is answered "unknown"
    ("too-long"), as everywhere; it takes no time.

    Attributes:
        body: bytes of a request.
        names: names of a call.
        waiting: names of all calls that wait for their answers.
        calls: calls in progress.
        seconds: from the beginning of a call to its answer.

    Raises:
        InputError: one of them is not a whole number of at least 1.
    """

    body: int = 4 * MIB
    names: int = 10_000
    waiting: int = 200_000
    calls: int = 256
    seconds: int = 60

    def __post_init__(self) -> None:
        for field in fields(self):
            check_whole_number(field.name, getattr(self, field.name))


def check_address(host: str, token: str | None) -> None:
    """Raise InputError if others could reach the server, and there is no token to keep them out.

    Args:
        host: the address to listen on, or its name.
        token: that callers must know; None for none.
    """
    if token is not None:
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise InputError("token: expected printable ASCII characters without spaces, one or more")
        return
    if not is_local(host):
        raise InputError(
            f"host: {host!r} can be reached from other machines. Set a token for callers (--token, or "
            "the environment variable COGNOMEN_TOKEN), or listen on 127.0.0.1."
        )


def is_local(host: str) -> bool:
    """Whether all addresses of a host are of this machine only.

    Raises:
        InputError: it has no address.
    """
    try:
        found = socket.getaddrinfo(host or None, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise InputError(f"host: expected an address of this machine, got {host!r} ({error})") from error
    return all(ipaddress.ip_address(str(at[0]).split("%")[0]).is_loopback for *_, at in found)


def is_authorised(header: bytes, token: str) -> bool:
    """Whether an Authorization header holds the token, compared in constant time.

    The token is sent as `Bearer TOKEN`; or as the password of `Basic`, which a browser asks its user for.
    """
    scheme, _, value = header.partition(b" ")
    sent = value.strip()
    if scheme.lower() == b"basic":
        try:
            sent = base64.b64decode(sent, validate=True).partition(b":")[2]
        except binascii.Error:
            sent = b""
    known = hmac.compare_digest(sent, token.encode("ascii"))
    return known and scheme.lower() in (b"bearer", b"basic")
