"""The way in for agents and their programs: attempts, sessions and tokens."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from kernel.crypto import digest_of_token, fresh_token
from kernel.uow import UnitOfWork
from staff import rules
from staff.errors import NotSignedIn, Throttled
from staff.models import Agent, ApiToken, Session
from staff.repository import AttemptsRepository, Entry, StaffRepository
from staff.values import Known, Role, SignedIn

TOKEN_PREFIX = "kdt_"  # noqa: S105 - what tokens begin with is no secret
LASTING = timedelta(days=14)
_TOUCH_EVERY = timedelta(minutes=1)


async def find_for_sign_in(uow: UnitOfWork, email: str) -> Agent | None:
    """Return the agent with an address, active or not."""
    return await StaffRepository(uow.session).find_agent(rules.folded_email(email))


async def count_attempt(uow: UnitOfWork, email: str, address: str) -> None:
    """Count a sign-in as failed before its password is looked at, so that many tried at once are all counted; `forgive_attempt` takes it back.

    Raises:
        Throttled: too many have failed, of this account (whether it exists or not) or from this address.
    """
    now, keys = uow.clock.now(), {rules.account_key(email): rules.PER_ACCOUNT, rules.address_key(address): rules.PER_ADDRESS}
    sql = AttemptsRepository(uow.session, is_sqlite=uow.is_sqlite)
    known = await sql.locked(list(keys), now)
    wait = max(rules.wait_of(attempts, now) for attempts in known.values())
    if wait:
        raise Throttled(wait)
    for name, limit in keys.items():
        await sql.note(name, rules.after_failure(known[name], now, limit))


async def forgive_attempt(uow: UnitOfWork, email: str, address: str) -> None:
    """Forget the failures of an account that signed in, and take its attempt back from the address."""
    sql = AttemptsRepository(uow.session, is_sqlite=uow.is_sqlite)
    account, network = rules.account_key(email), rules.address_key(address)
    known = await sql.locked([account, network], uow.clock.now())
    await sql.note(account, None)
    await sql.note(network, rules.after_success(known[network], rules.PER_ADDRESS))


async def begin_session(uow: UnitOfWork, agent_id: int, lasting: timedelta = LASTING) -> SignedIn:
    """Open a session under a fresh token, which is told this once.

    Raises:
        NotFound: there is no such agent. NotSignedIn: the agent is not active (any more).
    """
    sql = StaffRepository(uow.session)
    if not (await sql.get_agent(agent_id)).is_active:
        raise NotSignedIn
    now, token = uow.clock.now(), fresh_token()
    session = Session(
        id=uow.ids(),
        agent_id=agent_id,
        token_digest=digest_of_token(token),
        csrf=fresh_token(),
        created_at=now,
        last_used_at=now,
        expires_at=now + lasting,
    )
    await sql.add(session)
    return SignedIn(session_id=session.id, agent_id=agent_id, csrf=session.csrf, token=token, expires_at=session.expires_at)


async def sessions_of(uow: UnitOfWork, tokens: Collection[str]) -> dict[str, Known]:
    """Return by token who some sessions' tokens belong to, but for those that have ended or whose agents may no longer sign in.

    Nothing is written: see `touch_sessions`.
    """
    now, names = uow.clock.now(), {digest_of_token(token): token for token in tokens}
    return _known(await StaffRepository(uow.session).sessions(names, now), names, now) if names else {}


async def touch_sessions(uow: UnitOfWork, session_ids: Collection[int], lasting: timedelta = LASTING) -> None:
    """Let sessions that are in use last on."""
    await StaffRepository(uow.session).touch_sessions(session_ids, uow.clock.now(), uow.clock.now() + lasting)


async def end_session(uow: UnitOfWork, token: str) -> None:
    """Sign out; a session that is not there is no matter."""
    await StaffRepository(uow.session).end_session(digest_of_token(token))


async def end_all_sessions(uow: UnitOfWork, agent_id: int) -> None:
    """Sign an agent out everywhere."""
    await StaffRepository(uow.session).end_sessions(agent_id)


async def create_token(uow: UnitOfWork, agent_id: int, name: str) -> tuple[ApiToken, str]:
    """Return a new API token's row and the token itself, which is told this once.

    Raises:
        NotFound: there is no such agent. NoName: the name is empty.
    """
    sql = StaffRepository(uow.session)
    await sql.get_agent(agent_id)
    token = fresh_token(TOKEN_PREFIX)
    row = ApiToken(
        id=uow.ids(), agent_id=agent_id, name=rules.written_name(name), token_digest=digest_of_token(token), created_at=uow.clock.now(), last_used_at=None
    )
    await sql.add(row)
    return row, token


async def tokens_of(uow: UnitOfWork, agent_id: int) -> list[ApiToken]:
    """Return an agent's tokens, newest first."""
    return await StaffRepository(uow.session).tokens(agent_id)


async def tokens_among(uow: UnitOfWork, tokens: Collection[str]) -> dict[str, Known]:
    """Return by token who some API tokens belong to, but for those whose agents may no longer sign in. Nothing is written: see `touch_tokens`."""
    names = {digest_of_token(token): token for token in tokens if token.startswith(TOKEN_PREFIX)}
    return _known(await StaffRepository(uow.session).tokens_among(names), names, uow.clock.now()) if names else {}


def _known(rows: Sequence[Entry], names: Mapping[str, str], now: datetime) -> dict[str, Known]:
    teams: dict[int, set[int]] = {}
    for row in rows:
        mine = teams.setdefault(row[0], set())
        if row[7] is not None:
            mine.add(row[7])
    return {
        names[row[1]]: Known(
            entry_id=row[0], csrf=row[2], is_touch_due=row[3] is None or now - row[3] >= _TOUCH_EVERY,
            agent_id=row[4], name=row[5], role=Role(row[6]), team_ids=frozenset(teams[row[0]]),
        )
        for row in rows
    }  # fmt: skip


async def touch_tokens(uow: UnitOfWork, token_ids: Collection[int]) -> None:
    """Note that tokens are in use."""
    await StaffRepository(uow.session).touch_tokens(token_ids, uow.clock.now())


async def revoke_token(uow: UnitOfWork, agent_id: int, token_id: int) -> None:
    """Let a token of an agent work no more.

    Raises:
        NotFound: the agent has no such token.
    """
    await StaffRepository(uow.session).delete_token(agent_id, token_id)


async def sweep(uow: UnitOfWork) -> None:
    """Forget sessions that have run out and failed sign-ins that no longer count."""
    await StaffRepository(uow.session).sweep(uow.clock.now(), uow.clock.now() - rules.WINDOW)
