"""An inbox that may send so many messages a minute rests between them, and holds nobody up."""

import asyncio

import pytest

from inbox.models import Delivery
from inbox.repositories.deliveries import DeliveryRepository
from inbox.values import DeliveryState
from kernel.claims import IdentityKind
from kernel.clock import MovedClock
from kernel.errors import Unavailable
from tests.inbox.conftest import Desk, answer
from tests.support.house import registry_of, rows, said


async def mails(desk: Desk, number: int) -> None:
    """Answer some people by mail."""
    for of in range(number):
        mail = said(desk.email, f"It broke {of}", sender=f"a{of}@x.example", kind=IdentityKind.EMAIL, subject=f"Lamp {of}")
        await answer(desk, await desk.estate.intake.take(mail), f"mail {of}")


async def slow(desk: Desk, most: int = 2) -> None:
    await desk.estate.house.directory.change(desk.email, settings={"most_per_minute": str(most)})


async def drained(desk: Desk) -> list[int]:
    """Send all that may go now; return how many each time."""
    tried = []
    while sent := await desk.estate.outbox.drain():
        tried.append(sent)
    return tried


async def sent_after(desk: Desk, clock: MovedClock, seconds: int) -> int:
    clock.advance(seconds=seconds)
    await drained(desk)
    return len(registry_of(desk.estate).sent["email"])


class TestPace:
    async def test_is_kept_without_counting_attempts_or_failing(self, desk: Desk, clock: MovedClock) -> None:
        await slow(desk)
        await mails(desk, 3)
        assert [await sent_after(desk, clock, seconds) for seconds in (11, 29, 1, 29, 1)] == [1, 1, 2, 2, 3]
        assert [(row.state, row.attempts) for row in await rows(desk.estate.house.factory, Delivery)] == [(DeliveryState.SENT, 1)] * 3

    async def test_holds_up_no_other_inbox(self, desk: Desk, clock: MovedClock) -> None:
        """More wait there than are claimed at once."""
        await slow(desk)
        await mails(desk, 25)
        await answer(desk, await desk.estate.intake.take(said(desk.sms)), "by text")
        clock.advance(seconds=11)
        assert sum(await drained(desk)) == 2
        assert len(registry_of(desk.estate).sent["sms"]) == 1

    async def test_counts_what_was_put_off_by_the_server(self, desk: Desk, clock: MovedClock) -> None:
        await slow(desk)
        await mails(desk, 1)
        registry_of(desk.estate).faults["email"].append(Unavailable("450 4.2.0 Greylisted"))
        assert [await sent_after(desk, clock, seconds) for seconds in (11, 20, 10)] == [0, 0, 1]

    async def test_survives_a_clock_that_was_put_back(self, desk: Desk, clock: MovedClock) -> None:
        await slow(desk)
        await mails(desk, 2)
        assert await sent_after(desk, clock, 3600) == 1
        clock.put(clock.now().replace(minute=0, hour=0))
        clock.advance(hours=1)
        await mails(desk, 1)
        assert await sent_after(desk, clock, 11) == 2

    async def test_is_one_for_all_processes(self, desk: Desk, clock: MovedClock) -> None:
        await slow(desk)
        await mails(desk, 6)
        clock.advance(seconds=11)
        factory, paces = desk.estate.house.factory, await desk.estate.house.directory.paces()

        async def claim(of: int) -> int:
            async with factory() as uow:
                now = clock.now()
                return len(await DeliveryRepository(uow.session).claim_due(now, f"lease {of}", now, 20, paces=paces))

        assert sum(await asyncio.gather(*map(claim, range(4)))) == 1

    async def test_says_when_there_is_something_to_do_again(self, desk: Desk, clock: MovedClock) -> None:
        """A loop that looked at what may not go yet would never rest."""
        await slow(desk)
        await mails(desk, 2)
        await sent_after(desk, clock, 11)
        async with desk.estate.house.factory.reading() as uow:
            due_at = await DeliveryRepository(uow.session).next_due_at(clock.now(), await desk.estate.house.directory.paces())
        assert due_at is not None
        assert (due_at - clock.now()).total_seconds() == 30


@pytest.mark.parametrize("most", [0, 6000])
async def test_none_lets_everything_go(desk: Desk, clock: MovedClock, most: int) -> None:
    await slow(desk, most)
    await mails(desk, 3)
    assert await sent_after(desk, clock, 11) == (3 if most == 0 else 1)
