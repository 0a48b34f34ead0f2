"""Bodies that are too large, too deep or no bodies at all: a 4xx, soon, with memory as it was and others served meanwhile."""

import asyncio
import gzip
import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.crowd import CROWD
from api.limits import Load
from tests.api.desk import Desk
from tests.hostile.besieged import PUBLIC_URL, Besieged
from tests.support.telegram_stand_in import SECRET_TOKEN
from tests.support.torture import size
from tests.support.twilio_stand_in import sign_body

pytestmark = pytest.mark.torture

MEGABYTE = 1024 * 1024
DEPTH = 100_000
SAMPLES = Path(__file__).parent.parent / "channels" / "samples"
JSON = "application/json"
DEEP = [
    pytest.param(b"[" * DEPTH + b"]" * DEPTH, id="lists"),
    pytest.param(b'{"a":' * DEPTH + b"1" + b"}" * DEPTH, id="objects"),
    pytest.param(b"[" * DEPTH, id="lists without an end"),
]
ROUTES = [
    pytest.param("/api/v1/session", "", id="sign-in"),
    pytest.param("/api/v1/tokens", "token", id="a route for who is signed in"),
    pytest.param("/api/v1/chat/{chat_key}/messages", "", id="the visitors' way in"),
    pytest.param("/hooks/sms/{sms}", "", id="a hook, not signed"),
    pytest.param("/hooks/telegram/{telegram}", "secret", id="a hook with its secret"),
]


def address(desk: Besieged, path: str) -> str:
    return path.format(chat_key=desk.chat_key, **desk.inboxes)


def proof(desk: Besieged, kind: str) -> dict[str, str]:
    """Return the headers by which somebody is let in."""
    return {"": {}, "token": {"Authorization": f"Bearer {desk.token}"}, "secret": {"X-Telegram-Bot-Api-Secret-Token": SECRET_TOKEN}}[kind]


async def poured(desk: Besieged, path: str, headers: dict[str, str], pieces: Iterator[bytes]) -> tuple[int, int]:
    """Send a body in pieces until an answer comes; return its status and how many bytes were sent before it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
    head = "".join(f"{name}: {value}\r\n" for name, value in ({"Host": "x", "Content-Type": JSON} | headers).items())
    writer.write(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode())
    answer = asyncio.ensure_future(reader.readline())
    sent = 0
    try:
        for piece in pieces:
            if answer.done():
                break
            writer.write(piece)
            sent += len(piece)
            await writer.drain()
            await asyncio.sleep(0)
        line = await asyncio.wait_for(answer, 20)
    finally:
        writer.transport.abort()
    return int(line.split()[1]), sent


@pytest.mark.parametrize(("path", "kind"), ROUTES)
@pytest.mark.parametrize("says_so", [True, False], ids=["with its length", "in chunks"])
async def test_fifty_megabytes_are_not_read(fortress: Besieged, path: str, kind: str, says_so: bool) -> None:
    block = b" " * 65_536
    pieces = (block if says_so else b"10000\r\n" + block + b"\r\n" for _ in range(50 * MEGABYTE // len(block)))
    length = {"Content-Length": str(50 * MEGABYTE)} if says_so else {"Transfer-Encoding": "chunked"}
    before = fortress.memory()
    status, sent = await poured(fortress, address(fortress, path), proof(fortress, kind) | length, pieces)
    assert status == 413
    # What lies between is what the kernel takes on its own account.
    assert sent < 10 * MEGABYTE
    assert await fortress.health() < 8
    assert fortress.memory() - before < 8 * MEGABYTE


@pytest.mark.parametrize(("path", "kind"), ROUTES)
async def test_a_little_that_unpacks_to_much_is_not_unpacked(fortress: Besieged, path: str, kind: str) -> None:
    bomb = gzip.compress(bytes(size(100, 400) * MEGABYTE), 1)
    before = fortress.memory()
    length = {"Content-Length": str(len(bomb)), "Content-Encoding": "gzip"}
    status, _ = await poured(fortress, address(fortress, path), proof(fortress, kind) | length, iter([bomb]))
    assert status == 413
    assert fortress.memory() - before < 16 * MEGABYTE


@pytest.mark.parametrize("body", DEEP)
@pytest.mark.parametrize(("path", "kind"), ROUTES)
async def test_no_depth_is_too_deep(fortress: Besieged, path: str, kind: str, body: bytes) -> None:
    before, health = fortress.memory(), asyncio.ensure_future(fortress.health())
    status, _ = await poured(fortress, address(fortress, path), proof(fortress, kind) | {"Content-Length": str(len(body))}, iter([body]))
    # What a vendor has signed is taken and shown as a dead letter, or it would come again for ever.
    assert status == 200 if kind == "secret" else 400 <= status < 500
    assert await health < 8
    assert fortress.memory() - before < 16 * MEGABYTE


async def test_unfinished_bodies_hold_no_more_than_all_of_them_may(desk: Desk) -> None:
    """Each is within its limit; beyond what all may hold together, senders are told to come again."""
    desk.app[CROWD].load = Load(2 * MEGABYTE)
    path = f"/hooks/sms/{desk.sms}"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n".encode()
    answers: list[asyncio.Future[bytes]] = []
    waiting: list[asyncio.StreamWriter] = []
    for _ in range(4):
        reader, writer = await asyncio.open_connection("127.0.0.1", desk.server.port)
        writer.write(head + b"x" * 900_000)
        waiting.append(writer)
        answers.append(asyncio.ensure_future(reader.readline()))
    refused, still = await asyncio.wait(answers, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    assert {one.result() for one in refused} == {b"HTTP/1.1 503 Service Unavailable\r\n"}
    # One that is small passes all the same (to be refused for its signature), and when the others are gone so do large ones.
    assert (await desk.stranger.post("/" + path, content=b"From=x")).status == 403
    for writer in waiting:
        writer.transport.abort()
    await asyncio.gather(*still, return_exceptions=True)
    assert (await desk.stranger.post("/" + path, content=b"x" * 900_000)).status == 403


odd = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**40, -(10**19), 2**63, 1e308, ""])
    | st.text(max_size=8)
    | st.sampled_from(["\0", "x" * 5_000]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
UPDATES = [orjson.loads(path.read_bytes()) for path in sorted((SAMPLES / "telegram").glob("*.json"))]
FORMS = [path.read_bytes().strip() for path in sorted((SAMPLES / "sms").glob("*.form"))]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Return the way to everything inside a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inside:
        yield (*path, name)
        yield from places(part, (*path, name))


@given(data=st.data())
@settings(max_examples=size(60, 1_500), deadline=None)
def test_a_valid_update_with_anything_anywhere_in_it_is_taken(fortress: Besieged, data: st.DataObject) -> None:
    """It has the secret, so it is Telegram's: kept as a message or as a dead letter, never an error that would bring it again and again."""
    update = orjson.loads(orjson.dumps(data.draw(st.sampled_from(UPDATES))))
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(sorted(places(update), key=str)))
        holder = update
        for step in way:
            holder = holder[step] if isinstance(holder, dict | list) and (step in holder if isinstance(holder, dict) else step < len(holder)) else {}
        if isinstance(holder, dict) or (isinstance(holder, list) and last < len(holder)):
            holder[last] = data.draw(odd)
    # Half of a character is written as an escape, as a program would that knows no better.
    text = json.dumps(update).replace('"type"', data.draw(st.sampled_from(['"type"', '"\\ud800"', '"\\u0000"'])))
    assert posted(fortress, f"/hooks/telegram/{fortress.inboxes['telegram']}", text.encode(), proof(fortress, "secret")) == 200


