"""Agents write: replies with a guard and a way back, and private notes."""

from datetime import datetime, timedelta

from cases import service as cases
from cases.models import Case
from cases.values import CaseStatus
from channels.contract import Feature
from channels.participants import as_rows
from channels.registry import Registry
from identity_resolution import service as identities
from inbox.copies import others_of
from inbox.directory import InboxDirectory
from inbox.errors import NotFailed, StaleReply, TooLate, UnfitReply, Unreachable
from inbox.events import DeliveryMoved, NoteAdded, ReplyQueued
from inbox.models import Conversation, Delivery, Message
from inbox.repositories.deliveries import DeliveryRepository
from inbox.repositories.replies import ReplyRepository
from inbox.threading import fold_subject
from inbox.values import DeliveryState, Direction, Draft, MessageKind, ReplyOption
from inbox.ways import Ways
from kernel.crypto import Secrets
from kernel.db import micros
from kernel.errors import Invalid, NotFound
from kernel.text import clean, fold
from kernel.uow import UnitOfWork
from staff.values import Viewer

_LONGEST = 100_000
_THEN = (CaseStatus.OPEN, CaseStatus.PENDING, CaseStatus.RESOLVED)


class Replies:
    """Writes what agents say, and calls it back while there is time."""

    def __init__(self, registry: Registry, directory: InboxDirectory, secrets: Secrets, undo_window: timedelta) -> None:
        self._registry = registry
        self._directory = directory
        self._secrets = secrets
        self._undo_window = undo_window
        self.ways = Ways(registry, directory)

    async def write(self, uow: UnitOfWork, viewer: Viewer, case_id: int, draft: Draft) -> int:
        """Queue a reply and return its message's id; message and delivery are one unit of work.

        Raises:
            NotFound: there is no such case to see. Unreachable: the way is not (or no longer) one of the case's reply options.
            StaleReply: somebody wrote since `seen_message_id`. UnfitReply: the channel cannot carry this.
        """
        # Held from the first look on: of two who answer at once, the second sees the first one's words.
        case = await visible_case(uow, viewer, case_id, hold=True)
        repository = ReplyRepository(uow.session)
        option = next((o for o in await self.ways.options(uow, viewer, case) if o.key == draft.option_key), None)
        if option is None:
            raise Unreachable
        text, others = _fitting(draft, option), others_of(draft, option, await self._directory.addresses())
        if draft.seen_message_id is not None and not draft.confirm:
            newer = await repository.newer_than(case.id, draft.seen_message_id, viewer.agent_id)
            if newer:
                raise StaleReply(newer)
        message = await self._message(uow, repository, viewer, case, option, text, draft.subject)
        message.participants = as_rows(others) or None
        if draft.attachment_ids and await repository.attach(draft.attachment_ids, message.id, viewer.agent_id) != len(set(draft.attachment_ids)):
            raise UnfitReply("An attachment is not there, was sent already, or is not yours. Upload it again.")
        restore = await cases.answered(uow, case.id, message_id=message.id, agent_id=viewer.agent_id, at=message.sent_at, then=draft.then)
        delivery = _held(uow, message, option, await _called(uow, case.customer_id), message.sent_at + self._undo_window, restore)
        DeliveryRepository(uow.session).add(delivery)
        uow.record(_queued(message, delivery, viewer))
        return message.id

    async def note(self, uow: UnitOfWork, viewer: Viewer, case_id: int, text: str) -> int:
        """Keep a private note and return its id; it goes to nobody."""
        case = await visible_case(uow, viewer, case_id)
        text = clean(text).strip()
        if not text or len(text) > _LONGEST:
            raise Invalid(f"A note has between 1 and {_LONGEST} characters.")
        repository = ReplyRepository(uow.session)
        conversation_id = await repository.last_conversation_of_case(case.id)
        if conversation_id is None:
            raise NotFound("conversation of case", case_id)
        conversation = await repository.conversation(conversation_id)
        message = _new_message(uow, viewer, case, conversation, MessageKind.NOTE, text)
        await repository.add_message(message, fold(text))
        await cases.noted(uow, case.id, message.id, message.sent_at)
        uow.record(NoteAdded(message_id=message.id, case_id=case.id, inbox_id=message.inbox_id, agent_id=viewer.agent_id))
        return message.id

    async def undo(self, uow: UnitOfWork, viewer: Viewer, message_id: int) -> None:
        """Call a reply back, and put the case where it was.

        Raises:
            NotFound: there is no such reply to see. TooLate: it is on its way.
        """
        message, delivery = await self._outgoing(uow, viewer, message_id)
        if delivery.state != DeliveryState.HELD or uow.clock.now() >= delivery.due_at:
            raise TooLate
        await cases.unanswered(uow, message.case_id, message_id=message.id, restore=delivery.restore)
        _move(uow, message, delivery, DeliveryState.CANCELLED)

    async def retry(self, uow: UnitOfWork, viewer: Viewer, message_id: int) -> None:
        """Send a failed reply again.

        Raises:
            NotFound: there is no such reply to see. NotFailed: it did not fail.
        """
        message, delivery = await self._outgoing(uow, viewer, message_id)
        if delivery.state != DeliveryState.FAILED:
            raise NotFailed
        delivery.attempts, delivery.due_at, delivery.error, delivery.vendor_id = 0, uow.clock.now(), None, None
        _move(uow, message, delivery, DeliveryState.QUEUED)
        uow.record(_queued(message, delivery, viewer))

    async def _outgoing(self, uow: UnitOfWork, viewer: Viewer, message_id: int) -> tuple[Message, Delivery]:
        repository = DeliveryRepository(uow.session)
        message, _ = await repository.message(message_id)
        if not viewer.may_see(message.inbox_id):
            raise NotFound("message", message_id)
        return message, await repository.of_message(message_id)

    async def _message(
        self, uow: UnitOfWork, repository: ReplyRepository, viewer: Viewer, case: Case, option: ReplyOption, text: str, subject: str | None
    ) -> Message:
        conversation = await self._conversation(uow, repository, case, option, subject)
        message = _new_message(uow, viewer, case, conversation, MessageKind.MESSAGE, text)
        account = await self._directory.account(option.inbox_id)
        token = self._secrets.signed_id("reply", conversation.id)
        message.external_id = self._registry.adapter(option.channel).external_id(account, message.id, token)
        message.identity_id = option.identity_id
        message.subject = (clean(subject).strip()[:1000] if subject else None) or conversation.subject
        await repository.add_message(message, fold(f"{message.subject or ''} {text}"[:20_000]))
        conversation.case_id, conversation.last_message_at = case.id, message.sent_at
        return message

    async def _conversation(self, uow: UnitOfWork, repository: ReplyRepository, case: Case, option: ReplyOption, subject: str | None) -> Conversation:
        if option.conversation_id is not None:
            return await repository.conversation(option.conversation_id)
        has_subject = Feature.SUBJECT in self._registry.manifest(option.channel).features
        now, conversation_id = uow.clock.now(), uow.ids()
        thread_key = f"m:{conversation_id}" if has_subject else option.address
        known = await repository.find_conversation(option.inbox_id, thread_key)
        if known is not None:
            return known
        named = (clean(subject or case.title).strip()[:1000] or None) if has_subject else None
        conversation = Conversation(
            id=conversation_id, inbox_id=option.inbox_id, customer_id=case.customer_id, case_id=case.id, thread_key=thread_key, subject=named,
            folded_subject=fold_subject(named), created_at=now, last_message_at=now,
        )  # fmt: skip
        await repository.add_conversation(conversation)
        return conversation


