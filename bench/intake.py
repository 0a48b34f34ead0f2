"""Measures the way in: letters a second, and what each takes and costs, beside a bare insert of the same rows; then storage alone, and a message by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench import lone
from bench.floor import Bare, Rows, inserted, rows_of
from bench.front import fronted, set_up
from bench.letters import CHANNELS, letters
from bench.machine import sync_time
from bench.parcels import Doors
from bench.postmaster import postgres_clock
from bench.report import Figure, Floor, percentile
from bench.serving import serving
from bench.size import SQLITE, Size
from bench.storage import recorded, replayed
from bench.traffic import Brought, Load, bring
from inbox.intake import MOST_A_BATCH

_MOST_CPU = {"sms": 0.8, "chat": 0.8, "telegram": 0.8, "email": 1.5}  # milliseconds, at 64 senders
_LEAST_RATE = 800  # messages/s, all channels together, at 64 senders
_LEAST_STORAGE = 50  # per cent of the bare insert
_MOST_SYNCS = 3  # of the disk, for a lone message
_LONE_COMMITS = 300
_WARM_BATCHES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """One load on one database, what it cost, and what the bare insert of its rows did."""

    database: str
    load: Load
    brought: Brought
    bare: Bare

    @property
    def name(self) -> str:
        """Which channel, by how many."""
        channel = self.load.channels[0] if len(self.load.channels) == 1 else "mixed"
        return f"{channel}, {self.load.senders} sender{'s' if self.load.senders > 1 else ''}"


async def run(size: Size) -> list[Figure]:
    """Return what intake costs on each database.

    Raises:
        RuntimeError: a letter was not acknowledged, or what is stored is not what was acknowledged.
    """
    figures: list[Figure] = []
    for database in size.databases:
        cells = [await _cell(size, database, load) for load in _loads(size)]
        for cell in cells:
            figures += _figures(cell)
        figures += await _storage(size, database)
        figures += await _lone(size, next(cell for cell in cells if cell.load.senders == 1 and cell.load.channels == ("sms",)))
    return figures


def _loads(size: Size) -> list[Load]:
    """All channels by themselves and together; the small size leaves out what the mixed letters show as well."""
    counts = {64: size.pick(600, 5_000), 16: size.pick(600, 2_000), 1: size.pick(200, 300)}
    single = [Load(channels=(channel,), senders=senders, count=counts[senders]) for senders in counts for channel in CHANNELS]
    if not size.is_full:
        single = [load for load in single if load.senders == 64 or (load.senders == 1 and load.channels == ("sms",))]
    mixed = [Load(channels=CHANNELS, senders=senders, count=count) for senders, count in counts.items()]
    return single + mixed


async def _cell(size: Size, database: str, load: Load) -> _Cell:
    desk = await set_up(await size.fresh(database), size.subfolder())
    clock = None if database == SQLITE else await postgres_clock(desk.url)
    async with fronted(desk, size.subfolder()) as (process, doors):
        watched: list[Callable[[], float]] = [process.processor_seconds, *([clock] if clock else [])]
        brought = await bring(load, doors, size.subfolder(), watched)
    rows = await rows_of(desk.url)
    _check(load, rows)
    each = MOST_A_BATCH if load.senders > 1 else 1
    bare = await inserted(rows, await size.fresh(database), each=each, most=10**6 if each > 1 else _LONE_COMMITS, warm=_WARM_BATCHES)
    return _Cell(database=database, load=load, brought=brought, bare=bare)


def _check(load: Load, rows: Rows) -> None:
    """Compare what is stored with what was acknowledged: each message once, each in its conversation, nothing buried."""
    brought = list(letters(load.channels, load.warm + load.count, apart=2 * load.senders))
    due = {"messages": len(brought), "conversations": sum(not letter.earlier for letter in brought)}
    stored = {table: len(rows.rows[table]) for table in due}
    once = len(set(zip(rows.column("messages", "inbox_id"), rows.column("messages", "external_id"), strict=True)))
    buried = rows.column("raw_payloads", "state").count("dead")
    if stored != due or once != len(brought) or buried:
        raise RuntimeError(f"acknowledged {due}, stored {stored}, of them different {once}, dead letters {buried}")


def _figures(cell: _Cell) -> list[Figure]:
    load, brought, bare = cell.load, cell.brought, cell.bare
    is_single, is_large = len(load.channels) == 1, load.senders == 64
    insert = f"bare insert, {MOST_A_BATCH if load.senders > 1 else 1} a commit"
    ours, *database = (seconds / load.count * 1000 for seconds in brought.worked)
    bare_ours, bare_database = bare.worked / bare.messages * 1000, bare.database_worked / bare.messages * 1000
    beside = "".join(f"PostgreSQL {spent:.2f} ms beside it (bare insert {bare_database:.2f}); " for spent in database)
    return [
        Figure(
            name=f"{cell.name}: rate", database=cell.database, value=load.count / brought.seconds, unit="/s",
            at_least=_LEAST_RATE if is_large and not is_single else None, floor=Floor(name=insert, value=bare.rate), note=f"{load.count} messages",
        ),
        Figure(
            name=f"{cell.name}: processor time", database=cell.database, value=ours, unit="ms", at_most=_MOST_CPU[load.channels[0]] if is_large and is_single else None,
            floor=Floor(name=insert, value=bare_ours), note=f"{beside}senders {brought.senders_worked / load.count * 1000:.2f} ms",
        ),
        *(
            Figure(name=f"{cell.name}: p{round(part * 100)}", database=cell.database, value=percentile(brought.all_took, part) * 1000, unit="ms")
            for part in (0.5, 0.99)
        ),
    ]  # fmt: skip


async def _storage(size: Size, database: str) -> list[Figure]:
    """Compare intake's statements, executed by themselves, with the bare insert of the rows that came of them."""
    count, warm = size.pick(20, 80) * MOST_A_BATCH, _WARM_BATCHES
    desk = await set_up(await size.fresh(database), size.subfolder())
    transactions = await recorded(desk, size.subfolder(), CHANNELS, count)
    rows = await rows_of(desk.url)
    bare = await inserted(rows, await size.fresh(database), each=MOST_A_BATCH, most=10**6, warm=warm)
    alone = await replayed(transactions, rows, await size.fresh(database), messages=count - warm * MOST_A_BATCH, warm=warm)
    floor = "bare insert, 64 a commit"
    return [
        Figure(
            name="storage alone, mixed: share of the bare insert's rate", database=database, value=alone.rate / bare.rate * 100, unit="%", at_least=_LEAST_STORAGE,
            note=f"{alone.rate:,.0f}/s; reads and changes included, the bare insert has neither; {alone.statements:.0f} statements a batch",
        ),
        Figure(
            name="storage alone, mixed: processor time", database=database, value=(alone.worked + alone.database_worked) / alone.messages * 1000, unit="ms",
            floor=Floor(name=floor, value=(bare.worked + bare.database_worked) / bare.messages * 1000), note="the database's processes included",
        ),
    ]  # fmt: skip


