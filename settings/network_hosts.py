"""Hosts and URLs: which are private, and which are public."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from pydantic import HttpUrl

_NAT64: Final = IPv6Network("64:ff9b::/96")
_CLOSED: Final = (
    *(".localhost", ".local", ".internal", ".intranet", ".lan", ".corp", ".svc"),
    *(".home.arpa", ".test", ".onion"),
)


def is_private_host(host: str) -> bool:
    """Return whether a host is local or in a private network, by its address (private, loopback,
    link-local and similar) or by a name that does not exist on the Internet.
    """
    bare = host.strip("[]").rstrip(".").lower()
    try:
        address = ip_address(bare)
    except ValueError:
        return "." not in bare or bare.endswith(_CLOSED)
    if isinstance(address, IPv6Address):
        inner = _inside(address)
        return not address.is_global or (inner is not None and not inner.is_global)
    return not address.is_global or address.is_multicast


def _inside(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address embedded in an IPv6 address: mapped, 6to4, Teredo, NAT64."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]


def is_public_https_url(url: str) -> bool:
    """Return whether a URL is `https` at a public host, without credentials.

    The host is parsed as clients parse it: `https://0x7f.1` is 127.0.0.1.
    """
    read = HttpUrl(url)
    return read.scheme == "https" and not is_private_host(read.host or "") and not read.username
