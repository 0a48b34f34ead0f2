"""Reports of delivery with and without RFC 3464: of whom, of which mail, for good or for now; and that none of them takes long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.bounces import MailKind, judge
from channels.email.framing import Envelope
from channels.email.mime import Part
from tests.channels.email.reports import MAILER, RETURNED, SENT_ID, dsn, failed, judged, judged_raw, mail_of
from tests.support import torture

ADA = "Ada Quist <ada@example.com>"
HARD, SOFT = MailKind.HARD_BOUNCE, MailKind.SOFT_BOUNCE


class TestReports:
    """RFC 3464, wherever its fields stand."""

    @pytest.mark.parametrize(
        ("fields", "kind"),
        [
            pytest.param(failed("ada@example.com", "5.1.1", "550 5.1.1 no such user"), HARD, id="refused for good"),
            pytest.param(failed("ada@example.com", "5.2.2", "552 5.2.2 mailbox full"), HARD, id="full, said as for good"),
            pytest.param(failed("ada@example.com", "4.4.7", "451 4.4.1 no answer"), SOFT, id="given up"),
            pytest.param(failed("ada@example.com", "4.0.0", "550 5.7.1 not from you"), HARD, id="stated as for now, refused for good"),
            pytest.param(failed("ada@example.com", "4.4.7", "554 4.4.7 expired <421 4.4.2 timed out>"), SOFT, id="expired in the middle"),
            pytest.param(failed("ada@example.com", "4.4.1", "connect timed out", "delayed"), MailKind.DELAY, id="still trying"),
            pytest.param(failed("ada@example.com", "2.1.5", "250 ok", "delivered"), MailKind.SUCCESS_DSN, id="arrived"),
            pytest.param(failed("ada@example.com", "2.0.0", "250 ok", "relayed"), MailKind.SUCCESS_DSN, id="handed on"),
            pytest.param(
                failed("a@example.com", "2.0.0", "ok", "delivered") + "\n" + failed("b@example.com", "5.1.1", "550 no"), HARD, id="one of two arrived"
            ),
            pytest.param("Final-Recipient: rfc822; ada@example.com\nAction: failed\nDiagnostic-Code: smtp; 550 unknown\n", HARD, id="no status"),
        ],
    )
    def test_goes_by_action_and_class(self, fields: str, kind: MailKind) -> None:
        found = judged_raw(dsn(fields))
        assert (found.kind, found.is_automatic, found.original_message_id) == (kind, True, SENT_ID)

    def test_names_every_recipient_with_status_and_words(self) -> None:
        found = judged_raw(dsn(failed("ada@example.com", "5.1.1", "550 5.1.1 no such user") + "\n" + failed("bo@example.org", "4.2.2", "452 4.2.2 full")))
        assert [(report.recipient, report.status, report.words) for report in found.reports] == [
            ("ada@example.com", "5.1.1", "550 5.1.1 no such user"),
            ("bo@example.org", "4.2.2", "452 4.2.2 full"),
        ]
        assert [(report.is_address_dead, report.may_pass) for report in found.reports] == [(True, False), (False, True)]

    def test_names_whom_we_wrote_to_before_whom_that_led_to(self) -> None:
        fields = "Original-Recipient: rfc822;ada@example.com\n" + failed("ada.quist@host.example.net", "5.1.1", "550 no")
        assert judged_raw(dsn(fields)).reports[0].recipient == "ada@example.com"

    def test_reads_fields_that_stand_in_a_plain_text(self) -> None:
        text = f"Sorry.\n\n{failed('ada@example.com', '5.1.1', '550 5.1.1 no such user')}\n{RETURNED}"
        found = judged(text, From=MAILER, Subject="Delivery Status Notification (Failure)")
        assert (found.kind, found.reports[0].recipient, found.reports[0].status, found.original_message_id) == (HARD, "ada@example.com", "5.1.1", SENT_ID)

    def test_reads_fields_that_were_wrongly_typed(self) -> None:
        raw = (
            dsn(failed("ada@example.com", "5.1.1", "550 no"))
            .replace(b"message/delivery-status", b"text/plain")
            .replace(b"multipart/report", b"multipart/mixed")
        )
        assert (judged_raw(raw).kind, judged_raw(raw).reports[0].recipient) == (HARD, "ada@example.com")

    def test_finds_the_id_in_headers_alone(self) -> None:
        raw = dsn(failed("ada@example.com", "5.1.1", "550 no")).replace(b"message/rfc822", b"text/rfc822-headers")
        assert judged_raw(raw).original_message_id == SENT_ID

    def test_believes_no_report_that_a_person_sends_along(self) -> None:
        raw = dsn(failed("ada@example.com", "5.1.1", "550 no"), From=ADA, Subject="Fwd: Undelivered Mail", **{"Return-Path": "<ada@example.com>"})
        assert judged_raw(raw.replace(b"multipart/report", b"multipart/mixed")).kind is MailKind.MESSAGE

    def test_keeps_the_answer_of_a_person_that_carries_a_report(self) -> None:
        headers = {"From": ADA, "Return-Path": "<ada@example.com>", "In-Reply-To": SENT_ID}
        raw = dsn(failed("ada@example.com", "5.1.1", "550 no"), prose="This is what came back.\n", **headers).replace(b"multipart/report", b"multipart/mixed")
        assert judged_raw(raw).kind is MailKind.MESSAGE


PROSE = {
    "qmail": (
        (
            f"Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
            f"<ada@example.com>:\n203.0.113.5 does not like recipient.\nRemote host said: 550 5.1.1 No such user\nGiving up.\n\n"
            f"--- Below this line is a copy of the message.\n\n{RETURNED}"
        ),
        {"From": "MAILER-DAEMON@mx.example.net", "Subject": "failure notice"},
        "5.1.1",
    ),
    "exim": (
        (
            f"This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered. The following address failed:\n\n"
            f"  ada@example.com\n    host mx.example.com [203.0.113.7]: 550 unknown here\n\n------ This is a copy of the message, including all the headers. ------\n\n{RETURNED}"
        ),
        {
            "From": MAILER,
            "Subject": "Mail delivery failed: returning message to sender",
            "X-Failed-Recipients": "ada@example.com",
            "Auto-Submitted": "auto-replied",
        },
        "5.0.0",
    ),
    "exchange": (
        (
            "Your message\n\n  To: Ada\n  Subject: Your parcel\n\ndid not reach the following recipient(s):\n\nada@example.com on Tue, 3 Mar 2026 09:00:00\n"
            f"    The recipient was not found #5.1.1\n\nOriginal message headers:\n\n{RETURNED}"
        ),
        {"From": "System Administrator <postmaster@example.com>", "Subject": "Undeliverable: Your parcel"},
        "5.1.1",
    ),
    "notes, in German, from nobody": (
        f"Ihre Nachricht\n\nIhr Paket\n\nkonnte nicht zugestellt werden an:\n\nada@example.com\n\nweil: 550 5.1.1 Empfänger unbekannt\n\n{RETURNED}",
        {"From": "Domino <server@example.com>", "Subject": "Zustellfehler: Ihr Paket", "Return-Path": "<>"},
        "5.1.1",
    ),
}


class TestProse:
    """Servers that write sentences."""

    @pytest.mark.parametrize("name", list(PROSE))
    def test_finds_recipient_status_and_original(self, name: str) -> None:
        text, headers, status = PROSE[name]
        found = judged(text, **headers)
        assert (found.kind, found.original_message_id) == (HARD, SENT_ID), found.reason
        assert [(report.recipient, report.status) for report in found.reports] == [("ada@example.com", status)]

    def test_reads_a_text_that_returns_a_mail_with_parts_of_its_own(self) -> None:
        inner = 'Content-Type: multipart/mixed; boundary="in"\n\n--in\nContent-Type: text/plain\n\nOne.\n--in\nContent-Type: text/plain\n\nTwo.\n--in--\n'
        text, headers, _ = PROSE["qmail"]
        found = judged(text.partition("Content")[0].rstrip() + "\n" + inner, **headers)
        assert (found.kind, found.reports[0].recipient) == (HARD, "ada@example.com")

    def test_tells_several_recipients_apart(self) -> None:
        text = f"I wasn't able to deliver:\n\n<ada@example.com>:\nRemote host said: 550 5.1.1 unknown\n\n<bo@example.org>:\nRemote host said: 452 4.2.2 full\n\n{RETURNED}"
        found = judged(text, From=MAILER, Subject="failure notice")
        assert [(report.recipient, report.status) for report in found.reports] == [("ada@example.com", "5.1.1"), ("bo@example.org", "4.2.2")]
        assert found.kind is HARD

    @pytest.mark.parametrize(
        ("words", "kind"),
        [
            pytest.param("The account does not exist.", HARD, id="no number"),
            pytest.param("Remote host said: 421 try again", SOFT, id="a reply for now"),
            pytest.param("All hosts have been failing for a long time.", SOFT, id="no number, but for now"),
            pytest.param("The server at 4.5.6.7 runs version 4.2.1 and said: 550 no", HARD, id="numbers that are none"),
        ],
    )
    def test_goes_by_the_number_then_by_the_words(self, words: str, kind: MailKind) -> None:
        assert judged(f"Could not be delivered:\n\n<ada@example.com>:\n{words}\n\n{RETURNED}", From=MAILER, Subject="failure notice").kind is kind

    def test_takes_a_delay_for_no_failure(self) -> None:
        text = "THIS IS A WARNING MESSAGE ONLY.\n\nDelivery to ada@example.com has been delayed: 451 4.4.1 no answer\n\nYou do not need to resend."
        assert judged(text, From=MAILER, Subject="Delivery Status Notification (Delay)").kind is MailKind.DELAY

    def test_reads_the_report_that_a_gateway_wraps_in_its_own(self) -> None:
        inner = dsn(failed("ada@example.com", "4.2.2", "452 4.2.2 full")).decode()
        found = judged(f"Your mail could not be delivered.\n\n----- Original message -----\n{inner}", From=MAILER, Subject="Undeliverable")
        assert (found.kind, [(report.recipient, report.status) for report in found.reports]) == (SOFT, [("ada@example.com", "4.2.2")])

    def test_takes_the_recipient_from_the_return_address(self) -> None:
        found = judged("Sorry, your message was not delivered: 550 no.", From=MAILER, To="bounces+ada=example.com@desk.example.com", Subject="Undeliverable")
        assert found.reports[0].recipient == "ada@example.com"

    def test_reads_a_cloud_mailers_notification(self) -> None:
        text = (
            '{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"ada@example.com","status":"5.1.1",'
            f'"diagnosticCode":"smtp; 550 no"}}]}},"mail":{{"headers":[{{"name":"Message-ID","value":"{SENT_ID}"}}]}}}}'
        )
        found = judged(text, From="no-reply@sns.example.com", Subject="Notification")
        assert (found.kind, found.reports[0].recipient, found.reports[0].status, found.original_message_id) == (HARD, "ada@example.com", "5.1.1", SENT_ID)

    def test_finds_the_id_of_a_report_that_only_answers(self) -> None:
        found = judged("Sorry, your message could not be delivered.", From=MAILER, Subject="Undeliverable: parcel", In_Reply_To=SENT_ID)
        assert found.original_message_id == SENT_ID


HURTFUL = {
    "addresses": "a@b.example.com " * 60_000,
    "half addresses": "a" * 500_000 + "@" + "b" * 500_000,
    "statuses": "5.1.1 " * 170_000,
    "replies": "said: 550 " * 100_000,
    "fields": "Final-Recipient: rfc822; a@b.example.com\nAction: failed\n\n" * 17_000,
    "one endless field": "Diagnostic-Code: " + "smtp " * 200_000,
    "ids": "Message-ID: <a@b.example.com>\n" * 33_000,
    "headers": "Received: from\n" * 66_000,
    "signs of quoting": "> " * 500_000,
    "short lines": "a\n" * 500_000,
    "spaces": " " * 1_000_000,
    "JSON": '{"notificationType":"Bounce",' + '{"emailAddress":"a@b.example.com"},' * 28_000,
    "quotes": '{"eventType":"Bounce","emailAddress":"' + '"' * 1_000_000,
    "ornaments": ("- (" * 60 + "@\n") * 5_000,
    "labels": ("a b" * 30 + "@\n") * 10_000,
    "İ": "İ" * 500_000,
}


class TestBounds:
    """Nothing in a mail of a megabyte takes long, whatever it holds and whoever sends it."""

    @pytest.mark.parametrize("name", list(HURTFUL))
    @pytest.mark.parametrize("sender", [MAILER, "Postmaster <postmaster@example.net>"], ids=["server", "postmaster"])
    @pytest.mark.parametrize("content_type", ["text/plain", 'multipart/report; report-type=delivery-status; boundary="x"', "message/delivery-status"])
    def test_a_megabyte_takes_no_time(self, name: str, content_type: str, sender: str) -> None:
        headers = [("from", sender), ("subject", "Undelivered Mail Returned to Sender"), ("content-type", content_type)]
        text = f"Your mail could not be delivered.\n{HURTFUL[name]}"
        root = Part(headers, text.encode())
        begun = time.process_time()
        judge(root, text, Envelope(sender="" if sender is MAILER else None))
        assert time.process_time() - begun < 0.3

    def test_a_person_costs_next_to_nothing(self) -> None:
        root = Part([*[("received", "from a by b")] * 8, ("from", ADA), ("to", "support@desk.example.com"), ("subject", "Broken hinge")], b"Hello")
        begun = time.process_time()
        for _ in range(1_000):
            judge(root, "Hello, it broke.\n" * 100, Envelope(sender="ada@example.com"))
        assert time.process_time() - begun < 0.6  # 0.15 ms each, with room for a busy machine

    @pytest.mark.torture
    @given(st.data())
    def test_no_mail_makes_it_fail(self, data: st.DataObject) -> None:
        dice = torture.dice("judging mail")
        raw = dice.choice([dsn(failed("ada@example.com", "5.1.1", "550 no")), mail_of(PROSE["qmail"][0], **PROSE["qmail"][1])])
        places = data.draw(st.lists(st.tuples(st.integers(0, len(raw) - 1), st.binary(max_size=12)), max_size=8))
        for place, junk in places:
            raw = raw[:place] + junk + raw[place + len(junk) :]
        found = judged_raw(raw, sender=data.draw(st.sampled_from([None, "", "ada@example.com"])))
        assert found.kind in MailKind
        assert all(len(report.words) <= 1_000 for report in found.reports)
