"""Files, HTML and original bytes: given out so that a browser runs none of it."""

import base64
from dataclasses import replace

import pytest

from channels.contract import InboundFile, RawPayload
from channels.participants import Participant, Place
from kernel.claims import IdentityKind
from tests.api.desk import Answer, Desk
from tests.channels.email.packed import file, tnef
from tests.support import house

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


async def upload(desk: Desk, content: bytes, name: str, media_type: str) -> Answer:
    return await desk.otto.post("/uploads", content=content, headers={"Content-Type": media_type, "X-File-Name": name})


class TestUploads:
    async def test_keeps_a_file_until_it_is_sent_along(self, stored_desk: Desk) -> None:
        desk = stored_desk
        made = await upload(desk, b"a note", "r%C3%A9sum%C3%A9.txt", "text/plain")
        assert (made.status, made.json["name"], made.json["size"]) == (201, "résumé.txt", 6)
        assert (await desk.otto.get(made.json["url"].removeprefix("/api/v1"))).content == b"a note"
        # Nobody else's until it hangs on a message that they may see.
        assert (await desk.ines.get(f"/attachments/{made.json['id']}")).status == 404

    @pytest.mark.parametrize(
        ("content", "name", "declared", "media_type", "disposition"),
        [
            pytest.param(PNG, "dot.png", "image/png", "image/png", "inline", id="a raster is shown"),
            pytest.param(
                b"<svg xmlns='http://www.w3.org/2000/svg'/>", "x.svg", "image/svg+xml", "application/octet-stream", "attachment", id="a drawing is not"
            ),
            pytest.param(b"<script>alert(1)</script>", "x.html", "text/html", "application/octet-stream", "attachment", id="a page is not"),
            pytest.param(b"<script>alert(1)</script>", "x.png", "image/png", None, None, id="a page that says it is a raster runs nothing"),
        ],
    )
    async def test_gives_out_nothing_that_runs(
        self, desk: Desk, content: bytes, name: str, declared: str, media_type: str | None, disposition: str | None
    ) -> None:
        made = await upload(desk, content, name, declared)
        answer = await desk.otto.get(f"/attachments/{made.json['id']}")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert not answer.headers["Content-Type"].startswith(("text/html", "image/svg"))
        if media_type:
            assert answer.headers["Content-Type"] == media_type
            assert answer.headers["Content-Disposition"].startswith(str(disposition))

    @pytest.mark.parametrize("name", ["../../etc/passwd", "..%5C..%5Cboot.ini", "a%0d%0aSet-Cookie:%20x", '"; x="', "%00", "%F0%9F%92%A1.txt", "x" * 1000])
    async def test_takes_no_harm_from_a_name(self, desk: Desk, name: str) -> None:
        made = await upload(desk, b"x", name, "text/plain")
        assert made.status == 201
        answer = await desk.otto.get(f"/attachments/{made.json['id']}")
        assert "/" not in made.json["name"]
        assert "Set-Cookie" not in answer.headers
        assert "\n" not in answer.headers["Content-Disposition"]

    async def test_refuses_what_is_empty_or_too_large(self, desk: Desk) -> None:
        assert (await upload(desk, b"", "x", "text/plain")).status == 422
        limit = desk.estate.house.settings.upload_max_bytes
        answer = await upload(desk, bytes(limit + 1), "x", "application/octet-stream")
        assert (answer.status, answer.code) == (413, "request.too_large")


