"""Telegram's updates in our words."""

from datetime import UTC, datetime

import orjson
import pytest

from channels.contract import InboundFile, InboundMessage, RawPayload, Unreadable
from channels.telegram import parse
from kernel.claims import Claim, IdentityKind, Trust
from tests.channels.spokes import INBOX, SAMPLES
from tests.conftest import MOMENT
from tests.support.telegram_stand_in import private_message


def read(body: bytes) -> list[InboundMessage]:
    return parse.updates(INBOX, RawPayload(source="telegram", content_type="application/json", body=body, received_at=MOMENT))


def sample(name: str) -> InboundMessage:
    [said] = read((SAMPLES / "telegram" / f"{name}.json").read_bytes())
    return said


def said(**fields: object) -> list[InboundMessage]:
    return read(orjson.dumps(private_message(5, 700001, **fields)))  # type: ignore[arg-type]


class TestText:
    def test_says_who_where_and_when(self) -> None:
        message = sample("text")
        assert message.sender == Claim(kind=IdentityKind.TELEGRAM, value="700001", trust=Trust.VERIFIED, name="Ada Quist")
        assert (message.external_id, message.thread_key, message.locale) == ("700001:41", "700001", "en-GB")
        assert message.text == "Good morning! Is the shop open on Sunday? 🕙"
        assert message.sent_at == datetime(2026, 3, 11, 9, 30, 1, tzinfo=UTC)

    def test_keeps_an_edit_as_a_message_of_its_own(self) -> None:
        message = sample("edited_text")
        assert (message.external_id, message.warnings) == ("700001:41:edit:1773221460", ("edited",))
        assert message.sent_at == datetime(2026, 3, 11, 9, 31, tzinfo=UTC)

    def test_marks_what_a_bot_says(self) -> None:
        bot = {"id": 700001, "is_bot": True, "first_name": "Robot"}
        assert [message.is_automatic for message in said(text="beep", **{"from": bot})] == [True]


class TestFiles:
    def test_takes_the_largest_photo_and_its_caption(self) -> None:
        message = sample("photo_with_caption")
        assert message.text == "The lamp came broken"
        assert message.files == (InboundFile(name="photo.jpg", media_type="image/jpeg", content=None, remote_id="large-photo"),)

    @pytest.mark.parametrize(
        ("name", "file"),
        [
            ("document", InboundFile(name="Rechnung März.pdf", media_type="application/pdf", content=None, remote_id="a-document")),
            ("voice", InboundFile(name="voice.ogg", media_type="audio/ogg", content=None, remote_id="a-voice")),
        ],
    )
    def test_names_the_file_to_fetch(self, name: str, file: InboundFile) -> None:
        assert sample(name).files == (file,)

    def test_leaves_out_what_telegram_would_not_give(self) -> None:
        message = sample("document_too_large")
        assert (message.text, message.files, message.warnings) == ("The whole film", (), ("a file over 20 MB left out",))

    @pytest.mark.parametrize("media_type", ["nonsense", "text/html; charset=x y", "/", "é/é", 5, None])
    def test_does_not_believe_every_media_type(self, media_type: object) -> None:
        [message] = said(document={"file_id": "f", "mime_type": media_type})
        assert message.files[0].media_type == "application/octet-stream"


class TestContact:
    def test_believes_the_number_of_the_senders_own_card(self) -> None:
        message = sample("own_contact")
        assert message.claims == (Claim(kind=IdentityKind.PHONE, value="+447700900123", trust=Trust.VERIFIED),)
        assert message.text == "Ada Quist\n447700900123"

    def test_claims_nothing_from_the_card_of_another(self) -> None:
        message = sample("contact_of_another")
        assert (message.claims, message.text) == ((), "Bo\n+447700900999")


class TestOtherThings:
    def test_tells_the_agent_of_what_cannot_be_shown(self) -> None:
        assert (sample("location").text, sample("location").warnings) == ("", ("location left out",))

    def test_says_a_sticker_by_its_emoji(self) -> None:
        assert (sample("sticker").text, sample("sticker").warnings) == ("👍", ())

    @pytest.mark.parametrize("name", ["group_text", "service_message", "button_pressed", "blocked_by_the_user"])
    def test_says_nothing_of_what_is_not_for_us(self, name: str) -> None:
        assert read((SAMPLES / "telegram" / f"{name}.json").read_bytes()) == []

    def test_says_nothing_of_a_live_location_that_moves(self) -> None:
        update = private_message(5, 700001, location={"latitude": 51.5, "longitude": 0.1}, edit_date=1_773_221_500)
        update["edited_message"] = update.pop("message")
        assert read(orjson.dumps(update)) == []


class TestMalformed:
    @pytest.mark.parametrize(
        "body",
        [
            pytest.param(b"", id="empty"),
            pytest.param(b"{", id="cut short"),
            pytest.param(b"[]", id="a list"),
            pytest.param(b'{"message": {}}', id="no update_id"),
            pytest.param(b'{"update_id": true}', id="a boolean for an id"),
            pytest.param(b'{"update_id": 1, "message": null}', id="no message"),
            pytest.param(b"[" * 100_000, id="deeper than any stack"),
        ],
    )
    def test_is_refused(self, body: bytes) -> None:
        with pytest.raises(Unreadable):
            read(body)

    @pytest.mark.parametrize(
        "fields",
        [
            pytest.param({"from": None}, id="nobody"),
            pytest.param({"message_id": "5"}, id="a message id in words"),
            pytest.param({"date": 10**18}, id="a date beyond all years"),
            pytest.param({"photo": []}, id="a photo of no size"),
            pytest.param({"photo": [5]}, id="a photo that is a number"),
            pytest.param({"document": {"file_name": "a"}}, id="a file without an id"),
            pytest.param({"contact": "me"}, id="a card in words"),
        ],
    )
    def test_is_refused_field_by_field(self, fields: dict[str, object]) -> None:
        with pytest.raises(Unreadable):
            said(**{"text": "Hello"} | fields)
