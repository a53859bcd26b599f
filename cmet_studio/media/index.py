"""Which frames a clip has, when each is shown, and where decoding can begin.

Made by reading all packets once, without decoding them (some streams need a little decoding, see
``_doubtful``).
"""

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from cmet_studio.core.errors import MediaError
from cmet_studio.media.probe import picture_stream
from cmet_studio.media.source import open_media

_AGAIN = "Copy the file again from its source, or trim the damaged part away in an editor."
_KEEPS_DURATION = ("matroska,webm", "avi")
_HIDDEN_FRAMES = ("vp8",)  # packets that only update a reference


@dataclass(frozen=True, slots=True, eq=False)
class ClipIndex:
    """Frames in presentation order.

    Attributes:
        pts: (n,) int64, strictly increasing, in units of ``time_base``. Read-only.
        key_pts: (k,) int64, sorted: frames at which decoding can begin. Read-only.
        key_dts: (k,) int64: what to seek to for each of them.
        gen_pts: whether the container must make time stamps from decoding order.
    """

    pts: npt.NDArray[np.int64]
    key_pts: npt.NDArray[np.int64]
    key_dts: npt.NDArray[np.int64]
    time_base: Fraction
    gen_pts: bool

    def __len__(self) -> int:
        return len(self.pts)

    def key_before(self, frame: int) -> int:
        """Number of the last key frame that is shown at or before ``frame``; -1 if none is."""
        return bisect_right(self.key_pts, self.pts[frame]) - 1

    def frame_of(self, pts: int) -> int | None:
        """The frame with this time stamp."""
        at = int(np.searchsorted(self.pts, pts))
        return at if at < len(self.pts) and self.pts[at] == pts else None


def clip_index(path: Path) -> ClipIndex:
    """Index a clip; remembered while the file does not change.

    Raises: MediaError if the clip cannot be opened, has no picture, or is cut off.
    """
    status = path.stat() if path.is_file() else None
    if status is None:
        open_media(path).close()  # says what is wrong
    stamp = (status.st_size, status.st_mtime_ns) if status is not None else (0, 0)
    return _clip_index(path.absolute(), *stamp)


@lru_cache(maxsize=8)
def _clip_index(path: Path, size: int, mtime_ns: int) -> ClipIndex:
    packets = _read_packets(path, gen_pts=False)
    gen_pts = any(pts is None for pts in packets.pts)
    if gen_pts:
        packets = _read_packets(path, gen_pts=True)
    if not packets.pts:
        raise MediaError(f"{path.name} holds no picture.", _AGAIN)
    if any(pts is None for pts in packets.pts):
        raise MediaError(
            f"{path.name} does not say when its frames are shown.",
            "Rewrap it to mp4 or mov.",
        )
    return _sorted(path, packets, gen_pts)


@dataclass(slots=True)
class _Packets:
    """What the packets of the picture say, in decoding order."""

    time_base: Fraction
    codec: str
    pts: list[int | None]
    dts: list[int]
    key: list[bool]
    doubtful: bool


def _sorted(path: Path, packets: _Packets, gen_pts: bool) -> ClipIndex:
    stamps = np.array(packets.pts, np.int64)
    keys = np.array(packets.key, np.bool_)
    shown = np.sort(stamps)
    if not keys.any():
        raise MediaError(f"{path.name} holds no frame at which decoding can begin.", _AGAIN)
    first_key = stamps[int(np.argmax(keys))]
    repeated = bool((np.diff(shown) == 0).any())
    if packets.doubtful or repeated:
        shown = _decoded_stamps(path, gen_pts, None)
    elif shown[0] < first_key or not keys[0]:
        # Frames before the first key frame may lack what they refer to: ask the decoder.
        head = _decoded_stamps(path, gen_pts, int(first_key))
        shown = np.concatenate([head, shown[shown >= first_key]])
    if not len(shown):
        raise MediaError(f"{path.name} holds no picture that can be decoded.", _AGAIN)
    order = np.argsort(stamps[keys], kind="stable")
    key_pts, key_dts = stamps[keys][order], np.array(packets.dts, np.int64)[keys][order]
    for array in (shown, key_pts, key_dts):
        array.flags.writeable = False
    return ClipIndex(shown, key_pts, key_dts, packets.time_base, gen_pts)


