"""A source at work on one mailbox, with what it is told, kept and heard saying."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from channels.email.imap import ImapSource
from channels.email.imap_box import Patience
from channels.email.mime import MOST_BYTES
from kernel.clock import MovedClock
from tests.channels.email.mails import account, mail
from tests.support.imap_server import PASSWORD, USER
from tests.support.intake import RememberedHealth, RememberedMarks, RememberingIntake


def letters(*names: str) -> list[bytes]:
    """Return mails that can be told apart."""
    return [mail(name, Message_ID=f"<{name}@mail.example.com>") for name in names]


class Polling:
    """A source that reads one folder of a server on this machine, and takes its history in."""

    def __init__(self, clock: MovedClock, port: int, *, folder: str = "INBOX", patience: Patience | None = None, most_bytes: int = MOST_BYTES) -> None:
        self.folder = folder
        self.intake, self.marks, self.health = RememberingIntake(), RememberedMarks(), RememberedHealth()
        self.account = account(
            imap_host="127.0.0.1",
            imap_port=str(port),
            imap_user=USER,
            imap_password=PASSWORD,
            imap_security="none",
            imap_folder=folder,
            poll_seconds="0.05",
            import_history="true",
        )
        self._source = ImapSource(clock, patience=patience, most_bytes=most_bytes)

    @property
    def mark(self) -> str | None:
        """Where the source stands."""
        return self.marks.now.get((self.account.inbox_id, f"imap:{self.folder}"))

    def change(self, **settings: str) -> None:
        """Give the inbox other settings."""
        self.account = replace(self.account, settings={**self.account.settings, **settings})

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Poll beside the test; it never ends by itself."""
        task = asyncio.ensure_future(self._source.poll(self.account, self.intake.receive, self.marks, self.health))
        try:
            yield
            assert not task.done(), task.exception()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
