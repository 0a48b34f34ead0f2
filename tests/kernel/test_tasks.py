"""Background work: kept alive, ended together."""

import asyncio

from kernel.tasks import Tasks


class TestKeep:
    async def test_starts_again_what_failed(self) -> None:
        runs: list[int] = []
        done = asyncio.Event()

        async def work() -> None:
            runs.append(len(runs))
            if len(runs) == 1:
                raise RuntimeError("no")
            done.set()

        tasks = Tasks()
        await asyncio.wait_for(tasks.keep("work", work), 10)
        assert done.is_set()
        assert runs == [0, 1]


class TestOnce:
    async def test_a_failure_ends_it_and_nothing_else(self) -> None:
        async def fail() -> None:
            raise RuntimeError("no")

        task = Tasks().once("fail", fail())
        await task
        assert task.exception() is None


class TestStop:
    async def test_waits_until_everything_has_cleared_up(self) -> None:
        cleared: list[str] = []
        started = asyncio.Event()

        async def work() -> None:
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.to_thread(cleared.append, "work")

        tasks = Tasks()
        tasks.keep("work", work)
        await started.wait()
        await tasks.stop()
        assert cleared == ["work"]

    async def test_ends_what_is_started_while_it_clears_up(self) -> None:
        ended: list[str] = []
        tasks = Tasks()
        started = asyncio.Event()

        async def late() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("late")

        async def work() -> None:
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                tasks.once("late", late())
                await asyncio.sleep(0)

        tasks.once("work", work())
        await started.wait()
        await tasks.stop()
        assert ended == ["late"]
