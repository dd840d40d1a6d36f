"""Addresses of streams: what may be asked, and of whom (no other network is ever reached)."""

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from video.cameras.errors import AddressForbidden, AddressWrong, HostUnknown

PORTS = {"rtsp": 554, "rtsps": 322}
MOST_LENGTH = 500
IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Target:
    """Where a stream is, taken apart. `tail` is path and query, as the camera wants them."""

    scheme: str
    host: str
    port: int
    tail: str

    def url(self, host: str | None = None, login: tuple[str, str] | None = None) -> str:
        """The address, with another host (a resolved one) and user and password where given."""
        host = host or self.host
        shown = f"[{host}]" if ":" in host else host
        user = "" if login is None else ":".join(quote(word, safe="") for word in login) + "@"
        return f"{self.scheme}://{user}{shown}:{self.port}{self.tail}"


def parse(address: str) -> Target:
    """An address as it is stored.

    Raises:
        AddressWrong: it is none, or holds a user or password.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise AddressWrong from error
    if not _is_plain(address, parts):
        raise AddressWrong
    assert parts.hostname is not None
    tail = parts.path + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port or PORTS[parts.scheme], tail)


def _is_plain(address: str, parts: SplitResult) -> bool:
    printable = address.isascii() and address.isprintable() and " " not in address
    whole = parts.scheme in PORTS and bool(parts.hostname) and not parts.fragment
    return printable and whole and len(address) <= MOST_LENGTH and "@" not in parts.netloc


def networks(texts: Sequence[str]) -> list[Network]:
    """The networks of a setting.

    Raises:
        ValueError: one of them is none.
    """
    return [ipaddress.ip_network(text) for text in texts]


def is_allowed(ip: IP, allowed: Sequence[Network]) -> bool:
    """Whether cameras may stand at this number; an IPv4 one in IPv6 clothes counts as itself."""
    plain = getattr(ip, "ipv4_mapped", None) or ip
    return any(plain.version == network.version and plain in network for network in allowed)


def check_literal(target: Target, allowed: Sequence[Network]) -> None:
    """Refuses a number outside the networks; a name is looked at whenever it is connected to.

    Raises:
        AddressForbidden
    """
    try:
        ip = ipaddress.ip_address(target.host)
    except ValueError:
        return
    if not is_allowed(ip, allowed):
        raise AddressForbidden


def resolve(target: Target, allowed: Sequence[Network]) -> str:
    """The number to connect to: looked up now, checked, and used as it is.

    Raises:
        HostUnknown: the name has no number.
        AddressForbidden: one of its numbers lies outside the networks.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise HostUnknown from error
    numbers = [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in found]
    if not numbers or not all(is_allowed(number, allowed) for number in numbers):
        raise AddressForbidden
    return str(numbers[0])
