"""What an export without any edit keeps of its clip."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from media_fixtures import numbered_pictures, sound_packets, tone

from cmet_studio.engine.protocol import FaceModel
from cmet_studio.media.reader import VideoReader
from cmet_studio.render.export import ExportSettings, export


def test_the_sound_lasts_as_long_as_a_long_last_frame(tmp_path: Path) -> None:
    """Screen recordings end in a frame that stands for seconds; its sound was cut off."""
    source, written = _long_last_frame(tmp_path / "screen.mp4"), tmp_path / "out.mp4"

    def never() -> FaceModel:
        raise AssertionError("there is nothing to draw")

    with VideoReader(source) as reader:
        settings = ExportSettings(0, len(reader), preset="ultrafast")
        export(reader, [], never, written, settings)
        with VideoReader(written) as result:
            assert result.info.video.duration_s == reader.info.video.duration_s > 2
    assert [data for *_, data in sound_packets(written)] == [
        data for *_, data in sound_packets(source)
    ]


def _long_last_frame(path: Path) -> Path:
    """Eleven frames of 40 ms, one of two seconds, and sound to their end."""
    with av.open(str(path), "w") as container:
        picture = container.add_stream("libx264", rate=25, options={"bf": "0"})
        sound = container.add_stream("pcm_s16le", rate=48000, layout="mono")
        assert isinstance(picture, av.VideoStream)
        picture.width, picture.height = 96, 64
        picture.codec_context.time_base = picture.time_base = Fraction(1, 12800)
        packets = []
        for n, rgb in enumerate(numbered_pictures(12, (96, 64))):
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = 512 * n, Fraction(1, 12800)
            packets += picture.encode(frame)
        packets += picture.encode(None)
        packets[-1].duration = 2 * 12800
        container.mux(packets)
        samples = np.rint(tone(12 * 0.04 + 1.96) * 32767).astype(np.int16)
        for at in range(0, len(samples), 1024):
            heard = av.AudioFrame.from_ndarray(samples[None, at : at + 1024], "s16", "mono")
            heard.sample_rate, heard.pts = 48000, at
            container.mux(sound.encode(heard))
        container.mux(sound.encode(None))
    return path
