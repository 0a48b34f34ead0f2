"""Messages: one of them, its HTML behind a fence, its original bytes, and calling a reply back."""

from aiohttp import web

from api.route import Bytes, Call, Routes
from api.schemas.messages import MessageShape
from inbox import messages
from kernel.errors import NotFound

routes = Routes("messages")

# Even what slipped through cleaning can run nothing, send nothing and fetch nothing from elsewhere; links open in a tab of their own.
_FENCE = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
_HTML = '<!doctype html><html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer"><base target="_blank"></head><body>{body}</body></html>'


@routes.route("GET", "/api/v1/messages/{message_id}", answers={200: MessageShape})
async def get_message(call: Call, message_id: int) -> MessageShape:
    """Return a message."""
    async with call.house.factory.reading() as uow:
        return MessageShape.of(await messages.message(uow, call.viewer, call.house.directory, message_id))


@routes.route("GET", "/api/v1/messages/{message_id}/html", answers={200: Bytes("text/html")})
async def get_html(call: Call, message_id: int) -> web.Response:
    """Return a message's cleaned HTML, for a sandboxed frame."""
    async with call.house.factory.reading() as uow:
        html = await messages.html_of(uow, call.viewer, message_id)
    if html is None:
        raise NotFound("HTML of message", message_id)
    headers = {"Content-Security-Policy": _FENCE, "Cache-Control": "private, max-age=3600", "Referrer-Policy": "no-referrer"}
    return web.Response(text=_HTML.format(body=html), content_type="text/html", charset="utf-8", headers=headers)


@routes.route("GET", "/api/v1/messages/{message_id}/raw", answers={200: Bytes("application/octet-stream")})
async def get_raw(call: Call, message_id: int) -> web.Response:
    """Return what came over the wire, exactly, as a file to keep."""
    async with call.house.factory.reading() as uow:
        content_type, content = await messages.raw_of(uow, call.viewer, call.house.blobs, message_id)
    is_mail = content_type.partition(";")[0].strip().lower() == "message/rfc822"
    headers = {
        "Content-Disposition": f'attachment; filename="message-{message_id}.{"eml" if is_mail else "bin"}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return web.Response(body=content, content_type="message/rfc822" if is_mail else "application/octet-stream", headers=headers)


@routes.route("POST", "/api/v1/messages/{message_id}/undo", answers={200: MessageShape}, refuses=(409,))
async def undo(call: Call, message_id: int) -> MessageShape:
    """Call a reply back while it is held."""
    async with call.house.factory() as uow:
        await call.house.replies.undo(uow, call.viewer, message_id)
    return await get_message(call, message_id)


@routes.route("POST", "/api/v1/messages/{message_id}/retry", answers={200: MessageShape}, refuses=(409,))
async def retry(call: Call, message_id: int) -> MessageShape:
    """Send a failed reply again."""
    async with call.house.factory() as uow:
        await call.house.replies.retry(uow, call.viewer, message_id)
    return await get_message(call, message_id)
