"""Customers over HTTP: profiles, merges that can be undone, and the questions about them."""

import pytest

from kernel.claims import IdentityKind
from tests.api.desk import Desk
from tests.support import house


async def two_who_share_an_address(desk: Desk, inbox: str | None = None) -> tuple[str, str]:
    """Return two customers: one writes from an address, the other only says that it is theirs."""
    mail = await desk.estate.house.directory.create(channel="email", name="Support", address="support@desk.example", settings=house.EMAIL)
    message = house.said(mail.id, "Hello", sender="ada@example.com", kind=IdentityKind.EMAIL, subject="Hello", name="Ada Fuller")
    one = await desk.estate.intake.take(message)
    other = await desk.says("Hi", sender="+447700900002", name="Ada Fuller", email="ada@example.com", inbox=inbox)
    return await desk.customer_of(str(one.case_id)), await desk.customer_of(other["case_id"])


class TestProfiles:
    async def test_shows_who_somebody_is(self, stored_desk: Desk) -> None:
        desk = stored_desk
        said = await desk.says("Hello", name="Ada Fuller", email="ada@example.com")
        customer = (await desk.otto.get(f"/customers/{await desk.customer_of(said['case_id'])}")).json
        assert (customer["name"], customer["stage"], customer["satisfaction"]) == ("Ada Fuller", "lead", "indifferent")
        trust = {identity["value"]: (identity["kind"], identity["trust"], identity["channel_name"]) for identity in customer["identities"]}
        assert trust["+447700900001"] == ("phone", "verified", "SMS")
        assert trust.get("ada@example.com", ("email", "claimed", "E-mail")) == ("email", "claimed", "E-mail")
        assert [case["id"] for case in customer["open_cases"]] == [said["case_id"]]
        held = (await desk.otto.get(f"/customers/{customer['id']}/identities")).items
        assert held == customer["identities"]

    async def test_finds_by_name_and_number(self, stored_desk: Desk) -> None:
        desk = stored_desk
        await desk.says("Hello", sender="+447700900001", name="Ada Fuller")
        await desk.says("Hello", sender="+447700900002", name="Jörg Weiß")
        for query, found in (("ada", ["Ada Fuller"]), ("WEISS", ["Jörg Weiß"]), ("%2B4477009000", ["Jörg Weiß", "Ada Fuller"]), ("nobody", []), ("%00", None)):
            names = [customer["name"] for customer in (await desk.otto.get(f"/customers?q={query}")).items]
            assert found is None or names == found, query

    async def test_changes_what_is_given(self, stored_desk: Desk) -> None:
        desk = stored_desk
        path = f"/customers/{await desk.customer_of((await desk.says('Hello'))['case_id'])}"
        changed = await desk.otto.patch(path, {"name": "Ada", "company": "Lamps & Co", "time_zone": "Europe/Berlin", "attributes": {"plan": {"seats": 3}}})
        assert (changed.json["name"], changed.json["company"], changed.json["attributes"]) == ("Ada", "Lamps & Co", {"plan": {"seats": 3}})
        assert (await desk.otto.patch(path, {"company": None})).json["company"] is None
        assert (await desk.otto.patch(path, {})).json["name"] == "Ada"

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"time_zone": "Mars/Olympus"}, id="a time zone that is none"),
            pytest.param({"name": " "}, id="a blank name"),
            pytest.param({"attributes": {"x": "\0"}}, id="a NUL that no database takes"),
            pytest.param({"attributes": {"x": "y" * 20_000}}, id="too much"),
            pytest.param({"attributes": []}, id="a list for an object"),
            pytest.param({"root_id": "1"}, id="what is not theirs to change"),
        ],
    )
    async def test_refuses_what_means_nothing(self, desk: Desk, change: dict[str, object]) -> None:
        path = f"/customers/{await desk.customer_of((await desk.says('Hello'))['case_id'])}"
        assert (await desk.otto.patch(path, change)).status == 422

    async def test_refuses_a_number_that_no_program_of_ours_can_write(self, desk: Desk) -> None:
        path = f"/customers/{await desk.customer_of((await desk.says('Hello'))['case_id'])}"
        for number in (b"-25063857405144488904491008", b"18446744073709551616"):
            body = b'{"attributes": {"x": [%s]}}' % number
            refused = await desk.otto.ask("PATCH", path, content=body, headers={"Content-Type": "application/json"})
            assert (refused.status, refused.code) == (422, "request.invalid")


