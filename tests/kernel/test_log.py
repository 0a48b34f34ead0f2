"""Logs tell where something went wrong, and never what was in it."""

import asyncio
import gc
import logging

import orjson
import pytest
import structlog

from kernel.log import Wordless, configure, heed_loop, kinds_of, origin_of

SECRET = "Key (thread_key)=(+447700900001) already exists."


def error() -> BaseException:
    """Return an error with a cause, each of which quotes a row."""
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as cause:
            raise ValueError(f"while writing: {SECRET}") from cause
    except ValueError as raised:
        return raised


class TestOrigin:
    def test_names_kinds_and_places(self) -> None:
        told = origin_of(error())
        assert "KeyError" in told
        assert told.endswith("ValueError")
        assert f"{__file__}:" in told
        assert kinds_of(error()) == "ValueError from KeyError"

    def test_says_no_word_of_theirs(self) -> None:
        assert "447700900001" not in origin_of(error())


@pytest.mark.parametrize("as_json", [pytest.param(True, id="as JSON"), pytest.param(False, id="for a terminal")])
class TestConfigure:
    def test_keeps_an_errors_words_out_of_our_lines(self, capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
        configure(as_json=as_json)
        structlog.get_logger().error("batch failed", messages=3, exc_info=error())
        said = capsys.readouterr().err
        assert "batch failed" in said
        assert "ValueError" in said
        assert "447700900001" not in said
        if as_json:
            assert orjson.loads(said)["messages"] == 3

    async def test_keeps_them_out_of_the_loops_lines(self, capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
        configure(as_json=as_json)
        heed_loop(asyncio.get_running_loop())
        forgotten = asyncio.get_running_loop().create_future()
        forgotten.set_exception(error())
        del forgotten
        gc.collect()
        said = capsys.readouterr().err
        assert "never retrieved" in said
        assert "ValueError" in said
        assert "447700900001" not in said


def test_keeps_them_out_of_the_standard_librarys_lines() -> None:
    raised = error()
    record = logging.LogRecord("asyncio", logging.ERROR, __file__, 1, "task failed", (), (type(raised), raised, raised.__traceback__))
    said = Wordless("%(levelname)s %(message)s").format(record)
    assert said.startswith("ERROR task failed\n")
    assert "447700900001" not in said
