"""Secrets: sealed settings, signed tokens, hashed passwords."""

import asyncio
import base64
import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

import orjson
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet, InvalidToken

from kernel.errors import Fault

_passwords = PasswordHasher()


class SealBroken(Fault):
    """Something was sealed with another key than ours."""

    code = "secret.seal_broken"

    def __init__(self) -> None:
        super().__init__("Sealed settings cannot be opened: the secret key (KINDRED_SECRET_KEY or the key file) is not the one they were sealed with.")


class KeyUnusable(Fault):
    """The key file cannot be read or made, or there is nothing in it."""

    code = "secret.key_unusable"

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(f"The key file {file} {why}. Mend it, or set KINDRED_SECRET_KEY.")


class Secrets:
    """One master key, and what is derived from it by purpose."""

    def __init__(self, key: str) -> None:
        self._key = hashlib.sha256(key.encode()).digest()
        self._derived: dict[str, bytes] = {}
        self._fernet = Fernet(base64.urlsafe_b64encode(self._derive("seal")))

    def _derive(self, purpose: str) -> bytes:
        if purpose not in self._derived:
            self._derived[purpose] = hmac.digest(self._key, purpose.encode(), "sha256")
        return self._derived[purpose]

    def seal(self, value: dict[str, str]) -> bytes:
        """Return the encrypted form of some settings (Fernet: AES-128-CBC with HMAC-SHA256)."""
        return self._fernet.encrypt(orjson.dumps(value))

    def unseal(self, sealed: bytes) -> dict[str, str]:
        """Return the settings again.

        Raises:
            SealBroken: another key sealed them.
        """
        try:
            value: dict[str, str] = orjson.loads(self._fernet.decrypt(sealed))
        except InvalidToken as broken:
            raise SealBroken from broken
        return value

    def mac(self, purpose: str, payload: bytes, size: int = 32) -> bytes:
        """Return an HMAC-SHA256 over a payload, cut to `size` bytes; each purpose has its own key."""
        return hmac.digest(self._derive(purpose), payload, "sha256")[:size]

    def signed_id(self, purpose: str, number: int, size: int = 10) -> str:
        """Return a short token, lower-case letters and digits 2–7 only, that names an id and cannot be guessed."""
        payload = number.to_bytes(8, "big")
        return base64.b32encode(payload + self.mac(purpose, payload, size)).decode().rstrip("=").lower()

    def id_of(self, purpose: str, token: str, size: int = 10) -> int | None:
        """Return the id in a signed token, or None when it is not ours; case does not matter."""
        try:
            raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
        except (ValueError, UnicodeEncodeError):
            return None
        payload, mac = raw[:8], raw[8:]
        # The last letter holds fewer bits than it could: of all that decode alike, one is ours.
        if base64.b32encode(raw).decode().rstrip("=") != token.upper():
            return None
        if len(raw) != 8 + size or not hmac.compare_digest(mac, self.mac(purpose, payload, size)):
            return None
        return int.from_bytes(payload, "big")


def master_key(configured: str | None, file: Path) -> str:
    """Return the configured key, else the one in the key file, which is made (mode 0600) when it is missing.

    Raises:
        KeyUnusable: the file cannot be read or made, or it is empty.
    """
    if configured:
        return configured
    try:
        if not file.exists():
            _make_key(file)
        key = file.read_text().strip()
    except (OSError, ValueError) as fault:
        raise KeyUnusable(file, "cannot be read or made") from fault
    if not key:
        raise KeyUnusable(file, "is empty")
    return key


def _make_key(file: Path) -> None:
    """Write a fresh key under another name first: whoever starts at the same time finds it whole or not at all, and one of them wins."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent)  # readable by its owner alone
    try:
        with os.fdopen(handle, "w") as fresh:
            fresh.write(secrets.token_urlsafe(48))
            fresh.flush()
            os.fsync(fresh.fileno())
        with suppress(FileExistsError):
            os.link(name, file)
    finally:
        os.unlink(name)


def fresh_token(prefix: str = "") -> str:
    """Return an unguessable token (256 bits)."""
    return prefix + secrets.token_urlsafe(32)


def digest_of_token(token: str) -> str:
    """Return what is stored of a token: its SHA-256; a token has enough entropy to need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


async def hash_password(password: str) -> str:
    """Return the argon2id hash, made in a thread: it takes a tenth of a second and 64 MB. Never call it inside a unit of work."""
    return await asyncio.to_thread(_passwords.hash, password)


async def password_matches(password: str, hashed: str | None) -> bool:
    """Say whether a password fits a hash; without a hash it takes as long and says no."""
    return await asyncio.to_thread(_verify, password, hashed)


def _verify(password: str, hashed: str | None) -> bool:
    try:
        _passwords.verify(hashed or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


@cache
def _nobody() -> str:
    """What is verified when there is no such agent, so that an unknown address takes as long as a known one; made when it is first needed, since it is slow."""
    return _passwords.hash(secrets.token_hex(16))
