"""Small papers that customers enclose, drawn in code: a one-page PDF and a picture."""

import struct
import zlib

_WIDTH, _HEIGHT = 240, 160
_BACKGROUND, _SHADE, _STAND, _CRACK = (244, 238, 226), (226, 178, 92), (84, 74, 66), (255, 255, 255)


def paper(name: str, line: str) -> tuple[str, bytes]:
    """Return the media type and the content of a paper by its name: a picture for `.png`, else a PDF that says `line`."""
    return ("image/png", picture()) if name.endswith(".png") else ("application/pdf", pdf(line))


def pdf(line: str) -> bytes:
    """Return a PDF of one page with one line of text; what Latin-1 cannot write becomes a question mark."""
    text = line.encode("latin-1", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    drawn = b"BT /F1 14 Tf 60 770 Td (" + text + b") Tj ET 60 756 475 1 re f"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj" % number + content + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(out) + end % (len(objects) + 1, table, len(objects) + 1, len(out))


def picture() -> bytes:
    """Return a PNG of a bedside lamp with a cracked shade."""
    rows = b"".join(b"\0" + b"".join(bytes(_colour(x, y)) for x in range(_WIDTH)) for y in range(_HEIGHT))
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _colour(x: int, y: int) -> tuple[int, int, int]:
    from_middle = abs(x - _WIDTH // 2)
    if 30 <= y < 90 and from_middle <= 24 + (y - 30) * 0.6:
        return _CRACK if abs(from_middle - (y - 30) % 14) < 2 and x > _WIDTH // 2 else _SHADE
    if (90 <= y < 135 and from_middle <= 4) or (135 <= y < 143 and from_middle <= 34):
        return _STAND
    return _BACKGROUND
