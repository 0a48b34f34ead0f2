"""IMAP's wire: a socket that notices a dead peer, an IDLE that loses no line, answers with a bound, and what a FETCH said.

Beneath imap-tools, for what it leaves out: it takes a literal as long as the server says, and its IDLE overlooks a line that came
together with another one.
"""

import contextlib
import imaplib
import re
import select
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BufferedReader

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError

# A dead peer is noticed by the kernel within a minute, also where nobody writes: seconds of silence, seconds between probes, probes.
_KEEPALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_ARRIVED = re.compile(rb'\bINTERNALDATE "([ -~]{20,30})"')
_QUOTED = re.compile(rb'\bBODY\[\](?:<0>)? "((?:[^"\\]|\\.)*)"')
_LITERAL = re.compile(rb"\bBODY\[\](?:<0>)? ~?\{\d+\+?\}$")


class ImapClient(imaplib.IMAP4):
    """The standard library's client over a socket that was opened before; `longest` is the most bytes of a literal."""

    def __init__(self, opened: socket.socket, host: str, longest: int) -> None:
        self._opened = opened
        self._longest = longest
        super().__init__(host)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._opened

    def read(self, size: int) -> bytes:
        """Read a literal; it is never longer than what was asked for."""
        if size > self._longest:
            raise self.abort("the server sends more than it was asked for")
        return super().read(size)

    def can(self, ability: str) -> bool:
        """Ask the server whether it has an ability; many tell only those who have signed in."""
        _, said = self.capability()
        return ability.encode() in b" ".join(line for line in said if isinstance(line, bytes)).upper().split()

    def idle_for(self, seconds: float) -> None:
        """Wait until the server says anything at all, at most so long (RFC 2177); not at all where it has told of more mail since the folder was opened."""
        if self._is_told_of_more():
            return
        tag = self._command("IDLE")
        while self._get_response() is not None:
            if self.tagged_commands[tag] is not None:
                raise self.error(f"IDLE was refused: {self.tagged_commands.pop(tag)}")
        if not self._is_told_of_more():
            self._listen(seconds)
        self.send(b"DONE\r\n")
        while self.tagged_commands[tag] is None:
            self._get_response()
        self.tagged_commands.pop(tag)

    def _is_told_of_more(self) -> bool:
        """Say whether mail came since the folder was opened: a server tells of it once, with whatever it answers, and never again by IDLE."""
        counts = [int(count) for count in self.untagged_responses.get("EXISTS", []) if isinstance(count, bytes) and count.isdigit()]
        return len(counts) > 1 and (max(counts[1:]) > counts[0] or "EXPUNGE" in self.untagged_responses)

    def _listen(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        poller = select.poll()
        poller.register(self.sock, select.POLLIN)
        is_ready = False
        # Looked for before each wait: what came together with another line lies in a buffer, where the poller does not see it.
        while not self._has_more(is_ready):
            if not poller.poll(max(0.0, until - time.monotonic()) * 1000):
                return
            is_ready = True

    def _has_more(self, is_ready: bool) -> bool:
        patience = self.sock.gettimeout()
        self.sock.settimeout(0)
        try:
            found = self._reader().peek(1)
        except ssl.SSLWantReadError:
            return False
        finally:
            self.sock.settimeout(patience)
        if is_ready and not found:
            raise self.abort("the connection was closed")
        return bool(found)

    def _reader(self) -> BufferedReader:
        # Under another name since Python 3.14.
        reader = getattr(self, "_file", None) or self.file
        if not isinstance(reader, BufferedReader):
            raise TypeError("the library reads its socket in another way")
        return reader


class Wrapped(BaseMailBox):
    """imap-tools around a client of ours."""

    def __init__(self, client: ImapClient) -> None:
        self._given = client
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._given


def connected(host: str, port: int, silent_within: float) -> socket.socket:
    """Return a socket that gives up after so many seconds of waiting, and after a minute without a sign of life."""
    opened = socket.create_connection((host, port), timeout=silent_within)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        if hasattr(socket, name):
            opened.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return opened


def words_of(trouble: BaseException) -> str:
    """Return what a server said, out of an error of either library, in one line."""
    result = getattr(trouble, "command_result", None) if isinstance(trouble, ImapToolsError) else None
    said = result[1] if result and len(result) > 1 and isinstance(result[1], list) else trouble.args[:1]
    # Of what the libraries raise, some is what the server said, in bytes.
    spoken = [part.decode("utf-8", "replace") for part in said if isinstance(part, bytes)]
    return " ".join((" ".join(spoken) or str(trouble)).split())[:300] or type(trouble).__name__


def sizes_in(answer: Sequence[object]) -> dict[int, int]:
    """Return the sizes in bytes by UID that a FETCH of RFC822.SIZE gave."""
    lines = [item for item in answer if isinstance(item, bytes)]
    found = ((_UID.search(line), _SIZE.search(line)) for line in lines)
    return {int(uid[1]): int(size[1]) for uid, size in found if uid and size}


def arrivals_in(answer: Sequence[object]) -> dict[int, datetime]:
    """Return when mails came to their server, by UID, that a FETCH of INTERNALDATE gave; one whose date is none is left out."""
    found: dict[int, datetime] = {}
    for line in (item for item in answer if isinstance(item, bytes)):
        uid, date = _UID.search(line), _ARRIVED.search(line)
        if uid and date:
            with contextlib.suppress(ValueError):
                found[int(uid[1])] = datetime.strptime(date[1].decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z")
    return found


def mails_in(answer: Sequence[object]) -> dict[int, bytes | None]:
    """Return the mails by UID that a FETCH of BODY[] gave; None for one that the server names without giving it."""
    found: dict[int, bytes | None] = {}
    for line, literals in _responses(answer):
        uid = _UID.search(line)
        if uid:
            quoted = _QUOTED.search(line)
            empty_or_none = re.sub(rb"\\(.)", rb"\1", quoted[1]) if quoted else None
            if literals or quoted or b"BODY[]" in line:
                found[int(uid[1])] = literals[0] if literals else empty_or_none
    return found


def _responses(answer: Sequence[object]) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yield each response of a FETCH as its line without literals, and the literals that are mails; the library gives a pair for each literal and then the rest."""
    line, literals = b"", []
    for item in answer:
        if isinstance(item, tuple):
            line += item[0]
            if _LITERAL.search(item[0]):
                literals.append(item[1])
        elif isinstance(item, bytes):
            yield line + item, literals
            line, literals = b"", []
