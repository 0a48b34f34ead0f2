"""The command line: `kindred run`, and what an operator sets up by hand."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence

import click
from pydantic import ValidationError

from kernel.config import Settings
from kernel.errors import KindredError, Refusal
from kernel.log import configure, heed_loop


@click.group()
def main() -> None:
    """Kindred: one inbox for e-mail, SMS, web chat and Telegram."""


@main.group("agent")
def agent_commands() -> None:
    """People who answer."""


@main.group("token")
def token_commands() -> None:
    """Programs' way in."""


@main.group("inbox")
def inbox_commands() -> None:
    """Addresses of ours."""


@main.group("email")
def email_commands() -> None:
    """Mails, as we read them."""


@main.group("dead-letters")
def letter_commands() -> None:
    """What could not be read."""


def _settings() -> Settings:
    try:
        settings = Settings()
    except ValidationError as broken:
        # Only the names: a setting may be a secret.
        for error in broken.errors(include_input=False, include_context=False):
            click.echo(f"KINDRED_{'_'.join(map(str, error['loc'])).upper()}: {error['msg']}.", err=True)
        raise SystemExit(2) from None
    configure(settings.log_level, settings.log_json)
    return settings


def _do(work: Callable[[], Awaitable[None]]) -> None:
    """Run a command; a refusal or fault of ours is a sentence and exit code 1, not a traceback."""

    async def awaited() -> None:
        heed_loop(asyncio.get_running_loop())
        await work()

    try:
        asyncio.run(awaited())
    except KindredError as reason:
        kind = "Refused" if isinstance(reason, Refusal) else "Failed"
        click.echo(f"{kind} ({reason.code}): {reason.sentence}", err=True)
        raise SystemExit(1) from None


def _table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns as wide as their widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@main.command()
@click.option("--demo", is_flag=True, help="Fill an empty database with a demo desk, and answer its vendors' side ourselves.")
def run(demo: bool) -> None:
    """Migrate the database and serve."""
    # Imported here, as everywhere below: `kindred --help` must not load the house.
    from app import running

    _do(lambda: running.run(_settings(), click.echo, with_demo=demo))


@main.command()
def migrate() -> None:
    """Bring the database up to this version."""
    from migrations.standing import bring_up

    async def work() -> None:
        click.echo(f"The database stands at {await bring_up(_settings().database_url)}.")

    _do(work)


@agent_commands.command("create")
@click.argument("email")
@click.option("--name", required=True, help="Their name, as customers see it.")
@click.option("--role", default="agent", show_default=True, help="agent, supervisor or admin.")
@click.option(
    "--password", prompt=True, hide_input=True, confirmation_prompt=True, envvar="KINDRED_NEW_PASSWORD", help="Asked for when not given (KINDRED_NEW_PASSWORD)."
)
def create_agent(email: str, name: str, role: str, password: str) -> None:
    """Let somebody sign in with the address EMAIL."""
    from app import operating

    async def work() -> None:
        agent_id = await operating.create_agent(_settings(), name=name, email=email, password=password, role=role)
        click.echo(f"Agent {agent_id}: {name} ({role}) signs in with {email}.")

    _do(work)


@token_commands.command("create")
@click.option("--agent", required=True, help="The address of the agent as whom the program acts.")
@click.option("--name", default="command line", show_default=True, help="What it is for.")
def create_token(agent: str, name: str) -> None:
    """Make an API token and print it; it is shown this once."""
    from app import operating

    async def work() -> None:
        click.echo(await operating.create_token(_settings(), email=agent, name=name))

    _do(work)


@inbox_commands.command("create")
@click.argument("channel")
@click.option("--address", required=True, help="The address, number or bot name that customers write to.")
@click.option("--name", required=True, help="What agents call it.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting; `kindred inbox settings CHANNEL` lists them. Repeat for each.")
@click.option("--team", help="The team that gets its cases.")
@click.option("--restricted", is_flag=True, help="Only that team (and supervisors) may see it.")
def create_inbox(channel: str, address: str, name: str, settings: Sequence[str], team: str | None, restricted: bool) -> None:
    """Set up an inbox on CHANNEL: email, sms, chat or telegram."""
    from app import operating

    pairs = [one.partition("=") for one in settings]
    if any(not equals for _, equals, _ in pairs):
        raise click.BadParameter("--set takes name=value.")

    async def work() -> None:
        view = await operating.create_inbox(
            _settings(),
            channel=channel,
            name=name,
            address=address,
            settings_of_inbox={key: value for key, _, value in pairs},
            team=team,
            is_restricted=restricted,
        )
        click.echo(f"Inbox {view.id} ({view.channel}, key {view.key}): {view.name} at {view.address}.")
        for line in operating.next_steps(_settings(), view):
            click.echo(f"  {line}")

    _do(work)


@inbox_commands.command("settings")
@click.argument("channel")
def inbox_settings(channel: str) -> None:
    """List what an inbox on CHANNEL can be told."""
    from app import operating

    async def work() -> None:
        lines = operating.settings_of(_settings(), channel)
        _table([("setting", "", "what it is"), *((line.name, "required" if line.is_required else "", line.help) for line in lines)])

    _do(work)


@inbox_commands.command("list")
def list_inboxes() -> None:
    """List the inboxes."""
    from app import operating

    async def work() -> None:
        views = await operating.inboxes(_settings())
        _table([("id", "channel", "name", "address", "key", "health"), *((str(v.id), v.channel, v.name, v.address, v.key, v.health) for v in views)])

    _do(work)


@letter_commands.command("list")
def list_letters() -> None:
    """List what could not be read, newest first."""
    from app import operating

    async def work() -> None:
        letters = await operating.dead_letters(_settings())
        shown = [(str(a.id), a.inbox_name, a.source, f"{a.received_at:%Y-%m-%d %H:%M}", a.state, f"{a.code}: {a.reason}") for a in letters]
        _table([("id", "inbox", "source", "received", "state", "why"), *shown])

    _do(work)


@letter_commands.command("replay")
@click.argument("letter_id", type=int)
def replay_letter(letter_id: int) -> None:
    """Read a dead letter again, by the id that `kindred dead-letters list` names."""
    from app import operating

    async def work() -> None:
        received = await operating.replay(_settings(), letter_id)
        if received.dead_letter_id is not None:
            click.echo("It still cannot be read.")
            raise SystemExit(1)
        click.echo(f"Replayed: {len(received.message_ids)} message(s).")

    _do(work)


@email_commands.command("inspect")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--text", "is_text", is_flag=True, help="The files are plain texts of mails, not whole mails.")
def inspect_mail(files: Sequence[str], is_text: bool) -> None:
    """Print what we make of raw mails, a line of JSON for each FILE: `-` is standard input, a folder all files in it."""
    from channels.email import inspect

    for line in inspect.lines(files, sys.stdin.buffer, is_text=is_text):
        click.echo(line)
