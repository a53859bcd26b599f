"""Which frames a clip has, when each is shown, and where decoding can begin.

Made by reading all packets once. They are not decoded, but for streams whose packets do not tell
which frames come out of them, and when.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.video.stream import VideoStream

from cmet_studio.core.errors import MediaError
from cmet_studio.media import index_cache
from cmet_studio.media.packets import Damaged, decode, demux
from cmet_studio.media.probe import picture_stream
from cmet_studio.media.source import open_media
from cmet_studio.media.wholeness import is_cut_off

Ints = npt.NDArray[np.int64]

_AGAIN = "Copy the file again from its source, or trim the damaged part away in an editor."
_HIDDEN_FRAMES = ("vp8",)  # packets that only update a reference
_JUMP_S = 0.5
_REORDERED = ("h264", "hevc", "mpeg4", "msmpeg4v3", "vc1")  # in AVI, which has no display times


@dataclass(frozen=True, slots=True, eq=False)
class ClipIndex:
    """Frames in presentation order. All arrays are read-only.

    Attributes:
        pts: (n,) int64, strictly increasing, in units of ``time_base``.
        end_pts: when the last frame's time is over.
        ids: (n,) int64: the time stamp with which the decoder gives each frame. The same as
            ``pts``, but for containers without presentation times (AVI).
        by_dts: whether packets must be given their decoding time as time stamp.
        key_frames: (k,) int64, increasing: frames at which decoding can begin.
        key_dts: (k,) int64: what to seek to for each of them.
    """

    pts: Ints
    end_pts: int
    ids: Ints
    by_dts: bool
    key_frames: Ints
    key_dts: Ints
    time_base: Fraction

    def __len__(self) -> int:
        return len(self.pts)

    def key_before(self, frame: int) -> int:
        """Position in ``key_frames`` of the last one at or before ``frame``; -1 if none is."""
        return int(np.searchsorted(self.key_frames, frame, side="right")) - 1


def clip_index(path: Path) -> ClipIndex:
    """Index a clip; remembered while the file does not change.

    Raises: MediaError if the clip cannot be opened, has no picture, is cut off, or its clock
        begins again in the middle.
    """
    open_media(path).close()  # says what is wrong with the file, if anything is
    status = path.stat()
    return _clip_index(path.absolute(), status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=8)
def _clip_index(path: Path, size: int, mtime_ns: int) -> ClipIndex:
    found = _kept(path, size, mtime_ns)
    if found is None:
        found = _read(path)
        if len(found) >= index_cache.LONG:
            index_cache.keep(path, size, mtime_ns, _as_arrays(found))
    for array in (found.pts, found.ids, found.key_frames, found.key_dts):
        array.flags.writeable = False
    return found


_ARRAYS = ("pts", "ids", "key_frames", "key_dts", "rest")


def _as_arrays(index: ClipIndex) -> index_cache.Arrays:
    base = index.time_base
    rest = [index.end_pts, int(index.by_dts), base.numerator, base.denominator]
    return {
        "pts": index.pts, "ids": index.ids, "key_frames": index.key_frames,
        "key_dts": index.key_dts, "rest": np.array(rest, np.int64),
    }  # fmt: skip


def _kept(path: Path, size: int, mtime_ns: int) -> ClipIndex | None:
    """The index as it was kept on disk, if it makes sense."""
    found = index_cache.kept(path, size, mtime_ns, _ARRAYS)
    if found is None:
        return None
    pts, ids, key_frames, key_dts, rest = (found[name] for name in _ARRAYS)
    sound = (
        len(pts) == len(ids) > 0
        and len(key_frames) == len(key_dts) > 0
        and len(rest) == 4
        and bool((np.diff(pts) > 0).all())
        and 0 <= key_frames.min() <= key_frames.max() < len(pts)
        and min(rest[2:]) > 0
    )
    if not sound:
        return None
    end_pts, by_dts, over, under = (int(n) for n in rest)
    base = Fraction(over, under)
    return ClipIndex(pts, end_pts, ids, bool(by_dts), key_frames, key_dts, base)


def _read(path: Path) -> ClipIndex:
    """Index a clip by reading all its packets."""
    with open_media(path) as container:
        stream = picture_stream(container, path)
        packets = _read_packets(container, stream, path)
        by_dts = container.format.name == "avi" or None in packets.pts
    stamps = packets.dts if by_dts else packets.pts
    if all(packets.hidden):
        raise MediaError(f"{path.name} holds no picture.", _AGAIN)
    if None in stamps:
        raise MediaError(
            f"{path.name} does not say when its frames are shown.", "Rewrap it to mp4 or mov."
        )
    return _arranged(path, packets, np.array(stamps, np.int64), by_dts)


@dataclass(slots=True)
class _Packets:
    """What the packets of the picture say, in decoding order."""

    time_base: Fraction
    pts: list[int | None]
    dts: list[int | None]
    duration: list[int]
    key: list[bool]
    hidden: list[bool]
    doubtful: bool
    reordered: bool


def _arranged(path: Path, packets: _Packets, stamps: Ints, by_dts: bool) -> ClipIndex:
    keys, shown = np.array(packets.key, np.bool_), ~np.array(packets.hidden, np.bool_)
    if not keys.any():
        raise MediaError(f"{path.name} holds no frame at which decoding can begin.", _AGAIN)
    ids = np.sort(stamps[shown])
    first_key = int(stamps[int(np.argmax(keys))])
    if packets.doubtful or (by_dts and packets.reordered) or not np.diff(ids).all():
        ids = _decoded_ids(path, by_dts, None)
    elif ids[0] < first_key or not keys[0]:
        # Frames before the first key frame may lack what they refer to: ask the decoder.
        ids = np.concatenate([_decoded_ids(path, by_dts, first_key), ids[ids >= first_key]])
    if not len(ids):
        raise MediaError(f"{path.name} holds no picture that can be decoded.", _AGAIN)
    pts = np.sort(ids)
    key_frames, key_dts = _keys(ids, stamps[keys], [packets.dts[n] for n in np.flatnonzero(keys)])
    last = packets.duration[int(np.argmax(np.where(shown, stamps, stamps.min())))]
    end_pts = int(pts[-1]) + last
    return ClipIndex(pts, end_pts, ids, by_dts, key_frames, key_dts, packets.time_base)


def _keys(ids: Ints, stamps: Ints, dts: list[int | None]) -> tuple[Ints, Ints]:
    """Numbers of the frames that need no earlier key frame, and where to seek for them.

    A hidden key frame (an edit list cuts it off) counts for the first frame shown after it.
    """
    number = {int(one): n for n, one in enumerate(ids)}
    in_order = np.sort(ids)
    found = sorted(
        (number.get(int(stamp), int(np.searchsorted(in_order, stamp))), stamp if t is None else t)
        for stamp, t in zip(stamps, dts, strict=True)
    )
    pairs = np.array(found, np.int64).reshape(-1, 2)
    return pairs[:, 0].copy(), pairs[:, 1].copy()


def _read_packets(container: InputContainer, stream: VideoStream, path: Path) -> _Packets:
    context = stream.codec_context
    fields = context.field_order > 1 and container.format.name in ("mpegts", "mpeg")
    doubtful = context.name in _HIDDEN_FRAMES or fields  # there, a field may have its own packet
    time_base = stream.time_base or Fraction(1, 90000)
    found = _Packets(time_base, [], [], [], [], [], doubtful, context.name in _REORDERED)
    try:
        for packet in demux(container, [stream]):
            if packet.size == 0:
                continue
            # A corrupt packet is one that the file's end has cut.
            if packet.is_corrupt:
                continue
            found.pts.append(packet.pts)
            found.dts.append(packet.dts)
            found.duration.append(packet.duration or 0)
            found.key.append(packet.is_keyframe)
            found.hidden.append(packet.is_discard)
    except av.FFmpegError as error:
        raise _cut_off(path, len(found.key)) from error
    if is_cut_off(path):
        raise _cut_off(path, len(found.key))
    _require_one_recording(path, found)
    return found


def _require_one_recording(path: Path, packets: _Packets) -> None:
    """Refuse files whose clock begins again: frames of two moments would bear one time.

    Transport streams joined by mere copying are like that.
    """
    known = [n for n, dts in enumerate(packets.dts) if dts is not None]
    dts = np.array([packets.dts[n] for n in known], np.int64)
    back = np.maximum.accumulate(dts) - dts if len(dts) else dts
    jumps = np.flatnonzero(back * float(packets.time_base) > _JUMP_S)
    if len(jumps):
        at = int(jumps[0])
        raise MediaError(
            f"The times of {path.name} jump back {float(back[at] * packets.time_base):.1f} s "
            f"after frame {known[at] - 1}: it is several recordings in one file.",
            "Split it there, or join the recordings with an editor, which gives them one clock.",
        )


def _cut_off(path: Path, frames: int) -> MediaError:
    last = f"its last good frame is {frames - 1}" if frames else "it holds no whole frame"
    return MediaError(f"{path.name} is cut off: {last}.", _AGAIN)


def _decoded_ids(path: Path, by_dts: bool, stop: int | None) -> Ints:
    """Time stamps of the frames that a decoder gives, in its order, up to ``stop`` (excluded)."""
    ids: dict[int, None] = {}  # an ordered set
    with open_media(path) as container:
        stream = picture_stream(container, path)
        stream.thread_type = "AUTO"
        try:
            for frame in decode(container, stream, by_dts):
                if frame.pts is not None and stop is not None and frame.pts >= stop:
                    break
                if frame.pts is not None:
                    ids[frame.pts] = None
        except Damaged as error:
            raise _cut_off(path, len(ids)) from error
    return np.array(list(ids), np.int64)
