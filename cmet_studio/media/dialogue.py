"""Another recording in place of the clip's sound, encoded for the file it goes into."""

from collections.abc import Generator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream
from av.container import OutputContainer

from cmet_studio.core.errors import OutputError
from cmet_studio.media.audio import sound_blocks

Samples = npt.NDArray[np.float32]

_RATES = (48000, 44100, 88200, 96000)
"""What hosts expect; every other rate becomes the first."""
_AAC_BITS = 128_000
"""Per second and channel: beyond it nobody has told AAC from its source."""
_BLOCK = 1024


class NewSound:
    """A recording that is encoded in step with the picture. See ``Soundtrack`` for its sibling.

    Exactly the given range is written: silence before the recording begins and after it ends.

    Args:
        path: any file with sound; its first track, as one or two channels.
        output: container whose header is not written yet.
        begins_s: when the recording begins, in the written file's time; may lie outside the range.
        from_s: when the sound begins.
        until_s: when it ends.
    Raises: MediaError if the file holds no sound; OutputError if the container takes none.
    """

    def __init__(
        self,
        path: Path,
        output: OutputContainer,
        begins_s: Fraction,
        from_s: Fraction,
        until_s: Fraction,
    ) -> None:
        self._output = output
        rate, channels, blocks = sound_blocks(path, _RATES)
        self._rate, self._channels, self._blocks = rate, channels, blocks
        self._first = round(from_s * rate)
        self._total = max(0, round((until_s - from_s) * rate))
        self._late = round((begins_s - from_s) * rate)
        self._stream = self._add(path)
        self._written = 0
        self._pieces = self._cut()

    def close(self) -> None:
        """Let go of the recording."""
        self._pieces.close()
        self._blocks.close()

    def write_until(self, time_s: Fraction | None, shift_s: Fraction) -> None:
        """Encode what is heard at or before a time; None: all that is left.

        Args:
            time_s: in the written file's time.
            shift_s: not used here: the recording was placed when it was opened.
        """
        while time_s is None or Fraction(self._first + self._written, self._rate) <= time_s:
            piece = next(self._pieces, None)
            if piece is None:
                if time_s is None:
                    self._output.mux(self._stream.encode(None))
                return
            frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=self._layout)
            frame.sample_rate = self._rate
            frame.time_base = Fraction(1, self._rate)
            frame.pts = self._first + self._written
            self._written += piece.shape[1]
            self._output.mux(self._stream.encode(frame))

    @property
    def _layout(self) -> str:
        return "mono" if self._channels == 1 else "stereo"

    def _add(self, path: Path) -> AudioStream:
        codec = "aac" if self._output.format.name == "mp4" else "pcm_s24le"
        try:
            stream = self._output.add_stream(codec, rate=self._rate, layout=self._layout)
        except ValueError as error:
            raise OutputError(
                f"The sound of {path.name} cannot be put into a {self._output.format.name} file.",
                "Write to a .mov, .mp4 or .mkv file.",
            ) from error
        if not isinstance(stream, AudioStream):
            raise TypeError(f"{codec} is no codec of sound")
        if codec == "aac":
            stream.bit_rate = _AAC_BITS * self._channels
        stream.time_base = stream.codec_context.time_base = Fraction(1, self._rate)
        self._output.start_encoding()
        return stream

    def _cut(self) -> Generator[Samples, None, None]:
        """The range's samples in small blocks, (channels, n)."""
        left = self._total
        for block in self._placed():
            for at in range(0, min(left, block.shape[1]), _BLOCK):
                yield np.ascontiguousarray(block[:, at : min(at + _BLOCK, left)])
            left -= min(left, block.shape[1])
            if left == 0:
                return

    def _placed(self) -> Generator[Samples, None, None]:
        """The recording, moved to where it begins, with silence around it and no end."""
        silence = np.zeros((self._channels, self._rate), np.float32)
        late, early = max(0, self._late), max(0, -self._late)
        for at in range(0, late, self._rate):
            yield silence[:, : min(self._rate, late - at)]
        for block in self._blocks:
            kept = block[:, early:]
            early -= min(early, block.shape[1])
            if kept.shape[1]:
                # No encoder takes what is no number.
                yield np.clip(np.nan_to_num(kept, nan=0.0), -1.0, 1.0)
        while True:
            yield silence
