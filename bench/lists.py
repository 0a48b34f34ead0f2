"""How long an agent waits for a list, the counts, a timeline and a search, through HTTP, and how that grows with the desk."""

import math
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.desk import Desk, make_all_active, seeded
from bench.report import Figure, Floor, percentile
from bench.serving import serving
from bench.size import Size
from kernel.db import Database

_TARGET = 20.0
_WARM_UP = 8
_HELLO = "from bench.lists import say_hello; say_hello()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request: what it is called, who asks, and the path; `pages` follows the cursor so many times first, so that a deep page is measured."""

    name: str
    path: str
    who: str = "most"
    pages: int = 0

    @property
    def kind(self) -> str:
        """What it is: counts, list, timeline or search."""
        return self.name.partition(":")[0].partition(",")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """How long a request took, in milliseconds: half of the time, and nineteen times of twenty, at most so long."""

    half: float
    most: float

    @classmethod
    def of(cls, milliseconds: Sequence[float]) -> "Took":
        """Sum up what was measured."""
        return cls(half=percentile(milliseconds, 0.5), most=percentile(milliseconds, 0.95))


async def run(size: Size) -> list[Figure]:
    """Return the p95 of each request on the largest desk, beside the floor, and how it grew from desk to desk."""
    sizes = [1_000, 10_000] + ([100_000] if size.is_full else [])
    rounds = size.pick(30, 200)
    async with serving("", size.subfolder(), command=_HELLO, arguments=()) as server:
        hello = await _hello(server.url, rounds * 5)
    figures = [Figure(name="aiohttp says hello, p95", value=hello.most, unit="ms")]
    for database in size.databases:
        grown: list[dict[str, Took]] = []
        desks = [await seeded(await size.fresh(database), n_cases) for n_cases in sizes]
        for desk in desks:
            async with serving(desk.url, size.subfolder()) as process:
                grown.append(await measured(process.url, desk, asks(desk), rounds))
        desk = desks[-1]
        floors = {kind: Floor(name="hello and bare SQL", value=hello.most + took.most) for kind, took in (await bare(desk, rounds)).items()}
        figures += _grown(grown, sizes, database, asks(desk), floors)
        await make_all_active(desk.url)
        of_cases = [ask for ask in asks(desk) if ask.path.startswith("/api/v1/cases")]
        async with serving(desk.url, size.subfolder()) as process:
            busy = await measured(process.url, desk, of_cases, rounds)
        figures += [
            _figure(f"{ask.name}; all {sizes[-1]:,} cases active", busy[ask.name], database, floors[ask.kind], f"p50 {busy[ask.name].half:.1f} ms")
            for ask in of_cases
        ]
    return figures


def _figure(name: str, took: Took, database: str, floor: Floor, note: str) -> Figure:
    return Figure(name=f"{name}, p95", value=took.most, unit="ms", database=database, at_most=_TARGET, floor=floor, note=note)


def _grown(grown: Sequence[Mapping[str, Took]], sizes: Sequence[int], database: str, wanted: Sequence[Ask], floors: Mapping[str, Floor]) -> list[Figure]:
    """Show each request on the largest desk, with how many times longer than on the smallest it took half of the time; a logarithm grows to its own part."""
    logarithm = math.log(sizes[-1]) / math.log(sizes[0])
    figures, steepest = [], 0.0
    for ask in wanted:
        halves = [took[ask.name].half for took in grown]
        ratio = halves[-1] / halves[0]
        steepest = max(steepest, ratio)
        note = f"p50 {' → '.join(f'{half:.1f}' for half in halves)} ms: × {ratio:.2f} (log × {logarithm:.2f})"
        figures.append(_figure(ask.name, grown[-1][ask.name], database, floors[ask.kind], note))
    name = f"steepest growth of all, {' to '.join(f'{n:,}' for n in (sizes[0], sizes[-1]))} cases"
    return [*figures, Figure(name=name, value=steepest, unit="times", database=database, at_most=logarithm, note="the target is the logarithm's own growth")]