async def visible_case(uow: UnitOfWork, viewer: Viewer, case_id: int, *, hold: bool = False) -> Case:
    """Return a case (`hold`: that nobody else changes meanwhile), or refuse with NotFound when there is none that the viewer may see."""
    case = await cases.get(uow, case_id, hold=hold)
    if not viewer.may_see(case.inbox_id):
        raise NotFound("case", case_id)
    return case


def _fitting(draft: Draft, option: ReplyOption) -> str:
    text = clean(draft.text).strip()
    if not text and not draft.attachment_ids:
        raise UnfitReply("There is nothing to send.")
    limit = option.text_limit or _LONGEST
    if len(text) > limit:
        raise UnfitReply(f"{option.channel_name} takes at most {limit} characters; this is {len(text)}.", limit=limit, length=len(text))
    if draft.attachment_ids and Feature.ATTACHMENTS not in option.features:
        raise UnfitReply(f"{option.channel_name} carries no attachments.")
    if draft.then not in _THEN:
        raise UnfitReply("After a reply a case is open, pending or resolved.")
    return text


def _new_message(uow: UnitOfWork, viewer: Viewer, case: Case, conversation: Conversation, kind: MessageKind, text: str) -> Message:
    message_id, now = uow.ids(), uow.clock.now()
    return Message(
        id=message_id, inbox_id=conversation.inbox_id, conversation_id=conversation.id, customer_id=conversation.customer_id, identity_id=None, case_id=case.id,
        author_id=viewer.agent_id, direction=Direction.OUT, kind=kind, external_id=f"{kind}:{message_id}", content_hash="", subject=None, text=text, quoted=None,
        html=None, is_unverified=False, is_automatic=False, placed_by="written in this case", sent_at=now, received_at=now,
    )  # fmt: skip


async def _called(uow: UnitOfWork, customer_id: int) -> str | None:
    """Return what a customer is called beside an address, which is no name."""
    name = (await identities.names(uow, [customer_id])).get(customer_id)
    return None if name is None or "@" in name else name[:400]


def _held(uow: UnitOfWork, message: Message, option: ReplyOption, name: str | None, until: datetime, restore: dict[str, object]) -> Delivery:
    return Delivery(
        id=uow.ids(), message_id=message.id, inbox_id=message.inbox_id, recipient=option.address, recipient_name=name, attempts=0, due_at=until,
        state=DeliveryState.HELD, lease=None, vendor_id=None, error=None, restore=restore, changed_at=message.sent_at,
    )  # fmt: skip


def _queued(message: Message, delivery: Delivery, viewer: Viewer) -> ReplyQueued:
    return ReplyQueued(
        message_id=message.id,
        conversation_id=message.conversation_id,
        case_id=message.case_id,
        inbox_id=message.inbox_id,
        agent_id=viewer.agent_id,
        due_at=micros(delivery.due_at),
    )


def _move(uow: UnitOfWork, message: Message, delivery: Delivery, state: DeliveryState) -> None:
    delivery.state, delivery.changed_at = state, uow.clock.now()
    uow.record(DeliveryMoved(message_id=message.id, conversation_id=message.conversation_id, case_id=message.case_id, inbox_id=message.inbox_id, state=state))
