"""What mail programs pack mails into is unpacked: winmail.dat, its RTF, opaque S/MIME; and nothing in there makes reading fail or take long."""

import base64
import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.contract import InboundMessage
from channels.email.opaque import enclosed
from channels.email.rtf import decompressed, rtf_to_text
from channels.email.tnef import unpacked
from tests.channels.email.mails import read
from tests.channels.email.packed import BINARY, NUMBER, OBJECT, STRING, UNICODE, ber, der, file, lzfu, message, prop, props, signed, tnef

BILL = file(b"BILL~1.PDF", b"%PDF", prop(UNICODE, 0x3707, "Rechnung März.pdf\0".encode("utf-16-le")), prop(STRING, 0x370E, b"application/pdf\0"))
LAMP = file(b"lamp.png", b"png", prop(UNICODE, 0x3712, "lamp@desk\0".encode("utf-16-le")))


def carried(content: bytes, text: str = "See the file.", media_type: str = "application/ms-tnef; name=winmail.dat") -> InboundMessage:
    """Return what is read from a mail that carries something packed."""
    packed = base64.encodebytes(content)
    head = b"From: ada@example.com\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n" + text.encode() + b"\n--b\nContent-Type: "
    return read(head + media_type.encode() + b"\nContent-Transfer-Encoding: base64\n\n" + packed + b"\n--b--\n")


class TestWinmail:
    def test_gives_its_files_for_itself(self) -> None:
        said = carried(tnef(message(prop(UNICODE, 0x1000, "Hidden\0".encode("utf-16-le"))), BILL, LAMP))
        assert [(one.name, one.media_type, one.content) for one in said.files] == [
            ("Rechnung März.pdf", "application/pdf", b"%PDF"),
            ("lamp.png", "image/png", b"png"),
        ]
        assert (said.text, said.warnings) == ("See the file.", ())

    def test_gives_its_text_where_the_mail_has_none(self) -> None:
        said = carried(tnef(message(prop(UNICODE, 0x1000, "Grüße\0".encode("utf-16-le")))), text="")
        assert (said.text, said.files) == ("Grüße", ())

    def test_gives_its_html_with_the_pictures_in_it(self) -> None:
        page = b'<p>Gr\xc3\xbc\xc3\x9fe <img src="cid:lamp@desk"></p>'
        said = carried(tnef(message(prop(BINARY, 0x1013, page), prop(NUMBER, 0x3FDE, struct.pack("<I", 65001))), LAMP), text="")
        assert (said.text, "cid:lamp@desk" in (said.html or "")) == ("Grüße", True)

    def test_gives_its_rtf_as_text(self) -> None:
        rtf = rb"{\rtf1\ansi\ansicpg1252\fromhtml1{\fonttbl{\f0 Arial;}}{\*\htmltag64 <p>}Gr\'fc\'dfe \u8364 ?5\par Ada}"
        assert carried(tnef(message(prop(BINARY, 0x1009, lzfu(rtf)))), text="").text == "Grüße €5\nAda"

    def test_gives_the_files_of_a_message_inside(self) -> None:
        inside = tnef(message(prop(UNICODE, 0x1000, "Inner\0".encode("utf-16-le"))), LAMP)
        said = carried(tnef(file(b"msg", b"", prop(OBJECT, 0x3701, bytes(16) + inside))))
        assert [(one.name, one.content) for one in said.files] == [("msg.txt", b"Inner"), ("lamp.png", b"png")]

    def test_passes_over_named_properties(self) -> None:
        name = bytes(16) + struct.pack("<II", 1, 6) + b"a\0b\0\0\0\0\0"
        found = unpacked(tnef(message(prop(UNICODE, 0x8001, b"x\0", name), prop(UNICODE, 0x1000, "T\0".encode("utf-16-le")))))
        assert (found.text, found.is_whole) == ("T", True)

    def test_stays_beside_what_could_be_read_of_it(self) -> None:
        said = carried(tnef(BILL, LAMP)[:-20])
        assert [one.name for one in said.files] == ["Rechnung März.pdf", "lamp.png", "winmail.dat"]
        assert said.warnings == ("A winmail.dat is damaged; what could be read stands beside it.",)

    @given(start=st.integers(0, 400), stop=st.integers(0, 400), junk=st.binary(max_size=12))
    @settings(max_examples=300, deadline=None)
    def test_is_never_refused(self, start: int, stop: int, junk: bytes) -> None:
        whole = tnef(message(prop(UNICODE, 0x1000, b"T\0\0\0"), prop(BINARY, 0x1009, lzfu(b"{\\rtf1 x}"))), BILL, LAMP)
        damaged = whole[:start] + junk + whole[stop:]
        assert len(unpacked(damaged).files) <= 4
        assert "taken apart" not in "".join(carried(damaged).warnings)

    @pytest.mark.parametrize(
        "bomb",
        [
            pytest.param(tnef(*[LAMP] * 5_000), id="files without end"),
            pytest.param(tnef(message(*[prop(UNICODE, 0x8001, b"", bytes(24))] * 30_000)), id="properties without end"),
            pytest.param(tnef(message(struct.pack("<HHI", 0x1000 | UNICODE, 1, 0xFFFFFFF))), id="values that are only counted"),
            pytest.param(tnef(message(struct.pack("<HHI", 0x1001, 1, 30_000_000))), id="values of no size"),
            pytest.param(tnef(message(prop(BINARY, 0x1009, struct.pack("<II4sI", 0, 0xFFFFFFF, b"LZFu", 0) + b"\xff\x00\x0f" * 300_000))), id="RTF that grows"),
            pytest.param(tnef(message(prop(BINARY, 0x1009, lzfu(b"{\\rtf1" + b"{" * 200_000)))), id="RTF without end"),
        ],
    )
    def test_takes_no_time_when_made_to_hurt(self, bomb: bytes) -> None:
        begun = time.process_time()
        unpacked(bomb)
        assert time.process_time() - begun < 0.5

    def test_bounds_messages_in_messages(self) -> None:
        inside = tnef(LAMP)
        for _ in range(30):
            inside = tnef(file(b"m", b"", prop(OBJECT, 0x3701, bytes(16) + inside)))
        assert len(unpacked(inside).files) < 10


