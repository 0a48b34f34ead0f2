"""Where vendors call: the signature before anything is parsed, the vendor's answer after the commit."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from aiohttp import web

from api.errors import BodyTooLarge
from api.house import HOUSE, House
from api.route import read_bytes
from api.schemas.common import read_id
from channels.contract import Account, BadSignature, RawPayload, WebhookRequest
from inbox.errors import InboxOff
from kernel.errors import NotFound, StorageUnavailable, Unavailable

log = structlog.get_logger()

HOOK_LIMIT = 1_000_000
_REASONS: dict[type[Exception], str] = {
    NotFound: "unknown",
    InboxOff: "off",
    BadSignature: "signature",
    BodyTooLarge: "oversized",
    StorageUnavailable: "storage",
    Unavailable: "unavailable",
}


def declare(app: web.Application) -> None:
    """Add the hooks' addresses."""
    app.router.add_post("/hooks/{channel}/{inbox_id}", receive)
    app.router.add_post("/hooks/{channel}/{inbox_id}/{tail}", receive)


async def receive(request: web.Request) -> web.StreamResponse:
    """Take a vendor's call and answer as it expects, once all is kept.

    Raises:
        NotFound: no such channel, hook or inbox. InboxOff: it is switched off.
        BadSignature: not signed by the vendor we know. BodyTooLarge: more than 1 MB.
        StorageUnavailable, Unavailable: it must come again.
    """
    house = request.app[HOUSE]
    channel, tail = request.match_info["channel"], request.match_info.get("tail", "")
    with _counted(house, channel, request.content_length):
        account = await _account(house, channel, tail, request.match_info["inbox_id"])
        if not house.registry.is_built(channel):
            # The first call imports the vendor's library, which may take seconds.
            await asyncio.to_thread(house.registry.webhook, channel)
        webhook = house.registry.webhook(channel)
        body = await read_bytes(request, HOOK_LIMIT)
        headers = {name.lower(): value for name, value in request.headers.items()}
        webhook.verify(account, WebhookRequest(url=house.settings.base_url + request.raw_path, tail=tail, headers=headers, body=body))
        began = time.perf_counter()
        payload = RawPayload(
            source=f"{channel}/{tail}" if tail else channel,
            content_type=request.headers.get("Content-Type", "application/octet-stream")[:200],
            body=body,
            received_at=house.clock.now(),
        )
        received = await house.door.receive(account.inbox_id, payload)
        house.metrics.took(channel, received, time.perf_counter() - began)
        answer = webhook.answer(tail)
    return web.Response(status=answer.status, body=answer.body, content_type=answer.content_type)


async def _account(house: House, channel: str, tail: str, inbox: str) -> Account:
    if tail not in house.registry.manifest(channel).hooks:
        raise NotFound("hook", f"{channel}/{tail}"[:60])
    inbox_id = read_id(inbox)
    if inbox_id is None or await house.directory.channel_of(inbox_id) != channel:
        raise NotFound("inbox", inbox[:40])
    return await house.directory.account(inbox_id)


@contextmanager
def _counted(house: House, channel: str, size: int | None) -> Iterator[None]:
    """Count and log a call that is not taken: by reason, without a word of what it held."""
    try:
        yield
    except tuple(_REASONS) as refusal:
        reason = next(word for kind, word in _REASONS.items() if isinstance(refusal, kind))
        known = channel if any(manifest.channel == channel for manifest in house.registry.manifests()) else "unknown"
        house.metrics.refused.labels(known, reason).inc()
        log.warning("webhook refused", channel=known, reason=reason, size=size)
        raise
