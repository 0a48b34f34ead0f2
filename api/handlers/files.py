"""Files: what agents put up, and what is given out again, never as something that a browser would run."""

from urllib.parse import quote, unquote

from aiohttp import web

from api.route import Bytes, Call, Routes, read_bytes
from api.schemas.messages import AttachmentShape
from inbox import uploads

routes = Routes("files")

# Rasters only: an SVG is a document that can hold scripts.
_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})
_UPLOAD_WITHIN = 300.0


@routes.route(
    "POST",
    "/api/v1/uploads",
    answers={201: AttachmentShape},
    takes=Bytes("application/octet-stream"),
    headers={"X-File-Name": "The file's name, percent-encoded UTF-8."},
)
async def upload(call: Call) -> AttachmentShape:
    """Put up a file, as it is, to send it along with a reply."""
    request = call.request
    content = await read_bytes(request, call.house.settings.upload_max_bytes, within=_UPLOAD_WITHIN)
    name = unquote(request.headers.get("X-File-Name", ""))[:400] or "file"
    declared = request.headers.get("Content-Type", "application/octet-stream")[:200]
    kept = await uploads.keep(call.house.factory, call.house.blobs, call.viewer, name=name, declared_type=declared, content=content)
    return AttachmentShape.of(kept)


@routes.route("GET", "/api/v1/attachments/{attachment_id}", answers={200: Bytes("application/octet-stream")})
async def download(call: Call, attachment_id: int) -> web.Response:
    """Return a file: raster images to be shown, everything else to be saved."""
    async with call.house.factory.reading() as uow:
        file = await uploads.attachment(uow, call.viewer, attachment_id)
    content = await call.house.blobs.get(file.digest)
    is_shown = file.media_type in _SHOWN
    headers = {
        # RFC 6266: the name in full for who reads it, nothing for who does not.
        "Content-Disposition": f"{'inline' if is_shown else 'attachment'}; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, max-age=31536000, immutable",
        "ETag": f'"{file.digest}"',
    }
    return web.Response(body=content, content_type=file.media_type if is_shown else "application/octet-stream", headers=headers)
