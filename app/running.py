"""`kindred run`: serves, and says where."""

import asyncio
import gc
from collections.abc import Callable

from aiohttp import web

from app.server import Serving, opened, stop_signal
from kernel.config import Settings

_DEMO_SMTP_PORT = 8025
_YOUNG = 20_000  # objects made since the collector looked last
Say = Callable[[str], None]


async def run(settings: Settings, say: Say, *, with_demo: bool) -> None:
    """Serve until SIGINT or SIGTERM; with the demo, fill an empty database first."""
    # What was loaded stays for good: the collector, off since the start (`app.start`), need never look at it.
    gc.freeze()
    # A batch of messages is thousands of objects that all live until its commit: looking at each seven hundred finds nothing.
    gc.set_threshold(_YOUNG)
    gc.enable()
    stop = stop_signal()
    if not with_demo:
        async with opened(settings) as serving:
            _settle()
            _announce(serving, say)
            await stop.wait()
        return
    await _run_demo(settings, say, stop)


async def _run_demo(settings: Settings, say: Say, stop: asyncio.Event) -> None:
    # Imported here: a desk in earnest never loads the demo.
    from app.demo.pretend import PretendRegistry
    from app.demo.seed import seed
    from app.demo.shop import SHOP_HEADERS, shop_page
    from kernel.clock import SystemClock
    from migrations.standing import bring_up

    if settings.smtp_listen_port is None:
        settings = settings.model_copy(update={"smtp_listen_port": _DEMO_SMTP_PORT})
    await bring_up(settings.database_url)
    seeded = await seed(settings, SystemClock().now())

    async def shop(_request: web.Request) -> web.Response:
        return web.Response(text=shop_page(settings.base_url), content_type="text/html", headers=SHOP_HEADERS)

    def add_shop(app: web.Application) -> None:
        app.router.add_get("/demo", shop)

    async with opened(settings, registry_of=PretendRegistry, extend=add_shop) as serving:
        _settle()
        _announce(serving, say)
        say("\nThe demo desk. What is sent from its own inboxes goes nowhere; inboxes that you set up are real.")
        for email, password, role in seeded.sign_ins:
            say(f"  {role:<11} {email:<28} {password}")
        say(f"  A shop with the chat widget: {serving.url}/demo")
        await stop.wait()


def _settle() -> None:
    """Take what was put together for good out of the collector's sight too: else it walks all of it in the middle of a request now and then."""
    gc.collect()
    gc.freeze()


def _announce(serving: Serving, say: Say) -> None:
    say(f"\nKindred serves on {serving.url}")
    say(f"  API: {serving.url}/api/v1/docs")
    for name, port in (("SMTP", serving.smtp_port), ("LMTP", serving.lmtp_port)):
        if port is not None:
            say(f"  {name} listens on port {port}")
