"""Texts that make careless programs think for ever: four times as much takes about four times as long, never sixteen."""

import time
from collections.abc import Callable

import pytest

from channels.email import quoting
from channels.email.markup import clean_html, html_to_text
from inbox.threading import fold_subject
from kernel.text import clean, fold, preview
from tests.channels.email.mails import mail, read
from tests.support.torture import size

pytestmark = pytest.mark.torture

LETTERS = size(40_000, 1_000_000)
PIECES = {
    "marks": ">", "spaces": " ", "one letter": "a", "marked lines": "> a\n", "deep marks": ">>>> ", "empty lines": "\n", "brackets": "<", "dashes": "-",
    "colons": "x: ", "introductions": "On Mon, 1 Jan 2024 at 10:00, Ada <a@b.example> wrote:\n", "headers": "From: a@b.example\nSent: now\nTo: b\nSubject: c\n",
    "underscores": "_", "addresses": "a@b.example ", "links": "http://", "commas": ",a", "marks of a reply": "Re: ", "accents": "a\u0301", "carriage returns": "\r",
}  # fmt: skip


@pytest.mark.parametrize("piece", [pytest.param(piece, id=name) for name, piece in PIECES.items()])
@pytest.mark.parametrize(
    "work",
    [
        pytest.param(quoting.split, id="quoting"),
        pytest.param(lambda text: read(mail(text)), id="a mail"),
        pytest.param(lambda text: read(mail(text, Content_Type="text/html")), id="a mail in HTML"),
        pytest.param(lambda text: read(mail(Subject=text.replace("\n", " "))), id="a subject"),
        pytest.param(lambda text: (fold(text), preview(text), clean(text), fold_subject(text)), id="folding"),
        pytest.param(lambda text: (clean_html(text), html_to_text(text)), id="markup"),
    ],
)
def test_grows_with_the_text_and_no_faster(work: Callable[[str], object], piece: str) -> None:
    few, many = spent(work, piece, LETTERS // 4), spent(work, piece, LETTERS)
    # Beneath half a microsecond a letter nothing is slow: larger texts may take another, plainer way.
    assert many < 8 * max(few, LETTERS / 2_000_000)


def spent(work: Callable[[str], object], piece: str, letters: int) -> float:
    """Return the processor time of the quicker of two tries, in seconds."""
    text = "Hello\n" + piece * (letters // len(piece))
    tries = []
    for _ in range(2):
        began = time.process_time()
        work(text)
        tries.append(time.process_time() - began)
    return min(tries)
