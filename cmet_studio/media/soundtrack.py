"""The clip's sound, packet for packet, for the writer."""

from collections.abc import Generator
from fractions import Fraction
from pathlib import Path

import av
from av.audio.codeccontext import AudioCodecContext
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Discard, Stream

from cmet_studio.core.errors import MediaError, OutputError
from cmet_studio.media.packets import demux
from cmet_studio.media.source import open_media

_LAYOUTS = {1: "mono", 2: "stereo"}


class Soundtrack:
    """All sound streams of a file, copied into an open container in step with its picture.

    Args:
        path: the clip.
        output: container whose header is not written yet.
        start_s: packets that end at or before this are left out; None: from the first on.
        end_s: packets that start at or after this are left out; None: to the last.
            Both in the clip's own time (time stamp times time base).

    Attributes:
        left_out: how many sound streams are of a kind that PyAV does not know, and cannot copy.

    Raises: OutputError if the container cannot hold one of the streams.
    """

    def __init__(
        self,
        path: Path,
        output: OutputContainer,
        start_s: Fraction | None,
        end_s: Fraction | None,
    ) -> None:
        self._path = path
        self._output = output
        self._start_s = start_s
        self._end_s = end_s
        self._source = open_media(path)
        self._streams: dict[int, Stream] = {}
        self.left_out = 0
        try:
            self._add_all()
        except BaseException:
            self._source.close()
            raise
        self._packets = self._overlapping()
        self._waiting: tuple[Fraction, Packet[Stream]] | None = None

    def close(self) -> None:
        """Let go of the clip."""
        self._packets.close()
        self._source.close()

    def write_until(self, time_s: Fraction | None, shift_s: Fraction) -> None:
        """Write the packets that are decoded at or before a time; None: all that are left.

        Args:
            time_s: in the written file's time.
            shift_s: what the written file's time is behind the clip's.
        """
        while True:
            if self._waiting is None:
                self._waiting = next(self._packets, None)
            if self._waiting is None:
                return
            clip_time_s, packet = self._waiting
            if time_s is not None and clip_time_s - shift_s > time_s:
                return
            self._waiting = None
            self._mux(packet, shift_s)

    def _mux(self, packet: "Packet[Stream]", shift_s: Fraction) -> None:
        ticks = round(shift_s / packet.time_base)
        if packet.pts is not None:
            packet.pts -= ticks
        if packet.dts is not None:
            packet.dts -= ticks
        packet.stream = self._streams[packet.stream.index]
        self._output.mux(packet)

    def _add_all(self) -> None:
        for stream in self._source.streams:
            known = stream.codec_context is not None
            if stream.type == "audio" and known:
                self._streams[stream.index] = self._add(stream)
            else:
                stream.discard = Discard.all
                self.left_out += stream.type == "audio"
        try:
            self._output.start_encoding()  # the header: it must take the streams now or refuse
        except av.FFmpegError as error:
            raise self._refused(*self._streams.values()) from error

    def _add(self, stream: Stream) -> Stream:
        try:
            copy = self._output.add_stream_from_template(stream)
        except ValueError as error:
            raise self._refused(stream) from error
        self._name_channels(copy)
        language = stream.metadata.get("language")
        if language:
            copy.metadata["language"] = language
        copy.disposition = stream.disposition
        return copy

    def _name_channels(self, copy: Stream) -> None:
        """MP4 wants to know which channels there are; AVI and Matroska say only how many.

        It would refuse when the file is finished, that is after all of the rendering.
        """
        context = copy.codec_context
        if self._output.format.name != "mp4" or not isinstance(context, AudioCodecContext):
            return
        count = context.layout.nb_channels
        if context.layout.name != f"{count} channels":
            return
        if count not in _LAYOUTS:
            raise self._refused(copy)
        context.layout = _LAYOUTS[count]

    def _refused(self, *streams: Stream) -> OutputError:
        kinds = {stream.codec_context.name for stream in streams}
        return OutputError(
            f"The sound of {self._path.name} ({', '.join(sorted(kinds))}) cannot be put into a "
            f"{self._output.format.name} file unchanged.",
            "Write to a .mkv file, which takes all.",
        )

    def _overlapping(self) -> "Generator[tuple[Fraction, Packet[Stream]], None, None]":
        """(decoding time in the clip, packet) of the packets that overlap the range."""
        wanted = [self._source.streams[n] for n in self._streams]
        if not wanted:
            return
        try:
            for packet in demux(self._source, wanted):
                time = packet.dts if packet.dts is not None else packet.pts
                if packet.size == 0 or time is None:
                    continue
                start_s = (packet.pts if packet.pts is not None else time) * packet.time_base
                end_s = start_s + (packet.duration or 0) * packet.time_base
                if self._start_s is not None and end_s <= self._start_s:
                    continue
                if self._end_s is not None and start_s >= self._end_s:
                    continue
                yield time * packet.time_base, packet
        except av.FFmpegError as error:
            raise MediaError(
                f"The sound of {self._path.name} is damaged.",
                "Copy the file again from its source.",
            ) from error
