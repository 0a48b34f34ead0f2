"""Files by digest."""

import hashlib
from pathlib import Path

import pytest

from kernel.blobs import Blobs
from kernel.errors import NotFound


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


class TestBlobs:
    async def test_gives_back_what_it_was_given_by_its_digest(self, blobs: Blobs) -> None:
        digest = await blobs.put(b"content")
        assert digest == hashlib.sha256(b"content").hexdigest()
        assert await blobs.get(digest) == b"content"

    async def test_keeps_the_same_content_once(self, blobs: Blobs, tmp_path: Path) -> None:
        assert await blobs.put(b"same") == await blobs.put(b"same")
        assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1

    async def test_refuses_what_it_does_not_have(self, blobs: Blobs) -> None:
        with pytest.raises(NotFound):
            await blobs.get("0" * 64)
