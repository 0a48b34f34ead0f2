"""Who is looking at what: leases in memory, per process; it locks nothing, the stale-reply guard does."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kernel.clock import Clock


class Attention(StrEnum):
    """What an agent does with a case."""

    VIEWING = "viewing"
    COMPOSING = "composing"


_LEASE = timedelta(seconds=20)
_COMPOSING = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """An agent who is here; `case_id` is None when they look at no case."""

    agent_id: int
    name: str
    case_id: int | None
    attention: Attention


@dataclass(slots=True)
class _Look:
    name: str
    case_id: int | None
    seen_at: datetime
    composed_at: datetime | None


class Presence:
    """Remembers where each connection of each agent looked last."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._looks: dict[tuple[int, object], _Look] = {}

    def look(self, agent_id: int, name: str, connection: object, case_id: int | None, attention: Attention) -> bool:
        """Renew a lease; say whether what others see changed by it."""
        before = self.who()
        now, key = self._clock.now(), (agent_id, connection)
        self._looks[key] = _Look(name, case_id, now, now if attention is Attention.COMPOSING else None)
        return self.who() != before

    def leave(self, agent_id: int, connection: object) -> None:
        """Forget a connection that was closed."""
        self._looks.pop((agent_id, connection), None)

    def who(self) -> list[Present]:
        """Return who is here, one line an agent and case; leases that ran out are gone."""
        now = self._clock.now()
        self._looks = {key: look for key, look in self._looks.items() if now - look.seen_at <= _LEASE}
        found: dict[tuple[int, int | None], Present] = {}
        for (agent_id, _), look in self._looks.items():
            composing = look.composed_at is not None and now - look.composed_at <= _COMPOSING
            key = (agent_id, look.case_id)
            if key not in found or composing:
                found[key] = Present(agent_id=agent_id, name=look.name, case_id=look.case_id, attention=Attention.COMPOSING if composing else Attention.VIEWING)
        return sorted(found.values(), key=lambda p: (p.name, p.agent_id, p.case_id or 0))
