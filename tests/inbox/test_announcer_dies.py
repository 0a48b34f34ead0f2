"""Webhooks through failures and deaths by chance: nothing is lost, and what is told for the first time is told in order."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from inbox.announcer import LEASE, LONGEST_WAIT
from kernel.clock import MovedClock
from tests.inbox.conftest import WEBHOOKS, Desk
from tests.inbox.webhooks import fed, says, subscribed, view_of
from tests.support import house, torture
from tests.support.receiver import Receiver, Way, never

pytestmark = pytest.mark.torture


def answers(dice: Random) -> list[int | Way]:
    """Draw how a receiver answers next; who never answers is there when the process dies."""
    return [dice.choice([200, 200, 200, 204, 500, 404, 302]) for _ in range(dice.randrange(6))] + [never]


async def test_is_told_everything_in_order_by_processes_that_die(desk: Desk, told: Receiver, database_url: str, tmp_path: Path, clock: MovedClock) -> None:
    dice = torture.dice("dying announcers")
    made = await subscribed(desk, told.url)
    for n in range(torture.size(6, 60)):
        for m in range(dice.randrange(4)):
            await says(desk, f"message {n}.{m}")
        async with house.built(database_url, tmp_path / "var", clock, **WEBHOOKS) as mortal:
            told.answers.extend(answers(dice))
            living = asyncio.ensure_future(mortal.announcer.drain())
            while told.answers and not living.done():
                await asyncio.sleep(0)
            # It dies with a letter in its hands, or anywhere between two.
            for _ in range(dice.randrange(20)):
                await asyncio.sleep(0)
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)
        told.answers.clear()
        clock.advance(dice.choice([LEASE, LEASE / 2, LONGEST_WAIT * 1.2]))
    clock.advance(LONGEST_WAIT * 1.2)
    await desk.estate.announcer.drain()
    assert list(dict.fromkeys(told.ids)) == await fed(desk)
    assert (await view_of(desk, made)).state == "ok"
