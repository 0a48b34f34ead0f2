"""Signing in: as slow for an unknown address as for a known one, and slower with every failure."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from kernel.crypto import password_matches
from kernel.uow import UnitOfWork, UnitOfWorkFactory
from staff import service as staff
from staff.errors import Throttled, WrongCredentials
from staff.models import SignInThrottle
from staff.repository import StaffRepository
from staff.rules import FAILURES_FROM_AN_ADDRESS, FAILURES_OF_AN_ACCOUNT, WINDOW, block
from staff.values import SignedIn


class SignIn:
    """Checks an address and a password; the hashing happens outside any unit of work."""

    def __init__(self, factory: UnitOfWorkFactory, lasts: timedelta) -> None:
        self._factory = factory
        self._lasts = lasts

    async def __call__(self, email: str, password: str, address: str) -> SignedIn:
        """Return a fresh session; `address` is where the request came from.

        Raises:
            WrongCredentials: they do not go together, or the agent has left. Throttled: too many failures of this account or from this address.
        """
        counted = ((_name("account", staff.folded(email)), FAILURES_OF_AN_ACCOUNT), (_name("address", address), FAILURES_FROM_AN_ADDRESS))
        async with self._factory.reading() as uow:
            await _refuse_blocked(uow, [name for name, _ in counted])
            agent = await staff.find_for_sign_in(uow, email)
        matches = await password_matches(password, agent.password_hash if agent is not None else None)
        async with self._factory() as uow:
            if agent is not None and matches and agent.is_active:
                await StaffRepository(uow.session).forget_throttle(counted[0][0])
                return await staff.begin_session(uow, agent.id, self._lasts)
            for name, allowed in counted:
                await _count(uow, name, allowed)
        raise WrongCredentials


async def _refuse_blocked(uow: UnitOfWork, names: Sequence[str]) -> None:
    for name in names:
        row = await StaffRepository(uow.session).throttle(name)
        if row is not None and row.blocked_until is not None and row.blocked_until > uow.clock.now():
            raise Throttled(row.blocked_until - uow.clock.now())


async def _count(uow: UnitOfWork, name: str, allowed: int) -> None:
    repository, now = StaffRepository(uow.session), uow.clock.now()
    row = await repository.throttle(name)
    if row is None:
        row = SignInThrottle(name=name, failures=0, last_at=now, blocked_until=None)
        await repository.add(row)
    row.failures = row.failures + 1 if now - row.last_at <= WINDOW else 1
    row.last_at = now
    wait = block(row.failures, allowed)
    row.blocked_until = now + wait if wait is not None else None


def _name(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
