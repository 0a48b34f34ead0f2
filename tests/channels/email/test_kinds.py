"""Which kind of mail it is besides reports of delivery: receipts, complaints, answers that nobody wrote, lists, spam; and people who write about all that."""

import pytest

from channels.email.bounces import MailKind
from tests.channels.email.reports import MAILER, RETURNED, SENT_ID, dsn, failed, judged

ADA = "Ada Quist <ada@example.com>"


class TestOtherReports:
    """Receipts, complaints, challenges, lists, spam."""

    def test_knows_a_read_receipt(self) -> None:
        fields = f"Final-Recipient: rfc822;ada@example.com\nOriginal-Message-ID: {SENT_ID}\nDisposition: manual-action/MDN-sent-manually; displayed\n"
        body = f"--x\nContent-Type: text/plain\n\nRead.\n--x\nContent-Type: message/disposition-notification\n\n{fields}\n--x--\n"
        found = judged(body, From=ADA, Subject="Read: Your parcel", Content_Type='multipart/report; report-type=disposition-notification; boundary="x"')
        assert (found.kind, found.original_message_id, found.reports[0].recipient) == (MailKind.READ_RECEIPT, SENT_ID, "ada@example.com")

    def test_knows_a_complaint(self) -> None:
        fields = "Feedback-Type: abuse\nOriginal-Rcpt-To: ada@example.com\n"
        parts = ("text/plain\n\nAbuse.", f"message/feedback-report\n\n{fields}", f"message/rfc822\n\n{RETURNED}")
        body = "".join(f"--x\nContent-Type: {part}\n" for part in parts) + "--x--\n"
        found = judged(body, From="fbl@example.net", Subject="Abuse", Content_Type='multipart/report; report-type=feedback-report; boundary="x"')
        assert (found.kind, found.original_message_id, found.reports[0].recipient, found.reports[0].words) == (
            MailKind.COMPLAINT,
            SENT_ID,
            "ada@example.com",
            "abuse",
        )

    def test_knows_a_challenge(self) -> None:
        text = "I receive much spam. To have your message delivered, please click below to prove that you are a human being. You only need to do this once."
        assert judged(text, From=ADA, Subject="Please confirm your message", Auto_Submitted="auto-replied").kind is MailKind.CHALLENGE

    def test_knows_a_lists_copy(self) -> None:
        found = judged("Hello all", From=ADA, Subject="[makers] Glue", List_Id="<makers.example.org>", Precedence="list")
        assert (found.kind, found.is_automatic) == (MailKind.MAILING_LIST, True)

    def test_knows_a_list_by_who_sends_for_it(self) -> None:
        headers = {"Precedence": "bulk", "Sender": "owner-makers@example.org", "In-Reply-To": SENT_ID}
        assert judged("I use bone glue.", From=ADA, Subject="Re: Glue", **headers).kind is MailKind.MAILING_LIST

    def test_knows_what_a_list_refused(self) -> None:
        found = judged("You are not a member of this mailing list.", From="makers-admin@example.org", Subject="Your mail", List_Id="<makers.example.org>")
        assert found.kind is MailKind.HARD_BOUNCE

    @pytest.mark.parametrize(
        "headers",
        [
            pytest.param({"X-Spam-Flag": "YES"}, id="flag"),
            pytest.param({"X-Spam-Status": "Yes, score=9.1"}, id="status"),
            pytest.param({"X-MS-Exchange-Organization-SCL": "6"}, id="level"),
            pytest.param({"X-Forefront-Antispam-Report": "CIP:203.0.113.1;SFV:SPM;"}, id="Forefront"),
            pytest.param({"Subject": "[SPAM] Cheap glue"}, id="subject"),
        ],
    )
    def test_knows_what_a_filter_marked(self, headers: dict[str, str]) -> None:
        assert judged("Buy.", From=ADA, **headers).kind is MailKind.SPAM

    @pytest.mark.parametrize(
        "headers", [{"X-Spam-Flag": "NO"}, {"X-Spam-Status": "No, score=-1"}, {"X-Spam-Level": "*"}, {"X-MS-Exchange-Organization-SCL": "-1"}]
    )
    def test_leaves_what_a_filter_let_pass(self, headers: dict[str, str]) -> None:
        assert judged("Hello.", From=ADA, Subject="Hello", **headers).kind is MailKind.MESSAGE


