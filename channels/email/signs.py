"""What can be seen of a mail without reading it: who sent it, how its subject begins, which headers and parts it has."""

from dataclasses import dataclass

from channels.email import automatic
from channels.email.bounce_phrases import DAEMONS, ROLES, SUBJECT_WORDS, SUBJECTS
from channels.email.framing import Envelope
from channels.email.headers import decode_words
from channels.email.mime import Part

_ANSWERERS = ("autoreply", "auto-reply", "autorespon", "auto-respon", "auto_reply", "vacation")
_LIST_SENDERS = ("owner-", "-owner@", "-bounces@", "-request@", "-bounces+")
_LIST_MASTERS = ("-owner@", "owner-", "-admin@", "-request@", "-bounces@", "majordomo@", "listserv@", "sympa@", "mailman@", "ecartis@", "ezmlm@")
_NOBODY = ("no-reply", "noreply", "no_reply", "donotreply", "do-not-reply", "do_not_reply")
_LONGEST_SENDER = 1_000
_LONGEST_SUBJECT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What a mail shows at a glance. `names` are those of its headers that tell of a machine, `types` those of all its parts;
    `is_daemon`: a mail server's name, `is_role`: a name that servers and people use, `is_nobody`: a name that
    wants no answer, `is_answerer`: a program that answers, `is_null`: no address to return it to.
    """

    root: Part
    envelope: Envelope
    names: frozenset[str]
    types: frozenset[str]
    subject: str
    is_daemon: bool
    is_role: bool
    is_nobody: bool
    is_answerer: bool
    is_null: bool

    @property
    def is_report(self) -> bool:
        """Whether it calls itself a report, or a header names recipients that failed."""
        return self.root.media_type == "multipart/report" or "x-failed-recipients" in self.names

    @property
    def is_from_server(self) -> bool:
        """Whether a mail server sent it, by name or by envelope."""
        return self.is_daemon or self.is_null or self.is_report

    @property
    def is_reply(self) -> bool:
        """Whether it answers or forwards a mail."""
        return automatic.is_reply_subject(self.subject) or bool(self.root.value("in-reply-to") or self.root.value("references"))

    @property
    def is_personal_answer(self) -> bool:
        """Whether somebody answers or forwards, and no server."""
        if self.is_from_server:
            return False
        return automatic.is_reply_subject(self.subject) or (self.is_reply and not (self.is_list_master or (self.is_role and self.tells_of_failure)))

    @property
    def is_list(self) -> bool:
        """Whether a mailing list passed it on: by its headers, or by who sends for it (owner-makers@, makers-bounces@)."""
        senders = f"{self.root.value('sender')[:_LONGEST_SENDER]} {self.root.value('return-path')[:_LONGEST_SENDER]} {self.envelope.sender or ''}".lower()
        return automatic.is_list(self.names) or any(words in senders for words in _LIST_SENDERS)

    @property
    def is_list_master(self) -> bool:
        """Whether the program or the person behind a mailing list wrote it."""
        sender = self.root.value("from")[:_LONGEST_SENDER].lower()
        return any(words in sender for words in _LIST_MASTERS)

    @property
    def is_marked(self) -> bool:
        """Whether a header says that a machine wrote it."""
        return automatic.is_marked_machine(self.root, self.names)

    @property
    def is_machine(self) -> bool:
        """Whether a header, the sender or the envelope says that a machine wrote it."""
        return self.is_from_server or self.is_marked

    @property
    def tells_of_failure(self) -> bool:
        """Whether its subject begins as that of a delivery report does; where a server's name stands, whether it holds such words."""
        if self.subject.startswith(SUBJECTS):
            return True
        is_server = self.is_from_server or (self.is_role and not automatic.is_reply_subject(self.subject))
        return is_server and any(words in self.subject for words in SUBJECT_WORDS)


def signs_of(root: Part, envelope: Envelope) -> Signs:
    """Return what a mail shows at a glance; subject in lower case, with straight apostrophes."""
    sender = root.value("from")[:_LONGEST_SENDER]
    sender = (decode_words(sender) if "=?" in sender else sender).lower()
    returned = root.value("return-path").strip().lower()
    return Signs(
        root=root,
        envelope=envelope,
        names=automatic.TELLING.intersection([name for name, _ in root.headers]),
        types=frozenset([part.media_type for part in root.walk()]) if root.children else frozenset((root.media_type,)),
        subject=decode_words(root.value("subject")[:_LONGEST_SUBJECT]).lower().replace("\u2019", "'"),
        is_daemon=any(word in sender for word in DAEMONS) or sender.strip() in ("<>", '""<>', '"" <>'),
        is_role=any(word in sender for word in ROLES),
        is_answerer=any(word in sender for word in _ANSWERERS) or any(word in root.value("x-mailer")[:_LONGEST_SENDER].lower() for word in _ANSWERERS),
        is_nobody=any(word in sender for word in _NOBODY),
        is_null=envelope.sender == "" or returned == "<>" or "mailer-daemon" in returned,
    )
