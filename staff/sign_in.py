"""The front door for staff: passwords are looked at outside every unit of work, and who comes back is known with one read."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from kernel.crypto import password_matches
from kernel.uow import UnitOfWorkFactory
from staff import service
from staff.errors import WrongCredentials
from staff.values import SignedIn

_TOUCH_EVERY = timedelta(minutes=1)


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

    async def by_session(self, token: str) -> SignedIn | None:
        """Return the session that a cookie's token opened; being used lets it last on."""
        async with self._factory.reading() as uow:
            session = await service.session_of(uow, token)
        if session is not None and session.is_touch_due:
            async with self._factory() as uow:
                await service.touch_session(uow, session.session_id, self._lasting)
        return session

    async def by_token(self, token: str) -> int | None:
        """Return the agent as whom an API token comes in."""
        async with self._factory.reading() as uow:
            row = await service.token_of(uow, token)
            now = uow.clock.now()
        if row is None:
            return None
        if row.last_used_at is None or now - row.last_used_at >= _TOUCH_EVERY:
            async with self._factory() as uow:
                await service.touch_token(uow, row.id)
        return row.agent_id
