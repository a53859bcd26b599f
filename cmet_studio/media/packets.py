"""Decoding in order, from wherever the container stands."""

from collections.abc import Iterator

import av
from av.container import InputContainer
from av.video.stream import VideoStream


class Damaged(Exception):
    """A packet cannot be decoded."""


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
        for packet in container.demux(stream):
            begun = begun or packet.is_keyframe
            if by_dts and packet.size:
                packet.pts = packet.dts
            if begun:
                yield from packet.decode()
    except av.FFmpegError as error:
        raise Damaged from error
