"""How a stand-in for a vendor can be told to fail: for the next calls, then it behaves again."""

import asyncio
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One bad answer: a status with the vendor's code and words, or none at all when `hangs`; only for one method where `on` names it."""

    status: int = 500
    code: int = 20500
    words: str = "Internal Server Error"
    retry_after: int | None = None
    hangs: bool = False
    body: str | None = None  # instead of the vendor's JSON
    on: str | None = None


class Faults:
    """Faults that wait for their call, oldest first."""

    def __init__(self) -> None:
        self._waiting: deque[Fault] = deque()
        self._released = asyncio.Event()

    def add(self, fault: Fault, times: int = 1) -> None:
        """Fail the next `times` calls this way."""
        self._waiting.extend([fault] * times)

    async def next(self, method: str | None = None) -> Fault | None:
        """Return the fault of this call, if it is to fail; one that hangs comes back when the stand-in stops."""
        fault = next((one for one in self._waiting if one.on in (None, method)), None)
        if fault is None:
            return None
        self._waiting.remove(fault)
        if fault.hangs:
            await self._released.wait()
        return fault

    def release(self) -> None:
        """Let go of every call that hangs."""
        self._released.set()
