"""Plain decode-and-encode: what our own export is measured against."""

from pathlib import Path

import av
from av.video.stream import VideoStream

from cmet_studio.media.probe import picture_stream
from cmet_studio.media.source import open_media


def transcode(src: Path | str, dst: Path | str, crf: int = 18, preset: str = "medium") -> int:
    """Decode the picture of a clip and encode it as H.264, as directly as the libraries allow.

    Both sides use all threads; frames go from decoder to encoder without being looked at; sound is
    left out.

    Returns: the number of frames.
    """
    source = Path(src)
    frames = 0
    with open_media(source) as read, av.open(f"file:{Path(dst).absolute()}", "w") as written:
        picture = picture_stream(read, source)
        picture.thread_type = "AUTO"
        options = {"crf": str(crf), "preset": preset}
        stream = written.add_stream(
            "libx264", rate=picture.average_rate or picture.guessed_rate, options=options
        )
        assert isinstance(stream, VideoStream)
        context = stream.codec_context
        context.width, context.height = picture.width, picture.height
        context.pix_fmt = picture.pix_fmt or "yuv420p"
        context.time_base = picture.time_base or context.time_base
        context.thread_type = "AUTO"
        for frame in read.decode(picture):
            frame.pict_type = 0  # let the encoder choose
            written.mux(stream.encode(frame))
            frames += 1
        written.mux(stream.encode(None))
    return frames
