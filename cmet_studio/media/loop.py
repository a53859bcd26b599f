"""A long clip from a short one, without encoding: what the long benches run on."""

from fractions import Fraction
from pathlib import Path

import av

from cmet_studio.media.packets import demux
from cmet_studio.media.probe import picture_stream
from cmet_studio.media.source import open_media


def loop_clip(source: Path, path: Path, seconds: float) -> None:
    """Repeat a clip's picture packets until ``seconds`` are full; sound is left out.

    Every round starts with the clip's first key frame, so the seams decode like the rest.
    """
    with open_media(source) as container:
        stream = picture_stream(container, source)
        packets = [(p.pts, p.dts or 0, p) for p in demux(container, [stream]) if p.pts is not None]
        tick = stream.time_base or Fraction(1, 90000)
        step = 1 / (Fraction(stream.average_rate or 25) * tick)
    first, last = min(pts for pts, *_ in packets), max(pts for pts, *_ in packets)
    length = round(last - first + step)
    rounds = int(seconds / (length * tick)) + 1
    with av.open(f"file:{path.absolute()}", "w") as out, open_media(source) as template:
        target = out.add_stream_from_template(picture_stream(template, source))
        for k in range(rounds):
            for pts, dts, packet in packets:
                if (pts - first + k * length) * tick >= seconds:
                    continue
                copy = av.Packet(bytes(packet))
                copy.pts, copy.dts = pts + k * length, dts + k * length
                copy.time_base, copy.is_keyframe = tick, packet.is_keyframe
                copy.stream = target
                out.mux(copy)
