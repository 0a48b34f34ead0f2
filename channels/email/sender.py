"""Who a mail is from and how far that is to be believed, what it claims besides, and which of our reply tokens it carries."""

import re
from collections.abc import Sequence

from channels.contract import Account
from channels.email.authentication import doubts
from channels.email.forwards import Forwarded
from channels.email.framing import Envelope
from channels.email.headers import Mailbox, mailboxes
from channels.email.mime import Part
from channels.email.quoting import Split
from channels.email.signed import closing_of, signature_facts
from kernel.claims import Claim, IdentityKind, Trust

_PLUS_TOKEN = re.compile(r"\+c([a-z2-7]{16,80})(?=@|\+)", re.IGNORECASE)
_ID_TOKEN = re.compile(r"<c\.([a-z2-7]{16,80})\.\d{1,20}@", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w+])\+[1-9][\d ()./\u00a0-]{6,22}\d(?!\d)")
_MOST_CLAIMS = 6
_MOST_TOKENS = 20


def sender_of(root: Part, account: Account, envelope: Envelope, digest: str, hint: str | None, warnings: list[str]) -> tuple[Claim, list[Claim]]:
    """Return the sender, and what else the headers claim of them.

    There always is a sender: where nobody usable is named, a made-up one per mail, so that no two are taken for one.
    """
    from_boxes = mailboxes(root.values("from"), hint)
    usable = [box for box in from_boxes if box.is_usable]
    replies = [box for box in mailboxes(root.values("reply-to"), hint) if box.is_usable]
    if usable:
        doubt = doubts(root, account.settings.get("authserv_id", ""))
        sender = Claim(kind=IdentityKind.EMAIL, value=usable[0].address, name=usable[0].name or None, trust=Trust.CLAIMED if doubt else Trust.VERIFIED)
        if doubt:
            warnings.append(f"The mail server says that the sender's domain did not vouch for this mail ({doubt}).")
        if len(usable) > 1:
            warnings.append("The mail names more than one author; the first was taken.")
    else:
        warnings.append("The mail names no usable author.")
        sender = _fallback([*mailboxes(root.values("sender"), hint), *replies, *_returned(root, envelope)], from_boxes, digest)
    if sender.value.lower() == account.address.lower():
        warnings.append("The author is our own address.")
    if root.value("list-id"):
        return sender, []  # an answer goes to everybody: that address is not the sender's
    known = (sender.value.lower(), account.address.lower())
    return sender, [Claim(kind=IdentityKind.EMAIL, value=box.address, name=box.name or None) for box in replies if box.address.lower() not in known]


def _fallback(boxes: Sequence[Mailbox], named: Sequence[Mailbox], digest: str) -> Claim:
    name = next((box.name or box.address for box in named if box.name or box.address), None)
    for box in boxes:
        if box.is_usable:
            return Claim(kind=IdentityKind.EMAIL, value=box.address, name=box.name or name)
    return Claim(kind=IdentityKind.EMAIL, value=f"unknown-{digest[:16]}@sender.invalid", name=name)


def _returned(root: Part, envelope: Envelope) -> list[Mailbox]:
    sender = [Mailbox(name="", address=envelope.sender)] if envelope.sender else []
    return [*sender, *mailboxes(root.values("return-path"))]


def claims_of(sender: Claim, others: list[Claim], split: Split, inner: Forwarded | None) -> tuple[Claim, ...]:
    """Return what is claimed besides the sender, each thing once.

    Another address to answer to; what the signature says of its owner; whose mail was forwarded; telephone numbers in
    international form in the new part.
    """
    signature = split.signature or (closing_of(split.reply) if inner is None else None)
    signed = signature_facts(signature, sender.name).claims() if signature else ()
    first = [Claim(kind=IdentityKind.EMAIL, value=inner.address, name=inner.name)] if inner is not None and inner.address else []
    numbers = dict.fromkeys(" ".join(found[0].split()) for found in _PHONE.finditer(split.reply[-20_000:]) if 8 <= _digits(found[0]) <= 15)
    phones = [Claim(kind=IdentityKind.PHONE, value=number) for number in numbers]
    unique: dict[tuple[IdentityKind, str], Claim] = {}
    for claim in [*others, *signed, *first, *phones]:
        key = re.sub(r"[^\d+]", "", claim.value) if claim.kind is IdentityKind.PHONE else claim.value.lower()
        if key != sender.value.lower():
            unique.setdefault((claim.kind, key), claim)
    return tuple(unique.values())[:_MOST_CLAIMS]


def _digits(text: str) -> int:
    return sum(sign.isdigit() for sign in text)


def reply_tokens(root: Part, envelope: Envelope, recipients: Sequence[Mailbox], references: Sequence[str]) -> tuple[str, ...]:
    """Return the reply tokens in a mail, lower case: from the addresses it came to, then from our own ids among its references.

    Whether they are ours, the hub checks.
    """
    delivered = mailboxes([value for name in ("delivered-to", "x-original-to", "envelope-to") for value in root.values(name)[:20]])
    addresses = [*envelope.recipients, *(box.address for box in [*delivered, *recipients])]
    found = [match[1].lower() for address in addresses for match in _PLUS_TOKEN.finditer(address)]
    found += [match[1].lower() for reference in references if (match := _ID_TOKEN.match(reference))]
    return tuple(dict.fromkeys(found))[:_MOST_TOKENS]
