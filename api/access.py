"""Who is asking, and may they: the one place that reads cookies, CSRF tokens, origins and API tokens."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass, field

from aiohttp import web
from yarl import URL

from api.errors import BadCsrf, ForeignOrigin, RoleTooLow
from api.house import HOUSE, House
from kernel.config import Settings
from staff import service as staff
from staff.errors import NotSignedIn
from staff.sign_in import Doorkeeper
from staff.values import Known, Role, Viewer

COOKIE = "kindred_session"
# Browsers take a cookie of such a name only over TLS and for this host alone: no neighbour under the same domain can plant one.
_HOST = "__Host-"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_ORDER = tuple(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What lets a request in: a browser's session (`csrf` is set) or a program's token, and as whom."""

    viewer: Viewer
    csrf: str | None
    token: str = field(repr=False)


DOORKEEPER = web.AppKey("doorkeeper", Doorkeeper)


async def admit(request: web.Request, who: Role) -> Pass:
    """Let a request in, or refuse it.

    Raises:
        NotSignedIn: nobody. RoleTooLow: in a role below `who`. BadCsrf, ForeignOrigin: a change that a page of ours did not ask for.
    """
    entry = await find_pass(request)
    if entry is None:
        raise NotSignedIn
    if entry.csrf is not None and request.method not in _SAFE:
        check_origin(request)
        if not hmac.compare_digest(request.headers.get("X-CSRF-Token", "").encode(), entry.csrf.encode()):
            raise BadCsrf
    if _ORDER.index(entry.viewer.role) < _ORDER.index(who):
        raise RoleTooLow(who)
    return entry


async def find_pass(request: web.Request) -> Pass | None:
    """Return what lets a request in: its API token before its cookie; None without either, or when it is no longer good."""
    house, doorkeeper = request.app[HOUSE], request.app[DOORKEEPER]
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        token = given.strip()
        return await _pass(house, await doorkeeper.by_token(token), token)
    cookie = request.cookies.get(cookie_name(house.settings))
    return await _pass(house, await doorkeeper.by_session(cookie), cookie) if cookie else None


async def renew(house: House, doorkeeper: Doorkeeper, entries: Collection[Pass]) -> dict[str, Pass]:
    """Return by token, all at once, those passes that are still good, each with what its agent may see now."""
    access = await house.directory.access()
    known = await doorkeeper.by_sessions({entry.token for entry in entries if entry.csrf is not None})
    known |= await doorkeeper.by_tokens({entry.token for entry in entries if entry.csrf is None})
    return {token: Pass(viewer=staff.viewer_of(who, access), csrf=who.csrf, token=token) for token, who in known.items()}


def check_origin(request: web.Request, *, is_needed: bool = False) -> None:
    """Refuse what a page of another origin asks; what names no origin passes unless `is_needed` (browsers always name it on a socket).

    Raises:
        ForeignOrigin: it is not ours.
    """
    origin = request.headers.get("Origin")
    if (origin is None and is_needed) or (origin is not None and not is_our_origin(request, origin)):
        raise ForeignOrigin


def is_our_origin(request: web.Request, origin: str) -> bool:
    """Say whether an Origin header names this server, as the world knows it or as this request called it."""
    try:
        named = URL(origin)
        if named.scheme not in ("http", "https") or not named.host:
            return False
        return named.origin() == URL(request.app[HOUSE].settings.base_url).origin() or named.authority.lower() == request.host.lower()
    except ValueError:
        return False


def cookie_name(settings: Settings) -> str:
    """Return what the session's cookie is called here."""
    return f"{_HOST}{COOKIE}" if settings.is_https else COOKIE


def keep_cookie(request: web.Request, response: web.Response, token: str) -> None:
    """Give the browser its session: out of scripts' reach, not along with other sites' requests, only over TLS where there is TLS."""
    settings = request.app[HOUSE].settings
    lasts = round(settings.session_days * 86_400)
    response.set_cookie(cookie_name(settings), token, max_age=lasts, path="/", httponly=True, samesite="Lax", secure=settings.is_https)


def drop_cookie(request: web.Request, response: web.Response) -> None:
    """Take the browser's session away."""
    settings = request.app[HOUSE].settings
    response.del_cookie(cookie_name(settings), path="/", httponly=True, samesite="Lax", secure=settings.is_https)


async def _pass(house: House, known: Known | None, token: str) -> Pass | None:
    if known is None:
        return None
    return Pass(viewer=staff.viewer_of(known, await house.directory.access()), csrf=known.csrf, token=token)
