"""Where reports on our mails come back to: an address for each mail, by which a report without any other sign finds it (VERP)."""

import re

from channels.contract import Account
from channels.email.framing import Envelope
from channels.email.mime import Part

_TOKEN = re.compile(r"\+b([a-z2-7]{16,80})(?=@|\+|=)", re.IGNORECASE)
_MOST_TOKENS = 5
_MOST_HEADERS = 20
_LONGEST = 2_000
_CAME_TO = ("delivered-to", "x-original-to", "envelope-to", "to")


def return_address(account: Account, token: str) -> str:
    """Return the envelope's sender of one mail: `local+b<token>@domain`."""
    local, _, domain = account.address.rpartition("@")
    return f"{local}+b{token}@{domain}"


def delivery_tokens(root: Part, envelope: Envelope) -> tuple[str, ...]:
    """Return the tokens in the addresses that a mail came to, lower case; whether they are ours, the hub checks."""
    headers = [value[:_LONGEST] for name in _CAME_TO for value in root.values(name)[:_MOST_HEADERS]]
    found = [match[1].lower() for address in (*envelope.recipients, *headers) for match in _TOKEN.finditer(address)]
    return tuple(dict.fromkeys(found))[:_MOST_TOKENS]
