"""Files by digest."""

import hashlib
import os
from pathlib import Path

import pytest

from kernel.blobs import Blobs
from kernel.errors import NotFound


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def age(folder: Path) -> None:
    """Let every file in a folder be two hours older."""
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (path.stat().st_mtime - 7200,) * 2)


class TestBlobs:
    async def test_gives_back_what_it_was_given_by_its_digest(self, blobs: Blobs) -> None:
        digest = await blobs.put(b"content")
        assert digest == hashlib.sha256(b"content").hexdigest()
        assert await blobs.get(digest) == b"content"

    async def test_keeps_the_same_content_once(self, blobs: Blobs, tmp_path: Path) -> None:
        assert await blobs.put(b"same") == await blobs.put(b"same")
        assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1

    async def test_drops_what_nobody_wants_any_more(self, blobs: Blobs, tmp_path: Path) -> None:
        old, fresh = await blobs.put(b"old"), await blobs.put(b"fresh")
        age(tmp_path / "blobs")
        await blobs.put(b"fresh")
        await blobs.drop([old, fresh, "0" * 64])
        assert await blobs.get(fresh) == b"fresh"
        with pytest.raises(NotFound):
            await blobs.get(old)

    async def test_refuses_what_it_does_not_have(self, blobs: Blobs) -> None:
        with pytest.raises(NotFound):
            await blobs.get("0" * 64)
