"""Serves the browser's side: the workspace, the chat widget, their hashed files, and the headers that fence them in."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from api.house import HOUSE

_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self' ws: wss:; frame-src 'self'; frame-ancestors {ancestors}; base-uri 'none'; form-action 'self'"
)
_CLOSED_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_HASHED = re.compile(r"-[A-Za-z0-9_-]{8}\.[a-z0-9]+$")
_OURS = ("api", "hooks", "ws", "w", "assets", "widget", "healthz", "metrics")
_IMMUTABLE = "public, max-age=31536000, immutable"
_SHORT = "public, max-age=300"
_UNBUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Kindred</title>
<h1>The browser's side is not built</h1>
<p>Run <code>make run</code>, or build it by hand: <code>npm ci &amp;&amp; npm run build</code> in the folder <code>ui</code>. Then load this page again.</p>
<p>The API is there: <a href="/api/v1/docs">its documentation</a>.</p></html>"""


def declare(app: web.Application) -> None:
    """Add the pages' addresses; the workspace's own paths come last, since they are whatever is left."""
    app.router.add_get("/assets/{name:.+}", asset)
    app.router.add_get("/widget/{name:.+}", asset)
    app.router.add_get("/w.js", loader)
    app.router.add_get("/w/{inbox_key}", widget)
    app.router.add_get(f"/{{path:(?!(?:{'|'.join(_OURS)})(?:/|$)).*}}", workspace)
    app.on_response_prepare.append(fence)


async def fence(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers on every answer that nobody should have to remember; a handler's own word stands."""
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Content-Security-Policy", _CLOSED_POLICY)
    # Names and versions help only those who look for holes.
    headers["Server"] = "Kindred"


async def workspace(request: web.Request) -> web.StreamResponse:
    """Serve the agents' workspace under every path that is not somebody else's."""
    path = request.match_info["path"]
    if "." in path.rsplit("/", 1)[-1]:
        raise web.HTTPNotFound
    return _page(request.app[HOUSE].ui_dist / "index.html", "'none'")


async def widget(request: web.Request) -> web.StreamResponse:
    """Serve the chat's frame to the sites that an inbox allows."""
    house = request.app[HOUSE]
    account = await house.directory.find_by_key(request.match_info["inbox_key"])
    if account is None:
        raise web.HTTPNotFound
    return _page(house.ui_dist / "widget.html", " ".join(allowed_origins(account.settings)) or "*")


async def loader(request: web.Request) -> web.StreamResponse:
    """Serve the script that sites include; any origin may."""
    return _file(
        request.app[HOUSE].ui_dist, "w.js", {"Cache-Control": _SHORT, "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    )


async def asset(request: web.Request) -> web.StreamResponse:
    """Serve a built file; what carries its digest in its name may be kept for ever."""
    name = request.match_info["name"]
    folder = request.path.split("/", 2)[1]
    return _file(request.app[HOUSE].ui_dist / folder, name, {"Cache-Control": _IMMUTABLE if _HASHED.search(name) else _SHORT})


def allowed_origins(settings: Mapping[str, str]) -> list[str]:
    """Return the origins in a chat inbox's settings; none means any. What is no http(s) origin is left out, so that it cannot end the header's directive."""
    found = []
    for part in settings.get("allowed_origins", "").replace(",", " ").split():
        url = urlsplit(part)
        if url.scheme in ("http", "https") and re.fullmatch(r"[A-Za-z0-9.:*\[\]-]+", url.netloc):
            found.append(f"{url.scheme}://{url.netloc}".lower())
    return found


def _page(file: Path, ancestors: str) -> web.StreamResponse:
    policy = {"Content-Security-Policy": _POLICY.format(ancestors=ancestors), "Cache-Control": "no-cache"}
    if not file.is_file():
        return web.Response(text=_UNBUILT, content_type="text/html", status=503, headers=policy)
    return web.FileResponse(file, headers=policy)


def _file(folder: Path, name: str, headers: Mapping[str, str]) -> web.StreamResponse:
    """Serve a file from a folder; aiohttp sends the .br or .gz beside it to whoever takes that."""
    try:
        file = (folder / name).resolve()
        if not (file.is_relative_to(folder.resolve()) and file.is_file()):
            raise web.HTTPNotFound
    except (ValueError, OSError):
        # A NUL or a name longer than the file system's.
        raise web.HTTPNotFound from None
    return web.FileResponse(file, headers=headers)
