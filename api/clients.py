"""Where a request comes from: the other end of its connection, or what a proxy that we trust says of it."""

import ipaddress
from collections.abc import Collection

from aiohttp import web

from api.house import HOUSE
from kernel.config import Address, Network


def address_of(request: web.Request) -> str:
    """Return the client's address, by which attempts are counted.

    X-Forwarded-For is read from its end, where our own proxy writes, as long as whoever wrote a part of it is trusted: what clients put in front changes nothing.
    """
    peer = request.remote or ""
    seen = _read(peer)
    networks = request.app[HOUSE].settings.proxy_networks
    hops = [part for line in request.headers.getall("X-Forwarded-For", []) for part in line.split(",")]
    while seen is not None and hops and _is_in(seen, networks):
        before = _read(hops.pop())
        if before is None:
            break
        seen = before
    return peer if seen is None else str(seen)


def _read(text: str) -> Address | None:
    try:
        seen = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    # An IPv4 client of a socket that listens on both is the same client.
    return (seen.ipv4_mapped or seen) if isinstance(seen, ipaddress.IPv6Address) else seen


def _is_in(address: Address, networks: Collection[Network]) -> bool:
    return any(address in network for network in networks)
