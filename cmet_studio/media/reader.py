"""Exact access to the frames of a clip."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import av

from cmet_studio.core.errors import MediaError
from cmet_studio.domain.time import ClipTimes
from cmet_studio.media.formats import find_format
from cmet_studio.media.index import clip_index
from cmet_studio.media.info import ClipInfo
from cmet_studio.media.packets import Damaged, decode
from cmet_studio.media.picture import Picture
from cmet_studio.media.planes import read_planes
from cmet_studio.media.probe import picture_stream, probe
from cmet_studio.media.source import open_media

KEPT_BYTES = 48 << 20
"""How much of what was just decoded is kept for steps backwards."""

_STROLL = 12  # frames that are decoded rather than skipped, even if a key frame lies ahead
_CLIMB = 3  # key frames to go back when one proves no place to begin


class VideoReader:
    """The frames of one clip, by number. Use one reader per thread.

    A frame is found by its time stamp, never by counting what the decoder gives after a seek, so
    ``read(i)`` is the i-th frame of sequential decoding whatever was read before.

    Args:
        path: a clip that ``probe`` can describe.

    Attributes:
        info: what the clip is; its times are those of the index.
        times: when each frame is shown.

    Raises: MediaError if it cannot be opened, has no picture, or is cut off.
    """

    def __init__(self, path: Path | str) -> None:
        info = probe(path)
        self._path = info.path
        self._index = index = clip_index(self._path)
        start, last = int(index.pts[0]), int(index.pts[-1])
        length_s = (index.end_pts - start) * index.time_base
        video = replace(
            info.video,
            start_pts=start,
            last_pts=last,
            duration_s=length_s if index.end_pts > last else length_s + 1 / info.video.rate.fps,
        )
        self.info: ClipInfo = replace(info, video=video)
        self.times = ClipTimes(
            index.pts.tolist(), video.time_base, video.rate, video.start_timecode
        )
        form = find_format(video.layout.pix_fmt)
        assert form is not None  # probe has refused the others
        self._form = form
        self._number = {int(stamp): n for n, stamp in enumerate(index.ids)}
        self._kept: OrderedDict[int, av.VideoFrame] = OrderedDict()
        self._reorder_depth = 0
        self._decoding: Iterator[av.VideoFrame] | None = None
        self._last = -1  # number of the frame the decoder gave last
        self._open()

    def __enter__(self) -> "VideoReader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file. May be called again."""
        self._decoding = None
        self._kept.clear()
        self._container.close()

    def __len__(self) -> int:
        return len(self._index)

    def read(self, index: int) -> Picture:
        """Decode one frame.

        The frame after the one read last costs one step of decoding; frames just passed are kept
        (up to ``KEPT_BYTES``); any other is reached from the key frame before it.

        Raises:
            IndexError: outside 0..len-1.
            MediaError: if the file is damaged there; names the last good frame.
        """
        if not 0 <= index < len(self):
            raise IndexError(f"frame {index} of {len(self)} in {self._path.name}")
        return self._picture(index, self._kept.get(index) or self._reach(index, KEPT_BYTES))

    def frames(self, start: int = 0, stop: int | None = None) -> Iterator[Picture]:
        """Decode ``[start, stop)`` in order; the end of the clip by default."""
        for index in range(start, len(self) if stop is None else min(stop, len(self))):
            # Going forward, nothing is kept: the decoder then uses the same memory over and over.
            yield self._picture(index, self._kept.get(index) or self._reach(index, 0))

    def _open(self) -> None:
        self._container = open_media(self._path)
        self._stream = picture_stream(self._container, self._path)
        self._stream.thread_type = "AUTO"

    def _picture(self, index: int, frame: av.VideoFrame) -> Picture:
        video = self.info.video
        same = (video.coded_width, video.coded_height, video.layout.pix_fmt)
        if (frame.width, frame.height, frame.format.name) != same:
            raise MediaError(
                f"{self._path.name} changes its picture size or format at frame {index}.",
                "Convert it to one size, or cut it there.",
            )
        planes = read_planes(frame, self._form, video.orientation)
        return Picture(index, int(self._index.pts[index]), video.time_base, planes, video.layout)

    def _reach(self, index: int, keep: int) -> av.VideoFrame:
        """Decode up to a frame: onwards if that is shorter, else from a key frame before it."""
        key = self._index.key_before(index)
        if self._decoding is not None and self._onwards_is_shorter(index, key):
            frame = self._advance_to(index, keep)
            if frame is not None:
                return frame
        last_good = self._last
        # A key frame may prove no place to begin: then the one before it, at last the start.
        for begin in (*range(key, max(key - _CLIMB, -1), -1), -1):
            self._seek(begin)
            frame = self._advance_to(index, keep)
            if frame is not None:
                return frame
            last_good = max(last_good, self._last) if self._last < index else last_good
        raise self._damaged(index, min(last_good, index - 1))

    def _onwards_is_shorter(self, index: int, key: int) -> bool:
        if self._last >= index:
            return False
        near = index - self._last <= _STROLL
        return near or key < 0 or int(self._index.key_frames[key]) <= self._last

    def _seek(self, key: int) -> None:
        """Begin decoding at a key frame; -1: at the start of the file."""
        self._decoding = None
        self._last = -1
        if key < 0:
            self._container.close()
            self._open()
        else:
            target = int(self._index.key_dts[key])
            try:
                self._container.seek(target, stream=self._stream, backward=True)
            except av.FFmpegError:  # some demuxers cannot seek at all
                self._container.close()
                self._open()
        # Flushing lets go of what the decoder knew about reordering, and it would drop frames.
        context = self._stream.codec_context
        context.reorder_depth = max(context.reorder_depth, self._reorder_depth)
        self._decoding = decode(self._container, self._stream, self._index.by_dts)

    def _advance_to(self, index: int, keep: int) -> av.VideoFrame | None:
        """Decode until a frame appears; None if the decoder passes it or ends before it."""
        assert self._decoding is not None
        try:
            for frame in self._decoding:
                number = None if frame.pts is None else self._number.get(frame.pts)
                if number is None or frame.is_corrupt:
                    continue
                self._last = number
                self._keep(number, frame, keep)
                if number >= index:
                    return frame if number == index else None
        except Damaged:
            pass
        self._decoding = None
        return None

    def _keep(self, number: int, frame: av.VideoFrame, limit: int) -> None:
        depth = self._stream.codec_context.reorder_depth
        self._reorder_depth = max(self._reorder_depth, depth)
        self._kept[number] = frame
        self._kept.move_to_end(number)
        size = sum(plane.buffer_size for plane in frame.planes)
        while len(self._kept) > 1 and len(self._kept) * size > limit:
            self._kept.popitem(last=False)

    def _damaged(self, index: int, last_good: int) -> MediaError:
        good = f"the last good frame is {last_good}" if last_good >= 0 else "and none before it"
        return MediaError(
            f"{self._path.name} is damaged: frame {index} cannot be decoded, {good}.",
            "Copy the file again from its source, or export only the part before it.",
        )
