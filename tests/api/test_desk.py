"""Search, reports, articles, conversations and dead letters over HTTP."""

import pytest

from channels.contract import RawPayload
from knowledge_base import service as knowledge
from knowledge_base.values import ArticleStatus
from tests.api.desk import Desk


class TestSearch:
    async def test_finds_messages_and_customers(self, stored_desk: Desk) -> None:
        desk = stored_desk
        said = await desk.says("The Straßenlampe is broken", name="Petra Lamp")
        await desk.says("Nothing to see", sender="+447700900002")
        hits = (await desk.otto.get("/search?q=strassenlampe")).items
        assert [(hit["type"], hit["message_id"], hit["case_id"], hit["channel"]) for hit in hits] == [("message", said["message_id"], said["case_id"], "sms")]
        assert "\u0002Straßenlampe\u0003" in hits[0]["snippet"]
        people = [hit for hit in (await desk.otto.get("/search?q=petra")).items if hit["type"] == "customer"]
        assert [hit["customer"]["name"] for hit in people] == ["Petra Lamp"]

    @pytest.mark.parametrize("query", ["", "?q=", "?q=%20", '?q="', "?q=*", "?q=a%20OR", "?q=NEAR(", "?q=%27;--", "?q=%00", "?q=%FF", "?q=" + "x%20" * 90])
    async def test_takes_any_words_as_words(self, stored_desk: Desk, query: str) -> None:
        await stored_desk.says("Hello")
        assert (await stored_desk.otto.get(f"/search{query}")).status == 200

    async def test_pages(self, stored_desk: Desk) -> None:
        for number in range(3):
            await stored_desk.says(f"lamp {number}", sender=f"+44770090001{number}")
        first = (await stored_desk.otto.get("/search?q=lamp&limit=2")).json
        second = (await stored_desk.otto.get(f"/search?q=lamp&limit=2&cursor={first['next']}")).json
        assert len({hit["message_id"] for hit in (*first["items"], *second["items"])}) == 3
        assert second["next"] is None


class TestReports:
    async def test_tells_how_long_things_took(self, stored_desk: Desk) -> None:
        desk = stored_desk
        said = await desk.says("Hello")
        desk.clock.advance(minutes=10)
        await desk.reply(desk.ines, said["case_id"], then="resolved")
        await desk.carry()
        report = (await desk.supervisor.get("/reports/overview")).json
        assert (report["all"]["first_response"]["n"], report["all"]["resolution"]["n"], report["all"]["open"]) == (1, 1, 0)
        assert 600 <= report["all"]["first_response"]["median"] <= 602
        assert report["from"] < report["to"]
        assert report["teams"][0]["team"] is None

    async def test_keeps_to_the_period(self, stored_desk: Desk) -> None:
        desk = stored_desk
        said = await desk.says("Hello")
        await desk.reply(desk.ines, said["case_id"])
        report = (await desk.supervisor.get("/reports/overview?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z")).json
        assert (report["from"], report["to"]) == ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")
        assert report["all"]["first_response"] == {"median": None, "p90": None, "n": 0}
        assert report["all"]["open"] == 1

    @pytest.mark.parametrize(
        "query",
        [
            pytest.param("from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", id="backwards"),
            pytest.param("from=2000-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", id="longer than anybody reads"),
            pytest.param("from=yesterday", id="in words"),
            pytest.param("from=2026-02-01T00:00:00", id="without a zone"),
            pytest.param("from=9999-12-31T23:59:59-14:00", id="past the calendar's end"),
            pytest.param("from=0001-01-01T00:00:00%2B14:00", id="before its beginning"),
        ],
    )
    async def test_refuses_a_period_that_is_none(self, desk: Desk, query: str) -> None:
        assert (await desk.supervisor.get(f"/reports/overview?{query}")).status == 422


class TestArticles:
    async def test_finds_what_is_published(self, stored_desk: Desk) -> None:
        async with stored_desk.estate.house.factory() as uow:
            await knowledge.write(uow, "Changing a bulb", "Switch it off first.", ArticleStatus.PUBLISHED)
            await knowledge.write(uow, "Secret bulb", "Not yet.", ArticleStatus.DRAFT)
        found = (await stored_desk.otto.get("/articles?q=bulb")).items
        assert [(article["title"], article["status"]) for article in found] == [("Changing a bulb", "published")]


class TestConversations:
    async def test_lists_and_shows_them(self, stored_desk: Desk) -> None:
        desk = stored_desk
        said = await desk.says("Hello")
        await desk.says("Hello", sender="+447700900002")
        customer = await desk.customer_of(said["case_id"])
        [one] = (await desk.otto.get(f"/conversations?customer_id={customer}&inbox_id={desk.sms}")).items
        assert (one["id"], one["inbox_id"], one["case_id"], one["customer"]["id"]) == (said["conversation_id"], desk.sms, said["case_id"], customer)
        assert (await desk.otto.get(f"/conversations/{one['id']}")).json == one
        assert len((await desk.otto.get("/conversations")).items) == 2


class TestDeadLetters:
    async def test_are_replayed_once_they_can_be_read(self, stored_desk: Desk) -> None:
        desk = stored_desk
        broken = RawPayload(source="sms", content_type="application/x-www-form-urlencoded", body=b"From=%2B44", received_at=desk.clock.now())
        received = await desk.estate.house.door.receive(int(desk.sms), broken)
        still = await desk.supervisor.post(f"/dead-letters/{received.dead_letter_id}/replay")
        assert (still.status, still.json) == (200, {"state": "dead", "message_ids": []})
        assert (await desk.supervisor.post("/dead-letters/1/replay")).status == 404
        [letter] = (await desk.supervisor.get("/dead-letters")).items
        assert (letter["id"], letter["size"]) == (str(received.dead_letter_id), 10)
