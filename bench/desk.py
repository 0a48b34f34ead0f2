"""A large desk as support desks grow: several teams, a few customers who write much, and words of which few are common and most are rare."""

import hashlib
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from bench.bulk import Bulk, Row, writing
from kernel.crypto import digest_of_token
from kernel.db import micros
from kernel.ids import EPOCH, first_id_at, moment_of

_DAY = 86_400_000  # milliseconds
_SPAN = 730 * _DAY
_LATELY = 45 * _DAY
_STEP = 1 << 12  # from one id to the next within a millisecond
_CHUNK = 20_000
_VOCABULARY, _TEXT = 20_000, 25
MESSAGES_EACH = 10
# Share of cases, channel, team of the eight inboxes: the last two hold one case in a hundred.
_INBOXES = (
    (0.34, "email", 0), (0.25, "chat", 1), (0.16, "email", 1), (0.12, "sms", 2), (0.07, "telegram", 2), (0.05, "email", 3), (0.005, "email", 4), (0.005, "sms", 4),
)  # fmt: skip
_TEAMS = ("Front", "Orders", "Abroad", "Trade", "Legal")
_TAGS = ("refund", "late", "broken", "vip", "invoice", "question")
_CONSONANTS, _VOWELS = "bdfgklmnprstv", "aeiou"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What was written: tokens of three who ask (`admin` sees all, `most` six inboxes of eight, `few` the two small ones), and whom and what to ask for."""

    url: str
    n_cases: int
    tokens: dict[str, str]
    agents: dict[str, int]
    customers: dict[str, int]
    team_ids: tuple[int, ...]
    inbox_ids: tuple[int, ...]
    words: dict[str, str]


@dataclass(slots=True)
class _Case:
    id: int
    number: int
    customer_id: int
    inbox: int
    status: str
    times: list[int]
    assignee_id: int | None = None
    tags: tuple[str, ...] = ()
    first_id: int = 0
    last_id: int = 0
    last_inbound_id: int = 0
    waits_from: int = 0
    said: int = 0
    replied_id: int = 0
    sides: str = ""


@dataclass(slots=True)
class _World:
    """Everything but the messages' texts, planned before anything is written."""

    dice: random.Random
    now: int
    agents: list[int]
    teams: list[int]
    inboxes: list[int]
    cases: list[_Case] = field(default_factory=list)
    customers: dict[int, int] = field(default_factory=dict)
    named: dict[str, int] = field(default_factory=dict)


async def seeded(url: str, n_cases: int, seed: int = 7) -> Desk:
    """Fill a migrated, empty database with so many cases, ten messages each on average, six in a hundred of them active; the same seed writes the same desk."""
    now = (datetime.now(UTC) - EPOCH) // timedelta(milliseconds=1)
    dice = random.Random(seed)
    first = first_id_at(EPOCH + timedelta(days=1))
    ids = [first + at * _STEP for at in range(100)]
    world = _World(dice=dice, now=now, agents=ids[:33], teams=ids[40:45], inboxes=ids[50:58])
    words = _vocabulary(dice)
    _plan(world, n_cases)
    tokens = {"admin": "kdt_bench_admin", "most": "kdt_bench_most", "few": "kdt_bench_few"}
    async with writing(url) as bulk:
        await _staff(bulk, world, tokens)
        await _people(bulk, world)
        await _messages(bulk, world, words)
        await _cases(bulk, world)
    return Desk(
        url=url,
        n_cases=n_cases,
        tokens=tokens,
        agents=dict(zip(tokens, world.agents[30:33], strict=True)),
        customers=world.named,
        team_ids=tuple(world.teams),
        inbox_ids=tuple(world.inboxes),
        # Of every five messages one has the common word, nearly all have the most common one.
        words={"commonest": words[0], "common": words[9], "common too": words[12], "seldom": words[2_000], "rare": "no1042"},
    )


async def make_all_active(url: str) -> None:
    """Let nothing have ended: a desk in trouble, which is when lists matter."""
    async with writing(url) as bulk:
        await bulk.execute("UPDATE cases SET status = 'open', resolved_at = NULL WHERE status IN ('resolved', 'closed')")
        # Nobody has most of them.
        await bulk.execute("UPDATE cases SET assignee_id = NULL WHERE number % 5 < 3")


