"""A desk on a database with an inbox a channel, one or more servers before it, and the addresses that vendors call."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from app.operating import create_agent, create_inbox, create_token
from kernel.config import Settings
from tests.support import telegram_stand_in, twilio_stand_in
from tests.torture.process import Nursery, Server, free_ports

PUBLIC_URL = "http://desk.example"
MAILBOX, NUMBER, SECRET = "support@desk.example", "+15005550006", "tests only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Where everything is."""

    settings: Settings
    servers: tuple[Server, ...]
    inboxes: dict[str, int]
    chat_key: str
    token: str

    @property
    def blobs(self) -> Path:
        """The folder of files."""
        return self.settings.var_dir / "blobs"

    async def open(self) -> None:
        """Start every server and wait until all serve."""
        for server in self.servers:
            await server.start()
        for server in self.servers:
            await server.ready()


@asynccontextmanager
async def built(
    database_url: str, folder: Path, nursery: Nursery, *, servers: int = 1, twilio_url: str = "", telegram_url: str = "", mail_port: int = 9,
    acknowledgement: str = "",
) -> AsyncIterator[Town]:  # fmt: skip
    """Set up a desk with its inboxes and an administrator's API token; no server runs yet, and none is left behind."""
    given = {"database_url": database_url, "var_dir": str(folder / "var"), "secret_key": SECRET, "public_url": PUBLIC_URL, "undo_seconds": "0"}
    given |= {"twilio_api_url": twilio_url or "http://127.0.0.1:9", "telegram_api_url": telegram_url or "http://127.0.0.1:9", "log_level": "WARNING"}
    settings = Settings(_env_file=None, **given)  # type: ignore[arg-type]
    await create_agent(settings, name="Ines", email="ines@desk.example", password="a long password", role="admin")
    token = await create_token(settings, email="ines@desk.example", name="torture")
    inboxes: dict[str, int] = {}
    chat_key = ""
    for channel, address, of_inbox in (
        ("email", MAILBOX, {"smtp_host": "127.0.0.1", "smtp_port": str(mail_port), "smtp_security": "none", "acknowledgement": acknowledgement}),
        ("sms", NUMBER, {"account_sid": twilio_stand_in.ACCOUNT_SID, "auth_token": twilio_stand_in.AUTH_TOKEN}),
        ("telegram", "@desk_bot", {"bot_token": telegram_stand_in.BOT_TOKEN, "secret_token": telegram_stand_in.SECRET_TOKEN, "mode": "webhook"}),
        ("chat", "desk.example", {}),
    ):
        view = await create_inbox(settings, channel=channel, name=channel, address=address, settings_of_inbox=of_inbox, team=None, is_restricted=False)
        inboxes[channel], chat_key = view.id, view.key
    environment = {f"KINDRED_{name.upper()}": value for name, value in given.items()}
    ports = iter(free_ports(3 * servers))
    made = tuple(
        Server(nursery=nursery, environment=environment, folder=folder, port=next(ports), smtp_port=next(ports), lmtp_port=next(ports)) for _ in range(servers)
    )
    try:
        yield Town(settings=settings, servers=made, inboxes=inboxes, chat_key=chat_key, token=token)
    finally:
        for server in made:
            await server.end()
