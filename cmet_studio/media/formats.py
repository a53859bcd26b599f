"""How ffmpeg's pixel formats store their samples."""

import re
from dataclasses import dataclass
from typing import Literal

Type = Literal["u1", "<u2", ">u2"]


@dataclass(frozen=True, slots=True)
class Component:
    """Where the samples of one component lie.

    Attributes:
        plane: number of ffmpeg's plane.
        step: distance of neighbouring samples, in samples of the plane's type.
        offset: position of the row's first sample.
        shift: unused low bits (P010 and its like keep their samples in the high bits).
        chroma: whether the component is subsampled.
    """

    plane: int
    step: int = 1
    offset: int = 0
    shift: int = 0
    chroma: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """One pixel format; ``components`` are in a picture's order: Y, Cb, Cr or R, G, B, then alpha.

    Attributes:
        via: format to convert to first, by ffmpeg, where the stored one is packed in a way numpy
            cannot address. Only conversions that lose nothing.
    """

    name: str
    type: Type
    rgb: bool
    bits: int
    log2_chroma_w: int
    log2_chroma_h: int
    alpha: bool
    components: tuple[Component, ...]
    via: str | None = None

    def size(self, component: Component, width: int, height: int) -> tuple[int, int]:
        """(height, width) of a component's plane for a stored picture of this size."""
        if not component.chroma:
            return height, width
        return -(-height >> self.log2_chroma_h), -(-width >> self.log2_chroma_w)


_SUBSAMPLING = {
    "444": (0, 0),
    "422": (1, 0),
    "420": (1, 1),
    "440": (0, 1),
    "411": (2, 0),
    "410": (2, 2),
}

_YUV = re.compile(r"yuv(?P<kind>[aj]?)(?P<sub>\d{3})p(?P<bits>\d*)(?P<order>le|be|)")
_GBR = re.compile(r"gbr(?P<alpha>a?)p(?P<bits>\d*)(?P<order>le|be|)")
_GRAY = re.compile(r"gray(?P<bits>\d*)(?P<order>le|be|)")
_SEMI = re.compile(r"nv(?P<kind>12|21|16|24|42)|p(?P<sub>[024])(?P<bits>1[026])(?P<order>le|be)")
_PACKED_RGB = re.compile(r"(?P<order>[rgbax0]{3,4})(?P<bits>24|32|48|64|)(?P<end>le|be|)")
_YA = re.compile(r"ya(?P<bits>8|16)(?P<order>le|be|)")

_PACKED_YUV = {"yuyv422": (1, 3, 0), "yvyu422": (3, 1, 0), "uyvy422": (0, 2, 1)}

_VIA = {
    "pal8": "rgba",
    "monow": "gray",
    "monob": "gray",
    "rgb8": "rgb24",
    "bgr8": "rgb24",
    "rgb4_byte": "rgb24",
    "bgr4_byte": "rgb24",
    "rgb565le": "rgb24",
    "rgb555le": "rgb24",
    "bgr565le": "rgb24",
    "bgr555le": "rgb24",
    "x2rgb10le": "gbrp10le",
    "x2bgr10le": "gbrp10le",
}


def find_format(name: str) -> Format | None:
    """Describe a pixel format by ffmpeg's name; None if we cannot read it."""
    for pattern, build in (
        (_YUV, _planar_yuv),
        (_GBR, _planar_rgb),
        (_GRAY, _gray),
        (_SEMI, _semi_planar),
        (_YA, _gray_alpha),
        (_PACKED_RGB, _packed_rgb),
    ):
        found = pattern.fullmatch(name)
        if found is not None:
            return build(found)
    if name in _PACKED_YUV:
        return _packed_yuv(name)
    if name in _VIA:
        inner = find_format(_VIA[name])
        assert inner is not None
        return Format(
            name, inner.type, inner.rgb, inner.bits, 0, 0, inner.alpha, inner.components, _VIA[name]
        )
    return None


def _type(bits: int, order: str) -> Type:
    if bits == 8:
        return "u1"
    return ">u2" if order == "be" else "<u2"


def _planar_yuv(found: re.Match[str]) -> Format | None:
    bits = int(found["bits"] or 8)
    if found["sub"] not in _SUBSAMPLING or bits > 16:
        return None
    w, h = _SUBSAMPLING[found["sub"]]
    parts = [Component(0), Component(1, chroma=True), Component(2, chroma=True)]
    alpha = found["kind"] == "a"
    if alpha:
        parts.append(Component(3))
    return Format(found.string, _type(bits, found["order"]), False, bits, w, h, alpha, tuple(parts))


def _planar_rgb(found: re.Match[str]) -> Format | None:
    bits = int(found["bits"] or 8)
    if bits > 16:
        return None
    alpha = found["alpha"] == "a"
    parts = (Component(2), Component(0), Component(1)) + ((Component(3),) if alpha else ())
    return Format(found.string, _type(bits, found["order"]), True, bits, 0, 0, alpha, parts)


def _gray(found: re.Match[str]) -> Format | None:
    bits = int(found["bits"] or 8)
    if bits > 16:
        return None
    return Format(
        found.string, _type(bits, found["order"]), False, bits, 0, 0, False, (Component(0),)
    )


def _gray_alpha(found: re.Match[str]) -> Format:
    bits = int(found["bits"])
    parts = (Component(0, 2, 0), Component(0, 2, 1))
    return Format(found.string, _type(bits, found["order"]), False, bits, 0, 0, True, parts)


def _semi_planar(found: re.Match[str]) -> Format:
    if found["kind"] is not None:
        kind, bits, order = found["kind"], 8, ""
        w, h = {"12": (1, 1), "21": (1, 1), "16": (1, 0)}.get(kind, (0, 0))
        shift, swapped = 0, kind in ("21", "42")
    else:
        bits, order = int(found["bits"]), found["order"]
        w, h = {"0": (1, 1), "2": (1, 0), "4": (0, 0)}[found["sub"]]
        shift, swapped = 16 - bits, False
    cb, cr = (1, 0) if swapped else (0, 1)
    parts = (
        Component(0, shift=shift),
        Component(1, 2, cb, shift, chroma=True),
        Component(1, 2, cr, shift, chroma=True),
    )
    return Format(found.string, _type(bits, order), False, bits, w, h, False, parts)


def _packed_rgb(found: re.Match[str]) -> Format | None:
    order, depth = found["order"], found["bits"]
    if not set("rgb") <= set(order) or len(set(order)) != len(order):
        return None
    bits = 16 if depth in ("48", "64") else 8
    places = {letter: Component(0, len(order), at) for at, letter in enumerate(order)}
    alpha = "a" in places
    parts = tuple(places[letter] for letter in ("rgba" if alpha else "rgb"))
    return Format(found.string, _type(bits, found["end"]), True, bits, 0, 0, alpha, parts)


def _packed_yuv(name: str) -> Format:
    cb, cr, y = _PACKED_YUV[name]
    parts = (Component(0, 2, y), Component(0, 4, cb, chroma=True), Component(0, 4, cr, chroma=True))
    return Format(name, "u1", False, 8, 1, 0, False, parts)
