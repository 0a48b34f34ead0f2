"""How a webhook is signed, after the Standard Webhooks convention (https://www.standardwebhooks.com). Pure."""

import base64
import hmac
import secrets
from datetime import datetime

_PREFIX = "whsec_"
_KEY_BYTES = 32


def fresh_secret() -> str:
    """Return a new secret: `whsec_` and 256 bits as base64."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def signed_headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that prove a body: its id, the second it was sent at, and `v1,` with the HMAC-SHA256 over all three as base64."""
    timestamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    mac = hmac.digest(key, b".".join((message_id.encode(), timestamp.encode(), body)), "sha256")
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": f"v1,{base64.b64encode(mac).decode()}"}
