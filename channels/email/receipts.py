"""What a report on a mail of ours says, as receipts."""

from channels.contract import Account, RawPayload, Receipt, ReceiptState
from channels.email.bounces import Judgement, MailKind
from channels.email.reports import Report
from channels.participants import MOST_OTHERS

_LONGEST = 500
# A report of RFC 6591: no person complained.
_UNAUTHENTIC, _FAILED_CHECKS = "auth-failure", "The recipient's server could not see that this mail is from us (DMARC)"
_STATES = {
    MailKind.HARD_BOUNCE: ReceiptState.FAILED,
    MailKind.SOFT_BOUNCE: ReceiptState.FAILED,
    MailKind.DELAY: ReceiptState.DELAYED,
    MailKind.SUCCESS_DSN: ReceiptState.DELIVERED,
    MailKind.READ_RECEIPT: ReceiptState.READ,
    MailKind.COMPLAINT: ReceiptState.COMPLAINED,
}
_SAID = {
    MailKind.SOFT_BOUNCE: "Given up for now, it may work later",
    MailKind.DELAY: "Not delivered yet, they still try",
    MailKind.COMPLAINT: "The recipient reported this mail as spam",
}


def receipts_of(account: Account, payload: RawPayload, judgement: Judgement, tokens: tuple[str, ...]) -> list[Receipt]:
    """Return what a report says of a mail of ours: a receipt for each recipient that it names; nothing for a mail that is no report."""
    state = _STATES.get(judgement.kind)
    if state is None:
        return []
    reports: list[Report | None] = list(judgement.reports[: 1 + MOST_OTHERS]) or [None]
    return [
        Receipt(
            inbox_id=account.inbox_id,
            vendor_id=judgement.original_message_id or "",
            state=state,
            error=_words(judgement.kind, report),
            tokens=tokens,
            recipient=report.recipient if report else None,
            raw=None if number else payload,
        )
        for number, report in enumerate(reports)
    ]


def _words(kind: MailKind, report: Report | None) -> str | None:
    """Return what an agent reads of it: our word on what it means, then the server's own."""
    status, words = (report.status or "", report.words) if report else ("", "")
    theirs = words if status in words else f"{status} {words}"
    if kind is MailKind.COMPLAINT and theirs == _UNAUTHENTIC:
        return _FAILED_CHECKS
    return ": ".join(filter(None, [_SAID.get(kind, ""), " ".join(theirs.split())]))[:_LONGEST] or None
