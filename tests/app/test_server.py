"""Opening the house: what keeps it from being opened is said in a sentence, and leaves nothing behind."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import CannotListen
from app.server import opened
from kernel.config import Settings
from kernel.leader import AlreadyRunning
from tests.support.databases import SqliteFiles


@pytest.fixture
def settings(sqlite_files: SqliteFiles, tmp_path: Path) -> Settings:
    return Settings(database_url=sqlite_files.fresh(tmp_path), var_dir=tmp_path / "var", secret_key="tests only", port=0, _env_file=None)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


async def test_says_that_the_port_is_taken_and_opens_when_it_is_free(settings: Settings, taken: int) -> None:
    with pytest.raises(CannotListen, match=rf"port {taken}: another program listens there. KINDRED_PORT"):
        async with opened(settings.model_copy(update={"port": taken})):
            pass
    async with opened(settings) as serving:
        assert serving.url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("name", ["smtp", "lmtp"])
async def test_says_that_a_mail_port_is_taken(settings: Settings, taken: int, name: str) -> None:
    with pytest.raises(CannotListen, match=f"KINDRED_{name.upper()}_LISTEN_PORT"):
        async with opened(settings.model_copy(update={f"{name}_listen_port": taken})):
            pass


async def test_says_that_there_is_no_such_address(settings: Settings) -> None:
    with pytest.raises(CannotListen, match=r"Cannot listen on 192\.0\.2\.1"):
        async with opened(settings.model_copy(update={"host": "192.0.2.1"})):
            pass


async def test_serves_once_from_an_sqlite_file(settings: Settings) -> None:
    """A second process would hear nothing of the first one's news."""
    async with opened(settings):
        with pytest.raises(AlreadyRunning):
            async with opened(settings):
                pass
    async with opened(settings):
        pass