def _vocabulary(dice: random.Random) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < _VOCABULARY:
        found["".join(dice.choice(_CONSONANTS) + dice.choice(_VOWELS) for _ in range(dice.choice((2, 3, 3, 4))))] = None
    return list(found)


def _plan(world: _World, n_cases: int) -> None:
    """Deal cases to customers: most have one, some fifty; one has a fiftieth of all."""
    dice = world.dice
    weights = [share for share, *_ in _INBOXES]
    first = first_id_at(EPOCH + timedelta(days=2))
    customers = (first + at * _STEP for at in range(n_cases * 2))
    busy, large, small = next(customers), next(customers), next(customers)
    second = next(customers)
    world.customers = {busy: busy, large: large, small: small, second: large}
    world.named = {"busy": busy, "500 messages": large, "10 messages": small}
    owners = [busy] * (n_cases // 50) + [large] * 30 + [second] * 20 + [small]
    while len(owners) < n_cases:
        one = next(customers)
        # One in fifty was merged into the one before.
        world.customers[one] = world.customers[owners[-1]] if dice.random() < 0.02 and owners[-1] not in (busy, large, second, small) else one
        owners += [one] * min(50, int(dice.paretovariate(1.3)))
    del owners[n_cases:]
    lengths = [length for _ in range(n_cases // 2 + 1) for length in _two_that_make_twenty(dice)]
    for at, (owner, length) in enumerate(zip(owners, lengths, strict=False)):
        is_large = owner in (large, second, small)
        world.cases.append(_case(world, at, owner, 10 if is_large else length, dice.choices(range(8), weights)[0]))
    world.cases.sort(key=lambda case: case.times[0])
    for number, case in enumerate(world.cases):
        case.number = 1001 + number


def _two_that_make_twenty(dice: random.Random) -> tuple[int, int]:
    length = dice.randint(1, 19)
    return length, 2 * MESSAGES_EACH - length


def _case(world: _World, at: int, owner: int, length: int, inbox: int) -> _Case:
    dice = world.dice
    is_active = dice.random() < 0.06
    begins = world.now - (dice.randrange(1000, _LATELY) if is_active else dice.randrange(2 * _DAY, _SPAN))
    times, moment = [], begins
    for _ in range(length):
        times.append(min(moment, world.now - 1))
        moment += int(dice.expovariate(1 / 14_400_000)) + 1
    status = dice.choices(("new", "open", "pending", "on_hold", "snoozed"), (30, 40, 20, 5, 5))[0] if is_active else dice.choice(("resolved", "closed"))
    team = _INBOXES[inbox][2]
    own = world.agents[team * 6 : team * 6 + 9][:9]
    assignee = None if status == "new" else dice.choice(own)
    if dice.random() < 0.03:
        # The three who ask in the measures work as well.
        assignee = world.agents[32] if team == 4 else world.agents[31]
    tags = tuple(dice.sample(_TAGS, dice.randint(1, 2))) if dice.random() < 0.2 else ()
    sides = "i" + "".join(dice.choice("iion") for _ in range(length - 1))
    return _Case(id=at, number=0, customer_id=owner, inbox=inbox, status=status, times=times, assignee_id=assignee, tags=tags, sides=sides)


async def _staff(bulk: Bulk, world: _World, tokens: dict[str, str]) -> None:
    now = _micros(world.now)
    names = [f"Agent {at + 1}" for at in range(30)] + list(tokens)
    roles = ["agent"] * 30 + ["admin", "agent", "agent"]
    await bulk.write(
        "agents",
        ("id", "name", "email", "password_hash", "role", "is_active", "created_at"),
        [(agent, name, f"{name.replace(' ', '')}@desk.example", None, role, True, now) for agent, name, role in zip(world.agents, names, roles, strict=True)],
    )
    await bulk.write(
        "teams", ("id", "name", "business_hours_id", "created_at"), [(one, name, None, now) for one, name in zip(world.teams, _TEAMS, strict=True)]
    )
    members = [(world.teams[at // 6], agent) for at, agent in enumerate(world.agents[:30])]
    members += [(team, world.agents[31]) for team in world.teams[:4]] + [(world.teams[4], world.agents[32])]
    await bulk.write("team_members", ("team_id", "agent_id"), members)
    await bulk.write(
        "api_tokens",
        ("id", "agent_id", "name", "token_digest", "created_at", "last_used_at"),
        [(agent, agent, name, digest_of_token(token), now, now) for agent, (name, token) in zip(world.agents[30:], tokens.items(), strict=True)],
    )
    await bulk.write(
        "inboxes",
        ("id", "key", "channel", "name", "address", "sealed_settings", "options", "team_id", "is_restricted", "is_on", "created_at"),
        [
            (one, f"key{at}", channel, f"Inbox {at + 1}", f"inbox{at}@desk.example", b"", "{}", world.teams[team], True, False, now)
            for at, (one, (_, channel, team)) in enumerate(zip(world.inboxes, _INBOXES, strict=True))
        ],
    )


async def _people(bulk: Bulk, world: _World) -> None:
    now = _micros(world.now)
    firsts = ["Ada", "Bela", "Cem", "Dara", "Eli", "Fay", "Gus", "Hana", "Ivo", "Jun", "Kai", "Lea", "Mio", "Noa", "Oda", "Pia", "Rui", "Sol", "Tea", "Uma"]
    names = {one: f"{world.dice.choice(firsts)} {world.dice.choice(firsts)}son {at}" for at, one in enumerate(world.customers)}
    columns = ("id", "root_id", "name", "folded_name", "is_named", "stage", "satisfaction", "attributes", "consent", "created_at", "last_seen_at")
    rows: Iterable[Row] = (
        (one, root, names[one], names[one].lower(), True, "customer", "indifferent", "{}", "{}", now, now) for one, root in world.customers.items()
    )
    await bulk.write("customers", columns, rows)
    reached = ("id", "customer_id", "kind", "value", "normalised", "trust", "is_sender", "first_seen_at", "last_seen_at")
    identities: Iterable[Row] = (
        (one, one, "email", f"c{at}@mail.example", f"c{at}@mail.example", "verified", True, now, now) for at, one in enumerate(world.customers)
    )
    await bulk.write("identities", reached, identities)
    terms = ((term, one) for at, one in enumerate(world.customers) for term in {*names[one].lower().split(), f"c{at}@mail.example"})
    await bulk.write("customer_terms", ("term", "customer_id"), terms)


async def _messages(bulk: Bulk, world: _World, words: Sequence[str]) -> None:
    plan = sorted((at, case.id) for case in world.cases for at in case.times)
    of_plan = {case.id: case for case in world.cases}
    weights = list(accumulate(1 / (rank + 1) for rank in range(len(words))))
    last = 0
    for begin in range(0, len(plan), _CHUNK):
        messages: list[Row] = []
        documents: list[Row] = []
        deliveries: list[Row] = []
        for moment, planned in plan[begin : begin + _CHUNK]:
            case = of_plan[planned]
            last = max(last + _STEP, moment << 22)
            _say(world, case, last, " ".join(world.dice.choices(words, cum_weights=weights, k=_TEXT)), messages, documents, deliveries)
        await bulk.write("messages", _MESSAGE, messages)
        await bulk.write("search_documents", ("id", "inbox_id", "customer_id", "body"), documents)
        await bulk.write("deliveries", _DELIVERY, deliveries)


_MESSAGE = (
    "id", "inbox_id", "conversation_id", "customer_id", "identity_id", "case_id", "author_id", "direction", "kind", "external_id", "content_hash", "subject",
    "text", "is_unverified", "is_automatic", "placed_by", "sent_at", "received_at",
)  # fmt: skip
_DELIVERY = ("id", "message_id", "inbox_id", "recipient", "state", "attempts", "due_at", "restore", "changed_at")


def _say(world: _World, case: _Case, message_id: int, text: str, messages: list[Row], documents: list[Row], deliveries: list[Row]) -> None:
    side = case.sides[case.said]
    if case.said == 0:
        # From here on the case's own id is known: it was opened with its first message.
        case.first_id = message_id
        text = f"{text} no{case.number}"
    case.said += 1
    case.last_id = message_id
    if side == "i":
        case.last_inbound_id = message_id
        case.waits_from = case.waits_from or message_id
    elif side == "o":
        case.waits_from, case.replied_id = 0, case.replied_id or message_id
    inbox_id, at = world.inboxes[case.inbox], _micros(message_id >> 22)
    author = None if side == "i" else case.assignee_id or world.agents[0]
    subject = " ".join(text.split()[:5]) if _INBOXES[case.inbox][1] == "email" else None
    digest = hashlib.blake2b(message_id.to_bytes(8, "big"), digest_size=32).hexdigest()
    messages.append(
        (
            message_id, inbox_id, case.first_id, case.customer_id, case.customer_id if side == "i" else None, case.first_id, author,
            "in" if side == "i" else "out", "note" if side == "n" else "message", f"<{message_id}@mail.example>", digest, subject, text, False, False,
            "by the thread", at, at,
        )
    )  # fmt: skip
    documents.append((message_id, inbox_id, case.customer_id, f"{subject} {text}" if subject else text))
    if side == "o":
        deliveries.append((message_id, message_id, inbox_id, "somebody@mail.example", "delivered", 1, at, "{}", at))


async def _cases(bulk: Bulk, world: _World) -> None:
    """A case, its conversation, its first line of history and its first stretch have the id of its first message."""
    await bulk.write("cases", _CASE, (_case_row(world, case) for case in world.cases))
    await bulk.write(
        "conversations",
        ("id", "inbox_id", "customer_id", "case_id", "thread_key", "created_at", "last_message_at"),
        ((c.first_id, world.inboxes[c.inbox], c.customer_id, c.first_id, f"t{c.number}", _at(c.first_id), _at(c.last_id)) for c in world.cases),
    )
    await bulk.write("case_tags", ("case_id", "tag"), ((case.first_id, tag) for case in world.cases for tag in case.tags))
    await bulk.write("activities", ("id", "case_id", "customer_id", "actor_id", "verb", "before", "after", "reason", "done_at"), _history(world))
    await bulk.write("case_seen", ("agent_id", "case_id", "message_id"), ((a, c.first_id, c.last_id - 1) for a in world.agents[30:] for c in world.cases[::3]))


_CASE = (
    "id", "number", "customer_id", "inbox_id", "title", "status", "priority", "assignee_id", "team_id", "opened_at", "opened_reason", "assigned_reason",
    "first_response_at", "first_response_id", "resolved_at", "waiting_since", "snoozed_until", "last_message_id", "last_inbound_id", "updated_at",
)  # fmt: skip


def _case_row(world: _World, case: _Case) -> Row:
    replied = case.replied_id or None
    has_ended = case.status in ("resolved", "closed")
    waits = _at(case.waits_from) if case.waits_from and case.status in ("new", "open", "on_hold") else None
    return (
        case.first_id, case.number, case.customer_id, world.inboxes[case.inbox], f"Case {case.number} of somebody who wrote", case.status, "normal",
        case.assignee_id, world.teams[_INBOXES[case.inbox][2]], _at(case.first_id), "a new conversation", None, _at(replied) if replied else None, replied,
        _at(case.last_id) if has_ended else None, waits, _micros(world.now + _DAY) if case.status == "snoozed" else None, case.last_id, case.last_inbound_id,
        _at(case.last_id),
    )  # fmt: skip


def _history(world: _World) -> Iterator[Row]:
    for case in world.cases:
        opened = (case.first_id + 1, case.first_id, case.customer_id)
        yield (*opened, None, "opened", "{}", '{"status": "new"}', "a new conversation", _at(case.first_id))
        if case.assignee_id is not None:
            given = (case.first_id + 2, case.first_id, case.customer_id)
            yield (*given, None, "assigned", '{"assignee_id": null}', f'{{"assignee_id": "{case.assignee_id}"}}', "by turns", _at(case.first_id))
        if case.status in ("resolved", "closed"):
            ended = (case.last_id + 3, case.first_id, case.customer_id)
            yield (*ended, case.assignee_id, "status", '{"status": "open"}', f'{{"status": "{case.status}"}}', None, _at(case.last_id))


def _at(made_id: int) -> int:
    return micros(moment_of(made_id))


def _micros(milliseconds: int) -> int:
    return micros(EPOCH) + milliseconds * 1000
