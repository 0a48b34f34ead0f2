"""Mail fetched by IMAP: each folder that an inbox names over a connection of its own, their health told as one."""

import asyncio

from channels.contract import Account, Health, Receive, Watermarks
from channels.email.imap_box import Patience
from channels.email.imap_folder import Folder, Surroundings
from channels.email.manifest import EmailSettings, SignIn
from channels.email.mime import MOST_BYTES
from channels.email.oauth import AccessTokens
from kernel.clock import Clock


class ImapSource:
    """Reads mailboxes; of a mail that is larger than `most_bytes` only the beginning is taken in."""

    def __init__(self, clock: Clock, *, most_bytes: int = MOST_BYTES, patience: Patience | None = None) -> None:
        self._clock = clock
        self._most_bytes = min(most_bytes, MOST_BYTES)
        self._patience = patience or Patience()
        self._tokens: dict[int, AccessTokens] = {}

    def is_wanted(self, account: Account) -> bool:
        """Say whether the inbox names an IMAP server."""
        return bool(account.settings.get("imap_host", "").strip())

    async def poll(self, account: Account, receive: Receive, watermarks: Watermarks, health: Health) -> None:
        """Fetch what is new, wait for more, and again, for ever; what is wrong meanwhile is said to `health`, and tried again later and later.

        At the very beginning mail that lies there already is passed over, unless `import_history` is set. When the server has
        given a folder new UIDs (UIDVALIDITY), all of it is fetched again: what is known already, intake drops. A mail that
        cannot be kept is held back: those after it come all the same, and the mark stays before it until it is kept.
        """
        settings = EmailSettings.model_validate(dict(account.settings))
        around = Surroundings(
            inbox_id=account.inbox_id,
            settings=settings,
            tokens=self._tokens_of(account, settings, health),
            most_bytes=self._most_bytes,
            patience=self._patience,
            clock=self._clock,
            receive=receive,
            watermarks=watermarks,
            say=_Standing(health, account.inbox_id).say,
        )
        async with asyncio.TaskGroup() as reading:
            for name in settings.folders:
                reading.create_task(Folder(name, around).read())

    def _tokens_of(self, account: Account, settings: EmailSettings, health: Health) -> AccessTokens | None:
        if settings.imap_sign_in is SignIn.PASSWORD:
            return None

        async def keep(refresh_token: str) -> None:
            await health.renew(account.inbox_id, {"oauth_refresh_token": refresh_token})

        # What is renewed changes the account, and with that begins the poller anew: asking for a token then would renew it again, and so on.
        known = self._tokens.get(account.inbox_id)
        if known is None or not known.serve(settings):
            known = self._tokens[account.inbox_id] = AccessTokens(settings, self._clock, keep)
        return known


class _Standing:
    """What an inbox's folders say of themselves: it is well when all are."""

    def __init__(self, health: Health, inbox_id: int) -> None:
        self._health = health
        self._inbox_id = inbox_id
        self._troubles: dict[str, str] = {}

    async def say(self, folder: str, trouble: str | None) -> None:
        self._troubles.pop(folder, None)
        if trouble is not None:
            self._troubles[folder] = trouble
        await self._health.report(self._inbox_id, "; ".join(dict.fromkeys(self._troubles.values())) or None)
