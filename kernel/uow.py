"""The unit of work: one transaction, the facts it recorded, and the only commit in the house."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import structlog
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.clock import Clock
from kernel.db import Database
from kernel.errors import StorageUnavailable
from kernel.events import EventBus, Fact
from kernel.ids import IdMaker

log = structlog.get_logger()

# PostgreSQL's classes of errors that pass: lost connection, deadlock, too few resources, a lock not to be had, shutting down or starting.
_PASSING = ("08", "40", "53", "55P03", "57P")


class UnitOfWork:
    """What a verb works with: the session, the clock, new ids, and a place to record facts."""

    def __init__(self, session: AsyncSession, clock: Clock, ids: IdMaker, is_sqlite: bool) -> None:
        self.session = session
        self.clock = clock
        self.ids = ids
        self.is_sqlite = is_sqlite
        self._facts: list[Fact] = []
        self._afterwards: list[Callable[[], None]] = []

    def record(self, *facts: Fact) -> None:
        """Say that something happened: reactions run before the commit, listeners after it."""
        self._facts.extend(facts)

    def afterwards(self, call: Callable[[], None]) -> None:
        """Call this after the commit; it may be lost with the process, and its failure is only logged."""
        self._afterwards.append(call)

    async def settle(self, bus: EventBus) -> list[Fact]:
        """Run the reactions to all facts, also to those that reactions record; return the facts in order."""
        settled = 0
        while settled < len(self._facts):
            fresh = self._facts[settled:]
            settled = len(self._facts)
            await bus.reactions_to(fresh, self)
        if self._facts:
            await bus.reactions_to_every(self._facts, self)
        if len(self._facts) > settled:
            raise RuntimeError("What reacts to every fact may record none: nobody would be told of it.")
        return self._facts

    def tell(self, bus: EventBus) -> None:
        """Tell the listeners, each guarded: one that fails loses its own news only."""
        calls = [*self._afterwards, *((lambda told=told, fact=fact: told(fact)) for fact in self._facts for told in bus.listeners_of(fact))]
        for call in calls:
            try:
                call()
            except Exception:
                log.exception("listener failed")


class UnitOfWorkFactory:
    """Opens units of work: `async with factory() as uow` writes, `factory.reading()` only reads."""

    def __init__(self, database: Database, bus: EventBus, clock: Clock, ids: IdMaker | None = None) -> None:
        self.database = database
        self.bus = bus
        self.clock = clock
        self.ids = ids or IdMaker(clock)

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[UnitOfWork]:
        """Yield a writing unit of work; commit when the block ends well, leave nothing behind when it does not.

        Raises:
            StorageUnavailable: the database is locked, full or gone; nothing was kept.
        """
        with _storage_faults():
            async with AsyncSession(self.database.writer, expire_on_commit=False) as session:
                uow = UnitOfWork(session, self.clock, self.ids, self.database.is_sqlite)
                yield uow
                await uow.settle(self.bus)
                await session.commit()
                # At once: whoever is cancelled while the connection is given back has committed all the same.
                uow.tell(self.bus)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[UnitOfWork]:
        """Yield a unit of work that sees one consistent state and changes nothing."""
        with _storage_faults():
            async with AsyncSession(self.database.reader, expire_on_commit=False, autoflush=False) as session:
                yield UnitOfWork(session, self.clock, self.ids, self.database.is_sqlite)


@contextmanager
def _storage_faults() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except (OperationalError, InterfaceError, PoolTimeout, OSError) as fault:  # OSError: there is no network in here but the database's
        log.error("storage unavailable", fault=type(getattr(fault, "orig", None) or fault).__name__)
        raise StorageUnavailable from fault
    except DBAPIError as fault:
        if fault.connection_invalidated or str(getattr(fault.orig, "sqlstate", "")).startswith(_PASSING):
            raise StorageUnavailable from fault
        raise
