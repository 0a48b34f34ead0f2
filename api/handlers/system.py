"""Health, metrics, and what the API says about itself."""

import ipaddress

from aiohttp import web

from api.access import find_pass
from api.errors import RoleTooLow
from api.house import HOUSE
from api.metrics import CONTENT_TYPE
from kernel.errors import KindredError
from staff.errors import NotSignedIn
from staff.values import Role


async def healthz(request: web.Request) -> web.Response:
    """Say whether this process can work: 200 when the database answers and is migrated, 503 when not."""
    house = request.app[HOUSE]
    try:
        is_migrated = await house.is_migrated()
    except KindredError:
        return web.json_response({"status": "failing", "database": "unreachable"}, status=503, headers={"Retry-After": "2"})
    if not is_migrated:
        return web.json_response({"status": "failing", "database": "not migrated"}, status=503, headers={"Retry-After": "10"})
    return web.json_response({"status": "ok", "database": "ok"})


async def metrics(request: web.Request) -> web.Response:
    """Return this process's metrics, to callers on this machine and to admins' API tokens.

    Raises:
        NotSignedIn: somebody from elsewhere without a token. RoleTooLow: the token is no admin's.
    """
    if not _is_direct_loopback(request):
        entry = await find_pass(request)
        if entry is None:
            raise NotSignedIn
        if entry.viewer.role is not Role.ADMIN:
            raise RoleTooLow(Role.ADMIN)
    return web.Response(body=request.app[HOUSE].metrics.text(), headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})


def _is_direct_loopback(request: web.Request) -> bool:
    # A proxy on this machine speaks for the whole world: what it forwards is not from here.
    if any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")):
        return False
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
