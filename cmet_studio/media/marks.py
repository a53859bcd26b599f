"""Marks on frames that PyAV has no attribute for: fields and the shape of the samples."""

from fractions import Fraction

import av
from av.filter import Graph
from av.video.format import VideoFormat


class FrameMarks:
    """Sets field order and sample aspect on frames. Passes them by reference, copies nothing.

    Args:
        width, height: of the frames.
        pix_fmt: ffmpeg's name.
        time_base: of their time stamps.
        field_order: ``progressive``, ``tff`` or ``bff``.
        sample_aspect: width to height of a sample.
    """

    def __init__(
        self,
        width: int,
        height: int,
        pix_fmt: str,
        time_base: Fraction,
        field_order: str,
        sample_aspect: Fraction,
    ) -> None:
        graph = Graph()
        graph.link_nodes(
            graph.add_buffer(
                width=width, height=height, format=VideoFormat(pix_fmt), time_base=time_base
            ),
            graph.add("setsar", f"{sample_aspect.numerator}/{sample_aspect.denominator}"),
            graph.add("setfield", field_order.replace("progressive", "prog")),
            graph.add("buffersink"),
        ).configure()
        self._graph = graph

    def put_on(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame, marked; colour tags have to be set after this."""
        self._graph.vpush(frame)
        return self._graph.vpull()
