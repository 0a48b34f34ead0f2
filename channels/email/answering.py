"""What a machine may answer: why a mail must have no automatic answer, and the marks by which others know one of ours (RFC 3834); pure."""

import re

from channels.contract import Account
from channels.email.bounce_phrases import listed
from channels.email.bounces import Judgement, MailKind
from channels.email.mime import Part

# Who is not there: names that servers, lists and programs send under (RFC 3834 §2, RFC 5230 §4.6) …
_SERVERS = frozenset(
    listed(
        """
        mailer-daemon|mailerdaemon|mdaemon|daemon|postmaster|root|nobody|listserv|listproc|majordomo|mailman|sympa|autoreply|auto-reply|autoresponder
        autoresponse|vacation|bounce|bounces|errors|undisclosed-recipients
        """
    )
)
_BEGINNINGS = ("owner-", "bounce-", "bounces-", "bounce+", "bounces+", "prvs=", "srs0=", "srs1=", "mailer-daemon")
_ENDINGS = ("-request", "-owner", "-bounces", "-bounce", "-errors", "-daemon", "-relay", "-admin-bounces")
# … and names that ask for no answer, in the languages of the world; without the signs between their words.
_NO_REPLY = listed(
    """
    noreply|donotreply|dontreply|notreply|neverreply|noanswer|unmonitored|keineantwort|nichtantworten|nepasrepondre|sansreponse|noresponder|norespondas
    norespuesta|naoresponda|naoresponder|semresposta|nonrispondere|norisposta|geenantwoord|nietbeantwoorden|svarainte|svarej|ikkesvar|svarikke|eivastata
    nieodpowiadaj|neodpovidat|neodpovedat|nevalaszolj|neotvechat|yanitlamayin|cevaplamayin
    """
)
_SIGNS = re.compile(r"[^a-z]+")
_SUPPRESS = frozenset({"all", "autoreply"})
_WORDS = re.compile(r"[a-z]+")


def forbids_answer(root: Part, judgement: Judgement, sender: str, *, came_back: bool) -> str | None:
    """Return why a mail must not be answered by a machine, in words; None where nothing speaks against it. It is kept and shown all the same.

    `came_back`: to a return address of ours. RFC 3834 §3.3 lets automatic mail return to an address that never answers by itself.
    """
    if judgement.is_automatic or judgement.kind is not MailKind.MESSAGE:
        return judgement.reason[:1].lower() + judgement.reason[1:].rstrip(".")
    wishes = root.value("x-auto-response-suppress")[:200].lower()
    if wishes and not _SUPPRESS.isdisjoint(_WORDS.findall(wishes)):
        return "its sender wants no automatic answer"
    if came_back:
        return "it came to where reports on our mails come back to"
    if is_nobody(sender):
        return "its sender's address is nobody's"
    return None


def is_nobody(address: str) -> bool:
    """Say whether nobody reads what is sent to an address, by its name: a server's, a list's, one that asks for no answer."""
    local = address.strip().lower().rpartition("@")[0]
    first = local.partition("+")[0]
    if first in _SERVERS or local.startswith(_BEGINNINGS) or first.endswith(_ENDINGS):
        return True
    letters = _SIGNS.sub("", local)
    return any(words in letters for words in _NO_REPLY)


def automatic_headers(account: Account) -> dict[str, str]:
    """Return the headers of what nobody wrote.

    `Auto-Submitted` is the standard's (RFC 3834 §5), `X-Auto-Response-Suppress` Exchange's, `Precedence` what older programs look at, and
    `X-Loop` our own address: a mail that comes back with one has been through a program, and is not answered again.
    """
    return {
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
        "Precedence": "auto_reply",
        "X-Loop": "".join(sign if "!" <= sign <= "~" else "_" for sign in account.address),
    }
