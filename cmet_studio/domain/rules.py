"""What values a document may hold. Edits check them; ``project_io`` refuses files breaking them."""

import math
import re
import unicodedata
from collections.abc import Iterable, Sized
from pathlib import PurePosixPath, PureWindowsPath
from typing import get_args

from cmet_studio.core.errors import BadInput
from cmet_studio.domain.project import (
    MAX_INTENSITY,
    REGIONS,
    Bezier,
    Clip,
    Interpolation,
    Key,
    MixPart,
    RegionWeights,
)

MAX_NAME = 80
MAX_PERFORMERS = 64
MAX_EMOTIONS = 1_000
MAX_TAKES = 10_000
MAX_KEYS = 100_000
"""Over all performers."""
MAX_MARKERS = 10_000
MAX_MIX = 16
MIX_TOLERANCE = 1e-6
MAX_COORDINATE = 1e6
"""Pixels, either way."""
REST_NAME = "rest"
"""What people type for no edit; no emotion may be called so."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")  # controls, lone surrogates, line ends
_DIRECTION = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # make text read as another


def is_id(text: str) -> bool:
    """Whether ``text`` can be an id: 1 to 64 letters, digits, ``_`` and ``-``."""
    return _ID.fullmatch(text) is not None


def is_colour(text: str) -> bool:
    """Whether ``text`` reads ``#rrggbb`` in lower case."""
    return _COLOUR.fullmatch(text) is not None


def is_sha256(text: str) -> bool:
    """Whether ``text`` is a SHA-256 digest in lower-case hex."""
    return _SHA256.fullmatch(text) is not None


def is_printable(text: str) -> bool:
    """Whether ``text`` can be shown in one line: no controls, line ends or direction overrides."""
    return all(
        unicodedata.category(letter) not in _UNPRINTABLE and letter not in _DIRECTION
        for letter in text
    )


def printable(text: str) -> str:
    """``text`` with a replacement character for each letter that is not printable."""
    return "".join(letter if is_printable(letter) else "\ufffd" for letter in text)


def is_name(text: str) -> bool:
    """Whether ``text`` can name a performer or an emotion."""
    return 0 < len(text) <= MAX_NAME and text == text.strip() and is_printable(text)


def is_label(text: str) -> bool:
    """Whether ``text`` can label a marker: a name, or nothing."""
    return not text or is_name(text)


def same_name(a: str, b: str) -> bool:
    """Whether two names are the same to people: letter case and composed accents don't count."""
    return fold(a) == fold(b)


def fold(name: str) -> str:
    """What of a name counts when names are compared."""
    return unicodedata.normalize("NFKC", name).casefold()


def is_relative(path: str) -> bool:
    """Whether ``path`` is written relative, with forward slashes, on every system."""
    windows = PureWindowsPath(path)
    return (
        0 < len(path) <= 4096
        and is_printable(path)
        and "\\" not in path
        and not (windows.drive or windows.root)
        and not PurePosixPath(path).is_absolute()
    )


def stays_inside(path: str) -> bool:
    """Whether ``path`` is relative and, links aside, leads to something inside its folder."""
    parts = path.split("/")
    return is_relative(path) and ":" not in path and not {"", ".", ".."} & set(parts)


def check_name(name: str, what: str, taken: Iterable[str] = ()) -> str:
    """Clean a name that a person typed.

    Args:
        name: as typed; spaces around it are taken away.
        what: "performer" or "emotion", for the message.
        taken: names of the others.

    Raises: BadInput if it cannot be a name or is taken.
    """
    clean = unicodedata.normalize("NFC", name).strip()
    if not is_name(clean):
        raise BadInput(
            f"{clean[:MAX_NAME]!r} cannot be the name of the {what}.",
            f"Give 1 to {MAX_NAME} printable characters.",
        )
    if any(same_name(clean, other) for other in taken):
        raise BadInput(f"The name '{clean}' is taken by another {what}.", "Choose another name.")
    return clean


def check_room(things: Sized, most: int, what: str) -> None:
    """Raise BadInput if ``things`` are already as many as a project holds."""
    if len(things) >= most:
        raise BadInput(f"A project holds at most {most} {what}.", "Remove one first.")


def _number(value: float, low: float, high: float, what: str) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise BadInput(f"{what} must lie between {low:g} and {high:g}, not {value:g}.")


def check_frame(frame: int, clip: Clip, what: str) -> None:
    """Raise BadInput unless ``frame`` is one of the clip's; ``what`` begins the message."""
    if not 0 <= frame < clip.frames:
        raise BadInput(
            f"{what} f{frame} lies outside the clip (f0 to f{clip.frames - 1}).",
            "Give a time inside the clip.",
        )


def check_work_range(work_range: tuple[int, int], clip: Clip) -> None:
    """Raise BadInput unless the in-point lies before the out-point, both in the clip."""
    start, stop = work_range
    if not 0 <= start < stop <= clip.frames:
        raise BadInput(
            f"The range f{start} to f{stop} does not fit the clip (f0 to f{clip.frames}).",
            "Give an in-point before the out-point, both inside the clip.",
        )


def check_box(box: tuple[float, float, float, float], clip: Clip) -> None:
    """Raise BadInput unless x, y, w, h has a size and touches the picture."""
    x, y, w, h = box
    fits = all(abs(number) <= MAX_COORDINATE for number in box) and w > 0 and h > 0
    if not (fits and x < clip.width and y < clip.height and x + w > 0 and y + h > 0):
        raise BadInput(
            f"The box {x:g},{y:g},{w:g},{h:g} does not lie in the "
            f"{clip.width} x {clip.height} picture.",
            "Give X,Y,W,H in pixels of the upright picture.",
        )


def check_mix(mix: tuple[MixPart, ...]) -> None:
    """Raise BadInput unless the parts are different emotions with positive weights summing to 1."""
    if not mix:
        return
    if len(mix) > MAX_MIX or len({part.emotion for part in mix}) != len(mix):
        raise BadInput(f"A mix holds each emotion once, and {MAX_MIX} at most.")
    for part in mix:
        if not (math.isfinite(part.weight) and 0.0 < part.weight <= 1.0 + MIX_TOLERANCE):
            raise BadInput(f"A weight in a mix must be over 0 and at most 1, not {part.weight:g}.")
    total = math.fsum(part.weight for part in mix)
    if abs(total - 1.0) > MIX_TOLERANCE:
        raise BadInput(f"The weights of a mix must sum to 1, not {total:g}.")


def check_regions(regions: RegionWeights) -> None:
    """Raise BadInput unless every region's weight lies in 0..1."""
    for region in REGIONS:
        _number(getattr(regions, region), 0.0, 1.0, f"The weight of the region '{region}'")


def check_bezier(bezier: Bezier) -> None:
    """Raise BadInput unless all four handle numbers lie in 0..1 (overshoot is no mix)."""
    for name in ("x1", "y1", "x2", "y2"):
        _number(getattr(bezier, name), 0.0, 1.0, f"The bezier handle's {name}")


def check_key(key: Key, clip: Clip) -> None:
    """Raise BadInput unless the key's own numbers are in range and its frame is in the clip."""
    check_frame(key.frame, clip, "The key at")
    check_mix(key.mix)
    _number(key.intensity, 0.0, MAX_INTENSITY, "The intensity")
    if key.interpolation not in get_args(Interpolation):
        raise BadInput(
            f"There is no interpolation '{key.interpolation}'.",
            f"There are: {', '.join(get_args(Interpolation))}.",
        )
    check_bezier(key.bezier)
    check_regions(key.regions)
