"""Packets and frames in order, from wherever the container stands."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream


class Damaged(Exception):
    """A packet cannot be decoded."""


def demux(container: InputContainer, streams: Sequence[Stream]) -> "Iterator[Packet[Any]]":
    """Give the packets of some streams in the file's order, then an empty one for each stream.

    Raises: av.FFmpegError if the file is damaged.
    """
    # PyAV 18 stumbles, at the very end, over streams that a transport stream announced late; ours
    # have had their last packet by then.
    with suppress(IndexError):
        yield from container.demux(tuple(streams))


def decode(container: InputContainer, stream: VideoStream, by_dts: bool) -> Iterator[av.VideoFrame]:
    """Give the frames from the next key frame on, in presentation order.

    Packets before that key frame are passed over: some decoders would make grey pictures of them.

    Args:
        container: open, at any position.
        stream: its picture.
        by_dts: give every packet its decoding time as time stamp; frames then bear the stamp of
            the packet they come from, wherever they are shown.

    Raises: Damaged if the file is corrupt there.
    """
    begun = False
    try:
        for packet in demux(container, [stream]):
            begun = begun or packet.is_keyframe
            if by_dts and packet.size:
                packet.pts = packet.dts
            if begun:
                yield from packet.decode()
    except av.FFmpegError as error:
        raise Damaged from error
