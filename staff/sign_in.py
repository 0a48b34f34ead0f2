"""The front door for staff: passwords are looked at outside every unit of work, and who comes back is known with one read."""

from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta

from kernel.crypto import password_matches
from kernel.uow import UnitOfWorkFactory
from staff import service
from staff.errors import WrongCredentials
from staff.values import Known, SignedIn


class SignIn:
    """Signs agents in; `matches` says whether a password fits a hash, and takes as long and says no without one."""

    def __init__(
        self, factory: UnitOfWorkFactory, lasting: timedelta = service.LASTING, matches: Callable[[str, str | None], Awaitable[bool]] = password_matches
    ) -> None:
        self._factory = factory
        self._lasting = lasting
        self._matches = matches

    async def __call__(self, email: str, password: str, address: str) -> SignedIn:
        """Return a fresh session. An unknown agent takes as long as a known one, and counts as much; `address` is where the attempt comes from.

        Raises:
            WrongCredentials: address and password do not go together, or the agent is not active.
            Throttled: too many have failed before.
        """
        async with self._factory() as uow:
            await service.count_attempt(uow, email, address)
            agent = await service.find_for_sign_in(uow, email)
        hashed = agent.password_hash if agent is not None and agent.is_active else None
        if not await self._matches(password, hashed) or agent is None:
            raise WrongCredentials
        async with self._factory() as uow:
            await service.forgive_attempt(uow, email, address)
            return await service.begin_session(uow, agent.id, self._lasting)


class Doorkeeper:
    """Knows who comes back, by cookie or by token, and notes that they did at most once a minute."""

    def __init__(self, factory: UnitOfWorkFactory, lasting: timedelta = service.LASTING) -> None:
        self._factory = factory
        self._lasting = lasting

    async def by_session(self, token: str) -> Known | None:
        """Return who comes back by a cookie's token; being used lets their session last on."""
        return (await self.by_sessions([token])).get(token)

    async def by_sessions(self, tokens: Collection[str]) -> dict[str, Known]:
        """Return by token who comes back by some cookies' tokens, all at once; being used lets their sessions last on."""
        async with self._factory.reading() as uow:
            found = await service.sessions_of(uow, tokens)
        if due := [known.entry_id for known in found.values() if known.is_touch_due]:
            async with self._factory() as uow:
                await service.touch_sessions(uow, due, self._lasting)
        return found

    async def by_token(self, token: str) -> Known | None:
        """Return as whom an API token comes in."""
        return (await self.by_tokens([token])).get(token)

    async def by_tokens(self, tokens: Collection[str]) -> dict[str, Known]:
        """Return by API token as whom some come in, all at once."""
        async with self._factory.reading() as uow:
            found = await service.tokens_among(uow, tokens)
        if due := [known.entry_id for known in found.values() if known.is_touch_due]:
            async with self._factory() as uow:
                await service.touch_tokens(uow, due)
        return found
