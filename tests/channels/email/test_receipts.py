"""What mail servers report on our mails, from the bytes to the receipt."""

from datetime import UTC, datetime

import pytest

from channels.contract import InboundMessage, RawPayload, Receipt, ReceiptState
from channels.email.adapter import EmailAdapter
from channels.email.framing import FRAMED, PLAIN, Envelope, framed
from channels.email.returns import return_address
from kernel.clock import SystemClock
from tests.channels.email.mails import ACCOUNT, DELIVERY_TOKEN

OURS = "<c.aebagbafaydqqcikbmga2dqp.77@desk.example.com>"
RETURN = return_address(ACCOUNT, DELIVERY_TOKEN)


def report(action: str = "failed", status: str = "5.1.1", code: str = "550 5.1.1 no such user here", original: str = OURS, to: str = RETURN) -> bytes:
    """A report as RFC 3464 has it."""
    lines = f"""From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: {to}
Subject: Mail delivery report
Message-ID: <1@mx.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system at host mx.example.net.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; ada@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {code}

--b
Content-Type: text/rfc822-headers

From: support@desk.example.com
To: ada@example.com
Subject: Re: Lamp
Message-ID: {original}

--b--
"""
    return lines.replace("\n", "\r\n").encode()


def read(raw: bytes, envelope: Envelope | None = None) -> Receipt | InboundMessage:
    payload = RawPayload(
        source="email/smtp", content_type=FRAMED if envelope else PLAIN, body=framed(envelope, raw) if envelope else raw, received_at=datetime.now(UTC)
    )
    [found] = EmailAdapter(SystemClock()).read(ACCOUNT, payload)
    return found


@pytest.mark.parametrize(
    ("action", "status", "code", "state"),
    [
        pytest.param("failed", "5.1.1", "550 5.1.1 no such user here", ReceiptState.FAILED, id="hard"),
        pytest.param("failed", "4.4.1", "451 4.4.1 no answer from host", ReceiptState.FAILED, id="given up"),
        pytest.param("delayed", "4.4.1", "451 4.4.1 no answer from host", ReceiptState.DELAYED, id="delayed"),
        pytest.param("delivered", "2.0.0", "250 2.0.0 ok", ReceiptState.DELIVERED, id="delivered"),
    ],
)
def test_a_report_is_a_receipt_and_no_message(action: str, status: str, code: str, state: ReceiptState) -> None:
    receipt = read(report(action, status, code))
    assert isinstance(receipt, Receipt)
    assert (receipt.state, receipt.vendor_id, receipt.tokens, receipt.recipient) == (state, OURS, (DELIVERY_TOKEN,), "ada@example.com")
    assert receipt.raw is not None


def test_an_agent_reads_what_the_server_said() -> None:
    receipt = read(report())
    assert isinstance(receipt, Receipt)
    assert receipt.error == "550 5.1.1 no such user here"


def test_the_envelope_finds_it_where_the_report_names_nothing() -> None:
    """Many servers return neither the mail nor its name: the address it came back to is then all there is."""
    raw = b"From: MAILER-DAEMON@mx.example.net\r\nTo: support@desk.example.com\r\nSubject: Undelivered Mail Returned to Sender\r\n\r\nUnknown user\r\n"
    receipt = read(raw, Envelope(sender="", recipients=(RETURN.upper(),)))
    assert isinstance(receipt, Receipt)
    assert receipt.tokens == (DELIVERY_TOKEN,)


def test_a_person_who_writes_of_a_bounce_is_heard() -> None:
    raw = b"From: Ada <ada@example.com>\r\nTo: support@desk.example.com\r\nSubject: Undelivered mail?\r\n\r\nI got 550 5.1.1 no such user when I wrote to you. Why?\r\n"
    assert isinstance(read(raw), InboundMessage)


def test_a_report_speaks_of_each_whom_it_names() -> None:
    """Whoever comes first in it does not hide what became of it for the customer."""
    groups = [("ben@example.org", "failed", "5.1.1"), ("cleo@example.org", "delivered", "2.0.0"), ("ada@example.com", "failed", "5.2.2")]
    fields = "\r\n\r\n".join(f"Final-Recipient: rfc822; {who}\r\nAction: {action}\r\nStatus: {status}" for who, action, status in groups)
    before, after = report().split(b"Final-Recipient", 1)
    raw = before + fields.encode() + b"\r\n\r\n" + after[after.index(b"--b") :]
    payload = RawPayload(source="email/imap", content_type=PLAIN, body=raw, received_at=datetime.now(UTC))
    found = EmailAdapter(SystemClock()).read(ACCOUNT, payload)
    assert [(one.recipient, one.state) for one in found if isinstance(one, Receipt)] == [
        ("ben@example.org", ReceiptState.FAILED),
        ("ada@example.com", ReceiptState.FAILED),
    ]
    assert [one.raw is not None for one in found] == [True, False]
