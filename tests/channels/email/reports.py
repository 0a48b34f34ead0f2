"""Reports and answers of machines as servers write them, for the tests that sort mail: every word here is our own."""

from channels.email.bodies import sort_out, text_of
from channels.email.bounces import Judgement, judge
from channels.email.framing import Envelope
from channels.email.markup import html_to_text
from channels.email.mime import read_tree

SENT_ID = "<c.aebagbafaydqqcikbmga2dqp.71@desk.example.com>"
RETURNED = f"""\
Received: from desk.example.com by mx.example.net; Tue, 3 Mar 2026 09:00:00 +0000
From: Desk <support@desk.example.com>
To: ada@example.com
Subject: Your parcel
Message-ID: {SENT_ID}

It is on its way.
"""
MAILER = "Mail Delivery System <MAILER-DAEMON@mx.example.net>"


def judged(text: str, *, sender: str | None = None, **headers: str) -> Judgement:
    """Return what becomes of a mail with these headers (`Return_Path` is Return-Path) and a body in plain text."""
    return judged_raw(mail_of(text, **headers), sender=sender)


def mail_of(body: str, **headers: str) -> bytes:
    """Return a mail to the desk, without any header that is not given but To and Message-ID."""
    given = {"To": "support@desk.example.com", "Message-ID": "<r1@mx.example.net>"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return ("".join(f"{name}: {value}\n" for name, value in given.items()) + "\n" + body).encode()


def judged_raw(raw: bytes, *, sender: str | None = None) -> Judgement:
    """Return what becomes of a mail as it lies on the wire."""
    root, warnings = read_tree(raw)
    bodies = sort_out(root)
    plain = "\n".join(text_of(part, warnings) for part in bodies.text if part.media_type in ("text/plain", "multipart/report"))
    shown = "\n".join(html_to_text(text_of(part, warnings)) for part in bodies.html if part.media_type == "text/html")
    return judge(root, plain or shown, Envelope(sender=sender))


def dsn(fields: str, *, prose: str = "This is the mail system.\n", returned: str = RETURNED, **headers: str) -> bytes:
    """Return a delivery report of RFC 3464 with these fields of one or more recipients."""
    given = {"From": MAILER, "Subject": "Undelivered Mail Returned to Sender", "Return-Path": "<>"} | headers
    body = (
        f"--x\nContent-Type: text/plain\n\n{prose}\n--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n{fields}\n"
        f"--x\nContent-Type: message/rfc822\n\n{returned}\n--x--\n"
    )
    return mail_of(body, **given, Content_Type='multipart/report; report-type=delivery-status; boundary="x"')


def failed(recipient: str, status: str, words: str, action: str = "failed") -> str:
    """Return one recipient's fields."""
    return f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {words}\n"
