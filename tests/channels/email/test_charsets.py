"""Bytes become the letters that were meant, whatever the mail says of them."""

import pytest

from channels.email.charsets import codec_of, decode

GERMAN = "Grüße aus Köln, und noch etwas längerer Text für die Erkennung."
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy, a ještě něco navíc k tomu."
RUSSIAN = "Здравствуйте, мой заказ ещё не пришёл, когда его доставят?"
CHINESE = "你好,我的订单还没有到,什么时候可以送达?谢谢"
JAPANESE = "こんにちは、注文がまだ届いていません。"
KOREAN = "안녕하세요 주문이 아직 도착하지 않았습니다"


@pytest.mark.parametrize(
    ("text", "codec", "declared"),
    [
        (GERMAN, "latin-1", "iso-8859-1"),
        (GERMAN, "latin-1", "us-ascii"),
        (GERMAN, "latin-1", "utf-8"),
        (GERMAN, "latin-1", "x-unknown"),
        (GERMAN, "utf-8", "iso-8859-1"),
        (GERMAN, "utf-8", "us-ascii"),
        ("“Smart” – 5 €", "cp1252", "ISO_8859-1"),
        (CZECH, "cp1250", "windows 1250"),
        (CZECH, "cp1250", None),
        (RUSSIAN, "koi8-r", "utf-8"),
        (RUSSIAN, "cp1251", None),
        (RUSSIAN, "cp1251", "x-cp-1251"),
        (CHINESE, "gb18030", "gb2312"),
        (CHINESE, "gb2312", "us-ascii"),
        (CHINESE, "gb2312", "utf-8"),
        (JAPANESE, "shift_jis", "utf-8"),
        (JAPANESE, "shift_jis", "x-sjis"),
        (JAPANESE, "iso-2022-jp", None),
        (JAPANESE, "iso-2022-jp", "utf-8"),
        (KOREAN, "euc-kr", "ks_c_5601-1987"),
        (KOREAN, "euc-kr", "us-ascii"),
        (GERMAN, "utf-16", None),
        (GERMAN, "utf-16-le", "utf-16-le"),
        (GERMAN, "utf-7", "unicode-1-1-utf-7"),
    ],
)
def test_text_is_read_in_the_charset_it_is_written_in(text: str, codec: str, declared: str | None) -> None:
    assert decode(text.encode(codec), declared).lstrip("\ufeff") == text


def test_bytes_that_were_pasted_into_utf_8_spoil_no_others() -> None:
    assert decode("Grüße aus Köln und ".encode() + b"M\xfcnchen", "utf-8") == "Grüße aus Köln und München"


@pytest.mark.parametrize(
    ("name", "codec"),
    [("charset=utf-8", "utf-8"), ("iso-8859-15 (Western)", "iso8859-15"), ("cp-850", "cp850"), ("rot13", None), ("x-user-defined", None), ("", None)],
)
def test_a_charset_has_many_spellings(name: str, codec: str | None) -> None:
    assert codec_of(name) == codec
