"""The visitor's side of a web chat: coming back, saying something once, being told what was missed."""

import re
from collections.abc import Sequence

import orjson

from channels.contract import Account, Feature, InboundMessage, RawPayload
from channels.registry import Registry
from identity_resolution import service as identities
from identity_resolution.values import SenderClaims
from inbox.directory import InboxDirectory
from inbox.door import Door
from inbox.errors import ChatRefused, ChatTooLong
from inbox.feed import Feed
from inbox.models import Delivery, Message
from inbox.receipts import read_by_customer
from inbox.repositories.reading import ReadingRepository
from inbox.values import Direction, FeedEvent
from inbox.views import ChatMessage, ChatSaid, ChatWelcome
from kernel.crypto import Secrets
from kernel.errors import NotFound
from kernel.ids import moment_of
from kernel.uow import UnitOfWork, UnitOfWorkFactory
from staff import service as staff

_HISTORY = 50
_CLIENT_ID = re.compile(r"[A-Za-z0-9._~-]{1,64}")
_UNGUESSABLE = 16  # characters of a client_id, at least


class ChatDesk:
    """What the widget talks to, by socket or by HTTP. A visitor is known by a signed token and sees their own conversation only."""

    def __init__(self, factory: UnitOfWorkFactory, directory: InboxDirectory, registry: Registry, door: Door, feed: Feed, secrets: Secrets) -> None:
        self._factory = factory
        self._directory = directory
        self._registry = registry
        self._door = door
        self._feed = feed
        self._secrets = secrets

    async def inbox(self, inbox_key: str) -> Account:
        """Return the chat inbox with this public key.

        Raises:
            NotFound: there is none, it is off, or it is no live channel.
        """
        account = await self._directory.find_by_key(inbox_key)
        if account is None or Feature.LIVE not in self._registry.manifest(await self._directory.channel_of(account.inbox_id)).features:
            raise NotFound("chat", inbox_key[:40])
        return account

    async def hello(self, inbox_key: str, visitor_token: str | None, since: int | None) -> ChatWelcome:
        """Greet a visitor: a new one gets a token to keep, a known one what they missed since an event (or the last fifty messages)."""
        account = await self.inbox(inbox_key)
        visitor_id = self._visitor(account, visitor_token)
        facts = (await self._directory.facts({account.inbox_id}))[account.inbox_id]
        async with self._factory.reading() as uow:
            cursor = await self._feed.cursor(uow)
            team = next((team.name for team in await staff.teams(uow) if team.id == facts.team_id), None)
            conversation_id, case_id, messages = None, None, []
            if visitor_id is not None:
                thread = await ReadingRepository(uow.session, None).find_thread(account.inbox_id, str(visitor_id))
                if thread is not None:
                    conversation_id, case_id = thread.id, thread.case_id
                    messages = await self._missed(uow, thread.id, visitor_id, since)
        return ChatWelcome(
            visitor_token=self._token(account, visitor_id if visitor_id is not None else self._factory.ids()), cursor=cursor, inbox_id=account.inbox_id,
            inbox_name=account.name, team_name=team, conversation_id=conversation_id, case_id=case_id, messages=tuple(messages),
        )  # fmt: skip

    def newcomer(self, account: Account, client_id: str) -> str:
        """Return the token of whoever writes for the first time under a client_id: the same from every process and after a crash, since who lost the answer writes again.

        A client_id that can be guessed (under 16 characters) names nobody: it brings a new visitor each time.
        """
        if len(client_id) < _UNGUESSABLE:
            return self._token(account, self._factory.ids())
        named = self._secrets.mac(f"newcomer:{account.inbox_id}", client_id.encode(), size=8)
        return self._token(account, int.from_bytes(named, "big") >> 1)

    async def say(self, inbox_key: str, visitor_token: str, *, client_id: str, text: str, name: str | None, email: str | None) -> ChatSaid:
        """Take what a visitor says, once by `client_id`; the answer comes after the commit.

        Raises:
            NotFound: no such chat. ChatRefused: the token is not ours, or there is nothing to say. ChatTooLong: more than the channel takes.
        """
        account = await self.inbox(inbox_key)
        visitor_id = self._visitor(account, visitor_token)
        limit = (await self._directory.facts({account.inbox_id}))[account.inbox_id].manifest.text_limit or 4_000
        if visitor_id is None:
            raise ChatRefused("This visitor is not known here. Say hello first.")
        if not text.strip() or not _CLIENT_ID.fullmatch(client_id):
            raise ChatRefused("A message needs a text and a client_id of 1 to 64 letters, digits or . _ ~ -")
        if len(text) > limit:
            raise ChatTooLong(f"A message has at most {limit} characters.", limit=limit)
        said = {"visitor_id": str(visitor_id), "client_id": client_id, "text": text, "name": name, "email": email}
        payload = RawPayload(source="chat", content_type="application/json", body=orjson.dumps(said), received_at=self._factory.clock.now())
        received = await self._door.receive(account.inbox_id, payload)
        taken = received.taken[0] if received.taken else None
        if taken is None or taken.message_id is None or taken.conversation_id is None:
            raise ChatRefused("The message could not be taken. It was kept aside for us to look at.")
        # Events have later ids than their message: whoever comes back with its id is told of it once more, and misses nothing.
        return ChatSaid(
            visitor_token=visitor_token,
            message_id=taken.message_id,
            conversation_id=taken.conversation_id,
            case_id=taken.case_id,
            at=moment_of(taken.message_id),
            cursor=taken.message_id,
        )

    async def introduce(self, inbox_key: str, visitor_token: str, *, name: str | None, email: str | None) -> None:
        """Note what a visitor says of themselves between two messages: claims about whoever wrote last, weighed as if they had come with it.

        Raises:
            NotFound: no such chat. ChatRefused: the token is not ours, nothing was written yet, or this is no address.
        """
        account = await self.inbox(inbox_key)
        visitor_id, conversation_id = self._visitor(account, visitor_token), await self.conversation_of(account, visitor_token)
        if visitor_id is None or conversation_id is None:
            raise ChatRefused("Write a message first.")
        said = {"visitor_id": str(visitor_id), "client_id": "contact", "text": "contact", "name": name, "email": email}
        payload = RawPayload(source="chat", content_type="application/json", body=orjson.dumps(said), received_at=self._factory.clock.now())
        adapter = self._registry.adapter(await self._directory.channel_of(account.inbox_id))
        [claimed] = [item for item in adapter.read(account, payload) if isinstance(item, InboundMessage)]
        if email and not claimed.claims:
            raise ChatRefused("This is no e-mail address.")
        async with self._factory() as uow:
            message_id = await ReadingRepository(uow.session, None).last_inbound(conversation_id)
            if message_id is not None:
                await identities.resolve_all(uow, [SenderClaims(message_id=message_id, sender=claimed.sender, claims=claimed.claims)])

    async def read(self, inbox_key: str, visitor_token: str, message_id: int) -> None:
        """Note that a visitor has read their conversation up to a message; silently nothing when it is not theirs."""
        account = await self.inbox(inbox_key)
        conversation_id = await self.conversation_of(account, visitor_token)
        if conversation_id is not None:
            async with self._factory() as uow:
                await read_by_customer(uow, conversation_id, message_id)

    async def conversation_of(self, account: Account, visitor_token: str) -> int | None:
        """Return the visitor's conversation, or None before their first message."""
        visitor_id = self._visitor(account, visitor_token)
        if visitor_id is None:
            return None
        async with self._factory.reading() as uow:
            thread = await ReadingRepository(uow.session, None).find_thread(account.inbox_id, str(visitor_id))
        return thread.id if thread else None

    async def shown(self, conversation_id: int, events: Sequence[FeedEvent]) -> list[ChatMessage]:
        """Return the messages of a conversation that these events concern, as its visitor may see them."""
        ids = sorted({int(str(e.payload["message_id"])) for e in events if e.conversation_id == conversation_id and "message_id" in e.payload})
        if not ids:
            return []
        async with self._factory.reading() as uow:
            return await self._views(uow, await ReadingRepository(uow.session, None).chat(conversation_id, ids, len(ids)))

    async def _missed(self, uow: UnitOfWork, conversation_id: int, visitor_id: int, since: int | None) -> list[ChatMessage]:
        repository = ReadingRepository(uow.session, None)
        events = None if since is None else await self._feed.missed(uow, since, conversation_id)
        if events is None:
            return await self._views(uow, await repository.chat(conversation_id, None, _HISTORY))
        ids = sorted({int(str(event.payload["message_id"])) for event in events if "message_id" in event.payload})
        return await self._views(uow, await repository.chat(conversation_id, ids, len(ids))) if ids else []

    async def _views(self, uow: UnitOfWork, rows: Sequence[tuple[Message, Delivery | None]]) -> list[ChatMessage]:
        names = await staff.names_of(uow, sorted({message.author_id for message, _ in rows if message.author_id is not None}))
        return [_view(message, delivery, names) for message, delivery in rows]

    def _token(self, account: Account, visitor_id: int) -> str:
        return self._secrets.signed_id(f"visitor:{account.inbox_id}", visitor_id, size=16)

    def _visitor(self, account: Account, token: str | None) -> int | None:
        return self._secrets.id_of(f"visitor:{account.inbox_id}", token, size=16) if token else None


def _view(message: Message, delivery: Delivery | None, names: dict[int, str]) -> ChatMessage:
    is_in = message.direction == Direction.IN
    return ChatMessage(
        id=message.id, client_id=message.external_id.partition(":")[2] if is_in else None, direction=Direction(message.direction),
        author_name="" if is_in else names.get(message.author_id or 0, "Support"), text=message.text, at=message.received_at,
        state="sent" if delivery is None else delivery.state,
    )  # fmt: skip
