"""Intake's storage alone: the statements that it executes for a workload, recorded batch by batch and executed again with no decision in between."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, CursorResult

from app.compose import Estate, compose
from bench.floor import Rows, rows_of, stand_before
from bench.front import Desk, settings_for
from bench.letters import Letter, letters
from bench.parcels import payload
from bench.postmaster import postgres_clock
from inbox.intake import MOST_A_BATCH
from kernel.bulk import send
from kernel.clock import SystemClock
from kernel.db import Database, core
from kernel.events import EventBus
from kernel.sqlite import OneTripConnection
from kernel.uow import UnitOfWorkFactory

_Statement = tuple[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What executing again cost: seconds, messages, statements a batch, and processor seconds of ours and of PostgreSQL."""

    seconds: float
    messages: int
    statements: float
    worked: float
    database_worked: float

    @property
    def rate(self) -> float:
        """Messages per second."""
        return self.messages / self.seconds


async def take_in(estate: Estate, desk: Desk, written: Sequence[Letter]) -> None:
    """Hand letters to the house, as many at once as one batch holds."""
    door, clock = estate.house.door, estate.house.clock
    for at in range(0, len(written), MOST_A_BATCH):
        batch = written[at : at + MOST_A_BATCH]
        await asyncio.gather(*(door.receive(desk.inboxes[letter.channel], payload(letter, clock.now())) for letter in batch))


def written(channels: Sequence[str], count: int) -> list[Letter]:
    """Return letters of which none goes on with another in its own batch."""
    return list(letters(channels, count, apart=2 * MOST_A_BATCH))


async def recorded(desk: Desk, folder: Path, channels: Sequence[str], count: int) -> list[list[_Statement]]:
    """Take letters in and return what was executed, transaction by transaction."""
    estate = compose(settings_for(desk.url, folder))
    try:
        with _recording(estate.database) as transactions:
            await take_in(estate, desk, written(channels, count))
        return transactions
    finally:
        await estate.close()


async def replayed(transactions: Sequence[Sequence[_Statement]], rows: Rows, url: str, *, messages: int, warm: int) -> Replayed:
    """Execute transactions again on a migrated, empty database; the first `warm` are not counted, `messages` were in the others.

    Raises:
        RuntimeError: other rows came of it than those.
    """
    await stand_before(rows, url)
    database = Database(url)
    clock = None if database.is_sqlite else await postgres_clock(url)
    factory = UnitOfWorkFactory(database, EventBus(), SystemClock())
    began, worked, database_worked = 0.0, 0.0, 0.0
    try:
        for number, statements in enumerate(transactions):
            if number == warm:
                began, worked, database_worked = time.perf_counter(), time.process_time(), clock() if clock else 0
            await _execute(factory, statements)
        seconds, worked = time.perf_counter() - began, time.process_time() - worked
        database_worked = clock() - database_worked if clock else 0
    finally:
        await database.close()
    here, there = (await rows_of(url)).counts(), rows.counts()
    if here != there:
        raise RuntimeError(f"what was recorded is not all that was executed: {here} are not {there}")
    counted = transactions[warm:]
    return Replayed(
        seconds=seconds, messages=messages, statements=sum(map(len, counted)) / len(counted), worked=worked, database_worked=database_worked
    )  # fmt: skip


async def _execute(factory: UnitOfWorkFactory, statements: Sequence[_Statement]) -> None:
    async with factory() as uow:
        # As the product does it: plain words to the driver, tables to the connection, and only what is an object of ours to the session.
        connection = await core(uow.session)
        for statement, parameters in statements:
            if isinstance(statement, str):
                await (send(uow.session, statement, parameters) if isinstance(parameters, list) else connection.exec_driver_sql(statement, parameters))
                continue
            is_object = getattr(statement, "_propagate_attrs", {}).get("compile_state_plugin") == "orm"
            result = await (uow.session if is_object else connection).execute(statement, parameters)
            if not isinstance(result, CursorResult) or result.returns_rows:
                result.all()


@contextmanager
def _recording(database: Database) -> Iterator[list[list[_Statement]]]:
    """Note what is executed by transactions that commit something; what only reads is left out."""
    engine = database.writer.sync_engine
    open_now: dict[Connection, list[_Statement]] = {}
    committed: list[list[_Statement]] = []

    def note(connection: Connection, statement: Any, many: Any, one: Any, _options: object) -> None:
        open_now.setdefault(connection, []).append((statement, list(many) if many else dict(one)))

    def note_plain(connection: Connection, _cursor: object, statement: str, parameters: Any, context: Any, _many: bool) -> None:
        # What is handed to the driver as it is was never a statement of SQLAlchemy's.
        if context.compiled is None and not statement.startswith("BEGIN"):
            open_now.setdefault(connection, []).append((statement, parameters))

    def keep(connection: Connection) -> None:
        statements = open_now.pop(connection, [])
        if not all(getattr(statement, "is_select", False) for statement, _ in statements):
            committed.append(statements)

    def drop(connection: Connection) -> None:
        open_now.pop(connection, None)

    def note_ahead(driver: OneTripConnection, statement: str, parameters: Sequence[Any]) -> None:
        # SQLite has one connection that writes, and nothing goes ahead in it before something was asked.
        [statements] = open_now.values()
        statements.append((statement, parameters))
        ahead(driver, statement, parameters)

    ahead = OneTripConnection.ahead
    watched: dict[str, Callable[..., None]] = {"before_execute": note, "before_cursor_execute": note_plain, "commit": keep, "rollback": drop}
    for name, call in watched.items():
        event.listen(engine, name, call)
    setattr(OneTripConnection, "ahead", note_ahead)  # noqa: B010  # there is no event for what is not asked of SQLAlchemy
    try:
        yield committed
    finally:
        setattr(OneTripConnection, "ahead", ahead)  # noqa: B010
        for name, call in watched.items():
            event.remove(engine, name, call)