class TestAnswers:
    """Answers that nobody wrote, in the languages of mail programs."""

    @pytest.mark.parametrize(
        ("subject", "text", "headers"),
        [
            pytest.param("Automatic reply: Your parcel", "I am away until Monday.", {}, id="Outlook"),
            pytest.param("Automatische Antwort: Ihr Paket", "Ich bin im Urlaub.", {}, id="German"),
            pytest.param("Abwesenheitsnotiz: Ihr Paket", "Ich bin nicht im Büro.", {}, id="German notice"),
            pytest.param("Réponse automatique : Votre colis", "Je suis en congé.", {}, id="French"),
            pytest.param("Respuesta automática: Su paquete", "Estoy de vacaciones.", {}, id="Spanish"),
            pytest.param("Out of Office: Your parcel", "I am out of the office until Monday.", {}, id="notice"),
            pytest.param("自動応答: お荷物", "休暇中です。", {}, id="Japanese"),
            pytest.param("Re: Your parcel", "Sono in ferie.", {"Auto-Submitted": "auto-replied"}, id="RFC 3834"),
            pytest.param("Re: Your parcel", "I am on holiday.", {"X-Autoreply": "yes"}, id="X-Autoreply"),
            pytest.param("Re: Your parcel", "Jeg er på ferie.", {"Precedence": "bulk"}, id="in bulk"),
            pytest.param("Away", "I will be back on Monday.", {"Return-Path": "<>"}, id="from nobody"),
        ],
    )
    def test_knows_an_absence(self, subject: str, text: str, headers: dict[str, str]) -> None:
        found = judged(text, From=ADA, Subject=subject, **headers)
        assert (found.kind, found.is_automatic) == (MailKind.OUT_OF_OFFICE, True), found.reason

    @pytest.mark.parametrize(
        ("subject", "text", "headers"),
        [
            pytest.param("Re: Your parcel", "We got it.", {"Auto-Submitted": "auto-replied"}, id="RFC 3834"),
            pytest.param("Auto-Reply: parcel", "Noted.", {}, id="subject"),
            pytest.param("Your parcel", "This is an automated response. We got it.", {}, id="says so itself"),
            pytest.param("Ticket 12", "Thank you for contacting us, we will answer soon.", {"Auto-Submitted": "auto-generated"}, id="acknowledgement"),
            pytest.param("Re: Your parcel", "Merci.", {"Precedence": "junk", "In-Reply-To": SENT_ID}, id="only Precedence"),
        ],
    )
    def test_knows_an_acknowledgement(self, subject: str, text: str, headers: dict[str, str]) -> None:
        found = judged(text, From=ADA, Subject=subject, **headers)
        assert (found.kind, found.is_automatic) == (MailKind.AUTO_REPLY, True), found.reason

    @pytest.mark.parametrize(
        "headers",
        [
            pytest.param({"Auto-Submitted": "auto-generated"}, id="auto-generated"),
            pytest.param({"Precedence": "bulk", "RT-Ticket": "desk #12", "In-Reply-To": SENT_ID}, id="another desk"),
            pytest.param({"Precedence": "bulk", "In-Reply-To": SENT_ID, "X-Mailer": "Tracker"}, id="in bulk, with content"),
            pytest.param({"X-Loop": "support@other.example.com", "In-Reply-To": SENT_ID}, id="a loop header"),
        ],
    )
    def test_keeps_what_another_help_desk_says_and_never_answers_it_by_itself(self, headers: dict[str, str]) -> None:
        found = judged(
            "The part was ordered; it leaves on Friday.\n\n> When does it leave?\n",
            From="Desk <desk@other.example.com>",
            Subject="[#12] Broken hinge",
            **headers,
        )
        assert (found.kind, found.is_automatic) == (MailKind.MESSAGE, True)


class TestPeople:
    """Nothing that a person writes is taken for a machine's, whatever it is about."""

    @pytest.mark.parametrize(
        ("subject", "text", "headers"),
        [
            pytest.param("Broken hinge", "Hello, it broke.", {}, id="an ordinary mail"),
            pytest.param("Broken hinge", "Hello, it broke.", {"X-Auto-Response-Suppress": "All"}, id="a wish, no mark"),
            pytest.param("Broken hinge", "Hello, it broke.", {"Auto-Submitted": "no"}, id="says that a person wrote it"),
            pytest.param("Out of office next week, please hold my parcel", "I am out of the office next week.", {}, id="talks about an absence"),
            pytest.param("Urlaub: bitte erst im Mai liefern", "Ich bin im Urlaub.", {}, id="talks about a holiday"),
            pytest.param("Re: Automatic reply: Your parcel", "I got only a machine. Can you help?", {}, id="answers an automatic reply"),
            pytest.param(
                "Fwd: Undelivered Mail Returned to Sender",
                f"See below.\n\n> {MAILER}\n> <ada@example.com>: 550 5.1.1 unknown\n> {RETURNED}",
                {},
                id="forwards a report",
            ),
            pytest.param(
                "Re: failure notice", f"What does this mean?\n\n> I wasn't able to deliver your message\n> 550 5.1.1\n\n{RETURNED}", {}, id="quotes a report"
            ),
            pytest.param(
                "Mail delivery failed, please help",
                "Hello, your mails could not be delivered to me: 550 5.7.1. What now?",
                {},
                id="reports a failure in own words",
            ),
            pytest.param("Undeliverable parcel", "The courier says that the address does not exist.", {}, id="another kind of delivery"),
            pytest.param("Delivery failed", "Nobody was at home on 5.1.1 street 550, please try again.", {}, id="numbers that look like statuses"),
            pytest.param(
                "Your postmaster",
                "Our server refused you with 550 5.7.1, please mend your DNS.",
                {"From": "Postmaster <postmaster@example.org>"},
                id="a postmaster",
            ),
            pytest.param(
                "Delivery problem with your mails",
                "Hello,\nyour mails could not be delivered to us today, we saw 550 5.7.1. Please mend that.",
                {"From": "System Administrator <it@example.org>"},
                id="an administrator",
            ),
            pytest.param("Read: the small print", "I read it and do not agree.", {}, id="a subject like a receipt"),
            pytest.param("Spam", "I get spam from your shop.", {}, id="about spam"),
            pytest.param("Please confirm your message", "Did you really write that the parcel is lost?", {}, id="asks for a confirmation"),
        ],
    )
    def test_stays_a_message(self, subject: str, text: str, headers: dict[str, str]) -> None:
        found = judged(text, **({"From": ADA, "Subject": subject} | headers))
        assert (found.kind, found.is_automatic) == (MailKind.MESSAGE, False), found.reason

    def test_leaves_a_report_that_is_only_attached(self) -> None:
        inner = dsn(failed("ada@example.com", "5.1.1", "550 no")).decode()
        body = f"--y\nContent-Type: text/plain\n\nWhat is this?\n--y\nContent-Type: message/rfc822\nContent-Disposition: attachment\n\n{inner}\n--y--\n"
        assert judged(body, From=ADA, Subject="Strange mail", Content_Type='multipart/mixed; boundary="y"').kind is MailKind.MESSAGE
