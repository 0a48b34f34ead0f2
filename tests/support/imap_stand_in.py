"""A mail server that a real one cannot be made to be: it drops connections in the middle of a mail, falls silent, lies, and asks for access tokens."""

import asyncio
import base64
import contextlib
import json
import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

_PARTIAL = re.compile(r"BODY\.PEEK\[\]<0\.(\d+)>")


class Huge:
    """A mail of so many bytes, of which only the beginning is ever made."""

    def __init__(self, beginning: bytes, size: int) -> None:
        self.beginning = beginning
        self.size = size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, part: slice) -> bytes:
        return self.beginning[part].ljust(min(part.stop, self.size), b"x")


class ImapStandIn:
    """Serves one folder on a loopback port; each switch can be turned while it runs."""

    def __init__(self, *mails: bytes | Huge, tls: ssl.SSLContext | None = None) -> None:
        self.mails = dict(enumerate(mails, start=1))
        self.uidvalidity = 1
        self.port = 0
        self.connections = 0
        self.bytes_sent = 0
        self.said: list[str] = []  # each command without its tag
        self.abilities = "IMAP4rev1 IDLE"
        self.tokens: set[str] = set()
        self.refused: set[int] = set()  # UIDs that no FETCH gives
        self.sizes: dict[int, int] = {}  # stated instead of the truth
        self.refused_sizes: set[int] = set()  # UIDs of which no FETCH says the size
        self.breaks: set[int] = set()  # UIDs over which the connection ends
        self.arrived: dict[int, datetime] = {}  # when mails came; the others on the first day of 2026
        self.drops = 0  # so many mails break off in their middle
        self.is_silent = False
        self.hangs_at = "nothing"  # commands with this word are not answered
        self.knows_password = True
        self.refuses_idle = False
        self.late: bytes | None = None  # a mail that comes while the next SEARCH is answered
        self.idle_says = b""  # comes together with the answer to IDLE
        self._tls = tls
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @property
    def is_connected(self) -> bool:
        """Whether anybody is."""
        return bool(self._writers)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._server is not None:
            self._server.close()
        self.drop()
        while self._writers:
            await asyncio.sleep(0.01)

    def drop(self) -> None:
        """End every connection without a word."""
        for writer in self._writers:
            writer.transport.abort()

    def stir(self) -> None:
        """Say something to those who wait that is no news."""
        for writer in self._writers:
            writer.write(b"* OK still here\r\n")

    def put(self, mail: bytes | Huge) -> None:
        """Lay a mail into the folder, and tell those who wait."""
        self.mails[max(self.mails, default=0) + 1] = mail
        for writer in self._writers:
            writer.write(f"* {len(self.mails)} EXISTS\r\n".encode())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            with contextlib.suppress(ConnectionError):
                await self._talk(reader, writer)
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._say(writer, b"* OK here\r\n")
        while line := await reader.readline():
            if self.is_silent:
                continue
            tag, _, command = line.decode().strip().partition(" ")
            self.said.append(command)
            if self.hangs_at in command:
                continue
            if command == "IDLE" and not self.refuses_idle:
                writer.write(b"+ idling\r\n" + self.idle_says)
                self.idle_says = b""
                await reader.readline()
                self._say(writer, f"{tag} OK done\r\n".encode())
                continue
            verdict = await self._token(command, reader, writer) if command.startswith("AUTHENTICATE") else "OK done"
            if command.startswith("LOGIN") and not self.knows_password:
                verdict = "NO [AUTHENTICATIONFAILED] no"
            if command == "IDLE":
                verdict = "NO not today"
            if "FETCH" in command and self.breaks & set(self._chosen(command.split(" ")[2])):
                writer.transport.abort()
                return
            for part in self._answers(command):
                if isinstance(part, bytes) and len(part) > 1 and self.drops and not part.startswith((b"*", b")")):
                    self.drops -= 1
                    writer.write(part[: len(part) // 2])
                    await writer.drain()
                    writer.transport.abort()
                    return
                if part is None:
                    verdict = "NO not this one"
                else:
                    self.bytes_sent += len(part)
                    writer.write(part)
                    await writer.drain()
            if self.late is not None and "SEARCH" in command:
                late, self.late = self.late, None
                self.put(late)
            writer.write(f"{tag} {verdict}\r\n".encode())

    def _say(self, writer: asyncio.StreamWriter, words: bytes) -> None:
        if not self.is_silent:
            writer.write(words)

    async def _token(self, command: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        writer.write(b"+ \r\n")
        given = base64.b64decode(await reader.readline()).decode()
        self.said.append(given)
        if given.partition("auth=Bearer ")[2].rstrip("\x01") in self.tokens:
            return "OK welcome"
        writer.write(b"+ " + base64.b64encode(json.dumps({"status": "401", "schemes": "bearer"}).encode()) + b"\r\n")
        self.said.append(base64.b64decode(await reader.readline()).decode())
        return "NO AUTHENTICATE failed"

    def _answers(self, command: str) -> Iterator[bytes | None]:
        word, _, rest = command.partition(" ")
        if word == "CAPABILITY":
            yield f"* CAPABILITY {self.abilities}\r\n".encode()
        elif word == "EXAMINE":
            yield f"* {len(self.mails)} EXISTS\r\n* OK [UIDVALIDITY {self.uidvalidity}] ok\r\n".encode()
        elif rest.startswith("SEARCH"):
            word, _, which = rest.removeprefix("SEARCH ").partition(" ")
            found = self._since(which) if word == "SINCE" else self._chosen(which)
            yield f"* SEARCH {' '.join(str(uid) for uid in found)}\r\n".encode()
        elif rest.startswith("FETCH"):
            uids = self._chosen(rest.split(" ")[1])
            partial = _PARTIAL.search(rest)
            if "INTERNALDATE" in rest:
                for uid in uids:
                    yield f'* {uid} FETCH (UID {uid} INTERNALDATE "{self._came_at(uid):%d-%b-%Y %H:%M:%S %z}")\r\n'.encode()
                return
            if (self.refused if partial else self.refused_sizes) & set(uids):
                yield None
                return
            for uid in uids:
                mail = self.mails[uid]
                if partial is None:
                    yield f"* {uid} FETCH (UID {uid} RFC822.SIZE {self.sizes.get(uid, len(mail))})\r\n".encode()
                    continue
                content = mail[: int(partial[1])]
                yield f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(content)}}}\r\n".encode()
                yield content
                yield b")\r\n"

    def _came_at(self, uid: int) -> datetime:
        return self.arrived.get(uid, datetime(2026, 1, 1, tzinfo=UTC))

    def _since(self, day: str) -> list[int]:
        first = datetime.strptime(f"{day} +0000", "%d-%b-%Y %z").date()
        return [uid for uid in self.mails if self._came_at(uid).date() >= first]

    def _chosen(self, which: str) -> list[int]:
        if which.endswith(":*"):
            return [uid for uid in self.mails if uid >= int(which[:-2])]
        return [max(self.mails)] if which == "*" else [int(uid) for uid in which.split(",") if int(uid) in self.mails]
