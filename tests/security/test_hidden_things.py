"""An agent without access to an inbox sees nothing of it by any route, not even that something is there."""

import re
from collections.abc import Mapping

import orjson
import pytest

from api.app import ROUTES
from tests.api.desk import Answer, Desk
from tests.security import routes
from tests.security.hidden import SHARED_PHONE, WORD, Hidden, plant


def test_every_operation_is_sorted_in() -> None:
    """A new route belongs into one of the lists in tests/security/routes.py, and so into the tests below."""
    lists = [set(routes.REFUSING), set(routes.FILTERING), routes.FOR_HIGHER_ROLES, routes.INNOCENT, routes.FOR_VISITORS]
    sorted_in = [operation for found in lists for operation in found]
    assert len(set(sorted_in)) == len(sorted_in)
    assert set(sorted_in) == {f"{route.method} {route.path}" for route in ROUTES}


async def test_refuses_each_hidden_thing_as_if_it_were_not_there(stored_desk: Desk) -> None:
    desk = stored_desk
    hidden = await plant(desk)
    for operation, body in routes.REFUSING.items():
        method, path = operation.replace("/api/v1", "", 1).split(" ")
        [name] = re.findall(r"{(\w+)}", path)
        of_kind = [hidden.ids[name], *([hidden.loose_link] if name == "link_id" else [])]
        for number in of_kind:
            told, untold = [await desk.otto.ask(method, _own(path, {name: one}), body) for one in (number, _nobodys(number, hidden))]
            assert (told.status, told.code) == (404, "not_found"), (operation, told.content)
            assert told.content.replace(number.encode(), b"ID") == untold.content.replace(_nobodys(number, hidden).encode(), b"ID"), operation
        seen = await desk.ines.ask(method, _own(path, {name: hidden.ids[name]}), body) if method == "GET" else None
        assert seen is None or seen.status == 200, (operation, seen.content)


async def test_lists_show_others_the_same_bytes_with_hidden_things_and_without(stored_desk: Desk) -> None:
    desk = stored_desk
    await _visible(desk)
    before = {asked: await _asked(desk, asked) for asked in _lists(None, desk)}
    hidden = await plant(desk)
    seen_by_ines = 0
    for asked, filled in zip(_lists(None, desk), _lists(hidden, desk), strict=True):
        # Asked as before, and with what is hidden filled in: a word that stands somewhere, an id that somebody has.
        for path, was in ((asked, before[asked]), (filled, None)):
            answer = await _asked(desk, path)
            assert_tells_nothing(answer, hidden, path)
            assert was is None or _shared(answer) == _shared(was), path
        assert _shared(await _asked(desk, filled)) == _shared(before[asked]), filled
        seen_by_ines += (await desk.ines.get(filled)).content.count(WORD.encode())
    assert seen_by_ines > 20, "what is looked for must be there for whoever may see it"


async def test_roles_are_asked_first(desk: Desk) -> None:
    hidden = await plant(desk)
    for operation in routes.FOR_HIGHER_ROLES:
        method, path = operation.split(" ")
        answer = await desk.otto.ask(
            method,
            "/" + _own(path, {**hidden.ids, "team_id": desk.team_id, "agent_id": desk.ines.agent_id, "webhook_id": "1"}),
            {} if method != "GET" else None,
        )
        assert (answer.status, answer.code) == (403, "access.role_too_low"), operation
        assert_tells_nothing(answer, hidden, operation)


async def test_what_is_for_everybody_holds_nothing_of_it(desk: Desk) -> None:
    hidden = await plant(desk)
    for operation in sorted(routes.INNOCENT):
        method, path = operation.split(" ")
        if method == "GET":
            answer = await desk.otto.get("/" + _own(path, {"agent_id": desk.ines.agent_id}))
            assert answer.status == 200, operation
            assert_tells_nothing(answer, hidden, operation)


@pytest.mark.parametrize("number", range(len(routes.NAMING)))
async def test_hidden_ids_in_a_body_are_nobodys(desk: Desk, number: int) -> None:
    kind, method, path, body = routes.NAMING[number]
    said = await _visible(desk)
    hidden = await plant(desk)
    customer = await desk.customer_of(said["case_id"])
    option = await desk.option(said["case_id"])
    own = {"case_id": said["case_id"], "customer_id": customer, "option": option["key"], "identity_id": option["identity_id"]}
    number_of = min(hidden.of_kind[kind])
    answers: list[bytes] = []
    for one in (number_of, _nobodys(number_of, hidden)):
        filled = orjson.loads(_own(orjson.dumps(body).decode(), {**own, "id": one}))
        answer = await desk.otto.ask(method, _own(path, own), filled)
        assert 400 <= answer.status < 500, answer.content
        answers.append(answer.content.replace(one.encode(), b"ID"))
    assert answers[0] == answers[1]


async def test_what_a_shared_customer_said_elsewhere_stays_there(stored_desk: Desk) -> None:
    """One person, two inboxes: whoever sees one of them sees the person, and of what was said only that."""
    desk = stored_desk
    said = await _visible(desk)
    hidden = await plant(desk)
    customer = await desk.customer_of(said["case_id"])
    of_shared = {hidden.shared_conversation, *(one for one in hidden.of_kind["case_id"])}
    for path in (f"/cases/{said['case_id']}", f"/cases/{said['case_id']}/timeline", f"/customers/{customer}", f"/customers/{customer}/timeline",
                 f"/customers/{customer}/identities", f"/conversations?customer_id={customer}", f"/cases?customer_id={customer}"):  # fmt: skip
        answer = await desk.otto.get(path)
        assert answer.status == 200
        assert_tells_nothing(answer, hidden, path)
        assert not any(one.encode() in answer.content for one in of_shared), path
    assert WORD.encode() in (await desk.ines.get(f"/customers/{customer}/timeline")).content


def assert_tells_nothing(answer: Answer, hidden: Hidden, asked: str) -> None:
    """Fail when an answer holds a word or an id of what is hidden, unless the question named it."""
    content = answer.content.decode()
    assert WORD not in content or WORD in asked, (asked, content)
    assert [one for one in hidden.every if one in content and one not in asked] == [], (asked, content)


async def _visible(desk: Desk) -> dict[str, str]:
    """Let somebody write whom Otto may see, and who claims an address that somebody hidden has."""
    return await desk.says("Plain", sender=SHARED_PHONE, name="Paul Plain", email="ada@customer.example")


def _lists(hidden: Hidden | None, desk: Desk) -> list[str]:
    """Return all questions to lists, with hidden things filled in, or without with what nobody has."""
    names = {name: hidden.ids[name] if hidden else "7" for name in ("inbox_id", "customer_id", "case_id")} | {"team_id": desk.team_id, "word": WORD}
    return [_own(operation.removeprefix("GET /api/v1") + query, names) for operation, queries in routes.FILTERING.items() for query in queries]


async def _asked(desk: Desk, path: str) -> Answer:
    answer = await desk.otto.get(path)
    assert answer.status == 200, (path, answer.content)
    return answer


def _shared(answer: Answer) -> bytes:
    """Return an answer without the moment at which a person was last heard of: that is the person's, not an inbox's."""
    return re.sub(rb'"last_seen_at":"[^"]*"', b"", answer.content)


def _own(text: str, names: Mapping[str, str]) -> str:
    """Fill in the names that stand in braces; nothing else that does is touched."""
    return re.sub(r"{(\w+)}", lambda found: names.get(found[1], found[0]), text)


def _nobodys(number: str, hidden: Hidden) -> str:
    other = str(int(number) + 1)
    assert other not in hidden.every
    return other
