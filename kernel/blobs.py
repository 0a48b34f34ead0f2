"""Files by the digest of their content: written once, found for ever, never twice."""

import asyncio
import hashlib
import os
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from kernel.errors import NotFound

_FRESH_FOR = 3600.0  # seconds


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal: a blob's name."""
    return hashlib.sha256(content).hexdigest()


class Blobs:
    """A folder of files named by digest, two levels deep."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    async def put(self, content: bytes) -> str:
        """Keep some bytes and return their digest; it is on the disk when this returns."""
        digest = digest_of(content)
        await asyncio.to_thread(self._write, digest, content)
        return digest

    async def get(self, digest: str) -> bytes:
        """Return the bytes.

        Raises:
            NotFound: none are kept under this digest.
        """
        try:
            return await asyncio.to_thread(self._path(digest).read_bytes)
        except FileNotFoundError as missing:
            raise NotFound("file", digest[:12]) from missing

    async def drop(self, digests: Iterable[str]) -> None:
        """Remove blobs that nothing refers to any more; one that was put again within the last hour stays."""
        await asyncio.to_thread(self._remove, list(digests))

    def _remove(self, digests: list[str]) -> None:
        for digest in digests:
            path = self._path(digest)
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _FRESH_FOR:
                    path.unlink()

    def _write(self, digest: str, content: bytes) -> None:
        path = self._path(digest)
        if path.exists():
            # Whoever is about to drop it sees that it is wanted again.
            os.utime(path)
            return
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            _sync(self._folder)
        handle, name = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            # A rename is whole or not at all: nobody ever reads half a file.
            os.replace(name, path)
            _sync(path.parent)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _sync(folder: Path) -> None:
    """Put a folder's names on the disk: a file whose name is lost with the power is lost."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
