"""The codecs we write, and the pixel format each of them gives a clip."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av

from cmet_studio.core.errors import BadInput, OutputError
from cmet_studio.media.formats import Format, find_format

_MUXERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}


@dataclass(frozen=True, slots=True)
class Codec:
    """One way to write a clip. To add one, add it to ``CODECS``.

    Attributes:
        label: what people call it.
        encoder: ffmpeg's name.
        suffixes: file types it may go into.
        plain: the pixel format that everything plays; None if that says nothing here.
        whole_chroma: whether the picture's size must be a multiple of the chroma's.
        grey: whether pictures without colour can be stored as such.
        keeps_aspect: whether the sample aspect ends up where every reader looks for it.
        fields: encoder options for interlaced pictures, by field order.
        options: encoder options from constant quality (crf), speed preset, and whether the
            picture can be cut in four slices.
    """

    label: str
    encoder: str
    suffixes: tuple[str, ...]
    plain: str | None
    whole_chroma: bool
    grey: bool
    keeps_aspect: bool
    fields: dict[str, dict[str, str]]
    options: Callable[[int, str, bool], dict[str, str]]


CODECS = {
    "h264": Codec(
        "H.264",
        "libx264",
        (".mp4", ".m4v", ".mov", ".mkv"),
        "yuv420p",
        whole_chroma=True,
        grey=False,  # 4:0:0 exists, but decoders (ffmpeg's too) give 4:2:0 back
        keeps_aspect=True,
        fields={
            order: {"flags": "+ildct+ilme", "x264-params": f"{order}=1"} for order in ("tff", "bff")
        },
        options=lambda crf, preset, quarters: {"crf": str(crf), "preset": preset},
    ),
    "ffv1": Codec(
        "FFV1",
        "ffv1",
        (".mkv",),
        None,
        whole_chroma=False,
        grey=True,
        keeps_aspect=False,
        fields={},
        # Without a number the encoder finds one that suits the size.
        options=lambda crf, preset, quarters: (
            {"level": "3", "slicecrc": "1", "g": "1"} | ({"slices": "4"} if quarters else {})
        ),
    ),
}


def find_codec(name: str, path: Path) -> tuple[Codec, str]:
    """The codec of this name and ffmpeg's name of the container that ``path`` asks for.

    Raises:
        BadInput: if there is no such codec.
        OutputError: if the file type cannot hold it.
    """
    codec = CODECS.get(name)
    if codec is None:
        raise BadInput(f"There is no codec '{name}'.", f"Use {' or '.join(CODECS)}.")
    suffix = path.suffix.lower()
    if suffix not in codec.suffixes:
        raise OutputError(
            f"{codec.label} is not written to '{path.suffix or path.name}' files.",
            f"Use a name that ends in {' or '.join(codec.suffixes)}.",
        )
    return codec, _MUXERS[suffix]


def target_format(codec: Codec, source: Format, width: int, height: int) -> Format:
    """The format of the encoder that holds most of the source's.

    Kept in this order: colour model, chroma resolution, alpha, depth; then the format with the
    least that the source does not need.

    Args:
        codec: says what the encoder can do.
        source: format of the clip.
        width: of the stored picture.
        height: of the stored picture.

    Raises: OutputError if the encoder has nothing that fits.
    """
    best: tuple[tuple[int, ...], Format] | None = None
    for offered in av.codec.Codec(codec.encoder, "w").video_formats or ():
        candidate = find_format(offered.name)
        if candidate is None or not _usable(candidate) or (is_grey(candidate) and not codec.grey):
            continue
        if codec.whole_chroma and not has_whole_chroma(candidate, width, height):
            continue
        loss = _loss(source, candidate)
        if best is None or loss < best[0]:
            best = (loss, candidate)
    if best is None:
        raise OutputError(
            f"{codec.label} has no format for {source.name}.", "Choose another codec."
        )
    return best[1]


def has_whole_chroma(form: Format, width: int, height: int) -> bool:
    """Whether no chroma sample of a picture of this size reaches beyond its edge."""
    return not (width % (1 << form.log2_chroma_w) or height % (1 << form.log2_chroma_h))


def _usable(candidate: Format) -> bool:
    """Planar or packed formats in this machine's order, without the full-range doubles."""
    return (
        candidate.via is None
        and candidate.type != ">u2"
        and not candidate.name.startswith(("yuvj", "nv", "p0", "p2", "p4"))
    )


def _loss(source: Format, candidate: Format) -> tuple[int, ...]:
    grey, to_grey = is_grey(source), is_grey(candidate)
    need = (9, 9) if grey else (source.log2_chroma_w, source.log2_chroma_h)
    have = (9, 9) if to_grey else (candidate.log2_chroma_w, candidate.log2_chroma_h)
    coarser = sum(max(0, h - n) for h, n in zip(have, need, strict=True))
    finer = sum(max(0, n - h) for h, n in zip(have, need, strict=True))
    return (
        int(source.rgb != candidate.rgb),
        coarser,
        int(source.alpha and not candidate.alpha),
        max(0, source.bits - candidate.bits),
        finer,
        max(0, candidate.bits - source.bits),
        int(candidate.alpha and not source.alpha),
    )


def is_grey(form: Format) -> bool:
    """Whether a format has luma alone (and perhaps alpha)."""
    return not form.rgb and len(form.components) < 3


def describe(form: Format) -> str:
    """Chroma format and depth in words, e.g. ``4:2:2, 10 bit``."""
    if form.rgb:
        chroma = "RGB"
    elif is_grey(form):
        chroma = "grey"
    else:
        names = {(0, 0): "4:4:4", (1, 0): "4:2:2", (1, 1): "4:2:0", (0, 1): "4:4:0"}
        names |= {(2, 0): "4:1:1", (2, 2): "4:1:0"}
        chroma = names[form.log2_chroma_w, form.log2_chroma_h]
    return f"{chroma}, {form.bits} bit{' with alpha' if form.alpha else ''}"


def notes_on(codec: Codec, source: Format, target: Format) -> list[str]:
    """What an editor should know about the chosen format."""
    notes = []
    if codec.plain is not None and target.name != codec.plain:
        notes.append(
            f"{codec.label} is written as {describe(target)} to keep what the clip holds; "
            "some players and hosts show only 4:2:0, 8 bit."
        )
    if source.rgb and not target.rgb:
        notes.append(f"The clip is RGB; {codec.label} holds it as YCbCr, so colours are rounded.")
    if source.alpha and not target.alpha:
        notes.append(f"{codec.label} holds no alpha; the clip's alpha is left out.")
    if target.bits < source.bits:
        notes.append(
            f"{codec.label} holds {target.bits} bits; the clip's {source.bits} are rounded."
        )
    return notes
