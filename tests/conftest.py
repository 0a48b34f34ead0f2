"""What every test may ask for: a fresh database of either kind, a clock that stands, a bus and a unit of work."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings
from xdist.workermanage import WorkerController

from kernel.clock import MovedClock
from kernel.db import Database
from kernel.events import EventBus
from kernel.log import origin_of
from kernel.uow import UnitOfWorkFactory
from tests.support import tally, torture
from tests.support.databases import PostgresDatabases, SqliteFiles
from tests.support.postgres import NoPostgres

# A Wednesday morning, well away from any change of clocks.
MOMENT = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
RUN = pytest.StashKey[Path]()
# Speed is measured in bench/, never in a test: a busy machine fails none.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(scope="session")
def run_folder(request: pytest.FixtureRequest) -> Path:
    """A folder that all workers of this run share."""
    return request.config.stash[RUN]


@pytest.fixture(scope="session")
def sqlite_files(run_folder: Path) -> SqliteFiles:
    """Where fresh SQLite databases come from."""
    return SqliteFiles(run_folder)


@pytest.fixture(scope="session")
def postgres_databases(run_folder: Path) -> Iterator[PostgresDatabases]:
    """Where fresh PostgreSQL databases come from; tests that ask for it are skipped, and said to be, where there is no server."""
    try:
        databases = PostgresDatabases(run_folder, os.environ.get("PYTEST_XDIST_WORKER", "alone"))
    except NoPostgres as missing:
        pytest.skip(f"no PostgreSQL: {missing}")
    yield databases
    databases.forget()


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.sqlite), pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty, migrated database, once of each kind."""
    if request.param == "sqlite":
        files: SqliteFiles = request.getfixturevalue("sqlite_files")
        return files.fresh(tmp_path)
    databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
    return await databases.emptied()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty, migrated database, once of each kind."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Put back how logs are written: a test of the command line sets it up for the terminal of that test."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture
def clock() -> MovedClock:
    """A clock that stands until the test moves it."""
    return MovedClock(MOMENT)


@pytest.fixture
def bus() -> EventBus:
    """A bus that nobody is wired to yet."""
    return EventBus()


@pytest.fixture
def unit_of_work(database: Database, bus: EventBus, clock: MovedClock) -> UnitOfWorkFactory:
    """Opens units of work on the test's database, bus and clock."""
    return UnitOfWorkFactory(database, bus, clock)


def pytest_configure(config: pytest.Config) -> None:
    """Make the run's folder, once for all workers, and let logs tell of errors as ours do."""
    # structlog's own way with exceptions shows the values of all variables, and takes seconds for it.
    shown = structlog.processors.ExceptionRenderer(lambda exc_info: origin_of(exc_info[1]))
    structlog.configure(
        processors=[structlog.processors.add_log_level, shown, structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    given: dict[str, str] | None = getattr(config, "workerinput", None)
    config.stash[RUN] = Path(given["kindred_run"]) if given else Path(tempfile.mkdtemp(prefix="kindred-tests-"))
    if given is None:
        torture.settle_seed()
        # The server that the tests start ends with this process; workers inherit the word.
        os.environ["KINDRED_TEST_OWNER"] = str(os.getpid())


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Tell a worker of pytest-xdist where the run's folder is."""
    node.workerinput["kindred_run"] = str(node.config.stash[RUN])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Clear up after the run."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(config.stash[RUN], ignore_errors=True)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Say at the very end what was run on which database, and in one last line what was not."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    for line in tally.lines(session.config.stash[RUN], reporter.stats):
        reporter.write_line(line)
