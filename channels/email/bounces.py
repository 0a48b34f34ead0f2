"""What kind of mail it is: a person's, or what which machine sent; pure, linear, and never a refusal.

Most mails leave by their headers alone. What people write about bounces and absences, or forward, stays theirs: prose is only asked
where the sender, the envelope or a header says that a machine wrote it, or where subject, first words and returned mail agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from channels.email import automatic
from channels.email.bounce_phrases import COMPLAINTS, DELAYS, FAILURES, LIST_REFUSALS, RECEIPT_WORDS, RECEIPTS
from channels.email.framing import Envelope
from channels.email.headers import mailboxes
from channels.email.mime import Part
from channels.email.notifications import notification_of
from channels.email.prose import lists_recipients, prose_reports, recipient_by_verp
from channels.email.reports import COMPLAINT_TYPES, RECEIPT_TYPES, REPORT_TYPES, Report, fields_below, fields_of, is_temporary, report_of, status_in
from channels.email.returned import PROSE, before_copy, has_copy, original_id, returned_recipient
from channels.email.signs import Signs, signs_of

_BEGINNING = 700
_DELIVERED = frozenset({"delivered", "relayed", "expanded", "deliverable"})
_REPORTING = REPORT_TYPES | RECEIPT_TYPES | COMPLAINT_TYPES
_LONGEST_LIST = 4_000


class MailKind(StrEnum):
    """What kind of mail it is. A bounce is hard where the server refused for good (5.x.x), soft where it gave up over what is temporary (4.x.x)."""

    MESSAGE = "message"
    AUTO_REPLY = "auto-reply"
    OUT_OF_OFFICE = "out-of-office"
    HARD_BOUNCE = "hard-bounce"
    SOFT_BOUNCE = "soft-bounce"
    DELAY = "delay"
    SUCCESS_DSN = "success-dsn"
    READ_RECEIPT = "read-receipt"
    COMPLAINT = "complaint"
    CHALLENGE = "challenge"
    MAILING_LIST = "mailing-list"
    SPAM = "spam-marked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a mail is, and which rule decided, in words; for reports, of whom and of which mail they speak.

    `is_automatic`: a machine wrote it, so it is never answered automatically; true for another help desk's mail too, whose kind is MESSAGE.
    """

    kind: MailKind
    reason: str
    reports: tuple[Report, ...] = ()
    original_message_id: str | None = None
    is_automatic: bool = True


def judge(root: Part, text: str, envelope: Envelope) -> Judgement:
    """Return what kind of mail it is. `text` is its body as text, whole, with `\\n` line ends."""
    signs = signs_of(root, envelope)
    if not _is_plain(signs, text):
        for rule in (_complaint, _receipt, _bounce, _challenge, _answer, _spam, _list):
            found = rule(signs, text)
            if found is not None:
                return found
        if signs.is_machine:
            return Judgement(kind=MailKind.MESSAGE, reason="A machine sent it, and it has content.")
    return Judgement(kind=MailKind.MESSAGE, reason="Nothing says that a machine wrote it.", is_automatic=False)


def _is_plain(signs: Signs, text: str) -> bool:
    """Say whether nothing at all hints at a machine: so it is with nearly every mail of people."""
    if signs.names or signs.is_from_server or signs.is_role or signs.is_answerer or signs.types & _REPORTING or signs.tells_of_failure:
        return False
    if (
        signs.subject.startswith((*RECEIPTS, *COMPLAINTS))
        or automatic.may_be_automatic(signs.subject)
        or automatic.names_an_absent(signs.subject, automatic.top_of(text))
    ):
        return False
    return not (automatic.declares_itself(text) or text[:1] == "{")


def _complaint(signs: Signs, text: str) -> Judgement | None:
    """RFC 5965, by type or in a text, and the older way that only sends the mail back."""
    root = signs.root
    is_typed = bool(signs.types & COMPLAINT_TYPES) or (root.media_type == "multipart/report" and root.parameter("report-type").lower() == "feedback-report")
    is_told = signs.subject.startswith(COMPLAINTS) and (has_copy(root, text) or "feedback-type" in text[:PROSE].lower())
    if signs.is_personal_answer or not (is_typed or is_told):
        return None
    groups = fields_of(root, COMPLAINT_TYPES)
    named = [(report_of(group).recipient, group.get("feedback-type", "abuse")) for group in groups] or [(returned_recipient(root, text), "abuse")]
    reports = tuple(Report(recipient=recipient, status=None, words=words, action="complained") for recipient, words in named)
    return Judgement(kind=MailKind.COMPLAINT, reason="It is an abuse report (RFC 5965).", reports=reports, original_message_id=original_id(root, text, groups))


