"""A visitor's message in our words."""

import json

import pytest

from channels.chat import parse
from channels.contract import InboundMessage, RawPayload, Unreadable
from kernel.claims import Claim, IdentityKind, Trust
from tests.channels.spokes import INBOX
from tests.conftest import MOMENT

SAID: dict[str, object] = {"visitor_id": "v1", "client_id": "c-1", "text": "Hello"}


def message(**changed: object) -> InboundMessage:
    body = json.dumps(SAID | changed).encode()
    return parse.message(INBOX, RawPayload(source="chat", content_type="application/json", body=body, received_at=MOMENT))


class TestMessage:
    def test_believes_the_visitor_and_makes_them_the_thread(self) -> None:
        said = message(name=" Ada ")
        assert said.sender == Claim(kind=IdentityKind.CHAT, value="v1", trust=Trust.VERIFIED, name="Ada")
        assert (said.external_id, said.thread_key, said.text) == ("v1:c-1", "v1", "Hello")

    def test_only_claims_the_address_that_was_typed(self) -> None:
        assert message(email="ada@example.com").claims == (Claim(kind=IdentityKind.EMAIL, value="ada@example.com", trust=Trust.CLAIMED),)

    @pytest.mark.parametrize("address", ["ada", "ada@", "a b@example.com", "<ada@example.com>", f"{'a' * 250}@example.com"])
    def test_keeps_the_message_when_the_address_is_none(self, address: str) -> None:
        said = message(email=address)
        assert (said.text, said.claims, len(said.warnings)) == ("Hello", (), 1)

    @pytest.mark.parametrize(("locale", "kept"), [("en", "en"), ("pt-BR", "pt-BR"), ("not a locale", None), (5, None)])
    def test_keeps_a_locale_that_is_one(self, locale: object, kept: str | None) -> None:
        assert message(locale=locale).locale == kept

    def test_takes_as_many_characters_as_the_manifest_says(self) -> None:
        assert len(message(text="ß" * 4000).text) == 4000

    @pytest.mark.parametrize(
        "changed",
        [
            pytest.param({"text": "x" * 4001}, id="too long"),
            pytest.param({"text": " \n"}, id="blank"),
            pytest.param({"text": "\x00"}, id="nothing that can be kept"),
            pytest.param({"text": 5}, id="a number"),
            pytest.param({"visitor_id": ""}, id="no visitor"),
            pytest.param({"visitor_id": "a:b"}, id="a visitor that would blur the ids"),
            pytest.param({"client_id": None}, id="no client id"),
            pytest.param({"client_id": "c" * 101}, id="an endless client id"),
        ],
    )
    def test_refuses(self, changed: dict[str, object]) -> None:
        with pytest.raises(Unreadable):
            message(**changed)
