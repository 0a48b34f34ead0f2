"""Carries webhooks over HTTP, to checked addresses only: the name is looked up for each, and the connection goes where the check said."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

from aiohttp import ClientConnectorCertificateError, ClientConnectorDNSError, ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from inbox.values import Posted
from kernel.addresses import AddressPolicy, AddressRefused

WITHIN = timedelta(seconds=10)
# Answers are not read: what of one arrives unasked is bounded by this.
_READ_AHEAD = 4096
_HEADERS = {"Content-Type": "application/json", "User-Agent": "Kindred-Webhooks/1"}
LookUp = Callable[[str, int], Awaitable[Sequence[str]]]


class SystemNames:
    """Asks the system's resolver, in threads of its own: a name server that does not answer holds up nobody else's work."""

    def __init__(self, threads: int = 128) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="names")

    async def look_up(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a name.

        Raises:
            OSError: there are none, or nobody who knows.
        """
        found = await asyncio.get_running_loop().run_in_executor(self._threads, socket.getaddrinfo, host, port, socket.AF_UNSPEC, socket.SOCK_STREAM)
        return [str(where[0]) for *_, where in found]


class Courier:
    """Posts to URLs that admins have typed."""

    def __init__(self, policy: AddressPolicy, look_up: LookUp | None = None, within: timedelta = WITHIN) -> None:
        """`look_up` finds the addresses of a name."""
        self._policy = policy
        self._look_up = look_up or SystemNames().look_up
        self._within = within
        self._session: ClientSession | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        """Send a body and say what became of it; redirects are not followed, and no more than the head of an answer is read."""
        try:
            target = self._policy.check_url(url)
            async with asyncio.timeout(self._within.total_seconds()):
                address = URL(target.url, encoded=True)
                async with self._opened().post(address, data=body, headers={**_HEADERS, **headers}, allow_redirects=False) as response:
                    return _judged(response.status, response.headers.get("Retry-After"))
        except AddressRefused as refusal:
            return Posted(error=refusal.sentence)
        except TimeoutError:
            return Posted(error=f"No answer within {self._within.total_seconds():g} seconds.")
        except ClientConnectorDNSError:
            return Posted(error="The name cannot be resolved.")
        except ClientConnectorCertificateError:
            return Posted(error="The certificate is not one to be trusted.")
        except (ClientError, OSError):
            return Posted(error="The connection failed or broke off.")

    async def close(self) -> None:
        """Let go of connections."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> ClientSession:
        if self._session is None:
            connector = TCPConnector(
                resolver=_CheckingResolver(self._policy, self._look_up), use_dns_cache=False, socket_factory=self._socket, force_close=True, limit=0
            )
            self._session = ClientSession(
                connector=connector, cookie_jar=DummyCookieJar(), timeout=ClientTimeout(total=None), read_bufsize=_READ_AHEAD, auto_decompress=False
            )
        return self._session

    def _socket(self, info: tuple[Any, ...]) -> socket.socket:
        """Make the socket of a connection, unless it would go where it may not: the last check, after which nothing is looked up any more."""
        family, kind, protocol, _, where = info
        self._policy.check_address(str(where[0]))
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made


class _CheckingResolver(AbstractResolver):
    """Gives only checked addresses to a connector, which then connects to these."""

    def __init__(self, policy: AddressPolicy, look_up: LookUp) -> None:
        self._policy = policy
        self._look_up = look_up

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        """Return the addresses of a name.

        Raises:
            AddressRefused: one of them may not be reached. OSError: there are none.
        """
        addresses = await self._look_up(host, port)
        self._policy.check_all(addresses)
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=socket.AF_INET6 if ":" in address else socket.AF_INET, proto=0, flags=socket.AI_NUMERICHOST
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Do nothing: there is nothing to give back."""


def _judged(status: int, retry_after: str | None) -> Posted:
    if 200 <= status < 300:
        return Posted(status=status)
    wait = None
    with suppress(ValueError, OverflowError):
        wait = timedelta(seconds=max(0, int(retry_after or "")))
    error = f"The answer was a redirect ({status}), which is not followed." if 300 <= status < 400 else f"The answer was {status}."
    return Posted(status=status, error=error, retry_after=wait)