@given(
    form=st.sampled_from(FORMS), extra=st.lists(st.tuples(st.sampled_from(["Body", "From", "MessageSid", "NumMedia", "x"]), st.text(max_size=20)), max_size=4)
)
@settings(max_examples=size(60, 1_500), deadline=None)
def test_a_signed_form_with_anything_in_it_is_taken(fortress: Besieged, form: bytes, extra: list[tuple[str, str]]) -> None:
    body = urlencode([*extra, *parse_qsl(form.decode())], errors="replace").encode()
    path = f"/hooks/sms/{fortress.inboxes['sms']}"
    assert posted(fortress, path, body, {"X-Twilio-Signature": sign_body(PUBLIC_URL + path, body)}) == 200


@given(
    body=st.binary(max_size=200) | st.sampled_from([b"%", b"%zz=%", b"a=%ff%fe", b"a=\xff", b"a=%00", b"=&=&", b"&" * 5_000, b"a" * 100_000, b"\xed\xa0\x80=1"])
)
@settings(max_examples=size(60, 1_500), deadline=None)
def test_a_form_that_is_none_is_refused(fortress: Besieged, body: bytes) -> None:
    path = f"/hooks/sms/{fortress.inboxes['sms']}"
    assert posted(fortress, path, body, {"X-Twilio-Signature": "bm90IHNpZ25lZA=="}) == 403


@given(body=st.binary(max_size=200) | odd.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=size(60, 1_500), deadline=None)
def test_what_is_no_json_is_refused(fortress: Besieged, body: bytes) -> None:
    assert 400 <= posted(fortress, "/api/v1/session", body, {"Content-Type": JSON}) < 500
    assert 400 <= posted(fortress, f"/api/v1/chat/{fortress.chat_key}/messages", body, {"Content-Type": JSON}) < 500


def posted(desk: Besieged, path: str, body: bytes, headers: dict[str, str]) -> int:
    """Post a body and return the status of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=20)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
