"""What both ways into the web chat share: who may come from where, and how fast."""

from datetime import timedelta

from aiohttp import web

from api.access import is_our_origin
from api.errors import ForeignOrigin
from api.house import House
from api.limits import Window
from api.pages import allowed_origins
from channels.contract import Account
from inbox.views import ChatSaid

_TEN_SECONDS = timedelta(seconds=10)


class Visitors:
    """The visitors of this process. Windows are by visitor, and by address for those who are not known yet."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._messages = Window(house.clock, 10, _TEN_SECONDS)
        # Wide, since behind a proxy all visitors share one address.
        self._newcomers = Window(house.clock, 200, _TEN_SECONDS)

    async def inbox(self, request: web.Request) -> Account:
        """Return the chat inbox that a request names, for pages that it allows.

        Raises:
            NotFound: there is none. ForeignOrigin: the page stands on a site that the inbox does not allow.
        """
        account = await self._house.chat.inbox(request.match_info["inbox_key"])
        origin = request.headers.get("Origin")
        allowed = allowed_origins(account.settings)
        if origin and allowed and not is_our_origin(request, origin) and origin.lower() not in allowed:
            raise ForeignOrigin
        return account

    def first_token(self, account: Account, client_id: str, address: str) -> str:
        """Return the token for somebody who writes without one: the same again when they repeat their first message.

        Raises:
            TooFast: too many new visitors come from this address.
        """
        self._newcomers.take(address)
        return self._house.chat.newcomer(account, client_id)

    async def say(self, account: Account, token: str, *, client_id: str, text: str, name: str | None, email: str | None) -> ChatSaid:
        """Take a message; ten in ten seconds for each visitor.

        Raises:
            TooFast, ChatRefused, ChatTooLong: as they say. StorageUnavailable: it must come again.
        """
        self._messages.take(token)
        return await self._house.chat.say(account.key, token, client_id=client_id, text=text, name=name, email=email)


VISITORS = web.AppKey("visitors", Visitors)
