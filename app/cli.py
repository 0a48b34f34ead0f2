"""The command line: `kindred run`, and what an operator sets up by hand."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from kernel.config import Settings
from kernel.errors import KindredError, Refusal
from kernel.log import configure, heed_loop

main = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Kindred: one inbox for e-mail, SMS, web chat and Telegram."
)
agent_commands = typer.Typer(no_args_is_help=True, help="People who answer.")
token_commands = typer.Typer(no_args_is_help=True, help="Programs' way in.")
inbox_commands = typer.Typer(no_args_is_help=True, help="Addresses of ours.")
letter_commands = typer.Typer(no_args_is_help=True, help="What could not be read.")
main.add_typer(agent_commands, name="agent")
main.add_typer(token_commands, name="token")
main.add_typer(inbox_commands, name="inbox")
main.add_typer(letter_commands, name="dead-letters")

out = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def _settings() -> Settings:
    try:
        settings = Settings()
    except ValidationError as broken:
        # Only the names: a setting may be a secret.
        for error in broken.errors(include_input=False, include_context=False):
            errors.print(f"KINDRED_{'_'.join(map(str, error['loc'])).upper()}: {error['msg']}.")
        raise typer.Exit(2) from None
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
        errors.print(f"[bold]{kind}[/bold] ({reason.code}): {reason.sentence}")
        raise typer.Exit(1) from None


@main.command()
def run(demo: Annotated[bool, typer.Option("--demo", help="Fill an empty database with a demo desk, and answer its vendors' side ourselves.")] = False) -> None:
    """Migrate the database and serve."""
    # Imported here, as everywhere below: `kindred --help` must not load the house.
    from app import running

    _do(lambda: running.run(_settings(), out, with_demo=demo))


@main.command()
def migrate() -> None:
    """Bring the database up to this version."""
    from migrations.standing import bring_up

    async def work() -> None:
        out.print(f"The database stands at {await bring_up(_settings().database_url)}.")

    _do(work)


@agent_commands.command("create")
def create_agent(
    email: Annotated[str, typer.Argument(help="The address they sign in with.")],
    name: Annotated[str, typer.Option(help="Their name, as customers see it.")],
    role: Annotated[str, typer.Option(help="agent, supervisor or admin.")] = "agent",
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, envvar="KINDRED_NEW_PASSWORD", help="Asked for when not given.")
    ] = "",
) -> None:
    """Let somebody sign in."""
    from app import operating

    async def work() -> None:
        agent_id = await operating.create_agent(_settings(), name=name, email=email, password=password, role=role)
        out.print(f"Agent {agent_id}: {name} ({role}) signs in with {email}.")

    _do(work)


@token_commands.command("create")
def create_token(
    agent: Annotated[str, typer.Option("--agent", help="The address of the agent as whom the program acts.")],
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
) -> None:
    """Make an API token and print it; it is shown this once."""
    from app import operating

    async def work() -> None:
        out.print(await operating.create_token(_settings(), email=agent, name=name))

    _do(work)


@inbox_commands.command("create")
def create_inbox(
    channel: Annotated[str, typer.Argument(help="email, sms, chat or telegram.")],
    address: Annotated[str, typer.Option(help="The address, number or bot name that customers write to.")],
    name: Annotated[str, typer.Option(help="What agents call it.")],
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="A setting as name=value; `kindred inbox settings CHANNEL` lists them. Repeat for each.")
    ] = None,
    team: Annotated[str | None, typer.Option(help="The team that gets its cases.")] = None,
    restricted: Annotated[bool, typer.Option(help="Only that team (and supervisors) may see it.")] = False,
) -> None:
    """Set up an inbox."""
    from app import operating

    pairs = [one.partition("=") for one in setting or []]
    if any(not equals for _, equals, _ in pairs):
        raise typer.BadParameter("--set takes name=value.")

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
        out.print(f"Inbox {view.id} ({view.channel}, key {view.key}): {view.name} at {view.address}.")
        for line in operating.next_steps(_settings(), view):
            out.print(f"  {line}")

    _do(work)


@inbox_commands.command("settings")
def inbox_settings(channel: Annotated[str, typer.Argument(help="email, sms, chat or telegram.")]) -> None:
    """List what an inbox of a channel can be told."""
    from app import operating

    async def work() -> None:
        table = Table("setting", "", "what it is")
        for line in operating.settings_of(_settings(), channel):
            table.add_row(line.name, "required" if line.is_required else "", line.help)
        out.print(table)

    _do(work)


@inbox_commands.command("list")
def list_inboxes() -> None:
    """List the inboxes."""
    from app import operating

    async def work() -> None:
        table = Table("id", "channel", "name", "address", "key", "health")
        for view in await operating.inboxes(_settings()):
            table.add_row(str(view.id), view.channel, view.name, view.address, view.key, view.health)
        out.print(table)

    _do(work)


@letter_commands.command("list")
def list_letters() -> None:
    """List what could not be read, newest first."""
    from app import operating

    async def work() -> None:
        table = Table("id", "inbox", "source", "received", "state", "why")
        for letter in await operating.dead_letters(_settings()):
            table.add_row(
                str(letter.id), letter.inbox_name, letter.source, f"{letter.received_at:%Y-%m-%d %H:%M}", letter.state, f"{letter.code}: {letter.reason}"
            )
        out.print(table)

    _do(work)


@letter_commands.command("replay")
def replay_letter(letter_id: Annotated[int, typer.Argument(help="As `kindred dead-letters list` names it.")]) -> None:
    """Read a dead letter again."""
    from app import operating

    async def work() -> None:
        received = await operating.replay(_settings(), letter_id)
        if received.dead_letter_id is not None:
            out.print("It still cannot be read.")
            raise typer.Exit(1)
        out.print(f"Replayed: {len(received.message_ids)} message(s).")

    _do(work)
