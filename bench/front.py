"""A desk with an inbox on each channel and a team on duty, and the real server before it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from app.compose import compose
from bench.parcels import AUTH_TOKEN, BOT_TOKEN, MAILBOX, NUMBER, SECRET_TOKEN, Doors
from bench.serving import SECRET_KEY, Process, free_port, serving
from kernel.config import Settings
from staff import service as staff
from staff.values import Role

_AGENTS = 8
_INBOXES = {
    "sms": (NUMBER, {"account_sid": "AC0123", "auth_token": AUTH_TOKEN}),
    "chat": ("desk.example", {}),
    "telegram": ("@desk_bot", {"bot_token": BOT_TOKEN, "secret_token": SECRET_TOKEN, "mode": "webhook"}),
    "email": (MAILBOX, {"smtp_host": "127.0.0.1", "smtp_port": "9", "smtp_security": "none"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A database that is ready to take letters: the ids of its inboxes by channel, and the chat's public key."""

    url: str
    inboxes: dict[str, int]
    chat_key: str

    def doors(self, url: str, smtp_port: int) -> Doors:
        """Return where letters go when a server stands before it."""
        return Doors(url=url, smtp_port=smtp_port, inboxes=self.inboxes, chat_key=self.chat_key)


async def set_up(database_url: str, folder: Path) -> Desk:
    """Set up inboxes, agents and their team on a migrated, empty database."""
    estate = compose(settings_for(database_url, folder))
    try:
        async with estate.house.factory() as uow:
            ids = [
                (await staff.create_agent(uow, name=f"Agent {number}", email=f"agent{number}@desk.example", password_hash=None, role=Role.AGENT)).id
                for number in range(_AGENTS)
            ]
            team = await staff.create_team(uow, name="Front", member_ids=ids)
        create = estate.house.directory.create
        views = {
            channel: await create(channel=channel, name=channel, address=address, settings=settings, team_id=team.id)
            for channel, (address, settings) in _INBOXES.items()
        }
        return Desk(url=database_url, inboxes={channel: view.id for channel, view in views.items()}, chat_key=views["chat"].key)
    finally:
        await estate.close()


def settings_for(database_url: str, folder: Path) -> Settings:
    """Return the settings of a house in this process."""
    return Settings(database_url=database_url, var_dir=folder, secret_key=SECRET_KEY, _env_file=None)


@asynccontextmanager
async def fronted(desk: Desk, folder: Path) -> AsyncIterator[tuple[Process, Doors]]:
    """Start the server before a desk; yield it and its doors."""
    smtp_port = free_port()
    async with serving(desk.url, folder, settings={"KINDRED_SMTP_LISTEN_PORT": str(smtp_port)}) as process:
        yield process, desk.doors(process.url, smtp_port)
