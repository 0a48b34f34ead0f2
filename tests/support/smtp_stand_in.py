"""A mail server that takes mail for anybody, remembers it, and refuses when told to.

By itself: `python -m tests.support.smtp_stand_in PORT` prints its address and then each mail that it took.
"""

import asyncio
import base64
import sys
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.misbehaviour import Fault, Faults
from tests.support.serving import run

USER = "desk"
PASSWORD = "a-password-that-only-the-mail-server-knows"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMail:
    """One mail that the server would now deliver, with its envelope."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def text(self) -> str:
        """Its plain text, with whatever it quotes."""
        part = self.message.get_body(("plain",))
        return str(part.get_content()) if part is not None else ""


class SmtpStandIn:
    """Takes mail on a loopback port; `sent` is what it took, `calls` how many recipients it was asked to take mail for.

    Whose address is in `refusals` is answered with that line. It signs in who says one of the `tokens`, by XOAUTH2.
    """

    def __init__(self, port: int = 0, prints: bool = False) -> None:
        self.sent: list[SentMail] = []
        self.refusals: dict[str, str] = {}
        self.tokens: set[str] = set()
        self.signed_in: list[str] = []
        self.calls = 0
        self.port = port
        self._prints = prints
        self._faults = Faults()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"smtp://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(self._connection, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._faults.release()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def fail(self, answer: str = "451 4.3.0 Try again later", *, hangs: bool = False, times: int = 1) -> None:
        """Answer the next RCPT (or the next `times`) with this line, or never."""
        self._faults.add(Fault(words=answer, hangs=hangs), times)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802  # aiosmtpd's name
        """Take a recipient, or fail as told."""
        self.calls += 1
        fault = await self._faults.next()
        if fault is not None:
            return fault.words
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Remember the mail."""
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content or "").encode()
        self.sent.append(SentMail(sender=envelope.mail_from or "", recipients=tuple(str(one) for one in envelope.rcpt_tos), content=content))
        if self._prints:
            sys.stdout.write(f"--- {self.sent[-1].sender} -> {', '.join(self.sent[-1].recipients)}\n{content.decode('utf-8', 'replace')}\n")
            sys.stdout.flush()
        return "250 OK"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult | None:  # noqa: N802
        """Take a known token; tell what is wrong with another as Google and Microsoft do, and wait for an answer to it."""
        said = base64.b64decode(args[1]).decode()
        self.signed_in.append(said)
        if any(said.endswith(f"\x01auth=Bearer {token}\x01\x01") for token in self.tokens):
            return AuthResult(success=True)
        await server.challenge_auth(b'{"status":"400","schemes":"Bearer"}')
        return AuthResult(success=False, handled=False, message="535 5.7.8 Username and Password not accepted")

    def _connection(self) -> SMTP:
        return SMTP(self, hostname="stand-in", enable_SMTPUTF8=True, auth_require_tls=False, authenticator=_authenticate)


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object) -> AuthResult:
    # Not `handled`: the server is to say 535 itself.
    return AuthResult(success=isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode()), handled=False)


if __name__ == "__main__":
    run(lambda port: SmtpStandIn(port, prints=True), int(sys.argv[1]))
