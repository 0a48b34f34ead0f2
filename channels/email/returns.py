"""Where reports on our mails come back to: an address for each mail, by which a report without any other sign finds it (VERP)."""

import re
from collections.abc import Iterable

from channels.contract import Account

_TOKEN = re.compile(r"\+b([a-z2-7]{16,80})(?=@|\+|=)", re.IGNORECASE)
_MOST_TOKENS = 5


def return_address(account: Account, token: str) -> str:
    """Return the envelope's sender of one mail: `local+b<token>@domain`."""
    local, _, domain = account.address.rpartition("@")
    return f"{local}+b{token}@{domain}"


def delivery_tokens(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return the tokens in the addresses that a mail came to, lower case; whether they are ours, the hub checks."""
    return tuple(dict.fromkeys(match[1].lower() for address in addresses for match in _TOKEN.finditer(address)))[:_MOST_TOKENS]