def _read_packets(path: Path, gen_pts: bool) -> _Packets:
    with open_media(path, gen_pts) as container:
        stream = picture_stream(container, path)
        time_base = stream.time_base or Fraction(1, 90000)
        codec = stream.codec_context.name
        packets = _Packets(time_base, codec, [], [], [], _doubtful(container, stream))
        _require_whole(path, stream)
        end_s = Fraction(0)
        try:
            for packet in container.demux():
                if packet.size == 0 or packet.time_base is None:
                    continue
                end_s = max(end_s, _end_of(packet))
                if packet.stream_index == stream.index and not packet.is_discard:
                    if packet.is_corrupt:  # cut off in the middle
                        continue
                    packets.pts.append(packet.pts)
                    packets.dts.append(_decoding_time(packet))
                    packets.key.append(packet.is_keyframe)
        except av.FFmpegError as error:
            raise _cut_off(path, len(packets.pts)) from error
        _require_duration(path, container, end_s, len(packets.pts))
    return packets


def _end_of(packet: "Packet[Any]") -> Fraction:
    start = packet.pts if packet.pts is not None else packet.dts
    return ((start or 0) + (packet.duration or 0)) * packet.time_base


def _decoding_time(packet: "Packet[Any]") -> int:
    time = packet.dts if packet.dts is not None else packet.pts
    return 0 if time is None else time


def _doubtful(container: InputContainer, stream: VideoStream) -> bool:
    """Whether packets may not be frames: hidden reference frames, or one packet a field."""
    context = stream.codec_context
    fields = context.field_order > 1 and container.format.name in ("mpegts", "mpeg")
    return context.name in _HIDDEN_FRAMES or fields


def _require_whole(path: Path, stream: VideoStream) -> None:
    """Check the container's own table of samples, where it has one, against the file's size."""
    if stream.frames == 0:  # no such table
        return
    size = path.stat().st_size
    entries = stream.index_entries
    lost = [n for n, e in enumerate(entries) if e.pos + e.size > size]
    if lost:
        raise _cut_off(path, lost[0])


def _require_duration(path: Path, container: InputContainer, end_s: Fraction, frames: int) -> None:
    if container.format.name not in _KEEPS_DURATION or not container.duration:
        return
    start_s = Fraction(container.start_time or 0, 1_000_000)
    missing = Fraction(container.duration, 1_000_000) - (end_s - start_s)
    if missing > max(Fraction(1, 2), Fraction(container.duration, 1_000_000) / 200):
        raise _cut_off(path, frames)


def _cut_off(path: Path, frames: int) -> MediaError:
    last = f"its last good frame is {frames - 1}" if frames else "it holds no whole frame"
    return MediaError(f"{path.name} is cut off: {last}.", _AGAIN)


def _decoded_stamps(path: Path, gen_pts: bool, stop: int | None) -> npt.NDArray[np.int64]:
    """Time stamps of the frames that a decoder gives, up to ``stop`` (excluded)."""
    stamps: list[int] = []
    with open_media(path, gen_pts) as container:
        stream = picture_stream(container, path)
        stream.thread_type = "AUTO"
        begun = False
        try:
            for packet in container.demux(stream):
                begun = begun or packet.is_keyframe
                for frame in packet.decode() if begun else ():
                    if frame.pts is not None and stop is not None and frame.pts >= stop:
                        return np.unique(np.array(stamps, np.int64))
                    if frame.pts is not None:
                        stamps.append(frame.pts)
        except av.FFmpegError as error:
            raise _cut_off(path, len(stamps)) from error
    return np.unique(np.array(stamps, np.int64))
