"""The ways to a customer: which conversations can go on, and which could begin."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cases.models import Case
from channels.contract import Feature
from channels.registry import Registry
from inbox.copies import to_all
from inbox.directory import InboxDirectory
from inbox.models import Conversation
from inbox.repositories.replies import ReplyRepository
from inbox.values import Direction, InboxView, ReplyOption
from kernel.claims import Trust
from kernel.uow import UnitOfWork
from staff.values import Viewer


class Ways:
    """Finds the reply options of a case."""

    def __init__(self, registry: Registry, directory: InboxDirectory) -> None:
        self._registry = registry
        self._directory = directory

    async def options(self, uow: UnitOfWork, viewer: Viewer, case: Case) -> list[ReplyOption]:
        """Return every way to reach the case's customer that the viewer may use, the default first.

        The default is where the customer wrote last in this case: an answer goes back the way the question came.
        """
        repository = ReplyRepository(uow.session)
        inboxes = {view.id: view for view in await self._directory.views(viewer) if view.is_on}
        leaf_ids = await repository.leaf_ids(case.customer_id)
        default = await repository.last_conversation_of_case(case.id, Direction.IN) or await repository.last_conversation_of_case(case.id)
        conversations = [c for c in await repository.conversations(leaf_ids) if c.inbox_id in inboxes]
        senders = await repository.last_senders([c.id for c in conversations])
        going_on = [self._going_on(c, inboxes[c.inbox_id], senders[c.id], default) for c in _one_each(conversations, default) if c.id in senders]
        found = await self._with_others(repository, going_on)
        found += self._beginning(await repository.identities(leaf_ids), inboxes, found)
        return sorted(found, key=lambda option: not option.is_default)

    def _going_on(self, conversation: Conversation, inbox: InboxView, sender: tuple[int, str, str], default: int | None) -> ReplyOption:
        identity_id, value, trust = sender
        return self._option(
            f"c{conversation.id}",
            inbox,
            identity_id,
            value,
            trust,
            conversation_id=conversation.id,
            subject=conversation.subject,
            is_default=conversation.id == default,
        )

    async def _with_others(self, repository: ReplyRepository, options: list[ReplyOption]) -> list[ReplyOption]:
        """Say of each conversation that may go to several who else is in it."""
        shared = [option.conversation_id for option in options if option.conversation_id is not None and Feature.CC in option.features]
        if not shared:
            return options
        participants, ours = await repository.last_participants(shared), await self._directory.addresses()
        return [replace(option, cc=to_all(participants.get(option.conversation_id or 0, ()), option.address, ours)) for option in options]

    def _beginning(self, identities: Sequence[tuple[int, str, str, str]], inboxes: Mapping[int, InboxView], found: Sequence[ReplyOption]) -> list[ReplyOption]:
        reached = {(option.inbox_id, option.address) for option in found}
        options = []
        for inbox in inboxes.values():
            manifest = self._registry.manifest(inbox.channel)
            if Feature.REACHES_ANYONE not in manifest.features:
                continue
            for identity_id, kind, value, trust in identities:
                if kind == manifest.identity_kind and (inbox.id, value) not in reached:
                    reached.add((inbox.id, value))
                    options.append(self._option(f"i{inbox.id}-{identity_id}", inbox, identity_id, value, trust))
        return options

    def _option(
        self,
        key: str,
        inbox: InboxView,
        identity_id: int,
        value: str,
        trust: str,
        *,
        conversation_id: int | None = None,
        subject: str | None = None,
        is_default: bool = False,
    ) -> ReplyOption:
        manifest = self._registry.manifest(inbox.channel)
        return ReplyOption(
            key=key, inbox_id=inbox.id, inbox_name=inbox.name, channel=inbox.channel, channel_name=manifest.name, conversation_id=conversation_id,
            identity_id=identity_id, recipient=manifest.identity_label.format(value=value), address=value, is_verified=trust == Trust.VERIFIED,
            features=tuple(sorted(manifest.features)), text_limit=manifest.text_limit, subject=subject, is_default=is_default,
        )  # fmt: skip


def _one_each(conversations: Sequence[Conversation], default: int | None) -> list[Conversation]:
    """Keep the default and the newest conversation of every other inbox: older threads are reached by their own case."""
    kept: dict[int, Conversation] = {}
    for conversation in sorted(conversations, key=lambda c: c.id != default):
        kept.setdefault(conversation.inbox_id, conversation)
    return list(kept.values())