def asks(desk: Desk) -> list[Ask]:
    """Return what is asked of a desk."""
    cases, words = "/api/v1/cases", desk.words
    customer = f"/api/v1/customers/{desk.customers['500 messages']}/timeline"
    busy = f"/api/v1/customers/{desk.customers['busy']}/timeline"
    few_inbox = desk.inbox_ids[-1]
    return [
        Ask(name="counts, all inboxes", path=f"{cases}/counts", who="admin"),
        Ask(name="counts, 6 of 8 inboxes", path=f"{cases}/counts"),
        Ask(name="counts, 2 of 8 inboxes", path=f"{cases}/counts", who="few"),
        Ask(name="list: all, all inboxes", path=f"{cases}?view=all", who="admin"),
        Ask(name="list: all, 6 of 8 inboxes", path=f"{cases}?view=all"),
        Ask(name="list: all, 2 of 8 inboxes (1 % of cases)", path=f"{cases}?view=all", who="few"),
        Ask(name="list: all, oldest first", path=f"{cases}?view=all&sort=oldest"),
        Ask(name="list: all, who waits longest", path=f"{cases}?view=all&sort=waiting"),
        Ask(name="list: who waits longest, 2 of 8 inboxes", path=f"{cases}?view=all&sort=waiting", who="few"),
        Ask(name="list: all, the fifth page", path=f"{cases}?view=all", pages=4),
        Ask(name="list: mine", path=f"{cases}?view=mine"),
        Ask(name="list: unassigned", path=f"{cases}?view=unassigned"),
        Ask(name="list: unassigned, 2 of 8 inboxes", path=f"{cases}?view=unassigned", who="few"),
        Ask(name="list: snoozed", path=f"{cases}?view=snoozed"),
        Ask(name="list: resolved", path=f"{cases}?view=resolved"),
        Ask(name="list: resolved, 2 of 8 inboxes", path=f"{cases}?view=resolved", who="few"),
        Ask(name="list: of a team", path=f"{cases}?view=all&team_id={desk.team_ids[0]}", who="admin"),
        Ask(name="list: of another's team, 2 of 8 inboxes", path=f"{cases}?view=all&team_id={desk.team_ids[0]}", who="few"),
        Ask(name="list: of a small inbox", path=f"{cases}?view=all&inbox_id={few_inbox}", who="admin"),
        Ask(name="list: resolved with a tag", path=f"{cases}?view=resolved&tag=vip"),
        Ask(name="list: resolved with a tag, 2 of 8 inboxes", path=f"{cases}?view=resolved&tag=vip", who="few"),
        Ask(name="list: of a customer", path=f"{cases}?view=resolved&customer_id={desk.customers['500 messages']}"),
        Ask(name="list: status on hold", path=f"{cases}?status=on_hold"),
        Ask(name="list: status closed", path=f"{cases}?status=closed"),
        Ask(name="timeline, 500 messages", path=customer),
        Ask(name="timeline, 500 messages, the fifth page", path=customer, pages=4),
        Ask(name="timeline, a fiftieth of all messages", path=busy),
        Ask(name="timeline, a fiftieth of all messages, the fifth page", path=busy, pages=4),
        Ask(name="timeline, a fiftieth of all messages, all inboxes", path=busy, who="admin"),
        Ask(name="search: a word of nearly every message", path=f"/api/v1/search?q={words['commonest']}"),
        Ask(name="search: a word of one message in five", path=f"/api/v1/search?q={words['common']}"),
        Ask(name="search: the same, all inboxes", path=f"/api/v1/search?q={words['common']}", who="admin"),
        Ask(name="search: the same, 2 of 8 inboxes", path=f"/api/v1/search?q={words['common']}", who="few"),
        Ask(name="search: two common words", path=f"/api/v1/search?q={words['common']}+{words['common too']}"),
        Ask(name="search: a common and a seldom word", path=f"/api/v1/search?q={words['common']}+{words['seldom']}"),
        Ask(name="search: a seldom word", path=f"/api/v1/search?q={words['seldom']}"),
        Ask(name="search: a seldom word, 2 of 8 inboxes", path=f"/api/v1/search?q={words['seldom']}", who="few"),
        Ask(name="search: a word of one message", path=f"/api/v1/search?q={words['rare']}"),
        Ask(name="search: one letter", path="/api/v1/search?q=b"),
        Ask(name="search: two letters", path="/api/v1/search?q=ba"),
        Ask(name="search: two letters and a rare word", path=f"/api/v1/search?q=ba+{words['rare']}"),
        Ask(name="search: one letter and a seldom word, 2 of 8 inboxes", path=f"/api/v1/search?q=b+{words['seldom']}", who="few"),
        Ask(name="search: no such word", path="/api/v1/search?q=zzzzz"),
    ]


