"""Reading mail over TLS: from a server whose certificate is good, and from nobody who only says that he is that server."""

import asyncio
import socket
import ssl
from pathlib import Path

import pytest

from channels.email.imap_box import Box, Credentials, Patience
from channels.email.imap_client import connected
from channels.email.manifest import EmailSettings
from kernel.clock import MovedClock
from tests.channels.email.polling import Polling, letters
from tests.support.certificate import self_signed
from tests.support.imap_server import PASSWORD, USER
from tests.support.imap_stand_in import ImapStandIn


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1, signed by itself, with its key."""
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_password_is_said(tls: ssl.SSLContext, clock: MovedClock) -> None:
    async with ImapStandIn(*letters("one"), tls=tls) as server:
        polling = Polling(clock, server.port)
        polling.change(imap_security="tls")
        async with polling.running():
            assert "certificate verify failed" in await polling.health.until_red()
    assert server.said == []


async def test_a_good_certificate_is_taken_and_new_mail_is_heard_of(
    tls: ssl.SSLContext, certificate: Path, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What TLS has decrypted already is seen by nobody who looks at the socket alone."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with ImapStandIn(*letters("one"), tls=tls) as server:
        polling = Polling(clock, server.port)
        polling.change(imap_security="tls")
        async with polling.running():
            await polling.intake.until_kept(1)
            while "IDLE" not in server.said:
                await asyncio.sleep(0.01)
            server.put(letters("two")[0])
            await asyncio.wait_for(polling.intake.until_kept(2), 5)
    assert polling.intake.bodies == letters("one", "two")


async def test_a_line_that_is_broken_off_says_nothing_more_without_its_tls(tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread may be about to say the password: what is ended from elsewhere is the socket beneath TLS, and TLS stays."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with ImapStandIn(tls=tls) as server:
        settings = EmailSettings.model_validate({"smtp_host": "x.example", "imap_host": "127.0.0.1", "imap_port": server.port})
        box = Box(settings, "INBOX", 1000, Patience())
        await box.open(Credentials(USER, PASSWORD))
        client = box._line._client
        assert client is not None
        assert isinstance(client.sock, ssl.SSLSocket)
        box._line.break_off()
        assert client.sock.version() is not None
        box.close()


async def test_a_server_that_cannot_do_starttls_hears_no_password(clock: MovedClock) -> None:
    async with ImapStandIn(*letters("one")) as server:
        polling = Polling(clock, server.port)
        polling.change(imap_security="starttls")
        async with polling.running():
            assert "TLS" in await polling.health.until_red()
    assert not [command for command in server.said if command.startswith(("LOGIN", "AUTHENTICATE"))]


def test_a_socket_asks_whether_the_other_end_still_lives() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, connected("127.0.0.1", server.getsockname()[1], 3) as opened:
        assert opened.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) + 3 * opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) <= 60
        assert opened.gettimeout() == 3
