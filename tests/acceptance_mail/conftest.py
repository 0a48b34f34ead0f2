"""The mail servers, once for all acts, and a desk of its own for each."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.acceptance_mail.desk import Desk, opened
from tests.acceptance_mail.mail_servers import MailServers
from tests.support.databases import SqliteFiles
from tests.torture.conftest import nursery
from tests.torture.process import Nursery

__all__ = ["nursery"]

# `make acceptance` says this word: another run neither collects these tests nor counts them as skipped.
collect_ignore_glob = [] if os.environ.get("KINDRED_ACCEPTANCE") == "mail" else ["test_*.py"]


@pytest.fixture(scope="session")
def post() -> Iterator[MailServers]:
    """Postfix and Dovecot; their users have to be able to reach the folder, which pytest's own are closed to."""
    with tempfile.TemporaryDirectory(prefix="kindred-mail-") as folder, MailServers(folder=Path(folder)) as post:
        yield post


@pytest.fixture
async def desk(post: MailServers, nursery: Nursery, sqlite_files: SqliteFiles, tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk without inboxes."""
    async with opened(post, nursery, sqlite_files.fresh(tmp_path), tmp_path) as desk:
        yield desk
