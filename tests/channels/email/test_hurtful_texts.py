"""Texts made to hurt whoever looks for a reply in them: none takes long, whatever stands a megabyte of times."""

import time

import pytest

from channels.email.forwards import forwarded
from channels.email.quoting import split
from channels.email.signed import closing_of, signature_facts
from tests.support import torture

PIECES = [
    *(
        "On ",
        "-",
        " ",
        "\n",
        "\u200b",
        "\u200b\n",
        ">\n",
        "> ",
        "> \n\n",
        "> a\nb\n",
        "> a\n\n\n\n\n\n\n",
        ">>> a\nx\n",
        "hello\n\n> a\n",
        "a:\n> b\n\n\nc\n\n",
        "<",
        "<a@b ",
        "@",
        "1",
        "1:",
        ":",
        "写道",
    ),
    *(
        "On 1\n",
        "On 11.03.2026 09:00 a <a@b\n",
        "Am 11.03.2026 um\n",
        "On 11.03.2026 09:00, D wrote:\n> a\nb\nc\n",
        "a wrote:\n",
        "在1，<a@b> 写\n",
        "a@b\n",
        "x" * 599 + ":\n",
        "On 1:0 " + "y" * 590 + "\n",
    ),
    *(
        "From: \n",
        "From: a@b\n",
        "From: a\nSent: b\nX\n",
        "-----\n",
        "--\n",
        "-- \n",
        "--\nx\n",
        "---- On 1\n",
        "---- Forwarded\n",
        "-- wrote --\n> a\nb\nc\n",
        "|\n",
        "x reply above this lin\n",
    ),
    *(
        ">>> a 1-1 \n",
        ">>> " + "1-1 " * 140 + "\n",
        "Sent from my iPhone\n",
        "Sent from my iPhone\n\n",
        "This message is confidential\n\n",
        "-Ada Quist\n\n",
        "-----BEGIN PGP SIGNATURE-----\n",
    ),
    *("____________________\nmailing list\n", "lorem ipsum dolor sit amet, 12:30 and so on <x> a@b\n", "+49 ", "0171 ", "(1)", "www.a.", "a@a.", "Regards,\n"),
]


def full(piece: str) -> str:
    """Return a megabyte of a piece, in short runs a fifth of it: what is not linear shows there too."""
    length = torture.size(200_000, 1_000_000)
    return (piece * (length // len(piece) + 1))[:length]


@pytest.mark.torture
@pytest.mark.parametrize("piece", PIECES, ids=[f"{number} {piece[:16]!r}" for number, piece in enumerate(PIECES)])
class TestTime:
    def test_is_linear(self, piece: str) -> None:
        text = full(piece)
        begun = time.process_time()
        split(text)
        assert time.process_time() - begun < 1.2  # a megabyte takes less than 0.3 s on an idle core
        forwarded(text, "FW: x")
        signature_facts(text, "Ada Quist")
        closing_of(text)
        assert time.process_time() - begun < 1.2


class TestTypical:
    def test_a_letter_takes_a_fraction_of_a_millisecond(self) -> None:
        text = (
            "Hello,\n\nYes, Tuesday suits me.\n\nRegards,\nAda\n\n-- \nAda Quist\n+44 20 7946 0112\n\nOn Wed, Mar 11, 2026 at 9:00 AM Desk <d@e.example> wrote:\n"
            + "> words\n" * 60
        )
        begun = time.process_time()
        for _ in range(200):
            split(text)
        assert (time.process_time() - begun) / 200 < 0.002


def test_a_block_of_marks_is_measured_once() -> None:
    text = "Hello.\n" + "> a\n" * 8_000 + "\nYes.\n"
    begun = time.process_time()
    assert split(text).quoted is None
    assert time.process_time() - begun < 0.5
