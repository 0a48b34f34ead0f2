"""Where we may connect to when somebody else names the place: no private address, however it is spelt. Pure; whoever connects asks again at the socket."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from kernel.errors import Invalid

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_URL = 2000
# Printable ASCII without what parsers disagree about: no user, no backslash, no blank, no fragment.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}))?(?P<rest>[/?][a-z0-9!$%&'()*+,./:;=?@\[\]_~-]*)?",
    re.IGNORECASE | re.ASCII,
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE | re.ASCII)
# As the resolvers of most systems read it: decimal, octal or hexadecimal, whole or in parts.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE | re.ASCII)
_WELL_KNOWN_PORTS = frozenset({80, 443})
_FIRST_FREE_PORT = 1024  # below it live mail, remote shells and the like, which are not to be written to

# https://www.iana.org/assignments/iana-ipv4-special-registry: what is not for everybody.
_REFUSED_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers (CGNAT)
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, and most clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# Of IPv6 only global unicast is for everybody, and of that not these.
_GLOBAL_V6 = IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, among them Teredo
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)
_6TO4 = IPv6Network("2002::/16")  # RFC 3056: the IPv4 address follows the first 16 bits
_LAST_32_BITS = (
    IPv6Network("::/96"),  # IPv4-compatible (RFC 4291)
    IPv6Network("::ffff:0:0/96"),  # IPv4-mapped
    IPv6Network("::ffff:0:0:0/96"),  # IPv4-translated (RFC 2765)
    IPv6Network("64:ff9b::/96"),  # NAT64 (RFC 6052): in networks without IPv4 every host has such an address
)
# What tells a cloud's machine its secrets; refused whatever is allowed. Not all of these lie in a private network.
_METADATA = frozenset(
    ip_address(address)
    for address in (
        "169.254.169.254",
        "169.254.170.2",
        "169.254.170.23",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
    )
)


class AddressRefused(Invalid):
    """Somebody named a place that we may not connect to."""

    code = "address.refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A URL that was read: where to connect, and `url` as it is to be asked, spelt in one way."""

    url: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """What may be reached: every public address, and the private networks that are named."""

    allowed: tuple[Network, ...] = ()

    def check_url(self, url: str) -> Target:
        """Return where a URL leads. A name is not looked up here: what it resolves to is checked when it is connected to.

        Raises:
            AddressRefused: it is no plain http(s) URL, or it names a place that may not be reached.
        """
        found = _URL.fullmatch(url) if len(url) <= LONGEST_URL else None
        if found is None:
            raise AddressRefused("The URL must be a plain http:// or https:// one, in ASCII, without a user or a fragment.")
        scheme, host = found["scheme"].lower(), found["host"].lower()
        port = int(found["port"]) if found["port"] else 443 if scheme == "https" else 80
        if port not in _WELL_KNOWN_PORTS and not _FIRST_FREE_PORT <= port <= 65535:
            raise AddressRefused("The port must be 80, 443, or one from 1024 to 65535.")
        self._check_host(host)
        return Target(url=f"{scheme}://{host}:{port}{_rooted(found['rest'] or '/')}", host=host.strip("[]"), port=port)

    def _check_host(self, host: str) -> None:
        literal = _literal(host)
        if literal is not None:
            self.check_address(literal)
        elif host.startswith("[") or not all(_LABEL.fullmatch(label) for label in host.removesuffix(".").split(".")) or len(host) > 253:
            raise AddressRefused("The host is neither a name nor an address.")
        elif _NUMBER.fullmatch(host.removesuffix(".").rpartition(".")[2]):
            raise AddressRefused("An address must be written as four decimal numbers, or in brackets.")
        elif not self.allowed and (host.removesuffix(".") == "localhost" or host.removesuffix(".").endswith(".localhost")):
            raise AddressRefused("This is an address of our own machine.")

    def check_address(self, address: str) -> None:
        """Refuse an address, given as text, that may not be reached.

        Raises:
            AddressRefused: it is private in any way and in no network that is allowed, or it is no address.
        """
        try:
            # A zone (`%eth0`) is for link-local addresses only.
            read = meant(ip_address(address))
        except ValueError:
            raise AddressRefused("This is no address.") from None
        if read in _METADATA or not (is_public(read) or any(read in network for network in self.allowed)):
            raise AddressRefused("This address is not a public one, and not in a network that is allowed.")

    def check_all(self, addresses: Sequence[str]) -> None:
        """Refuse a name if any of its addresses may not be reached: one that is good does not excuse the others.

        Raises:
            AddressRefused: one may not, or there is none.
        """
        if not addresses:
            raise AddressRefused("This name has no address.")
        for address in addresses:
            self.check_address(address)


def meant(address: Address) -> Address:
    """Return the address that is reached in the end: IPv4 addresses inside IPv6 ones (mapped, compatible, 6to4, NAT64) are taken out."""
    if isinstance(address, IPv4Address):
        return address
    if address in _6TO4:
        return IPv4Address(int(address) >> 80 & 0xFFFFFFFF)
    # The unspecified address and the loopback are no IPv4 addresses, but refused as such all the same.
    return IPv4Address(int(address) & 0xFFFFFFFF) if any(address in block for block in _LAST_32_BITS) and address != IPv6Address("::1") else address


def is_public(address: Address) -> bool:
    """Say whether an address is for everybody to reach; IPv4 inside IPv6 must have been taken out (`meant`)."""
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _REFUSED_V4)
    return address in _GLOBAL_V6 and not any(address in block for block in _REFUSED_V6)


def read_networks(text: str) -> tuple[Network, ...]:
    """Return the networks in a list with commas (`10.1.0.0/16, fd00:12::/32`).

    Raises:
        ValueError: one of them is none.
    """
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _literal(host: str) -> str | None:
    text = host[1:-1] if host.startswith("[") else host
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return text if isinstance(address, IPv6Address) == host.startswith("[") else None


def _rooted(rest: str) -> str:
    return rest if rest.startswith("/") else f"/{rest}"
