"""The command line, as an operator types it: what it sets up is there, and what it refuses it says in a sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Type a command on a machine of its own."""
    for name, value in (("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}"), ("VAR_DIR", str(tmp_path)), ("NEW_PASSWORD", "correct horse")):
        monkeypatch.setenv(f"KINDRED_{name}", value)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(main, list(words))


def test_sets_up_an_agent_a_token_and_an_inbox(run: Run) -> None:
    assert run("agent", "create", "ines@desk.example", "--name", "Ines", "--role", "admin").exit_code == 0
    token = run("token", "create", "--agent", "Ines@desk.example")
    assert token.output.startswith("kdt_")
    made = run("inbox", "create", "sms", "--address", "+15005550006", "--name", "Texts", "--set", "account_sid=AC0123", "--set", "auth_token=hunter2")
    assert "/hooks/sms/" in made.output
    listed = run("inbox", "list")
    assert "+15005550006" in listed.output
    assert "hunter2" not in made.output + listed.output


def test_tells_a_site_what_to_add_to_its_pages(run: Run) -> None:
    assert "data-inbox=" in run("inbox", "create", "chat", "--address", "shop.example", "--name", "Site").output


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(("agent", "create", "nobody", "--name", "N"), "staff.bad_address", id="an agent without an address"),
        pytest.param(("agent", "create", "n@x.example", "--name", "N", "--role", "boss"), "invalid", id="a role that is none"),
        pytest.param(("token", "create", "--agent", "nobody@x.example"), "not_found", id="a token for nobody"),
        pytest.param(("inbox", "create", "pigeon", "--address", "x", "--name", "x"), "channel.unknown", id="a channel that is none"),
        pytest.param(
            ("inbox", "create", "sms", "--address", "x", "--name", "x", "--set", "auth_token=hunter2"), "channel.bad_settings", id="a setting missing"
        ),
        pytest.param(("inbox", "create", "chat", "--address", "x", "--name", "x", "--team", "Nobody"), "not_found", id="a team that is none"),
        pytest.param(("dead-letters", "replay", "5"), "not_found", id="a dead letter that is none"),
    ],
)
def test_refuses_in_a_sentence(run: Run, words: tuple[str, ...], code: str) -> None:
    refused = run(*words)
    assert refused.exit_code == 1
    assert f"({code}" in refused.stderr
    assert "Traceback" not in refused.output
    assert "hunter2" not in refused.output


def test_names_a_setting_that_does_not_fit_and_not_what_is_in_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINDRED_DATABASE_URL", "postgres://desk:hunter2@db/desk")
    refused = run("inbox", "list")
    assert refused.exit_code == 2
    assert "KINDRED_DATABASE_URL" in refused.stderr
    assert "hunter2" not in refused.output
