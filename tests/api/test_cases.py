"""Cases over HTTP: lists, detail, and every verb with its way back."""

import pytest

from tests.api.desk import Desk


class TestLists:
    async def test_shows_a_new_case_in_unassigned(self, stored_desk: Desk) -> None:
        desk = stored_desk
        said = await desk.says("Where is my lamp?", name="Ada Fuller")
        [row] = (await desk.otto.get("/cases?view=unassigned")).items
        assert (row["id"], row["status"], row["customer"]["name"], row["is_unread"]) == (said["case_id"], "new", "Ada Fuller", True)
        assert row["last_message"]["preview"] == "Where is my lamp?"
        assert row["inbox"] == {"id": desk.sms, "name": "Texts", "channel": "sms"}
        assert row["opened_at"].endswith("Z")
        assert "T" in row["opened_at"]

    async def test_pages_by_cursor(self, stored_desk: Desk) -> None:
        for number in range(5):
            await stored_desk.says("Hello", sender=f"+44770090001{number}")
        first = (await stored_desk.admin.get("/cases?limit=3")).json
        second = (await stored_desk.admin.get(f"/cases?limit=3&cursor={first['next']}")).json
        ids = [row["id"] for row in (*first["items"], *second["items"])]
        assert len(set(ids)) == 5
        assert ids == sorted(ids, reverse=True, key=int)
        assert second["next"] is None

    async def test_gives_rows_by_ids_and_leaves_out_what_may_not_be_seen(self, desk: Desk) -> None:
        open_case, secret = await desk.says("Hello"), await desk.says("Psst", inbox=desk.vip, sender="+447700900002")
        asked = f"/cases?ids={open_case['case_id']},{secret['case_id']},123"
        assert {row["id"] for row in (await desk.ines.get(asked)).items} == {open_case["case_id"], secret["case_id"]}
        assert {row["id"] for row in (await desk.otto.get(asked)).items} == {open_case["case_id"]}

    async def test_counts_the_views(self, stored_desk: Desk) -> None:
        desk = stored_desk
        said = await desk.says("Hello")
        await desk.otto.post(f"/cases/{said['case_id']}/assign", {"agent_id": desk.otto.agent_id})
        counts = (await desk.otto.get("/cases/counts")).json
        assert (counts["mine"], counts["unassigned"], counts["all"]) == (1, 0, 1)

    @pytest.mark.parametrize(
        "query",
        [
            pytest.param("?view=everything", id="a view that is none"),
            pytest.param("?limit=0", id="no rows"),
            pytest.param("?limit=1000", id="too many rows"),
            pytest.param("?inbox_id=abc", id="an id that is none"),
            pytest.param("?ids=1,x", id="ids that are none"),
            pytest.param("?veiw=mine", id="a misspelt name"),
            pytest.param("?cursor=nonsense", id="a cursor of somebody else's"),
        ],
    )
    async def test_refuses_a_query_that_makes_no_sense(self, desk: Desk, query: str) -> None:
        answer = await desk.otto.get(f"/cases{query}")
        assert (answer.status, answer.code) in {(422, "request.invalid"), (422, "paging.bad_cursor")}


class TestGet:
    async def test_shows_the_ways_to_answer_and_why(self, desk: Desk) -> None:
        said = await desk.says("Hello")
        case = (await desk.otto.get(f"/cases/{said['case_id']}")).json
        [option] = [option for option in case["reply_options"] if option["is_default"]]
        assert (option["recipient"], option["channel"], option["limits"], option["conversation_id"]) == (
            "+447700900001", "sms", {"text": 1600}, said["conversation_id"],
        )  # fmt: skip
        assert case["newest_message_id"] == said["message_id"]
        assert "resolved" in case["allowed_statuses"]
        assert case["why"]["opened"]

    @pytest.mark.parametrize("case_id", ["1", "abc", "9" * 19, "9" * 40, "-1", "1.5", "%00", "%EF%BC%91"])
    async def test_knows_no_case_by_another_name(self, desk: Desk, case_id: str) -> None:
        answer = await desk.otto.get(f"/cases/{case_id}")
        assert (answer.status, answer.code) in {(404, "not_found"), (404, "http.not_found")}