class TestRtf:
    def test_is_read_out_of_its_window(self) -> None:
        # "{\\rtf1\\ansi" comes from the dictionary that both sides know, then two letters, then the mark of the end.
        packed = bytes([0b00000011]) + struct.pack(">H", 0 << 4 | 9) + struct.pack(">H", 11 << 4 | 15)
        assert decompressed(struct.pack("<II4sI", len(packed) + 12, 100, b"LZFu", 0) + packed).startswith(b"{\\rtf1\\ansi\\mac")

    @pytest.mark.parametrize("data", [b"", b"LZFu", struct.pack("<II4sI", 0, 0, b"MELA", 0), struct.pack("<II4sI", 0, 9, b"ABCD", 0) + b"x"])
    def test_that_is_none_is_empty(self, data: bytes) -> None:
        assert decompressed(data) == b""

    def test_knows_letters_of_several_bytes(self) -> None:
        assert rtf_to_text(rb"{\rtf1\ansi\ansicpg932 \'82\'b1\'82\'f1}") == "こん"


ENTITY = b"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\nThe lamp.\r\n--q\r\nContent-Type: image/png; name=a.png\r\n\r\npng\r\n--q--\r\n"
OPAQUE = "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m"


class TestOpaque:
    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(signed([ENTITY]), id="lengths stated"),
            pytest.param(signed([ENTITY[:40], ENTITY[40:]]), id="in pieces"),
            pytest.param(signed([ENTITY[:40], ENTITY[40:]], ber), id="lengths marked"),
        ],
    )
    def test_gives_what_is_signed_beside_itself(self, data: bytes) -> None:
        said = carried(data, "", OPAQUE)
        assert (said.text, [one.name for one in said.files]) == ("The lamp.", ["a.png", "smime.p7m"])
        assert said.warnings == ("The mail is signed with S/MIME; the signature was not checked.",)

    @pytest.mark.parametrize("data", [b"", b"0", b"\x30\x80", der(0x30, b"\x06\x01\x2a"), signed([ENTITY])[:60], b"\x30\x80" * 5_000, b"x" * 100])
    def test_stays_a_file_where_it_is_something_else(self, data: bytes) -> None:
        assert (enclosed(data) or b"") in ENTITY
        assert carried(data, "Hi", OPAQUE).text in ("Hi", "Hi\nThe lamp.")

    def test_bounds_signatures_in_signatures(self) -> None:
        data = ENTITY
        for _ in range(60):
            data = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n" + signed([data])
        said = read(data)
        assert len(said.files) < 60


def test_properties_are_counted_not_believed() -> None:
    assert unpacked(tnef(message(struct.pack("<I", 0xFFFFFFFF) + props()[4:]))).is_whole is False
