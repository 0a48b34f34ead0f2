"""Opens the doors for mail that is delivered to us, where the settings ask for them."""

from dataclasses import dataclass

from app.compose import Estate
from channels.contract import Account
from channels.email.listener import MailDoor
from channels.email.manifest import MANIFEST


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDoors:
    """What is open, and on which ports."""

    door: MailDoor
    smtp_port: int | None
    lmtp_port: int | None


async def open_mail_doors(estate: Estate) -> MailDoors:
    """Listen for mail by SMTP and LMTP, each if it has a port."""
    house, settings = estate.house, estate.house.settings

    async def find(address: str) -> Account | None:
        accounts = await house.directory.accounts(MANIFEST.channel)
        return next((account for account in accounts if account.address.lower() == address), None)

    door = MailDoor(find, house.door.receive, house.clock, max_bytes=settings.mail_max_bytes)
    host = settings.smtp_listen_host
    return MailDoors(
        door=door,
        smtp_port=None if settings.smtp_listen_port is None else await door.listen(host, settings.smtp_listen_port),
        lmtp_port=None if settings.lmtp_listen_port is None else await door.listen(host, settings.lmtp_listen_port, is_lmtp=True),
    )