class TestMessages:
    async def test_fences_html_in(self, stored_desk: Desk) -> None:
        desk = stored_desk
        mail = await desk.estate.house.directory.create(channel="email", name="Support", address="support@desk.example", settings=house.EMAIL)
        raw = RawPayload(source="email/smtp", content_type="message/rfc822", body=b"Subject: Hello\r\n\r\nHello", received_at=desk.clock.now())
        message = house.said(mail.id, "Hello", sender="ada@example.com", kind=IdentityKind.EMAIL, subject="Hello", raw=raw, external_id="<1@x>")
        picture = InboundFile(name="dot.png", media_type="image/png", content=PNG)
        taken = await desk.estate.intake.take(replace(message, html="<p>Hello</p>", files=(picture,)))
        shown = (await desk.otto.get(f"/messages/{taken.message_id}")).json
        assert (shown["has_html"], shown["subject"], shown["attachments"][0]["name"]) == (True, "Hello", "dot.png")
        assert (await desk.ines.get(f"/attachments/{shown['attachments'][0]['id']}")).content == PNG
        page = await desk.otto.get(f"/messages/{taken.message_id}/html")
        assert b"<p>Hello</p>" in page.content
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'")
        assert not any(word in policy for word in ("script", "allow-same-origin", "allow-forms"))
        original = await desk.otto.get(f"/messages/{taken.message_id}/raw")
        assert (original.content, original.headers["Content-Type"]) == (raw.body, "message/rfc822")
        assert original.headers["Content-Disposition"].startswith("attachment")

    async def test_give_what_was_unpacked_and_the_mail_that_it_was_packed_in(self, stored_desk: Desk) -> None:
        """A winmail.dat whose files stand in the list is not in it itself: it is where it came, in the mail."""
        desk = stored_desk
        inbox = await desk.estate.house.directory.create(channel="email", name="Support", address="support@desk.example", settings=house.EMAIL)
        packed = base64.encodebytes(tnef(file(b"bill.pdf", b"%PDF")))
        head = b"From: ada@example.com\r\nSubject: Bill\r\nContent-Transfer-Encoding: base64\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\n"
        raw = RawPayload(source="email/imap", content_type="message/rfc822", body=head + packed, received_at=desk.clock.now())
        [taken] = (await desk.estate.house.door.receive(inbox.id, raw)).taken
        shown = (await desk.otto.get(f"/messages/{taken.message_id}")).json
        assert [one["name"] for one in shown["attachments"]] == ["bill.pdf"]
        assert (await desk.otto.get(f"/messages/{taken.message_id}/raw")).content == raw.body

    async def test_name_everybody_whom_they_were_written_to(self, stored_desk: Desk) -> None:
        desk = stored_desk
        mail = await desk.estate.house.directory.create(channel="email", name="Support", address="support@desk.example", settings=house.EMAIL)
        message = house.said(mail.id, sender="ada@example.com", kind=IdentityKind.EMAIL, subject="Hello", external_id="<2@x>")
        others = Participant(address="ben@example.com", name="Ben"), Participant(address="cleo@example.com", role=Place.CC)
        taken = await desk.estate.intake.take(replace(message, participants=others))
        ben, cleo = {"name": "Ben", "address": "ben@example.com"}, {"name": None, "address": "cleo@example.com"}
        assert (await desk.otto.get(f"/messages/{taken.message_id}")).json["participants"] == [{**ben, "role": "to"}, {**cleo, "role": "cc"}]
        option = await desk.option(str(taken.case_id))
        assert (option["cc"], "cc" in option["features"]) == ([ben, cleo], True)
        replied = await desk.reply(desk.otto, str(taken.case_id), "Hello", cc=["Ben <ben@example.com>"], bcc=["dora@example.com"])
        assert replied.json["participants"] == [{**ben, "role": "cc"}, {"name": None, "address": "dora@example.com", "role": "bcc"}]

    async def test_refuse_what_is_no_address(self, stored_desk: Desk) -> None:
        desk = stored_desk
        refused = await desk.reply(desk.otto, (await desk.says("Hello"))["case_id"], cc=["ben@example.com"])
        assert (refused.status, refused.code) == (422, "reply.unfit")

    async def test_has_no_html_where_there_is_none(self, desk: Desk) -> None:
        said = await desk.says("Hello")
        assert (await desk.otto.get(f"/messages/{said['message_id']}/html")).status == 404
        assert (await desk.otto.get(f"/messages/{said['message_id']}/raw")).status == 404