class TestReply:
    async def test_queues_a_reply_that_can_be_undone(self, stored_desk: Desk) -> None:
        desk = stored_desk
        said = await desk.says("Hello")
        answer = await desk.reply(desk.otto, said["case_id"], seen_message_id=said["message_id"])
        message = answer.json
        assert (answer.status, message["direction"], message["text"], message["delivery"]["state"]) == (201, "out", "On its way.", "held")
        assert message["delivery"]["undo_until"]
        assert (await desk.otto.get(f"/cases/{said['case_id']}")).json["status"] == "pending"
        undone = await desk.otto.post(f"/messages/{message['id']}/undo")
        assert undone.json["delivery"]["state"] == "cancelled"
        assert (await desk.otto.get(f"/cases/{said['case_id']}")).json["status"] == "new"

    async def test_is_too_late_to_undo_once_it_was_sent(self, desk: Desk) -> None:
        said = await desk.says("Hello")
        message = (await desk.reply(desk.otto, said["case_id"])).json
        await desk.carry()
        assert (await desk.otto.get(f"/messages/{message['id']}")).json["delivery"]["state"] == "sent"
        assert (await desk.otto.post(f"/messages/{message['id']}/undo")).code == "reply.too_late"
        assert (await desk.otto.post(f"/messages/{message['id']}/retry")).code == "reply.not_failed"

    async def test_stops_a_stale_reply_and_shows_what_is_new(self, stored_desk: Desk) -> None:
        desk = stored_desk
        first = await desk.says("Hello")
        second = await desk.says("Are you there?")
        stale = await desk.reply(desk.otto, first["case_id"], seen_message_id=first["message_id"])
        assert (stale.status, stale.code) == (409, "reply.stale")
        [newer] = stale.json["details"]["newer"]
        assert (newer["type"], newer["message"]["id"], newer["message"]["text"]) == ("message", second["message_id"], "Are you there?")
        sure = await desk.reply(desk.otto, first["case_id"], seen_message_id=first["message_id"], confirm=True)
        assert sure.status == 201

    async def test_refuses_a_way_that_is_none_of_the_case(self, desk: Desk) -> None:
        said = await desk.says("Hello")
        answer = await desk.otto.post(f"/cases/{said['case_id']}/reply", {"text": "Hello", "reply_option": "c1"})
        assert (answer.status, answer.code) == (409, "reply.unreachable")

    async def test_refuses_what_the_channel_cannot_carry(self, desk: Desk) -> None:
        said = await desk.says("Hello")
        answer = await desk.reply(desk.otto, said["case_id"], "x" * 1601)
        assert (answer.status, answer.code) == (422, "reply.unfit")

    async def test_keeps_a_note_among_colleagues(self, desk: Desk) -> None:
        said = await desk.says("Hello")
        note = (await desk.otto.post(f"/cases/{said['case_id']}/note", {"text": "A regular."})).json
        assert (note["kind"], note["delivery"], note["author"]["name"]) == ("note", None, "Otto")
        await desk.carry()
        assert desk.estate.house.registry.sent == {}  # type: ignore[attr-defined]


