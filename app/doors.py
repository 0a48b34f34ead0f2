"""Opens the doors for mail that is delivered to us, where the settings ask for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.compose import Estate
from app.errors import CannotListen
from channels.contract import Account
from channels.email.listener import MailDoor
from channels.email.manifest import MANIFEST


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDoors:
    """On which ports mail is taken."""

    smtp_port: int | None
    lmtp_port: int | None


@asynccontextmanager
async def open_mail_doors(estate: Estate) -> AsyncIterator[MailDoors]:
    """Listen for mail by SMTP and LMTP, each if it has a port, while this lasts.

    Raises:
        CannotListen: a port is not to be had.
    """
    house, settings = estate.house, estate.house.settings

    async def find(address: str) -> Account | None:
        accounts = await house.directory.accounts(MANIFEST.channel)
        return next((account for account in accounts if account.address.lower() == address), None)

    door = MailDoor(find, house.door.receive, house.clock, max_bytes=settings.mail_max_bytes)
    host = settings.smtp_listen_host

    async def listen(port: int | None, setting: str, *, is_lmtp: bool) -> int | None:
        try:
            return None if port is None else await door.listen(host, port, is_lmtp=is_lmtp)
        except OSError as fault:
            raise CannotListen(host, port or 0, fault, setting) from fault

    try:
        yield MailDoors(
            smtp_port=await listen(settings.smtp_listen_port, "KINDRED_SMTP_LISTEN_PORT", is_lmtp=False),
            lmtp_port=await listen(settings.lmtp_listen_port, "KINDRED_LMTP_LISTEN_PORT", is_lmtp=True),
        )
    finally:
        await door.close()