def _receipt(signs: Signs, text: str) -> Judgement | None:
    """RFC 8098, by type, or in prose where the subject says so and the words too."""
    root = signs.root
    is_typed = bool(signs.types & RECEIPT_TYPES) or root.parameter("report-type").lower() == "disposition-notification"
    is_told = signs.subject.startswith(RECEIPTS) and any(words in automatic.top_of(text) for words in RECEIPT_WORDS)
    if signs.is_personal_answer or not (is_typed or is_told):
        return None
    groups = fields_of(root, RECEIPT_TYPES)
    reports = tuple(Report(recipient=report_of(group).recipient, status=None, words=group.get("disposition", ""), action="read") for group in groups)
    original = original_id(root, text, groups)
    return Judgement(kind=MailKind.READ_RECEIPT, reason="It is a read receipt (RFC 8098).", reports=reports, original_message_id=original)


def _bounce(signs: Signs, text: str) -> Judgement | None:
    """A delivery report: a cloud mailer's, RFC 3464's, a server's prose, in this order."""
    told = notification_of(text)
    if told is not None:
        return _of_reports(*told, "A cloud mailer's notification says so.")
    says = signs.tells_of_failure
    if signs.is_personal_answer or not (says or signs.is_machine or signs.is_role):
        return None
    root = signs.root
    groups = fields_of(root, REPORT_TYPES)
    reports = tuple(report for report in map(report_of, groups) if report.action or (report.status and report.recipient))
    if reports and (says or signs.is_from_server or signs.is_role):
        return _of_reports(_completed(reports, signs, text), original_id(root, text, groups), "Its delivery status says so (RFC 3464).")
    reason = _reason_in_prose(signs, text)
    return None if reason is None else _of_prose(signs, text, reason)


def _reason_in_prose(signs: Signs, text: str) -> str | None:
    """Return why a mail without a delivery status is a report all the same, None where it is none."""
    says = signs.tells_of_failure
    prose = before_copy(text)[:PROSE]
    fails = _speaks(prose, FAILURES)
    returns = has_copy(signs.root, text) or len(prose) < min(len(text), PROSE)
    numbers = status_in(prose) is not None
    is_answer = automatic.begins_automatic(signs.subject) or (automatic.speaks_of_absence(signs.subject) and not fails)
    begins = says and returns and _speaks(_first_lines(prose, 6 if signs.is_nobody else 2), FAILURES)
    is_typed = signs.root.media_type == "multipart/report" and signs.root.parameter("report-type").lower() in ("delivery-status", "")
    # People have such names too: their sentences name nobody at the beginning of a line, and return nothing.
    is_shown = returns or lists_recipients(prose) or (numbers and "postmaster@" in signs.root.value("from").lower())
    cases = (
        ("x-failed-recipients" in signs.names, "A header names recipients that failed."),
        (is_typed and (fails or says or numbers), "It calls itself a delivery report."),
        (signs.is_list_master and signs.is_machine and _speaks(_first_lines(prose, 4), LIST_REFUSALS), "A mailing list refused it."),
        (is_answer, None),
        (signs.is_daemon and (says or signs.is_null or fails or returns or numbers), "A mail server wrote it."),
        (
            signs.is_role and says and (signs.is_null or (fails and is_shown)),
            "A mail server or its master wrote it, and its subject is that of a delivery report.",
        ),
        (
            signs.is_role and fails and (signs.is_null or (returns and numbers)),
            "A mail server or its master wrote it, and its words are those of a delivery report.",
        ),
        (signs.is_null and says and (fails or returns or numbers), "It came from nobody, and its subject is that of a delivery report."),
        (signs.is_null and fails + returns + numbers >= 2, "It came from nobody, and its words are those of a delivery report."),
        (begins and (numbers or signs.is_nobody), "Its subject, its first words and what it returns are those of a delivery report."),
    )
    return next((reason for holds, reason in cases if holds), None)


def _first_lines(text: str, number: int) -> str:
    lines = [line for line in text[: 2 * _BEGINNING].split("\n") if line.strip()]
    return "\n".join(lines[:number])[:_BEGINNING]


def _speaks(text: str, phrases: Sequence[str]) -> bool:
    flat = " ".join(text.lower().replace("\u2019", "'").split())
    return any(phrase in flat for phrase in phrases)


def _of_prose(signs: Signs, text: str, reason: str) -> Judgement:
    root = signs.root
    ours = frozenset(
        box.address.lower() for name in ("to", "from", "delivered-to") for box in mailboxes(value[:_LONGEST_LIST] for value in root.values(name)[:5])
    )
    named = [box.address for box in mailboxes(value[:_LONGEST_LIST] for value in root.values("x-failed-recipients")[:5]) if box.is_usable]
    reports = prose_reports(text, list(dict.fromkeys(named)), ours)
    if all(report.status is None and report.recipient is None for report in reports):
        reports = tuple(map(report_of, fields_below(root))) or reports
    reports = _completed(reports, signs, text)
    original = original_id(root, text, ())
    is_final = any(report.status and report.status.startswith("5") for report in reports)
    # "Delayed" also stands in the last word on a mail that was given up.
    if not is_final and (any(words in signs.subject for words in DELAYS) or _speaks(before_copy(text)[:PROSE], DELAYS)):
        return Judgement(kind=MailKind.DELAY, reason=f"{reason} The server goes on trying.", reports=reports, original_message_id=original)
    return _bounced(reports, original, reason)


