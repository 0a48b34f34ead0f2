"""Plays the stories: each turn at its moment, by the same doors and verbs as a real customer, vendor or agent."""

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from app.compose import Estate
from app.demo import letters
from app.demo.people import PEOPLE, Person
from app.demo.pretend import vendor_id
from app.demo.script import Kind, Story, Turn, span
from cases import service as cases
from cases.models import Case
from cases.values import Actor, CaseStatus, Priority
from channels.contract import Feature, OutboundMessage, RawPayload
from channels.email.compose import reply_address
from identity_resolution import service as identities
from identity_resolution.values import Answer
from inbox.receipts import read_by_customer
from inbox.values import Draft
from kernel.uow import UnitOfWork
from staff import service as staff
from staff.values import Viewer

_REGARDS = {"fr": "Bien à vous", "es": "Un saludo"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who and what the stories name, by their words there."""

    inboxes: Mapping[str, int]
    teams: Mapping[str, int]
    agents: Mapping[str, int]


@dataclass(slots=True, kw_only=True)
class _Thread:
    """What a story has come to."""

    story: Story
    case_id: int = 0
    conversation_id: int = 0
    last_letter: str | None = None
    last_answer: OutboundMessage | None = None
    unread: list[int] = field(default_factory=list)


class Player:
    """Plays turns; the clock is put by whoever calls. `sent` is what the pretend vendors have taken."""

    def __init__(self, estate: Estate, desk: Desk, stories: Sequence[Story], sent: Mapping[int, OutboundMessage]) -> None:
        self._estate = estate
        self._desk = desk
        self._sent = sent
        self._threads = [_Thread(story=story) for story in stories]
        self._leaving: dict[int, _Thread] = {}
        self._visitors: dict[str, int] = {}
        self._count = 0
        self._chance = random.Random(len(stories))
        self._inlets: dict[str, Callable[[_Thread, Person, Turn], Awaitable[RawPayload]]] = {
            "mail": self._mail,
            "sms": self._sms,
            "telegram": self._telegram,
            "chat": self._chat,
        }

    async def say(self, story: int, turn: Turn) -> None:
        """Let a customer say something, now."""
        thread = self._threads[story]
        if thread.unread:
            await self._read(thread)
        payload = await self._inlets[thread.story.channel](thread, PEOPLE[thread.story.person], turn)
        [taken] = (await self._estate.house.door.receive(self._desk.inboxes[thread.story.channel], payload)).taken
        assert taken.case_id is not None
        assert taken.conversation_id is not None
        thread.case_id, thread.conversation_id, thread.last_answer = taken.case_id, taken.conversation_id, None

    async def act(self, uow: UnitOfWork, story: int, turn: Turn) -> None:
        """Let an agent answer, note or do something, now; what was answered leaves with `send`."""
        thread = self._threads[story]
        case = await cases.get(uow, thread.case_id)
        agent_id = self._desk.agents[turn.options["by"]] if "by" in turn.options else case.assignee_id or self._desk.agents["ravi"]
        if turn.kind is Kind.DOES:
            await self._do(uow, case, agent_id, turn)
            return
        house = self._estate.house
        viewer = await staff.viewer(uow, agent_id, await house.directory.access())
        if turn.kind is Kind.NOTES:
            message_id = await house.replies.note(uow, viewer, case.id, turn.text)
        else:
            message_id = await self._answer(uow, viewer, case, turn)
            self._leaving[message_id] = thread
        await cases.seen(uow, agent_id, case.id, message_id)

    async def send(self) -> None:
        """Hand to the pretend vendors what was answered, and let them say that it arrived where they would."""
        while await self._estate.outbox.drain():
            pass
        for message_id, thread in self._leaving.items():
            thread.last_answer = self._sent[message_id]
            features = await self._features(thread)
            if Feature.LIVE in features:
                thread.unread.append(message_id)
            elif Feature.RECEIPTS in features:
                receipt = letters.sms_status(vendor_id(message_id), PEOPLE[thread.story.person], self._estate.house.clock.now())
                await self._estate.house.door.receive(self._desk.inboxes[thread.story.channel], receipt)
        self._leaving.clear()

    async def _features(self, thread: _Thread) -> frozenset[Feature]:
        inbox_id = self._desk.inboxes[thread.story.channel]
        return (await self._estate.house.directory.facts({inbox_id}))[inbox_id].manifest.features

    async def _read(self, thread: _Thread) -> None:
        """A visitor who writes again has read what we said."""
        async with self._estate.house.factory() as uow:
            await read_by_customer(uow, thread.conversation_id, max(thread.unread))
        thread.unread.clear()

    async def _mail(self, thread: _Thread, person: Person, turn: Turn) -> RawPayload:
        account = await self._estate.house.directory.account(self._desk.inboxes["mail"])
        answers = thread.last_answer
        message_id = f"<{self._chance.getrandbits(60):x}@{person.email.partition('@')[2]}>"
        follows, thread.last_letter = thread.last_letter, message_id
        return letters.mail(
            letters.Mail(
                person=person,
                message_id=message_id,
                subject=thread.story.subject,
                text=turn.text,
                at=self._estate.house.clock.now(),
                to=account.address if answers is None else reply_address(account, answers.reply_token),
                answers=answers,
                follows=follows,
                file=turn.options.get("file"),
                is_html="html" in turn.words,
            )
        )

    async def _sms(self, thread: _Thread, person: Person, turn: Turn) -> RawPayload:
        return letters.sms(person, sid=f"SM{self._chance.getrandbits(128):032x}", text=turn.text, at=self._estate.house.clock.now())

    async def _telegram(self, thread: _Thread, person: Person, turn: Turn) -> RawPayload:
        self._count += 1
        return letters.telegram(person, number=self._count, text=turn.text, at=self._estate.house.clock.now(), with_card="card" in turn.words)

    async def _chat(self, thread: _Thread, person: Person, turn: Turn) -> RawPayload:
        visitor_id = self._visitors.setdefault(person.key, self._estate.house.factory.ids())
        client_id = f"{self._chance.getrandbits(64):016x}"
        return letters.chat(
            person, visitor_id=visitor_id, client_id=client_id, text=turn.text, at=self._estate.house.clock.now(), with_email="email" in turn.words
        )

    async def _answer(self, uow: UnitOfWork, viewer: Viewer, case: Case, turn: Turn) -> int:
        replies = self._estate.house.replies
        option = (await replies.ways.options(uow, viewer, case))[0]
        farewell = (
            f"\n\n{_REGARDS.get(turn.options.get('in', ''), 'Best wishes')}\n{viewer.name.partition(' ')[0]}" if Feature.SUBJECT in option.features else ""
        )
        then = CaseStatus(turn.words[0]) if turn.words else CaseStatus.PENDING
        return await replies.write(
            uow, viewer, case.id, Draft(text=turn.text + farewell, option_key=option.key, seen_message_id=case.last_message_id, then=then)
        )

    async def _do(self, uow: UnitOfWork, case: Case, agent_id: int, turn: Turn) -> None:
        verb, *words = turn.words
        actor = Actor(agent_id=agent_id)
        match verb:
            case "tag":
                await cases.retag(uow, case.id, actor, words, [])
            case "priority":
                await cases.set_priority(uow, case.id, actor, Priority(words[0]))
            case "title":
                await cases.rename(uow, case.id, actor, " ".join(words))
            case "give":
                to = self._desk.agents[words[1]] if len(words) > 1 else None
                await cases.assign(uow, case.id, actor, agent_id=to, team_id=self._desk.teams[words[0]], reason="Handed over.")
            case "free":
                await cases.assign(uow, case.id, actor, agent_id=None)
            case "snooze":
                await cases.snooze(uow, case.id, actor, uow.clock.now() + span(words[0]))
            case "name":
                await identities.edit(uow, case.customer_id, name=" ".join(words))
            case "company":
                await identities.edit(uow, case.customer_id, company=" ".join(words))
            case "same":
                await self._same(uow, case.customer_id, agent_id)
            case _ if case.status != _STATUSES[verb]:
                await cases.set_status(uow, case.id, actor, _STATUSES[verb])

    async def _same(self, uow: UnitOfWork, customer_id: int, agent_id: int) -> None:
        """Answer the customer's open proposal: they are one."""
        [proposal] = (await identities.profile(uow, customer_id)).proposals
        await identities.answer(uow, proposal.id, Answer.SAME, agent_id)


_STATUSES = {"resolve": CaseStatus.RESOLVED, "hold": CaseStatus.ON_HOLD, "pending": CaseStatus.PENDING, "close": CaseStatus.CLOSED}
