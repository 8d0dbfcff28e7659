"""Who may ask: addresses and the token."""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import socket

from cognomen.errors import InputError


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
