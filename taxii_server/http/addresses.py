"""Whose address a request comes from, behind proxies that are trusted and no others.

``X-Forwarded-For`` is anybody's word. It is read from the right, one trusted
proxy at a time: the first address that is not a trusted proxy is the client's.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_MAX_HOPS = 32


class TrustedProxies:
    """The proxies of ``[server] trusted_proxies``: addresses or networks."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._networks: list[_Network] = [
            ipaddress.ip_network(text, strict=False) for text in trusted
        ]

    def client_address(self, peer: str, forwarded_for: str) -> str:
        """Return the client's address.

        Args:
            peer: The address of the connection.
            forwarded_for: The X-Forwarded-For header. Untrusted input.
        """
        found = peer
        for hop in reversed(forwarded_for.rsplit(",", _MAX_HOPS)):
            if not self._trusts(found):
                break
            address = _parse(hop.strip())
            if address is None:
                break
            found = str(address)
        return found

    def _trusts(self, text: str) -> bool:
        address = _parse(text)
        return address is not None and any(address in network for network in self._networks)


def _parse(text: str) -> _Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address
