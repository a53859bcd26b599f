"""Whether a file is as long as its own headers say: the sign of an unfinished copy.

Only lengths are read, a few bytes each, whatever the file's size. Transport and program streams
carry no length; for them the decoder tells.
"""

import struct
from pathlib import Path
from typing import BinaryIO

_MATROSKA = b"\x1a\x45\xdf\xa3"
_SEGMENT = b"\x18\x53\x80\x67"
_MXF = b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01"
_FIRST_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp", b"pnot")


def is_cut_off(path: Path) -> bool:
    """Whether the file ends before the end its headers promise."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(16)
        if head[4:8] in _FIRST_BOXES:
            promised = _boxes_end(file, size)
        elif head[:4] == _MATROSKA:
            promised = _segment_end(file)
        elif head[:4] == b"RIFF":
            promised = _riff_end(head)
        elif head[:13] == _MXF:
            promised = _footer_start(file)
        else:
            promised = 0
    return promised > size


def _boxes_end(file: BinaryIO, size: int) -> int:
    """ISO/IEC 14496-12: top-level boxes of 32-bit length, or 1 and 64 bits, or 0 (to the end)."""
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return size + 1
        length = int.from_bytes(head[:4], "big")
        if length == 1 and len(head) == 16:
            length = int.from_bytes(head[8:], "big")
        if length < 8 or not head[4:8].isalnum():  # to the file's end, or padding, not a box
            return size
        at += length
    return at


def _segment_end(file: BinaryIO) -> int:
    """Matroska: the EBML header, then one segment. 0 if its size is not known (a live stream)."""
    file.seek(4)
    header = _ebml_size(file)
    if header is None or header > 1 << 16:
        return 0
    file.seek(header, 1)
    if file.read(4) != _SEGMENT:
        return 0
    length = _ebml_size(file)
    return 0 if length is None else file.tell() + length


def _ebml_size(file: BinaryIO) -> int | None:
    """A size of one to eight bytes (RFC 8794 section 4); None if unknown or no size."""
    first = file.read(1)
    if not first or first[0] == 0:
        return None
    more = 8 - first[0].bit_length()
    value = int.from_bytes(bytes([first[0] & (0x7F >> more)]) + file.read(more), "big")
    return None if value == (1 << 7 * (more + 1)) - 1 else value


def _riff_end(head: bytes) -> int:
    """AVI and WAV; recorders that stream leave 0 or all ones."""
    (length,) = struct.unpack("<I", head[4:8])
    return 0 if length in (0, 0xFFFFFFFF) else length + 8


def _footer_start(file: BinaryIO) -> int:
    """SMPTE ST 377-1: the header partition names the byte where the footer begins; 0 if open."""
    file.seek(16)
    length = file.read(1)
    if not length:
        return 0
    file.seek((length[0] & 0x7F if length[0] & 0x80 else 0) + 24, 1)
    footer = file.read(8)
    return int.from_bytes(footer, "big") + 1 if any(footer) else 0
