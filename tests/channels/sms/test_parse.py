"""Twilio's forms in our words."""

from urllib.parse import urlencode

import pytest

from channels.contract import InboundMessage, RawPayload, ReceiptState, Unreadable
from channels.sms import parse
from kernel.claims import Claim, IdentityKind, Trust
from tests.channels.spokes import INBOX, SAMPLES
from tests.conftest import MOMENT
from tests.support.twilio_stand_in import incoming

FIELDS = incoming("SM1", "+447700900123", "+447700900100", "Hello")


def payload(body: bytes) -> RawPayload:
    return RawPayload(source="sms", content_type="application/x-www-form-urlencoded", body=body, received_at=MOMENT)


def message(**changed: str) -> InboundMessage:
    return parse.message(INBOX, payload(urlencode(FIELDS | changed).encode()))


def without(name: str) -> bytes:
    return urlencode({key: value for key, value in FIELDS.items() if key != name}).encode()


class TestMessage:
    def test_believes_the_number_and_makes_it_the_thread(self) -> None:
        said = message()
        assert said.sender == Claim(kind=IdentityKind.PHONE, value="+447700900123", trust=Trust.VERIFIED)
        assert (said.external_id, said.thread_key, said.text, said.warnings) == ("SM1", "+447700900123", "Hello", ())

    def test_keeps_every_script_and_the_name_of_a_profile(self) -> None:
        said = parse.message(INBOX, payload((SAMPLES / "sms" / "words_of_many_scripts.form").read_bytes()))
        assert said.text == "Grüße & 100 % – где посылка? 荷物は？ 📦 a+b=c"
        assert said.sender.name == "Zoë Müller"

    @pytest.mark.parametrize(
        ("name", "text", "warning"), [("with_media.form", "This is how it looks", "2 media left out"), ("only_media.form", "", "1 media left out")]
    )
    def test_counts_the_media_that_it_leaves_out(self, name: str, text: str, warning: str) -> None:
        said = parse.message(INBOX, payload((SAMPLES / "sms" / name).read_bytes()))
        assert (said.text, said.warnings) == (text, (warning,))

    def test_drops_characters_that_no_database_wants(self) -> None:
        assert message(Body="a\x00b\x07c\nd").text == "abc\nd"

    @pytest.mark.parametrize("name", ["MessageSid", "From", "Body"])
    def test_refuses_a_form_without_what_twilio_always_sends(self, name: str) -> None:
        with pytest.raises(Unreadable) as refused:
            parse.message(INBOX, payload(without(name)))
        assert refused.value.details == {"field": name}

    @pytest.mark.parametrize(
        "changed",
        [
            pytest.param({"NumMedia": "many"}, id="media that are no number"),
            pytest.param({"NumMedia": "-1"}, id="fewer media than none"),
            pytest.param({"MessageSid": "S" * 201}, id="an endless id"),
            pytest.param({"From": " "}, id="a blank sender"),
        ],
    )
    def test_refuses_senseless_fields(self, changed: dict[str, str]) -> None:
        with pytest.raises(Unreadable):
            message(**changed)

    @pytest.mark.parametrize(
        "body", [pytest.param(b"\xff\xfe", id="no UTF-8"), pytest.param(b"a=1&" * 600, id="too many fields"), pytest.param(b"", id="empty")]
    )
    def test_refuses_what_is_no_form(self, body: bytes) -> None:
        with pytest.raises(Unreadable):
            parse.message(INBOX, payload(body))


class TestReceipt:
    @pytest.mark.parametrize(
        ("status", "state"),
        [
            ("sent", ReceiptState.SENT),
            ("delivered", ReceiptState.DELIVERED),
            ("read", ReceiptState.READ),
            ("undelivered", ReceiptState.FAILED),
            ("failed", ReceiptState.FAILED),
            ("queued", None),
            ("accepted", None),
            ("sending", None),
            ("something-new", None),
        ],
    )
    def test_follows_twilios_status(self, status: str, state: ReceiptState | None) -> None:
        receipt = parse.receipt(INBOX, payload(urlencode({"MessageSid": "SM1", "MessageStatus": status}).encode()))
        assert (receipt.state if receipt else None) == state

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("30003", "The phone is switched off or out of reach. (Twilio 30003)"),
            ("39999", "Twilio could not deliver it. (Twilio 39999)"),
            ("", "Twilio did not say why."),
            ("<b>", "Twilio did not say why."),
        ],
    )
    def test_says_why_it_failed(self, code: str, words: str) -> None:
        receipt = parse.receipt(INBOX, payload(urlencode({"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": code}).encode()))
        assert receipt is not None
        assert receipt.error == words

    def test_refuses_a_status_of_nothing(self) -> None:
        with pytest.raises(Unreadable):
            parse.receipt(INBOX, payload(b"MessageStatus=sent"))
