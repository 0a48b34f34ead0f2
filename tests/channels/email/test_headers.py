"""Shortcuts for what nearly every mail has: they say what the long way says."""

from types import SimpleNamespace
from typing import cast

import pytest
from aiosmtpd.smtp import SMTP
from hypothesis import given
from hypothesis import strategies as st

from channels.email.headers import _ONE_PLAIN, _AddressList
from channels.email.listener import _PLAIN_PATH

WORDS = st.text(st.sampled_from("ab .-_'@<>=?é\t+!/"), max_size=8)


@given(st.builds("{}<{}>{}".format, WORDS, WORDS, st.sampled_from(["", " ", "\t"])))
def test_one_plain_address_is_read_as_by_the_list(value: str) -> None:
    simple = _ONE_PLAIN.fullmatch(value)
    if simple:
        [(name, address)] = _AddressList().read(value)
        assert (simple[1].strip(), simple[2]) == (name.strip(), address)


@given(st.builds("<{}@{}>{}".format, WORDS, WORDS, st.sampled_from(["", " SIZE=1000", "  BODY=8BITMIME SIZE=5", " x"])))
def test_a_plain_path_is_read_as_by_the_library(argument: str) -> None:
    plain = _PLAIN_PATH.fullmatch(argument)
    if plain:
        assert (plain[1], plain[2] or "") == SMTP._getaddr(cast(SMTP, SimpleNamespace(local_part_limit=0)), argument)


@pytest.mark.parametrize("argument", ["<a@b>", "<a.b+c@d.example> SIZE=10 BODY=8BITMIME"])
def test_plain_paths_take_the_short_way(argument: str) -> None:
    assert _PLAIN_PATH.fullmatch(argument)


@pytest.mark.parametrize("value", ["Ann Example <ann@example.com>", "<ann@example.com>", "=?utf-8?q?J=C3=B6rg?= <j@d.example> "])
def test_plain_addresses_take_the_short_way(value: str) -> None:
    assert _ONE_PLAIN.fullmatch(value)
