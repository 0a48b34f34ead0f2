"""SMS to and from Twilio's stand-in."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from channels.contract import OutboundFile
from channels.sms.adapter import SmsAdapter
from kernel.clock import MovedClock
from kernel.config import Settings
from kernel.errors import Unavailable, Undeliverable
from tests.channels.spokes import INBOX, PUBLIC, Sms, account, outbound
from tests.conftest import MOMENT
from tests.support import twilio_stand_in as twilio
from tests.support.twilio_stand_in import TwilioStandIn

SPOKE = Sms()


@pytest.fixture
async def vendor() -> AsyncIterator[TwilioStandIn]:
    async with TwilioStandIn() as vendor:
        yield vendor


@pytest.fixture
async def adapter(vendor: TwilioStandIn) -> AsyncIterator[SmsAdapter]:
    adapter = SmsAdapter(Settings(public_url=PUBLIC, twilio_api_url=f"{vendor.url}/"), MovedClock(MOMENT))
    yield adapter
    await adapter.close()


class TestVerify:
    @pytest.mark.parametrize("port", ["", ":443"])
    def test_fits_with_and_without_the_port(self, port: str) -> None:
        """Twilio signs now the one, now the other."""
        body = b"MessageSid=SM1&From=%2B447700900123&Body=Hi"
        request = SPOKE.request(body)
        signed_url = request.url.replace("desk.example.com", f"desk.example.com{port}")
        SPOKE.adapter().verify(SPOKE.account, replace(request, headers={"x-twilio-signature": twilio.sign_body(signed_url, body)}))  # type: ignore[attr-defined]

    def test_reads_repeated_and_blank_fields_as_twilio_signs_them(self) -> None:
        SPOKE.adapter().verify(SPOKE.account, SPOKE.request(b"Tag=b&Tag=a&Tag=a&Empty=&Body=Gr%C3%BC%C3%9Fe+%26+mehr"))  # type: ignore[attr-defined]


class TestAnswer:
    def test_is_twiml_without_a_word(self) -> None:
        answer = SmsAdapter(Settings(), MovedClock(MOMENT)).answer("")
        assert (answer.status, answer.content_type, answer.body[-11:]) == (200, "text/xml", b"<Response/>")

    def test_is_empty_for_a_status(self) -> None:
        answer = SmsAdapter(Settings(), MovedClock(MOMENT)).answer("status")
        assert (answer.status, answer.body) == (200, b"")


class TestSend:
    async def test_sends_from_the_inboxs_number_and_names_the_callback(self, adapter: SmsAdapter, vendor: TwilioStandIn) -> None:
        accepted = await adapter.send(SPOKE.account, outbound("+447700900123", "Grüße 📦"))
        [sent] = vendor.sent
        assert accepted.vendor_id == sent.sid
        assert (sent.to, sent.sender, sent.body) == ("+447700900123", "+447700900100", "Grüße 📦")
        assert sent.status_callback == f"{PUBLIC}/hooks/sms/{INBOX}/status"

    async def test_sends_through_a_messaging_service_where_there_is_one(self, adapter: SmsAdapter, vendor: TwilioStandIn) -> None:
        service = account("+447700900100", **SPOKE.account.settings, messaging_service_sid="MG1")
        await adapter.send(service, outbound("+447700900123"))
        assert (vendor.sent[0].sender, vendor.sent[0].messaging_service_sid) == (None, "MG1")

    @pytest.mark.parametrize(("header", "wait"), [(7, timedelta(seconds=7)), (None, None)])
    async def test_waits_as_long_as_twilio_asks(self, adapter: SmsAdapter, vendor: TwilioStandIn, header: int | None, wait: timedelta | None) -> None:
        vendor.fail(status=429, code=20429, words="Too Many Requests", retry_after=header)
        with pytest.raises(Unavailable) as busy:
            await adapter.send(SPOKE.account, outbound("+447700900123"))
        assert busy.value.retry_after == wait

    async def test_repeats_twilios_words_and_code(self, adapter: SmsAdapter, vendor: TwilioStandIn) -> None:
        vendor.fail(status=400, code=21610, words="Attempt to send to unsubscribed recipient")
        with pytest.raises(Undeliverable) as refused:
            await adapter.send(SPOKE.account, outbound("+447700900123"))
        assert refused.value.sentence == "Attempt to send to unsubscribed recipient (Twilio 21610)"
        assert refused.value.details == {"vendor_code": 21610, "status": 400}

    async def test_gives_up_on_a_wrong_token(self, adapter: SmsAdapter, vendor: TwilioStandIn) -> None:
        with pytest.raises(Undeliverable, match="Authenticate"):
            await adapter.send(account("+447700900100", account_sid="AC1", auth_token="wrong"), outbound("+447700900123"))
        assert vendor.sent == []

    async def test_gives_up_on_a_refusal_that_is_no_json(self, adapter: SmsAdapter, vendor: TwilioStandIn) -> None:
        vendor.fail(status=400, body="<html>no</html>")
        with pytest.raises(Undeliverable, match="Twilio 400"):
            await adapter.send(SPOKE.account, outbound("+447700900123"))

    async def test_does_not_take_noise_for_an_acceptance(self, adapter: SmsAdapter, vendor: TwilioStandIn) -> None:
        vendor.fail(status=201, body="OK")
        with pytest.raises(Unavailable):
            await adapter.send(SPOKE.account, outbound("+447700900123"))

    async def test_carries_no_files(self, adapter: SmsAdapter, vendor: TwilioStandIn) -> None:
        with pytest.raises(Undeliverable, match="files"):
            await adapter.send(SPOKE.account, outbound("+447700900123", files=(OutboundFile(name="a.txt", media_type="text/plain", content=b"a"),)))
        assert vendor.calls == 0

    async def test_names_no_callback_that_the_real_twilio_would_refuse(self) -> None:
        """A desk without a public address still sends; it only hears no receipts."""
        adapter = SmsAdapter(Settings(public_url=None, twilio_api_url=None), MovedClock(MOMENT))
        assert adapter._status_url(SPOKE.account) is None
