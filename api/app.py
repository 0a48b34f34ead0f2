"""Puts the edge together: every address once, over one house."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import cache

import orjson
from aiohttp import web
from aiohttp.log import server_logger

from api import chat_socket, docs_page, pages, socket, webhooks
from api.access import DOORKEEPER
from api.crowd import CROWD, Crowd, attended
from api.handlers import (
    agents,
    articles,
    cases,
    chat,
    conversations,
    customers,
    dead_letters,
    files,
    inboxes,
    messages,
    proposals,
    reports,
    search,
    session,
    system,
    teams,
    tokens,
    webhook_subscriptions,
)
from api.house import HOUSE, House
from api.hub import HUB, Hub
from api.openapi import document
from api.problems import problems, quieten
from api.route import Route
from api.socket import TASKS
from api.visitors import VISITORS, Visitors
from kernel.tasks import Tasks
from staff.sign_in import Doorkeeper

ROUTES: tuple[Route, ...] = tuple(
    route
    for resource in (
        session, agents, teams, tokens, inboxes, cases, messages, files, conversations, customers, proposals, search, reports, articles, dead_letters,
        webhook_subscriptions, chat,
    )
    for route in resource.routes
)  # fmt: skip


def build_app(house: House) -> web.Application:
    """Return the application; its background work begins and ends with it."""
    doorkeeper = Doorkeeper(house.factory, timedelta(days=house.settings.session_days))
    quieten(server_logger)
    app = web.Application(middlewares=[attended, problems], client_max_size=house.settings.upload_max_bytes)
    app[CROWD] = Crowd()
    app[HOUSE], app[TASKS], app[HUB], app[VISITORS], app[DOORKEEPER] = house, Tasks(), Hub(house, doorkeeper), Visitors(house), doorkeeper
    for route in ROUTES:
        if route.method == "GET":
            app.router.add_get(route.pattern, route.serving())
        else:
            app.router.add_route(route.method, route.pattern, route.serving())
    _declare_documentation(app, house)
    app.router.add_get("/healthz", system.healthz)
    app.router.add_get("/metrics", system.metrics)
    app.router.add_get("/ws/agent", socket.agent_socket)
    app.router.add_get("/ws/chat/{inbox_key}", chat_socket.chat_socket)
    webhooks.declare(app)
    pages.declare(app)
    app.on_shutdown.append(_let_go)
    app.cleanup_ctx.append(_background)
    return app


def _declare_documentation(app: web.Application, house: House) -> None:
    @cache
    def described() -> dict[str, object]:
        # Made when it is first asked for: a start does not wait for it.
        return document(ROUTES, house.settings.base_url)

    async def openapi(_request: web.Request) -> web.Response:
        return web.Response(
            body=orjson.dumps(described()), content_type="application/json", headers={"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}
        )

    async def docs(_request: web.Request) -> web.Response:
        headers = {"Cache-Control": "no-cache", "Content-Security-Policy": docs_page.PAGE_POLICY}
        return web.Response(body=docs_page.page(ROUTES, described()), content_type="text/html", charset="utf-8", headers=headers)

    app.router.add_get("/api/v1/openapi.json", openapi)
    app.router.add_get("/api/v1/docs", docs)


async def _background(app: web.Application) -> AsyncIterator[None]:
    app[HUB].start(app[TASKS])
    yield
    await app[TASKS].stop()


async def _let_go(app: web.Application) -> None:
    """End the sockets first: the server waits for open requests, and a socket is one that never ends."""
    app[HUB].stop()
