"""One timeline across channels and merges, within what the viewer may see; lists and search over it."""

import pytest

from cases.values import CaseFilter, Sort
from identity_resolution import service as identities
from inbox import case_list, messages, search, timeline
from inbox.models import Message
from inbox.search import END, START, snippet, words_of
from inbox.values import Taken
from inbox.views import Entry
from kernel.claims import IdentityKind
from kernel.clock import MovedClock
from kernel.errors import NotFound
from staff.values import Viewer
from tests.inbox.conftest import Desk
from tests.support import house
from tests.support.house import rows, said


async def two_channels(desk: Desk, clock: MovedClock) -> tuple[Taken, Taken]:
    """Let one person write by SMS and, as somebody else so far, by e-mail; then merge the two."""
    text = await desk.estate.intake.take(said(desk.sms, "By phone"))
    clock.advance(minutes=1)
    mail = await desk.estate.intake.take(said(desk.email, "By mail", sender="ada@x.example", kind=IdentityKind.EMAIL, subject="Lamp", name="Ada"))
    first, second = await rows(desk.estate.house.factory, Message)
    clock.advance(minutes=1)
    async with desk.estate.house.factory() as uow:
        await identities.merge(uow, first.customer_id, second.customer_id, desk.ines.agent_id, "the same voice")
    return text, mail


async def entries(desk: Desk, viewer: Viewer, case_id: int | None, limit: int = 50) -> list[Entry]:
    """Read a case's timeline page by page."""
    assert case_id is not None
    found: list[Entry] = []
    cursor: str | None = None
    while True:
        async with desk.estate.house.factory.reading() as uow:
            page = await timeline.of_case(uow, viewer, desk.estate.house.directory, case_id, cursor, limit)
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


class TestTimeline:
    @pytest.mark.parametrize("limit", [pytest.param(50, id="on one page"), pytest.param(1, id="entry by entry")])
    async def test_joins_what_was_merged_newest_first(self, desk: Desk, clock: MovedClock, limit: int) -> None:
        text, mail = await two_channels(desk, clock)
        found = await entries(desk, desk.ines, text.case_id, limit)
        said_there = [(entry.message.text, entry.in_case) for entry in found if entry.message]
        assert said_there == [("By mail", False), ("By phone", True)]
        assert [entry.id for entry in found] == sorted({entry.id for entry in found}, reverse=True)
        assert {entry.activity.case_id for entry in found if entry.activity} >= {text.case_id, mail.case_id}

    async def test_shows_nothing_of_an_inbox_that_may_not_be_seen(self, desk: Desk, clock: MovedClock) -> None:
        text, mail = await two_channels(desk, clock)
        outsider = house.viewer(desk.ravi.agent_id, inbox_ids=frozenset({desk.sms}))
        found = await entries(desk, outsider, text.case_id)
        assert [entry.message.text for entry in found if entry.message] == ["By phone"]
        assert {entry.activity.case_id for entry in found if entry.activity} == {text.case_id}
        with pytest.raises(NotFound):
            await entries(desk, outsider, mail.case_id)

    async def test_says_who_was_given_a_case_and_why(self, desk: Desk) -> None:
        taken = await desk.estate.intake.take(said(desk.sms))
        found = [entry.activity for entry in await entries(desk, desk.ines, taken.case_id) if entry.activity]
        assigned = next(activity for activity in found if activity.verb == "assigned")
        assert assigned.summary == "assigned to Ines"
        assert "round robin" in (assigned.reason or "").lower()


class TestLists:
    async def test_a_row_names_everybody_by_set(self, desk: Desk, clock: MovedClock) -> None:
        text, mail = await two_channels(desk, clock)
        async with desk.estate.house.factory.reading() as uow:
            wanted = CaseFilter(agent_id=desk.ines.agent_id, inbox_ids=None, sort=Sort.NEWEST)
            page = await case_list.page(uow, desk.ines, desk.estate.house.directory, wanted, None, 50)
        assert [row.id for row in page.items] == [mail.case_id, text.case_id]
        assert {row.customer.id for row in page.items} == {page.items[0].customer.id}
        assert [(row.inbox.channel, row.is_unread, row.team and row.team.name) for row in page.items] == [("email", True, "Tier 1"), ("sms", True, "Tier 1")]
        assert page.items[0].last_message is not None
        assert page.items[0].last_message.preview == "By mail"

    async def test_leaves_out_what_may_not_be_seen(self, desk: Desk, clock: MovedClock) -> None:
        text, mail = await two_channels(desk, clock)
        outsider = house.viewer(desk.ravi.agent_id, inbox_ids=frozenset({desk.sms}))
        async with desk.estate.house.factory.reading() as uow:
            found = await case_list.some(uow, outsider, desk.estate.house.directory, [i for i in (text.case_id, mail.case_id) if i is not None])
            with pytest.raises(NotFound):
                await messages.message(uow, outsider, desk.estate.house.directory, mail.message_id or 0)
        assert [row.id for row in found] == [text.case_id]


class TestSearch:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            pytest.param("strasse", ["Große Straße 7, café"], id="ß folded"),
            pytest.param("CAFE gro", ["Große Straße 7, café"], id="case, accents, the beginning of a word"),
            pytest.param("lamp", ["A lamp, please"], id="plain"),
            pytest.param("lamp café", [], id="all words are asked for"),
            pytest.param('"lamp" OR NOT* (', [], id="operators are words"),
            pytest.param("%", [], id="no words"),
        ],
    )
    async def test_finds_by_folded_words(self, desk: Desk, query: str, found: list[str]) -> None:
        for text in ("Große Straße 7, café", "A lamp, please"):
            await desk.estate.intake.take(said(desk.sms, text))
        async with desk.estate.house.factory.reading() as uow:
            page = await search.messages(uow, desk.ines, desk.estate.house.directory, query, None, 10)
        assert [hit.snippet.replace(START, "").replace(END, "") for hit in page.items] == found

    async def test_finds_nothing_that_may_not_be_seen(self, desk: Desk) -> None:
        await desk.estate.intake.take(said(desk.sms, "secret"))
        for inbox_ids in (frozenset({desk.email}), frozenset[int]()):
            async with desk.estate.house.factory.reading() as uow:
                page = await search.messages(uow, house.viewer(1, inbox_ids=inbox_ids), desk.estate.house.directory, "secret", None, 10)
            assert page.items == []

    async def test_pages_from_the_newest(self, desk: Desk, clock: MovedClock) -> None:
        for n in range(5):
            await desk.estate.intake.take(said(desk.sms, f"word {n}"))
            clock.advance(seconds=1)
        found: list[str] = []
        cursor: str | None = None
        while True:
            async with desk.estate.house.factory.reading() as uow:
                page = await search.messages(uow, desk.ines, desk.estate.house.directory, "word", cursor, 2)
            found += [hit.snippet for hit in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert [text[-1] for text in found] == ["4", "3", "2", "1", "0"]

    def test_marks_matches_in_the_text_as_it_was_written(self) -> None:
        assert snippet("Die Straße ist lang", words_of("STRASSE")) == f"Die {START}Straße{END} ist lang"