class TestVerbs:
    async def test_each_change_names_the_activity_that_undoes_it(self, stored_desk: Desk) -> None:
        desk, case = stored_desk, f"/cases/{(await stored_desk.says('Hello'))['case_id']}"
        await desk.otto.post(f"{case}/status", {"status": "open"})
        for path, body, shown in (
            ("assign", {"agent_id": desk.otto.agent_id}, lambda c: c["assignee"]),
            ("assign", {"team_id": desk.team_id}, lambda c: c["team"]),
            ("status", {"status": "resolved"}, lambda c: c["status"]),
            ("priority", {"priority": "urgent"}, lambda c: c["priority"]),
            ("tags", {"add": ["lamp", "late"], "remove": []}, lambda c: c["tags"]),
            ("snooze", {"until": "2026-04-01T09:00:00Z"}, lambda c: (c["status"], c["snoozed_until"])),
        ):
            before = shown((await desk.otto.get(case)).json)
            changed = await desk.otto.post(f"{case}/{path}", body)
            assert changed.status == 200, (path, changed.content)
            assert shown(changed.json) != before, path
            back = await desk.otto.post(f"{case}/undo", {"activity_id": changed.json["activity_id"]})
            assert (back.status, shown(back.json)) == (200, before), path

    async def test_undoes_only_the_last_change_of_ones_own(self, desk: Desk) -> None:
        case = f"/cases/{(await desk.says('Hello'))['case_id']}"
        changed = (await desk.otto.post(f"{case}/priority", {"priority": "high"})).json
        assert (await desk.ines.post(f"{case}/undo", {"activity_id": changed["activity_id"]})).code == "case.nothing_to_undo"
        await desk.ines.post(f"{case}/priority", {"priority": "low"})
        assert (await desk.otto.post(f"{case}/undo", {"activity_id": changed["activity_id"]})).code == "case.nothing_to_undo"

    async def test_says_where_a_status_does_not_lead(self, desk: Desk) -> None:
        case = f"/cases/{(await desk.says('Hello'))['case_id']}"
        answer = await desk.otto.post(f"{case}/status", {"status": "new"})
        assert (answer.status, answer.code) == (409, "case.illegal_transition")

    async def test_snoozes_until_a_later_moment_only_and_wakes(self, desk: Desk) -> None:
        case = f"/cases/{(await desk.says('Hello'))['case_id']}"
        assert (await desk.otto.post(f"{case}/snooze", {"until": "2026-01-01T09:00:00Z"})).code == "case.snooze_in_the_past"
        assert (await desk.otto.post(f"{case}/snooze", {"until": "2026-04-01T09:00:00"})).code == "request.invalid"
        snoozed = await desk.otto.post(f"{case}/snooze", {"until": "2026-04-01T11:00:00+02:00"})
        assert snoozed.json["snoozed_until"] == "2026-04-01T09:00:00Z"
        assert (await desk.otto.delete(f"{case}/snooze")).json["snoozed_until"] is None
        assert (await desk.otto.delete(f"{case}/snooze")).status == 409

    async def test_renames(self, desk: Desk) -> None:
        case = f"/cases/{(await desk.says('Hello'))['case_id']}"
        assert (await desk.otto.patch(case, {"title": "  The   lamp "})).json["title"] == "The lamp"
        assert (await desk.otto.patch(case, {})).json["activity_id"] is None
        assert (await desk.otto.patch(case, {"title": " "})).status == 422

    async def test_remembers_how_far_one_has_read(self, desk: Desk) -> None:
        said = await desk.says("Hello")
        assert (await desk.otto.post(f"/cases/{said['case_id']}/seen", {"message_id": "9223372036854775807"})).status == 204
        assert (await desk.otto.get("/cases")).items[0]["is_unread"] is False
        assert (await desk.ines.get("/cases")).items[0]["is_unread"] is True
        await desk.says("One more thing")
        assert (await desk.otto.get("/cases")).items[0]["is_unread"] is True

    async def test_tells_the_story_newest_first(self, stored_desk: Desk) -> None:
        desk = stored_desk
        said = await desk.says("Hello")
        await desk.otto.post(f"/cases/{said['case_id']}/priority", {"priority": "high"})
        await desk.reply(desk.otto, said["case_id"])
        entries = (await desk.otto.get(f"/cases/{said['case_id']}/timeline")).items
        assert [entry["id"] for entry in entries] == sorted((entry["id"] for entry in entries), key=int, reverse=True)
        assert {entry["type"] for entry in entries} == {"message", "activity"}
        [priority] = [entry["activity"] for entry in entries if entry["type"] == "activity" and entry["activity"]["verb"] == "priority"]
        assert (priority["actor"]["name"], priority["before"], priority["after"]) == ("Otto", {"priority": "normal"}, {"priority": "high"})
        assert all(entry["in_case"] for entry in entries)
