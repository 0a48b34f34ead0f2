"""An OutboundMessage to a mail's bytes: pure; threading headers that survive, a history quoted as mail programs do, and no way to smuggle a header in."""

import html
import re
from collections.abc import Callable
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from channels.contract import Account, OutboundFile, OutboundMessage
from channels.email.answering import automatic_headers
from channels.email.headers import Mailbox
from channels.email.pictures import is_shown, placed_in, with_markers
from channels.participants import Place
from kernel.errors import Undeliverable
from kernel.text import clean

# Python 3.11 writes In-Reply-To and References beyond 78 characters as encoded words, which breaks threads (cpython#79986).
_POLICY = SMTP.clone(max_line_length=998, cte_type="7bit")
_MOST_REFERENCES = 40
_LONGEST_SUBJECT = 400
_LONGEST_ADDRESS = 254  # RFC 5321 §4.5.3.1.3, without its brackets
_REPLY_MARKS = ("re:", "aw:", "sv:", "antw:", "odp:", "vs:", "re :", "回复", "答复")
_PLACEHOLDER = re.compile(r"\{(?:inbox|agent)\}")
_OWN = "{signature}"  # in an inbox's signature: where the agent's stands
_URL = re.compile(r"https?://[^\s<>\"']{1,2000}")


def compose(account: Account, message: OutboundMessage) -> bytes:
    """Return the mail, 7-bit clean, with CRLF line ends.

    Raises:
        Undeliverable: the recipient's address cannot stand in a mail.
    """
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = mailbox(_from_name(account, message), account.address)
    mail["To"] = mailbox(message.recipient_name or "", message.recipient)
    if copies := [mailbox(one.name or "", one.address) for one in message.others if one.role is Place.CC]:
        mail["Cc"] = copies
    mail["Reply-To"] = mailbox("", reply_address(account, message.reply_token))
    mail["Subject"] = subject_of(account, message)
    mail["Date"] = message.written_at
    mail["Message-ID"] = message.external_id
    references = shortened(message.references)
    if references:
        mail["In-Reply-To"] = references[-1]
        mail["References"] = " ".join(references)
    if message.is_automatic:
        for name, value in automatic_headers(account).items():
            mail[name] = value
    _write_body(mail, message, _lines(message.text), "" if message.is_automatic else _signature(account, message))
    placed = {file.id for file in placed_in(message.text, message.files)}
    for file in message.files:
        if file.id not in placed:
            kind, subtype = _media_type(file.media_type)
            mail.add_attachment(file.content, maintype=kind, subtype=subtype, filename=_file_name(file))
    return _bounded(mail, message).as_bytes()


def _write_body(mail: EmailMessage, message: OutboundMessage, text: str, signature: str) -> None:
    """Write plain text, where pictures are named, and HTML, where they stand in their places."""
    plain = with_markers(text, message.files, str, lambda file: f"[{_file_name(file)}]")
    mail.set_content(plain + signature + _quoted_text(message), cte="quoted-printable")
    body = _paragraphs(text, lambda words: with_markers(words, message.files, _linked, lambda file: _shown(message, file)))
    mail.add_alternative(f"<html><body>{body}{_paragraphs(signature)}{_quoted_html(message)}</body></html>", subtype="html", cte="quoted-printable")
    _, html_part = mail.iter_parts()
    assert isinstance(html_part, EmailMessage)
    for file in placed_in(text, message.files):
        kind, subtype = _media_type(file.media_type)
        cid = f"<{_content_id(message, file)}>"
        html_part.add_related(file.content, maintype=kind, subtype=subtype, disposition="inline", filename=_file_name(file), cid=cid)


def _bounded(mail: EmailMessage, message: OutboundMessage) -> EmailMessage:
    """Name the boundaries ourselves, so that a mail that is sent again is the same to the byte; these letters no encoding that we use writes."""
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{message.message_id}_{number}")
    return mail


def _file_name(file: OutboundFile) -> str:
    return one_line(file.name.replace("/", "_").replace("\\", "_"))[:180] or "file"


def _content_id(message: OutboundMessage, file: OutboundFile) -> str:
    return f"f{file.id}.{message.external_id.strip('<>')}"


def _shown(message: OutboundMessage, file: OutboundFile) -> str:
    name = html.escape(_file_name(file))
    return f'<img src="cid:{html.escape(_content_id(message, file))}" alt="{name}" style="max-width:100%">' if is_shown(file) else f"[{name}]"


def _said(account: Account, name: str) -> str:
    return account.settings.get(name, "").strip()


def _named(pattern: str, account: Account, message: OutboundMessage) -> str:
    """Fill two names into a pattern; nothing else in it means anything."""
    names = {"{inbox}": account.name, "{agent}": message.author_name}
    return _PLACEHOLDER.sub(lambda found: names[found[0]], pattern)


def _from_name(account: Account, message: OutboundMessage) -> str:
    """Return the name that a mail is from; what nobody wrote is from the inbox."""
    return account.name if message.is_automatic else _named(_said(account, "from_name") or "{agent} ({inbox})", account, message)


