"""What a project file may hold, field by field. Unknown fields are kept at every level.

Types and ranges of single fields are checked here by pydantic; how they fit together is checked in
``project_io.check``. Nested values are written flat (a clip's fingerprint) or as lists (a mix, a
box, bezier handles), so that every object in the file is one that can keep unknown fields.
"""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, FailFast, Field
from pydantic_core import PydanticCustomError

from cmet_studio.domain import rules
from cmet_studio.domain.project import MARKER_COLOUR, MAX_INTENSITY, Interpolation
from cmet_studio.project_io.upgrades import SCHEMA


def _text(test: Callable[[str], bool], should: str) -> AfterValidator:
    def check(text: str) -> str:
        if not test(text):
            # The message is a template: braces of ours must not come from the file.
            raise PydanticCustomError("text", "{should}", {"should": f"should {should}"})
        return text

    return AfterValidator(check)


def _is_place(text: str) -> bool:
    return len(text) <= 4096 and rules.is_printable(text)


def _is_rate(text: str) -> bool:
    terms = text.split("/")
    return len(terms) <= 2 and all(
        t.isascii() and t.isdecimal() and len(t) <= 10 and 0 < int(t) < 2**31 for t in terms
    )


Id = Annotated[str, _text(rules.is_id, "be 1 to 64 letters, digits, '_' or '-'")]
Name = Annotated[str, _text(rules.is_name, f"be 1 to {rules.MAX_NAME} printable characters")]
Label = Annotated[str, _text(rules.is_label, f"be at most {rules.MAX_NAME} printable characters")]
Colour = Annotated[str, _text(rules.is_colour, "be a colour such as #e69f00")]
Sha256 = Annotated[str, _text(rules.is_sha256, "be 64 hexadecimal digits")]
Rate = Annotated[str, _text(_is_rate, "be a rate such as 30000/1001")]
Place = Annotated[str, _text(_is_place, "be a path of printable characters")]
ClipPath = Annotated[str, _text(rules.is_relative, "be a relative path with forward slashes")]
TakePath = Annotated[
    str, _text(rules.stays_inside, "be a relative path that stays in the project's folder")
]
Frame = Annotated[int, Field(ge=0, lt=2**31)]
Pixels = Annotated[int, Field(ge=1, le=1 << 16)]
Seconds = Annotated[float, Field(ge=0.0, le=1e7, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Weight = Annotated[float, Field(gt=0.0, le=1.0 + rules.MIX_TOLERANCE, allow_inf_nan=False)]
Intensity = Annotated[float, Field(ge=0.0, le=MAX_INTENSITY, allow_inf_nan=False)]
Coordinate = Annotated[
    float, Field(ge=-rules.MAX_COORDINATE, le=rules.MAX_COORDINATE, allow_inf_nan=False)
]
# A JSON list; strictness would ask for a tuple.
Box = Annotated[tuple[Coordinate, Coordinate, Coordinate, Coordinate], Field(strict=False)]
Handles = Annotated[tuple[Share, Share, Share, Share], Field(strict=False)]
Part = Annotated[tuple[Id, Weight], Field(strict=False)]
Ids = Annotated[list[Id], FailFast(), Field(max_length=rules.MAX_TAKES)]


class _Object(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    @property
    def unknown(self) -> dict[str, Any]:
        """The fields that this version does not know."""
        return dict(self.__pydantic_extra__ or {})


class RegionsFile(_Object):
    """Region weights of a key."""

    brow: Share = 1.0
    eyes: Share = 1.0
    cheeks: Share = 1.0
    mouth: Share = 1.0


class KeyFile(_Object):
    """An emotion key."""

    frame: Frame
    mix: Annotated[list[Part], FailFast(), Field(max_length=rules.MAX_MIX)] = []
    intensity: Intensity = 1.0
    interpolation: Interpolation = "linear"
    bezier: Handles | None = None
    regions: RegionsFile | None = None
    muted: bool = False


class PerformerFile(_Object):
    """A performer with its keys."""

    id: Id
    name: Name
    anchor_frame: Frame
    anchor_box: Box
    keys: Annotated[list[KeyFile], FailFast(), Field(max_length=rules.MAX_KEYS)] = []
    neutral: Ids = []


class TakeFile(_Object):
    """A speech sample."""

    id: Id
    path: TakePath
    sha256: Sha256
    duration_s: Seconds
    in_s: Seconds = 0.0
    out_s: Seconds | None = None
    speech_s: Seconds = 0.0
    source: Place = ""
    clip_s: Annotated[float, Field(ge=-1e7, le=1e7, allow_inf_nan=False)] | None = None


class EmotionFile(_Object):
    """An emotion."""

    id: Id
    name: Name
    colour: Colour
    preset: str | None = None
    expressive: Ids = []
    neutral: Ids = []
    mix: Annotated[list[Part], FailFast(), Field(max_length=rules.MAX_MIX)] = []


class MarkerFile(_Object):
    """A note on a frame."""

    frame: Frame
    label: Label = ""
    colour: Colour = MARKER_COLOUR


class ClipFile(_Object):
    """The source footage."""

    path: ClipPath
    hint: Place = ""
    size: Annotated[int, Field(ge=0)]
    sha256: Sha256
    width: Pixels
    height: Pixels
    frames: Annotated[int, Field(ge=1, lt=2**31)]
    rate: Rate
    start_timecode: Annotated[str, Field(max_length=16)] | None = None


class ProjectFile(_Object):
    """A whole ``.cmet`` file."""

    schema_: int = Field(alias="schema", ge=SCHEMA, le=SCHEMA)
    clip: ClipFile
    performers: Annotated[
        list[PerformerFile], FailFast(), Field(max_length=rules.MAX_PERFORMERS)
    ] = []
    takes: Annotated[list[TakeFile], FailFast(), Field(max_length=rules.MAX_TAKES)] = []
    emotions: Annotated[list[EmotionFile], FailFast(), Field(max_length=rules.MAX_EMOTIONS)] = []
    export: dict[str, Any] = {}
    markers: Annotated[list[MarkerFile], FailFast(), Field(max_length=rules.MAX_MARKERS)] = []
    work_range: Annotated[tuple[Frame, Frame], Field(strict=False)] | None = None
