"""The directory of inboxes: asked seldom, and never at the cost of those who have a connection in hand."""

import asyncio

from inbox.views import InboxName
from kernel.clock import MovedClock
from tests.inbox.conftest import Desk


async def test_who_has_a_connection_does_not_wait_for_one_who_needs_it(desk: Desk, clock: MovedClock) -> None:
    """All connections are taken by readers that want to know the inboxes, and the one who asks for them waits for the first to be given back."""
    factory, directory = desk.estate.house.factory, desk.estate.house.directory
    connections = 8 if factory.database.is_sqlite else 16
    all_taken, go = asyncio.Barrier(connections + 1), asyncio.Event()

    async def read() -> dict[int, InboxName]:
        async with factory.reading() as uow:
            await uow.session.connection()
            await all_taken.wait()
            await go.wait()
            return await directory.names(uow, [desk.sms])

    await directory.access()
    clock.advance(seconds=6)
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        reading = [group.create_task(read()) for _ in range(connections)]
        await all_taken.wait()
        group.create_task(directory.access())
        await asyncio.sleep(0)
        go.set()
    assert {task.result()[desk.sms].name for task in reading} == {"Texts"}


async def test_a_change_is_known_at_once(desk: Desk) -> None:
    await desk.estate.house.directory.change(desk.sms, name="Short words")
    assert (await desk.estate.house.directory.view(desk.ines, desk.sms)).name == "Short words"
