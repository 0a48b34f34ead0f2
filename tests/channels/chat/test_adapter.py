"""The web chat sends by showing."""

import pytest

from channels.contract import OutboundFile
from kernel.errors import Undeliverable
from tests.channels.spokes import Chat, outbound

SPOKE = Chat()


async def test_accepts_at_once_under_the_messages_own_id() -> None:
    accepted = await SPOKE.adapter().send(SPOKE.account, outbound(SPOKE.recipient))
    assert accepted.vendor_id == "chat:7318349394477900"


async def test_carries_no_files() -> None:
    with pytest.raises(Undeliverable, match="files"):
        await SPOKE.adapter().send(SPOKE.account, outbound(SPOKE.recipient, files=(OutboundFile(name="a", media_type="text/plain", content=b"a"),)))
