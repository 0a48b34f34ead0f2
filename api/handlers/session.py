"""The browser's session: signing in, who is signed in, signing out."""

from aiohttp import web

from api.access import check_origin, cookie_name, drop_cookie, keep_cookie
from api.clients import address_of
from api.hub import HUB
from api.route import Call, Routes, show
from api.schemas.staff import AgentShape, MyChange, SessionShape, SignInBody
from api.showing import show_agent
from staff import service as staff
from staff.errors import NotSignedIn

routes = Routes("session")


@routes.route("POST", "/api/v1/session", answers={200: SessionShape}, refuses=(401, 403, 429), who=None)
async def sign_in(call: Call, body: SignInBody) -> web.Response:
    """Sign in; the answer sets the session's cookie, always a fresh one, and names the CSRF token that changes need."""
    check_origin(call.request)
    signed_in = await call.house.sign_in(body.email, body.password, address_of(call.request))
    assert signed_in.token is not None
    async with call.house.factory() as uow:
        # Whoever held the cookie before is signed out: nothing of theirs lives on under the new name.
        if former := call.request.cookies.get(cookie_name(call.house.settings)):
            await staff.end_session(uow, former)
        agent = await show_agent(uow, signed_in.agent_id)
    response = show(SessionShape(agent=agent, csrf=signed_in.csrf))
    keep_cookie(call.request, response, signed_in.token)
    return response


@routes.route("GET", "/api/v1/session", answers={200: SessionShape})
async def get_session(call: Call) -> web.Response:
    """Return who is signed in, and let the cookie last on."""
    if call.entry is None or call.entry.csrf is None:
        # A program's token is no session, and has no CSRF token to tell.
        raise NotSignedIn
    async with call.house.factory.reading() as uow:
        agent = await show_agent(uow, call.viewer.agent_id)
    response = show(SessionShape(agent=agent, csrf=call.entry.csrf))
    keep_cookie(call.request, response, call.entry.token)
    return response


@routes.route("DELETE", "/api/v1/session", answers={204: None})
async def sign_out(call: Call) -> web.Response:
    """Sign out; the session's sockets end too."""
    response = web.Response(status=204)
    if call.entry is not None and call.entry.csrf is not None:
        async with call.house.factory() as uow:
            await staff.end_session(uow, call.entry.token)
        drop_cookie(call.request, response)
        call.request.app[HUB].recheck()
    return response


@routes.route("PATCH", "/api/v1/me", answers={200: AgentShape})
async def change_me(call: Call, body: MyChange) -> AgentShape:
    """Change the signature of the agent who is asking; an empty one is taken away."""
    async with call.house.factory() as uow:
        if body.signature is not None:
            await staff.sign_with(uow, call.viewer.agent_id, body.signature)
        return await show_agent(uow, call.viewer.agent_id)


@routes.route("GET", "/api/v1/me", answers={200: AgentShape})
async def me(call: Call) -> AgentShape:
    """Return the agent who is asking."""
    async with call.house.factory.reading() as uow:
        return await show_agent(uow, call.viewer.agent_id)
