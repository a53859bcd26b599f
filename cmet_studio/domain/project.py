"""The document: what a ``.cmet`` file holds. Frozen values; edits make new ones (``domain.edits``).

Every value carries ``extra``: the fields of a file that this version does not know, kept as they
came so that a round trip loses nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cmet_studio.domain.time import FrameRate

Extra = Mapping[str, Any]
Interpolation = Literal["hold", "linear", "ease", "bezier"]
MAX_INTENSITY = 1.5
MARKER_COLOUR = "#5b9bd5"
REGIONS = ("brow", "eyes", "cheeks", "mouth")
PRESETS = (
    "angry", "contempt", "disgusted", "fear", "happy", "neutral", "sad", "surprised",
    "charismatic", "desirous", "empathetic", "envious", "romantic", "sarcastic",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a file's content looks like, cheaply (``project_io.fingerprint`` makes it).

    Attributes:
        size: bytes.
        sha256: hex digest over the first, the last and eight spread 1 MiB blocks.
    """

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Clip:
    """The source footage. Never modified.

    Attributes:
        path: relative to the project's folder, with forward slashes; may lead out of it by ``..``.
        hint: absolute path where the clip was last seen.
        width: display width in pixels (after rotation).
        height: display height in pixels.
        frames: number of frames.
        rate: nominal frame rate.
        start_timecode: the source's, e.g. ``01:00:00:00`` (``;`` marks drop frame), or None.
    """

    path: str
    hint: str
    fingerprint: Fingerprint
    width: int
    height: int
    frames: int
    rate: FrameRate
    start_timecode: str | None = None
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Take:
    """One speech sample.

    Attributes:
        id: unique in the project.
        path: inside the project's media folder, relative to the project's folder, forward slashes;
            never leaves it.
        sha256: hex digest of the whole file.
        duration_s: of the file.
        in_s, out_s: trim; ``out_s`` None means the end.
        speech_s: seconds of speech found between in and out.
        source: name of the file it was imported from, for people.
        clip_s: clip position at which the file's first sample was spoken, if it was recorded while
            the clip played; may lie before the clip.
    """

    id: str
    path: str
    sha256: str
    duration_s: float
    in_s: float = 0.0
    out_s: float | None = None
    speech_s: float = 0.0
    source: str = ""
    extra: Extra = field(default_factory=dict)
    clip_s: float | None = None


@dataclass(frozen=True, slots=True)
class MixPart:
    """One emotion of a mix; the weights of a mix are positive and sum to 1."""

    emotion: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Emotion:
    """A named bin of takes with one semantic vector; a preset's vector ships with the program.

    Attributes:
        preset: one of ``PRESETS`` if the vector is the shipped one (then no takes), else None.
        expressive, neutral: ids of takes.
        mix: other emotions (by id, none of them a mix) that this one is mixed from; then no takes
            and no preset.
    """

    id: str
    name: str
    colour: str
    preset: str | None = None
    expressive: tuple[str, ...] = ()
    neutral: tuple[str, ...] = ()
    extra: Extra = field(default_factory=dict)
    mix: tuple[MixPart, ...] = ()


@dataclass(frozen=True, slots=True)
class RegionWeights:
    """How much of the edit each part of the face gets, 0..1 each."""

    brow: float = 1.0
    eyes: float = 1.0
    cheeks: float = 1.0
    mouth: float = 1.0


@dataclass(frozen=True, slots=True)
class Bezier:
    """Handles of a bezier transition, as in CSS ``cubic-bezier(x1, y1, x2, y2)``; x in [0, 1]."""

    x1: float = 0.42
    y1: float = 0.0
    x2: float = 0.58
    y2: float = 1.0


@dataclass(frozen=True, slots=True)
class Key:
    """An emotion keyframe.

    Attributes:
        frame: clip frame, from 0. A performer has at most one key on a frame.
        mix: the emotions, or empty for rest.
        intensity: 0..1.5, 1 = as spoken.
        interpolation: towards the next key.
        bezier: used when ``interpolation`` is ``bezier``.
        muted: the schedule is made as if the key were not there.
    """

    frame: int
    mix: tuple[MixPart, ...] = ()
    intensity: float = 1.0
    interpolation: Interpolation = "linear"
    bezier: Bezier = Bezier()
    regions: RegionWeights = RegionWeights()
    extra: Extra = field(default_factory=dict)
    muted: bool = False

    @property
    def is_rest(self) -> bool:
        """Whether this key asks for no edit."""
        return not self.mix or self.intensity == 0.0


@dataclass(frozen=True, slots=True)
class Performer:
    """A face in the clip that the editor picked, with its keys sorted by frame.

    Attributes:
        anchor_frame: a frame in which the face is seen.
        anchor_box: x, y, w, h of the face there, in display pixels; together they say which face.
        neutral: ids of takes of their neutral speech; emotions without neutral takes use them.
    """

    id: str
    name: str
    anchor_frame: int
    anchor_box: tuple[float, float, float, float]
    keys: tuple[Key, ...] = ()
    extra: Extra = field(default_factory=dict)
    neutral: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Marker:
    """A note on a frame; the project has at most one on a frame.

    Attributes:
        label: printable, one line, may be empty.
        colour: ``#rrggbb``.
    """

    frame: int
    label: str = ""
    colour: str = MARKER_COLOUR
    extra: Extra = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Project:
    """The whole document.

    Attributes:
        markers: sorted by frame.
        work_range: frames from the in-point up to, without it, the out-point; None is the clip.
    """

    clip: Clip
    performers: tuple[Performer, ...] = ()
    takes: tuple[Take, ...] = ()
    emotions: tuple[Emotion, ...] = ()
    export: Mapping[str, Any] = field(default_factory=dict)
    extra: Extra = field(default_factory=dict)
    markers: tuple[Marker, ...] = ()
    work_range: tuple[int, int] | None = None
