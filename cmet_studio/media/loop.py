"""A long clip from a short one, without encoding: what the long benches run on."""

from fractions import Fraction
from pathlib import Path

import av

from cmet_studio.media.source import open_media


def loop_clip(source: Path, path: Path, seconds: float) -> None:
    """Repeat a clip's picture packets until ``seconds`` are full; sound is left out.

    Every round starts with the clip's first key frame, so the seams decode like the rest.
    """
    with open_media(source) as probe:
        stream = probe.streams.video[0]
        packets = [p for p in probe.demux(stream) if p.pts is not None]
        tick = stream.time_base
        step = 1 / (Fraction(stream.average_rate or 25) * tick)
    first, last = min(p.pts for p in packets), max(p.pts for p in packets)
    length = round(last - first + step)
    rounds = int(seconds / (length * tick)) + 1
    with av.open(f"file:{path.absolute()}", "w") as out, open_media(source) as template:
        target = out.add_stream_from_template(template.streams.video[0])
        for k in range(rounds):
            for packet in packets:
                if Fraction((packet.pts - first + k * length) * tick) >= seconds:
                    continue
                copy = av.Packet(bytes(packet))
                copy.pts, copy.dts = packet.pts + k * length, (packet.dts or 0) + k * length
                copy.time_base, copy.is_keyframe = tick, packet.is_keyframe
                copy.stream = target
                out.mux(copy)