async def measured(url: str, desk: Desk, wanted: Sequence[Ask], rounds: int) -> dict[str, Took]:
    """Return how long each request took: one client with a kept connection, one request after the other, all requests in turn."""
    took: dict[str, list[float]] = {ask.name: [] for ask in wanted}
    async with aiohttp.ClientSession(url) as client:
        paths = {ask.name: await _paged(client, desk, ask) for ask in wanted}
        for turn in range(_WARM_UP + rounds):
            for ask in wanted:
                seconds = await _get(client, paths[ask.name], desk.tokens[ask.who])
                if turn >= _WARM_UP:
                    took[ask.name].append(seconds * 1000)
    return {name: Took.of(values) for name, values in took.items()}


async def bare(desk: Desk, rounds: int) -> dict[str, Took]:
    """Return how long the same rows take through the same driver, with nothing around them, for each kind of request."""
    large = f"SELECT * FROM messages WHERE customer_id = {desk.customers['500 messages']} ORDER BY id DESC LIMIT 51"
    row = f"SELECT * FROM cases WHERE inbox_id = {desk.inbox_ids[0]} AND status = 'closed' ORDER BY last_message_id DESC LIMIT 51"
    last = f"SELECT id, substr(text, 1, 400) FROM messages WHERE id IN (SELECT last_message_id FROM ({row}) AS page)"
    statements = {
        "counts": ["SELECT family, team_id, sum(n) FROM case_counts WHERE family IN ('active', 'snoozed') GROUP BY family, team_id"],
        "list": [row, last],
        "timeline": [large],
        "search": ["SELECT id, body FROM search_documents ORDER BY id DESC LIMIT 250"],
    }
    database = Database(desk.url)
    try:
        async with database.connect() as connection:
            return {kind: Took.of([await _asked(connection, these) for _ in range(_WARM_UP + rounds)][_WARM_UP:]) for kind, these in statements.items()}
    finally:
        await database.close()


async def _asked(connection: AsyncConnection, statements: Sequence[str]) -> float:
    began = time.perf_counter()
    for statement in statements:
        (await connection.execute(text(statement))).all()
    return (time.perf_counter() - began) * 1000


def say_hello() -> None:
    """Serve one word: what HTTP itself takes here. Run as a process of its own."""

    async def hello(_request: web.Request) -> web.Response:
        return web.Response(text="hello")

    app = web.Application()
    app.router.add_get("/{any:.*}", hello)
    web.run_app(app, host="127.0.0.1", port=int(os.environ["KINDRED_PORT"]), print=None, access_log=None)


async def _hello(url: str, rounds: int) -> Took:
    async with aiohttp.ClientSession(url) as client:
        return Took.of([await _get(client, "/hello", "nobody") * 1000 for _ in range(_WARM_UP + rounds)][_WARM_UP:])


async def _paged(client: aiohttp.ClientSession, desk: Desk, ask: Ask) -> str:
    path = ask.path
    for _ in range(ask.pages):
        async with client.get(path, headers=_as(desk.tokens[ask.who])) as answer:
            after = (await answer.json())["next"]
        if after is None:
            break
        path = f"{ask.path}{'&' if '?' in ask.path else '?'}cursor={after}"
    return path


async def _get(client: aiohttp.ClientSession, path: str, token: str) -> float:
    began = time.perf_counter()
    async with client.get(path, headers=_as(token)) as answer:
        body = await answer.read()
    took = time.perf_counter() - began
    if answer.status != 200:
        raise AssertionError(f"{path}: {answer.status} {body[:200]!r}")
    return took


def _as(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}
