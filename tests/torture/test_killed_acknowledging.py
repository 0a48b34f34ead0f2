"""SIGKILL while mails come in that are acknowledged: each new case is, once, and only what was with the mail server at that moment may go out again, as the same mail."""

import asyncio
import random
import smtplib
import sys
from collections import defaultdict
from contextlib import AsyncExitStack
from email.message import EmailMessage
from pathlib import Path
from string import ascii_lowercase

import pytest
from sqlalchemy import select, text, update

from inbox.models import Acknowledgement, Delivery
from inbox.values import DeliveryState
from kernel.db import Database, moment
from tests.support import torture
from tests.support.smtp_stand_in import SmtpStandIn
from tests.torture.process import Nursery
from tests.torture.town import MAILBOX, Town, built
from tests.torture.vendors import deliver

pytestmark = pytest.mark.torture

_LETTERS = 16  # a round
_PATIENCE = 60.0  # seconds


def letter(number: int) -> EmailMessage:
    """A mail of somebody who never wrote before; numbers alone would be one correspondent."""
    name = "".join(ascii_lowercase[int(digit)] for digit in str(number))
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = f"{name}@customer.example", MAILBOX, f"Lamp of {name}", f"<{name}@customer.example>"
    mail.set_content("Where is my lamp?\n")
    return mail


async def write(town: Town, mail: EmailMessage, dice: random.Random) -> None:
    """Send a mail as servers do: again, until it is taken."""
    await asyncio.sleep(dice.uniform(0, 0.5))
    async with asyncio.timeout(_PATIENCE):
        while True:
            try:
                await asyncio.to_thread(deliver, mail, mail["From"], town.servers[0].smtp_port, False)
            except (OSError, smtplib.SMTPException):
                await asyncio.sleep(0.1)
            else:
                return


async def after_death(town: Town) -> set[str]:
    """Return to whom something was on its way, and let its lease end as ninety seconds would."""
    database = Database(town.settings.database_url)
    async with database.writer.begin() as connection:
        found = await connection.execute(select(Delivery.recipient).where(Delivery.state == DeliveryState.SENDING))
        recipients = {str(row[0]) for row in found}
        await connection.execute(update(Delivery).where(Delivery.state == DeliveryState.SENDING).values(due_at=moment(0)))
    await database.close()
    return recipients


async def counted(town: Town) -> tuple[int, int, int, int]:
    """Return how many cases, acknowledgements, deliveries and sent ones there are."""
    database = Database(town.settings.database_url)
    async with database.connect() as connection:
        cases = await connection.scalar(text("SELECT count(*) FROM cases"))
        acknowledged = len((await connection.execute(select(Acknowledgement.case_id))).all())
        states = [row[0] for row in await connection.execute(select(Delivery.state))]
    await database.close()
    return int(cases or 0), acknowledged, len(states), states.count(DeliveryState.SENT)


async def test_each_case_is_acknowledged_once(database_url: str, tmp_path: Path, nursery: Nursery) -> None:
    dice, rounds, on_its_way = torture.dice("acknowledging"), torture.size(1, 25), set[str]()
    async with AsyncExitStack() as stack:
        mail = await stack.enter_async_context(SmtpStandIn())
        town = await stack.enter_async_context(built(database_url, tmp_path, nursery, mail_port=mail.port, acknowledgement="We have it: case {case}."))
        await town.open()
        for turn in range(rounds):
            writing = [asyncio.create_task(write(town, letter(turn * _LETTERS + number), dice)) for number in range(_LETTERS)]
            await asyncio.sleep(dice.uniform(0.05, 1))
            await town.servers[0].end()
            on_its_way |= await after_death(town)
            await town.open()
            await asyncio.gather(*writing)
        everything = (rounds * _LETTERS,) * 4
        async with asyncio.timeout(_PATIENCE):
            while (await counted(town))[3] < everything[3]:
                await asyncio.sleep(0.1)
    arrived: dict[str, list[str]] = defaultdict(list)
    for sent in mail.sent:
        arrived[sent.recipients[0]].append(str(sent.message["Message-ID"]))
    twice = {recipient for recipient, ids in arrived.items() if len(ids) > 1}
    sys.stdout.write(f"\nacknowledging: {rounds} kill rounds, {everything[0]} cases, {len(twice)} mails went twice, SEED={torture.seed()}\n")
    assert await counted(town) == everything
    assert arrived.keys() == {f"{letter(number)['From']}" for number in range(everything[0])}
    assert twice <= on_its_way
    assert all(len(set(ids)) == 1 for ids in arrived.values()), "a mail that goes twice is one mail to whoever gets it"
