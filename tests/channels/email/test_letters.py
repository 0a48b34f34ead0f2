"""Whole letters put together by chance: an answer, a signature, an introduction and a history; each part must come back as it went in."""

import pytest

from channels.email.quoting import Split, split
from tests.channels.email.introductions import BLOCKS, INTRODUCTIONS
from tests.support import torture

ANSWERS = [
    "Yes.",
    "OK, thx!",
    "- red\n- blue\n\nwhich one?",
    "Hi Bo,\n\nthe order number is:\n\n  4711\n\nThanks",
    "Hello,\n\n1. lamp: red\n2. plug: EU\n\nCall me at +44 20 7946 0112 on 11/03/2026 at 9:00.\n\nBest,\nAda",
    "Guten Tag,\n\nam Montag, den 11.03.2026 um 9:00 Uhr passt es.\n\nMit freundlichen Grüßen\nAda Quist\nLumen GmbH\nTel: +49 30 1234567",
    "On Monday I will be away.\nOn Tuesday I am back.",
    "See http://example.com/a?b=c:d and tell me",
    "Bonjour,\n\nLe 11 mars est possible.\nLe 12 aussi.\n\nCordialement,\nAda",
    "Dear team\n\nFrom my side all is fine. To be clear: please send it.\n\nA.",
    "Code:\n\n    if a > b:\n        print('x')\n\nfails.",
    "Hola:\n\nEl pedido 123 del 10/03/2026 no llegó.\nEl martes llamo.\n\nSaludos",
    "Привет,\n\nв понедельник удобно.\nв 9:00.\n\nС уважением,\nАда",
    "您好，\n\n请于3月11日送货。\n\n谢谢",
    "table:\n\na | b\n--+--\n1 | 2\n\nok?",
    "Price: 10 EUR\nDate: tomorrow\n\nok?",
    "Am Montag schrieb ich Ihnen. Bitte antworten.",
    "Sent the parcel from my office on Monday, ok?",
    "Ticket <4711> is mine, mail ada@example.com",
    "*Important:* call me.\n\nAda",
]
SIGNATURES = [
    None,
    "-- \nAda Quist\nLumen\n+49 30 123456",
    "Sent from my iPhone",
    "Von meinem iPhone gesendet",
    "-Ada Quist",
    "-- \nAda\n\nThis e-mail may contain confidential and/or privileged information. If you are not the intended recipient, please notify the sender.",
]
HISTORIES = [
    "Shall we bring it?",
    "Dear Ada,\n\nShall we bring it?\n\nRegards,\nDesk\n\n-- \nDesk\nLumen",
    "Hi\n\nOn 10 Mar 2026, at 08:00, Ada <ada@example.com> wrote:\n\nolder\n\nSent from my iPhone",
    "Hi\n\nVon: Ada\nGesendet: gestern\nAn: D\nBetreff: L\n\nolder",
]


@pytest.mark.torture
def test_each_part_comes_back() -> None:
    dice = torture.dice("letters")
    for _ in range(torture.size(1_500, 40_000)):
        answer, signature, history = dice.choice(ANSWERS), dice.choice(SIGNATURES), dice.choice(HISTORIES)
        introduction, is_marked = str(dice.choice(INTRODUCTIONS).values[0]), dice.random() < 0.5
        if dice.random() < 0.3:
            introduction, is_marked = str(dice.choice(BLOCKS).values[0]).rstrip(), False
        below = "\n".join(f"> {line}".rstrip() for line in history.split("\n")) if is_marked else history
        quoted = f"{introduction}\n\n{below}" if dice.random() < 0.9 else None
        text = "\n\n".join(part for part in (answer, signature, quoted) if part)
        assert split(text) == Split(reply=answer, signature=signature, quoted=quoted), text
