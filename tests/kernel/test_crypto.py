"""Secrets: seals, tokens and passwords."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kernel.crypto import KeyUnusable, SealBroken, Secrets, digest_of_token, fresh_token, hash_password, master_key, password_matches


@pytest.fixture
def secrets() -> Secrets:
    return Secrets("a key")


class TestSeal:
    def test_opens_again(self, secrets: Secrets) -> None:
        assert secrets.unseal(secrets.seal({"password": "päss"})) == {"password": "päss"}

    def test_shows_nothing(self, secrets: Secrets) -> None:
        assert b"pass" not in secrets.seal({"password": "pass"})

    def test_does_not_open_with_another_key(self, secrets: Secrets) -> None:
        with pytest.raises(SealBroken):
            Secrets("another key").unseal(secrets.seal({"a": "b"}))


class TestSignedId:
    def test_names_its_id_in_either_case(self, secrets: Secrets) -> None:
        token = secrets.signed_id("reply", 123_456_789)
        assert secrets.id_of("reply", token) == secrets.id_of("reply", token.upper()) == 123_456_789

    def test_is_made_of_what_every_mail_server_leaves_alone(self, secrets: Secrets) -> None:
        assert set(secrets.signed_id("reply", 1 << 60)) <= set("abcdefghijklmnopqrstuvwxyz234567")

    @pytest.mark.parametrize("token", ["", "x", "not base 32!", "ä", "a" * 400])
    def test_is_none_when_it_is_not_ours(self, secrets: Secrets, token: str) -> None:
        assert secrets.id_of("reply", token) is None

    @pytest.mark.parametrize("size", [10, 16])
    def test_is_none_when_only_its_last_letter_is_another(self, secrets: Secrets, size: int) -> None:
        token = secrets.signed_id("reply", 7 << 40, size)
        others = [token[:-1] + letter for letter in "abcdefghijklmnopqrstuvwxyz234567" if letter != token[-1]]
        assert {secrets.id_of("reply", other, size) for other in others} == {None}
        assert secrets.id_of("reply", token, size) == 7 << 40

    def test_is_none_for_another_purpose_another_key_and_another_id(self, secrets: Secrets) -> None:
        token = secrets.signed_id("reply", 7 << 40)
        changed = secrets.signed_id("reply", 8 << 40)[:12] + token[12:]
        assert [secrets.id_of("widget", token), Secrets("another key").id_of("reply", token), secrets.id_of("reply", changed)] == [None] * 3


class TestMasterKey:
    def test_is_the_configured_one(self, tmp_path: Path) -> None:
        assert master_key("configured", tmp_path / "secret.key") == "configured"
        assert not (tmp_path / "secret.key").exists()

    def test_is_made_once_and_for_its_owner_alone(self, tmp_path: Path) -> None:
        file = tmp_path / "var" / "secret.key"
        assert master_key(None, file) == master_key(None, file)
        assert file.stat().st_mode & 0o777 == 0o600

    def test_is_the_same_for_all_who_start_at_once(self, tmp_path: Path) -> None:
        with ThreadPoolExecutor(8) as threads:
            keys = set(threads.map(lambda _: master_key(None, tmp_path / "var" / "secret.key"), range(32)))
        assert len(keys) == 1
        assert [file.name for file in (tmp_path / "var").iterdir()] == ["secret.key"]

    def test_is_refused_when_it_is_empty(self, tmp_path: Path) -> None:
        """Everything would be sealed with a key that anybody knows."""
        (tmp_path / "secret.key").write_text("\n")
        with pytest.raises(KeyUnusable, match="is empty"):
            master_key(None, tmp_path / "secret.key")

    def test_is_refused_when_it_cannot_be_read(self, tmp_path: Path) -> None:
        (tmp_path / "secret.key").mkdir()
        with pytest.raises(KeyUnusable, match="cannot be read"):
            master_key(None, tmp_path / "secret.key")


class TestPasswords:
    async def test_fit_their_own_hash_only(self) -> None:
        hashed = await hash_password("correct horse")
        assert await password_matches("correct horse", hashed)
        assert not await password_matches("wrong horse", hashed)

    @pytest.mark.parametrize("hashed", [None, "", "no hash at all"])
    async def test_fit_nothing_where_there_is_no_hash(self, hashed: str | None) -> None:
        assert not await password_matches("anything", hashed)


class TestTokens:
    def test_are_never_the_same(self) -> None:
        assert len({fresh_token("kin_") for _ in range(100)}) == 100

    def test_are_kept_as_a_digest(self) -> None:
        token = fresh_token()
        assert digest_of_token(token) == digest_of_token(token) != token