def _signature(account: Account, message: OutboundMessage) -> str:
    """Return the signature below the line by which mail programs know one, or nothing: the inbox's, with the agent's own in its place there or before it."""
    inboxs, agents = _said(account, "signature"), _named(message.author_signature.strip("\n"), account, message)
    if _OWN not in inboxs:
        parts = [agents, _named(inboxs, account, message)]
    else:
        # A line that would hold nothing but what is not there, is not there either.
        lines = [line for line in inboxs.split("\n") if agents or line.strip() != _OWN]
        parts = [agents.join(_named(piece, account, message) for piece in "\n".join(lines).split(_OWN))]
    signature = "\n".join(part for part in parts if part.strip())
    return f"\n-- \n{_lines(signature)}" if signature else ""


def reply_address(account: Account, token: str) -> str:
    """Return the address by which an answer finds its conversation: `local+c<token>@domain`."""
    local, _, domain = account.address.rpartition("@")
    return f"{local}+c{token}@{domain}"


def subject_of(account: Account, message: OutboundMessage) -> str:
    """Return the subject on one line: as the thread has it with one "Re:", or as written where nothing is answered."""
    subject = one_line(message.subject or "")[:_LONGEST_SUBJECT]
    if not subject:
        return f"Message from {one_line(account.name)}"
    if not message.references or subject.lower().startswith(_REPLY_MARKS):
        return subject
    return f"Re: {subject}"


def shortened(references: tuple[str, ...]) -> tuple[str, ...]:
    """Return references that can be written: printable Message-IDs, since a mail that came without one is called otherwise by us; of a long thread the oldest
    (which names it) and the newest.
    """
    usable = tuple(
        dict.fromkeys(
            one_line(reference)
            for reference in references
            if reference[:1] == "<"
            and reference.isascii()
            and reference.isprintable()
            and " " not in reference
            and "=?" not in reference
            and 3 <= len(reference) <= 900
        )
    )
    return usable if len(usable) <= _MOST_REFERENCES else (usable[0], *usable[1 - _MOST_REFERENCES :])


def mailbox(name: str, address: str) -> Address:
    """Return a header's address.

    Raises:
        Undeliverable: it is none, or has what no header can carry.
    """
    local, _, domain = address.strip().rpartition("@")
    try:
        if len(address) <= _LONGEST_ADDRESS and "=?" not in address and Mailbox(name="", address=address.strip()).is_usable:
            return Address(display_name=one_line(name)[:200], addr_spec=f"{local}@{_in_ascii(domain)}")
    except (ValueError, IndexError, LookupError, MessageError):
        pass  # what the library cannot write is no better than what we refuse ourselves
    raise Undeliverable("This is not an address that mail can be sent to.")


def one_line(text: str) -> str:
    """Return text that cannot end a header: no line ends of any kind, no control characters, and no encoded word, since the library would decode one and
    write the line ends that it holds.
    """
    return " ".join("".join(sign if sign.isprintable() else " " for sign in clean(text)).replace("=?", "= ?").split())


def _in_ascii(domain: str) -> str:
    return domain if domain.isascii() else domain.encode("idna").decode("ascii")


def _lines(text: str) -> str:
    return clean(text).replace("\r\n", "\n").replace("\r", "\n").rstrip() + "\n"


def _introduction(message: OutboundMessage) -> str:
    # No moment stands here: we know when we write, not when each quoted line was written.
    address = message.quoted_from or message.recipient
    name = one_line(message.recipient_name or "") if address == message.recipient else ""
    return f"{name} <{one_line(address)}> wrote:" if name else f"{one_line(address)} wrote:"


def _quoted_text(message: OutboundMessage) -> str:
    if not message.quoted:
        return ""
    marked = "\n".join(f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in _lines(message.quoted).rstrip("\n").split("\n"))
    return f"\n{_introduction(message)}\n\n{marked}\n"


def _quoted_html(message: OutboundMessage) -> str:
    if not message.quoted:
        return ""
    style = "margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex"
    return f'<div>{html.escape(_introduction(message))}</div><blockquote type="cite" style="{style}">{_paragraphs(_lines(message.quoted))}</blockquote>'


def _paragraphs(text: str, written: Callable[[str], str] | None = None) -> str:
    blocks = re.split(r"\n{2,}", text.strip("\n")) if text.strip("\n") else []
    return "".join(f"<p>{(written or _linked)(block)}</p>" for block in blocks)


def _linked(block: str) -> str:
    out: list[str] = []
    position = 0
    for match in _URL.finditer(block):
        url = match[0].rstrip(".,;:!?)]}")
        out.append(html.escape(block[position : match.start()]))
        out.append(f'<a href="{html.escape(url)}">{html.escape(url)}</a>')
        position = match.start() + len(url)
    out.append(html.escape(block[position:]))
    return "".join(out).replace("\n", "<br>\n")


def _media_type(media_type: str) -> tuple[str, str]:
    """Return a type that a file may be sent as: bytes cannot stand as multipart or message parts."""
    plain = media_type.partition(";")[0].strip().lower()
    fits = re.fullmatch(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}", plain) and not plain.startswith(("multipart/", "message/"))
    kind, _, subtype = (plain if fits else "application/octet-stream").partition("/")
    return kind, subtype