class TestMerges:
    async def test_makes_two_one_and_two_again(self, stored_desk: Desk) -> None:
        desk = stored_desk
        one, other = await two_who_share_an_address(desk)
        merged = (await desk.otto.post(f"/customers/{one}/merge", {"other_id": other})).json
        assert merged["customer"]["id"] == one
        assert len({identity["customer_id"] for identity in merged["customer"]["identities"]}) == 2
        [leaf] = merged["customer"]["merged"]
        assert (leaf["link_id"], leaf["leaf_id"], leaf["by"]) == (merged["link_id"], other, "Otto")
        assert (await desk.otto.get(f"/customers/{other}")).json["id"] == one
        texts = {entry["message"]["text"] for entry in (await desk.otto.get(f"/customers/{other}/timeline")).items if entry["type"] == "message"}
        assert texts == {"Hello", "Hi"}
        apart = (await desk.otto.post(f"/merges/{merged['link_id']}/undo")).json
        assert {apart["customer"]["id"], apart["other"]["id"]} == {one, other}
        assert (await desk.otto.post(f"/merges/{merged['link_id']}/undo")).code == "merge.already_undone"

    async def test_refuses_to_merge_what_is_one_or_is_not_there(self, desk: Desk) -> None:
        one, _ = await two_who_share_an_address(desk)
        assert (await desk.otto.post(f"/customers/{one}/merge", {"other_id": one})).code == "merge.already_one"
        assert (await desk.otto.post(f"/customers/{one}/merge", {"other_id": "1"})).status == 404
        assert (await desk.otto.post("/merges/1/undo")).status == 404

    async def test_is_not_for_those_who_may_not_see_both(self, desk: Desk) -> None:
        plain = await desk.customer_of((await desk.says("Hello", sender="+447700900001"))["case_id"])
        secret = await desk.customer_of((await desk.says("Psst", sender="+447700900002", inbox=desk.vip))["case_id"])
        assert (await desk.otto.post(f"/customers/{plain}/merge", {"other_id": secret})).status == 404
        assert (await desk.ines.post(f"/customers/{plain}/merge", {"other_id": secret})).status == 200


class TestProposals:
    async def test_asks_and_takes_the_answer(self, stored_desk: Desk) -> None:
        desk = stored_desk
        one, other = await two_who_share_an_address(desk)
        [proposal] = (await desk.otto.get("/proposals")).items
        assert {proposal["left"]["id"], proposal["other"]["id"]} == {one, other}
        assert proposal["evidence"]
        assert (await desk.otto.get(f"/customers/{one}")).json["proposals"][0]["id"] == proposal["id"]
        answered = (await desk.otto.post(f"/proposals/{proposal['id']}/answer", {"answer": "same"})).json
        assert answered["link_id"] is not None
        assert (await desk.otto.get("/proposals")).items == []
        assert (await desk.otto.post(f"/proposals/{proposal['id']}/answer", {"answer": "skip"})).code == "proposal.already_answered"

    async def test_is_not_shown_to_those_who_may_not_see_both(self, desk: Desk) -> None:
        one, _ = await two_who_share_an_address(desk, desk.vip)
        [proposal] = (await desk.ines.get("/proposals")).items
        assert (await desk.otto.get("/proposals")).items == []
        shown = [(await agent.get(f"/customers/{one}")).json["proposals"] for agent in (desk.ines, desk.otto)]
        assert [len(proposals) for proposals in shown] == [1, 0]
        assert (await desk.otto.post(f"/proposals/{proposal['id']}/answer", {"answer": "same"})).status == 404
