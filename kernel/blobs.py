"""Files by the digest of their content: written once, found for ever, never twice."""

import asyncio
import hashlib
import os
import tempfile
from pathlib import Path

from kernel.errors import NotFound


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

    def _write(self, digest: str, content: bytes) -> None:
        path = self._path(digest)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            # A rename is whole or not at all: nobody ever reads half a file.
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