def _completed(reports: tuple[Report, ...], signs: Signs, text: str) -> tuple[Report, ...]:
    """Name the recipient of a single report that names none: by a header, by the address it came back to (VERP), by the returned mail."""
    if len(reports) != 1 or reports[0].recipient is not None:
        return reports
    root = signs.root
    named = [box.address for box in mailboxes(value[:_LONGEST_LIST] for value in root.values("x-failed-recipients")[:5]) if box.is_usable]
    addressed = [box.address for name in ("to", "delivered-to", "x-original-to") for box in mailboxes(value[:_LONGEST_LIST] for value in root.values(name)[:5])]
    recipient = named[0] if len(named) == 1 else recipient_by_verp([*signs.envelope.recipients, *addressed]) or returned_recipient(root, text)
    return (replace(reports[0], recipient=recipient),)


def _of_reports(reports: tuple[Report, ...], original: str | None, reason: str) -> Judgement:
    actions = {report.action or {"2": "delivered"}.get((report.status or "")[:1], "failed") for report in reports}
    kind = None
    if "complained" in actions:
        kind = MailKind.COMPLAINT
    elif actions <= _DELIVERED:
        kind = MailKind.SUCCESS_DSN
    elif actions <= _DELIVERED | {"delayed"}:
        kind = MailKind.DELAY
    if kind is not None:
        return Judgement(kind=kind, reason=reason, reports=reports, original_message_id=original)
    return _bounced(tuple(report for report in reports if report.action not in (*_DELIVERED, "delayed")), original, reason)


def _bounced(reports: tuple[Report, ...], original: str | None, reason: str) -> Judgement:
    """Hard where one recipient was refused for good: by its number, else unless the server calls it temporary."""
    kind = MailKind.SOFT_BOUNCE if all(is_temporary(report) for report in reports) else MailKind.HARD_BOUNCE
    return Judgement(kind=kind, reason=reason, reports=reports, original_message_id=original)


def _challenge(signs: Signs, text: str) -> Judgement | None:
    if not automatic.is_challenge(signs.root, signs.subject, automatic.top_of(text), is_machine=signs.is_machine):
        return None
    return Judgement(kind=MailKind.CHALLENGE, reason="It asks the sender to prove himself before his mail is delivered.")


def _answer(signs: Signs, text: str) -> Judgement | None:
    """An answer that nobody wrote: by a header, by how its subject begins, or by its words where a header hints at a machine."""
    root, subject = signs.root, signs.subject
    top = automatic.top_of(text)
    is_absent = automatic.is_absence(top)
    has_absent_subject = automatic.begins_absent(subject)
    kind = MailKind.OUT_OF_OFFICE if is_absent or has_absent_subject else MailKind.AUTO_REPLY
    is_hinted = (signs.is_null or automatic.is_hinted(root)) and not (signs.is_list or "list-unsubscribe" in signs.names or automatic.is_desk(root))
    # Nothing but "in bulk" or "from nobody" over a short answer: so old answering programs write. `auto-generated` is what help desks put on content.
    is_bare_answer = signs.is_reply and (signs.is_null or not root.value("auto-submitted")) and automatic.is_brief(text)
    cases = (
        (automatic.is_marked_answer(root, signs.names), kind, "A header says that a program answered."),
        (signs.is_answerer, kind, "A program that answers sent it."),
        (
            automatic.begins_automatic(subject) or (is_hinted and automatic.speaks_automatically(subject)),
            kind,
            "Its subject begins as a program's answer does.",
        ),
        (has_absent_subject and (signs.is_machine or is_absent), MailKind.OUT_OF_OFFICE, "Its subject and its words are those of an absence notice."),
        (automatic.names_an_absent(subject, top), MailKind.OUT_OF_OFFICE, "Its subject says who is absent, and its first words too."),
        (automatic.declares_itself(text), kind, "Its first words say that nobody wrote it."),
        (is_hinted and automatic.speaks_of_absence(subject), MailKind.OUT_OF_OFFICE, "A machine sent it, and its subject is that of an absence notice."),
        (is_hinted and automatic.is_absence(top[:_BEGINNING]), MailKind.OUT_OF_OFFICE, "A machine sent it, and its words are those of an absence notice."),
        (is_hinted and (automatic.is_answer(top) or is_bare_answer), MailKind.AUTO_REPLY, "A machine sent it, as an answer."),
    )
    return next((Judgement(kind=found, reason=reason) for holds, found, reason in cases if holds), None)


def _spam(signs: Signs, text: str) -> Judgement | None:
    mark = automatic.spam_mark(signs.root, signs.names, signs.subject)
    return None if mark is None else Judgement(kind=MailKind.SPAM, reason=f"A filter marked it as spam ({mark}).", is_automatic=signs.is_machine)


def _list(signs: Signs, text: str) -> Judgement | None:
    if not (signs.is_list or signs.root.value("precedence").strip().lower() == "list"):
        return None
    return Judgement(kind=MailKind.MAILING_LIST, reason="A mailing list passed it on.")