async def _lone(size: Size, cell: _Cell) -> list[Figure]:
    """Compare a message by itself with the disk's sync, a bare commit, and the leanest server."""
    sync, took = sync_time(size.subfolder()) * 1000, percentile(cell.brought.all_took, 0.5) * 1000

    def beside(name: str, floor: float, at_most: float | None = None, note: str = "") -> Figure:
        return Figure(
            name=f"a lone SMS, p50, beside {name}",
            database=cell.database,
            value=took,
            unit="ms",
            at_most=at_most,
            floor=Floor(name=name, value=floor),
            note=note,
        )

    figures = [
        beside("the disk's sync", sync, _MOST_SYNCS * sync),
        beside("a bare commit of its rows", cell.bare.median * 1000),
    ]
    if cell.database == SQLITE:
        figures.append(beside("a bare commit of one row", percentile(lone.commits(size.subfolder(), _LONE_COMMITS), 0.5) * 1000))
        figures.append(
            beside("the leanest server", percentile(await _leanest(size, cell.load), 0.5) * 1000, note="aiohttp, the signature, one row in a thread")
        )
    return figures


async def _leanest(size: Size, load: Load) -> Sequence[float]:
    async with serving("", size.subfolder(), command=lone.COMMAND) as process:
        doors = Doors(url=process.url, smtp_port=0, inboxes=dict.fromkeys(CHANNELS, 1), chat_key="")
        return (await bring(load, doors, size.subfolder())).all_took
