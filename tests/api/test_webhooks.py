"""Vendors' calls: signed and kept before they are answered, or refused with a clear word and a count."""

import pytest
from structlog.testing import capture_logs

from channels.contract import RawPayload
from inbox.models import Message, RawPayloadRow
from inbox.values import Received
from kernel.errors import StorageUnavailable
from tests.api.desk import PUBLIC_URL, Answer, Desk
from tests.support.house import count
from tests.support.twilio_stand_in import incoming, signed


async def call(desk: Desk, form: dict[str, str], path: str = "", *, inbox: str | None = None) -> Answer:
    """Post a form as Twilio does, signed for the public address."""
    address = f"/hooks/sms/{inbox or desk.sms}{path}"
    body, headers = signed(PUBLIC_URL + address, form)
    return await desk.stranger.post("/" + address, content=body, headers=headers)


def sms(sid: str = "SM1", text: str = "Hello") -> dict[str, str]:
    return incoming(sid, "+447700900001", "+15005550006", text)


async def refusals(desk: Desk) -> str:
    return "\n".join(line for line in desk.estate.house.metrics.text().decode().splitlines() if line.startswith("kindred_webhooks_refused_total"))


class TestReceive:
    async def test_keeps_a_signed_message_and_answers_as_the_vendor_expects(self, stored_desk: Desk) -> None:
        answer = await call(stored_desk, sms())
        assert (answer.status, answer.headers["Content-Type"].split(";")[0]) == (200, "text/xml")
        assert b"<Response/>" in answer.content
        assert await count(stored_desk.estate.house.factory, Message) == 1

    async def test_keeps_a_repeated_message_once(self, stored_desk: Desk) -> None:
        assert [(await call(stored_desk, sms())).status for _ in range(3)] == [200, 200, 200]
        assert await count(stored_desk.estate.house.factory, Message) == 1
        assert 'kindred_duplicates_total{channel="sms"} 2.0' in stored_desk.estate.house.metrics.text().decode()

    async def test_signs_over_the_query_as_it_came(self, desk: Desk) -> None:
        address = f"/hooks/sms/{desk.sms}?bodySHA=%c3%A4&x=a+b"
        body, headers = signed(PUBLIC_URL + address, sms())
        assert (await desk.stranger.post("/" + address, content=body, headers=headers)).status == 200

    async def test_moves_a_delivery_by_the_status_hook(self, desk: Desk) -> None:
        said = await desk.says("Hello")
        message = (await desk.reply(desk.otto, said["case_id"])).json
        await desk.carry()
        status = {"MessageSid": f"vendor-{message['id']}", "MessageStatus": "delivered", "AccountSid": "AC1"}
        assert (await call(desk, status, "/status")).status == 200
        assert (await desk.otto.get(f"/messages/{message['id']}")).json["delivery"]["state"] == "delivered"

    async def test_keeps_what_cannot_be_read_as_a_dead_letter(self, stored_desk: Desk) -> None:
        """It was signed, so it is the vendor's: answered, so that nothing behind it is blocked, and shown."""
        answer = await call(stored_desk, {"From": "+447700900001"})
        assert answer.status == 200
        [letter] = (await stored_desk.supervisor.get("/dead-letters")).items
        assert (letter["source"], letter["state"], letter["inbox_name"]) == ("sms", "dead", "Texts")
        assert 'kindred_dead_letters_total{channel="sms"} 1.0' in stored_desk.estate.house.metrics.text().decode()


class TestRefuse:
    @pytest.mark.parametrize("signature", [None, "", "nonsense", "ünï", "x" * 4000])
    async def test_what_is_not_signed(self, desk: Desk, signature: str | None) -> None:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | ({} if signature is None else {"X-Twilio-Signature": signature})
        answer = await desk.stranger.post(f"//hooks/sms/{desk.sms}", content=b"From=%2B44&Body=x", headers=headers)
        assert (answer.status, answer.code) == (403, "channel.bad_signature")
        assert await refusals(desk) == 'kindred_webhooks_refused_total{channel="sms",reason="signature"} 1.0'
        assert await count(desk.estate.house.factory, RawPayloadRow) == 0

    async def test_what_was_signed_for_another_inbox(self, desk: Desk) -> None:
        body, headers = signed(f"{PUBLIC_URL}/hooks/sms/{desk.vip}", sms())
        assert (await desk.stranger.post(f"//hooks/sms/{desk.sms}", content=body, headers=headers)).status == 403

    async def test_what_is_larger_than_any_vendor_sends(self, desk: Desk) -> None:
        answer = await call(desk, sms(text="x" * 1_000_001))
        assert (answer.status, answer.code) == (413, "request.too_large")
        assert 'reason="oversized"' in await refusals(desk)

    @pytest.mark.parametrize(
        "path",
        [
            pytest.param("/hooks/sms/1", id="no such inbox"),
            pytest.param("/hooks/sms/abc", id="no id"),
            pytest.param("/hooks/fax/1", id="no such channel"),
            pytest.param("/hooks/chat/{chat}", id="a channel that nobody calls"),
            pytest.param("/hooks/telegram/{sms}", id="an inbox of another channel"),
            pytest.param("/hooks/sms/{sms}/nonsense", id="no such hook"),
        ],
    )
    async def test_what_is_for_nobody(self, desk: Desk, path: str) -> None:
        path = path.format(sms=desk.sms, chat=desk.chat)
        body, headers = signed(PUBLIC_URL + path, sms())
        answer = await desk.stranger.post("/" + path, content=body, headers=headers)
        assert answer.status == 404
        assert answer.code in {"not_found", "channel.unknown"}
        assert 'reason="unknown"' in await refusals(desk)

    async def test_what_comes_to_an_inbox_that_is_off(self, desk: Desk) -> None:
        await desk.admin.patch(f"/inboxes/{desk.sms}", {"is_on": False})
        answer = await call(desk, sms())
        assert (answer.status, answer.code) == (409, "inbox.off")

    async def test_asks_the_vendor_to_come_again_when_nothing_could_be_kept(self, desk: Desk) -> None:
        desk.estate.house.door.receive = _full  # type: ignore[method-assign]
        answer = await call(desk, sms())
        assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "storage.unavailable", "2")

    async def test_without_a_word_of_it_in_the_log(self, desk: Desk) -> None:
        with capture_logs() as logs:
            await call(desk, {"From": "+447700900001", "Body": "my secret"})
            await desk.stranger.post(f"//hooks/sms/{desk.sms}?token=hidden", content=b"From=%2B447700900001&Body=secret")
        told = str(logs)
        assert {entry["event"] for entry in logs} >= {"webhook refused", "unreadable payload", "request"}
        assert not any(word in told for word in ("secret", "7700900001", "hidden"))


async def _full(inbox_id: int, payload: RawPayload) -> Received:
    raise StorageUnavailable
