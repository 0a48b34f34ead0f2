"""The workload of one channel inside this process, for a profiler: `py-spy record -- python -m bench.profile_intake sms [count]`."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from app.compose import compose
from bench.front import set_up, settings_for
from bench.storage import take_in, written
from migrations.run import upgrade


async def main(channel: str, count: int) -> None:
    """Take so many letters in on a fresh SQLite database, and print what that cost."""
    with tempfile.TemporaryDirectory(prefix="kindred-profile-") as folder:
        url = f"sqlite+aiosqlite:///{folder}/kindred.db"
        await upgrade(url)
        desk, letters = await set_up(url, Path(folder)), written((channel,), count)
        estate = compose(settings_for(url, Path(folder)))
        try:
            began, worked = time.perf_counter(), time.process_time()
            await take_in(estate, desk, letters)
            seconds, worked = time.perf_counter() - began, time.process_time() - worked
        finally:
            await estate.close()
    print(f"{channel}: {count / seconds:,.0f}/s, {worked / count * 1000:.2f} ms of processor time each, without the doors")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2_000))
