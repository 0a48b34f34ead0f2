"""When everything on the demo desk happens: pure, from the stories, the present moment and the shop's hours."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from app.demo.script import Kind, Story, Turn, span
from kernel.business_time import Hours, due_at, is_open

_SEED = 2601
_APART = timedelta(seconds=2)
_LONGEST_LATE = timedelta(minutes=40)
_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A turn of a story, at its moment."""

    at: datetime
    story: int
    turn: Turn


def cues(stories: Sequence[Story], now: datetime, hours: Hours) -> list[Cue]:
    """Return every turn that lies before `now`, in order, no two at the same moment. The same stories at the same moment give the same cues."""
    chance = random.Random(_SEED)
    planned = sorted((cue for number, story in enumerate(stories) for cue in _of_story(number, story, now, hours, chance)), key=lambda cue: cue.at)
    spread: list[Cue] = []
    for cue in planned:
        at = max(cue.at, spread[-1].at + _APART) if spread else cue.at
        spread.append(Cue(at=at, story=cue.story, turn=cue.turn))
    return [cue for cue in spread if cue.at < now]


def shifts(planned: Sequence[Cue]) -> list[list[Cue]]:
    """Return cues by what may be written together: each customer's turn by itself, agents' turns up to the next customer's.

    A snooze stands alone too: what follows from facts is done kind by kind, and another case's move must not drop its plan.
    """
    found: list[list[Cue]] = []
    for cue in planned:
        if found and not _stands_alone(cue) and not _stands_alone(found[-1][0]):
            found[-1].append(cue)
        else:
            found.append([cue])
    return found


def _stands_alone(cue: Cue) -> bool:
    return cue.turn.kind is Kind.SAYS or "snooze" in cue.turn.words


def _of_story(number: int, story: Story, now: datetime, hours: Hours, chance: random.Random) -> Iterator[Cue]:
    at = _start(story.start, now, hours)
    # What began a few minutes ago goes on whether the shop is open at this moment or not: somebody is looking at it now.
    keeps_hours = not story.start.startswith("-")
    for turn in story.turns:
        at += turn.after * chance.uniform(0.8, 1.25) + timedelta(seconds=chance.uniform(5, 50))
        if turn.kind is not Kind.SAYS and keeps_hours and not is_open(hours, at):
            at = due_at(hours, at, _LONGEST_LATE * chance.random() + _APART)
        yield Cue(at=at, story=number, turn=turn)


def _start(word: str, now: datetime, hours: Hours) -> datetime:
    if word.startswith("-"):
        return now - span(word[1:])
    day, _, clock = word.partition("@")
    today = now.astimezone(hours.zone).date()
    if day.startswith("sat"):
        days_back = (today.weekday() - _SATURDAY - 1) % 7 + 1 + 7 * (int(day[3:]) - 1)
    else:
        days_back = _working_days_back(today.weekday(), int(day))
    return datetime.combine(today - timedelta(days=days_back), time.fromisoformat(clock), hours.zone)


def _working_days_back(weekday: int, count: int) -> int:
    days = 0
    while count:
        days += 1
        count -= (weekday - days) % 7 < _SATURDAY
    return days
