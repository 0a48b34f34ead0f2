"""A real IMAP server (pymap) in a process of its own, and a hand that puts mail into it."""

import socket
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from imap_tools import MailBoxUnencrypted

USER = "support"
PASSWORD = "secret"
_PATIENCE = 30.0


class ImapServer:
    """Serves one mailbox of one user on a loopback port; blocking, for fixtures and threads."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "imap.log"
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        # Started again, it is where it was.
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
        command = [str(Path(sys.executable).with_name("pymap")), "--host", "127.0.0.1", "--port", str(self.port), "--no-tls", "--no-service", "admin"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen([*command, "dict", "--demo-user", USER, "--demo-password", PASSWORD], stdout=log, stderr=log)
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                if self._process.poll() is not None or time.monotonic() > until:
                    self._end()
                    raise RuntimeError(f"pymap does not serve: {self._log.read_text()[-500:]}") from None
                time.sleep(0.05)
            else:
                return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def put(self, *mails: bytes, folder: str = "INBOX", came_at: datetime | None = None) -> None:
        """Lay mails into a folder, in order, as if they came at some moment."""
        with self._opened() as box:
            for mail in mails:
                box.append(mail, folder, dt=came_at)

    def renew(self, *mails: bytes, folder: str) -> None:
        """Make a folder new, so that its UIDs mean nothing any more, and lay mails into it."""
        with self._opened() as box:
            if box.folder.exists(folder):
                box.folder.delete(folder)
            box.folder.create(folder)
            for mail in mails:
                box.append(mail, folder)

    def flags(self, folder: str = "INBOX") -> list[tuple[str, ...]]:
        """Return the flags of each mail in a folder."""
        with self._opened() as box:
            box.folder.set(folder, readonly=True)
            return [tuple(mail.flags) for mail in box.fetch(mark_seen=False)]

    def _opened(self) -> MailBoxUnencrypted:
        box = MailBoxUnencrypted("127.0.0.1", port=self.port, timeout=10)
        box.login(USER, PASSWORD, initial_folder=None)
        return box

    def _end(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None
