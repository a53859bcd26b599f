"""Where the chroma samples lie: PyAV does not say, Matroska's header does."""

import io

import av
from av.video.stream import VideoStream

_HORIZONTAL, _VERTICAL = b"\x55\xb7\x81", b"\x55\xb8\x81"  # EBML ids, one-byte payload
# Matroska's 1-based position in units of half a luma sample -> AVChromaLocation.
_LOCATIONS = {(1, 2): 1, (2, 2): 2, (1, 1): 3, (2, 1): 4}


def chroma_location(stream: VideoStream) -> int:
    """AVChromaLocation of an open stream, 0 if unspecified (or at the bottom, as nobody has it).

    The stream's parameters are copied to a Matroska header in memory, and the two elements
    ChromaSitingHorz and ChromaSitingVert are read from it.
    """
    header = io.BytesIO()
    try:
        with av.open(header, "w", format="matroska") as container:
            container.add_stream_from_template(stream, opaque=True)
            container.start_encoding()
            written = header.getvalue()
    except (av.FFmpegError, ValueError):  # a codec that Matroska does not take
        return 0
    across, down = _byte_after(written, _HORIZONTAL), _byte_after(written, _VERTICAL)
    return _LOCATIONS.get((across, down), 0)


def _byte_after(data: bytes, marker: bytes) -> int:
    at = data.find(marker)
    return data[at + len(marker)] if at >= 0 else 0
