"""``key``: emotion keyframes."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Annotated, cast, get_args

import typer

from cmet_studio.cli import console
from cmet_studio.cli.options import Json, ProjectFile, mix_in_words, numbers, parse_mix
from cmet_studio.core.errors import BadInput
from cmet_studio.domain.find import find_performer
from cmet_studio.domain.project import (
    Bezier,
    Interpolation,
    Key,
    MixPart,
    Performer,
    Project,
    RegionWeights,
)
from cmet_studio.domain.time import ClipTimes, format_position, parse_position

key = typer.Typer(no_args_is_help=True, help="Emotion keyframes.")
At = Annotated[str, typer.Option(help="Where: f37, 1.5s or a timecode.")]
Who = Annotated[str | None, typer.Option(help="Whose key; needed if there are several.")]
Feeling = Annotated[
    list[str] | None,
    typer.Option(help="An emotion's name, or rest; a mix: --emotion sad=0.6 --emotion angry=0.4."),
]
Intensity = Annotated[float | None, typer.Option(help="0 to 1.5; 1 is as spoken.")]
Interp = Annotated[
    str | None, typer.Option(help="Towards the next key: hold, linear, ease, bezier.")
]
Handles = Annotated[str | None, typer.Option(help="x1,y1,x2,y2 for --interp bezier.")]
Region = Annotated[
    list[str] | None, typer.Option(help="brow=0.5,mouth=1: brow, eyes, cheeks, mouth; 0 to 1.")
]

_INTERPOLATIONS: tuple[str, ...] = get_args(Interpolation)


@key.command()
def add(
    project: ProjectFile,
    at: At,
    emotion: Feeling,
    intensity: Intensity = None,
    interp: Interp = None,
    bezier: Handles = None,
    region: Region = None,
    performer: Who = None,
) -> None:
    """Set a key; one that stands there already is replaced."""
    from cmet_studio.app import commands
    from cmet_studio.app.workspace import Workspace

    with Workspace(project) as workspace:
        times = workspace.reader.times
        value = Key(parse_position(at, times))
        value = _changed(value, workspace.project, emotion, intensity, interp, bezier, region)
        old = commands.add_key(workspace, performer, value)
        was = "" if old is None else f", in place of {_mix_in_words(workspace.project, old)}"
        console.say(f"Key set at f{value.frame} ({format_position(value.frame, times)}){was}.")


@key.command("set")
def set_(
    project: ProjectFile,
    at: At,
    emotion: Feeling = None,
    intensity: Intensity = None,
    interp: Interp = None,
    bezier: Handles = None,
    region: Region = None,
    performer: Who = None,
) -> None:
    """Change the key that stands at a time; what is not named stays."""
    from cmet_studio.app import commands
    from cmet_studio.app.workspace import Workspace

    with Workspace(project) as workspace:
        frame = parse_position(at, workspace.reader.times)
        if not (emotion or region) and intensity is None and interp is None and bezier is None:
            raise BadInput(
                f"Nothing is to be changed at f{frame}.",
                "Name what: --emotion, --intensity, --interp, --bezier or --region.",
            )
        commands.change_key(
            workspace,
            performer,
            frame,
            lambda old: _changed(
                old, workspace.project, emotion, intensity, interp, bezier, region
            ),
        )
        console.say(f"Key at f{frame} changed.")


@key.command()
def move(
    project: ProjectFile,
    at: At,
    to: Annotated[str, typer.Option(help="Its new place.")],
    performer: Who = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a key that is there.")] = False,
) -> None:
    """Move a key in time."""
    from cmet_studio.app import commands
    from cmet_studio.app.workspace import Workspace

    with Workspace(project) as workspace:
        times = workspace.reader.times
        start, end = parse_position(at, times), parse_position(to, times)
        commands.move_key(workspace, performer, start, end, force=force)
        console.say(f"Key moved from f{start} to f{end}.")


@key.command()
def remove(project: ProjectFile, at: At, performer: Who = None) -> None:
    """Remove the key that stands at a time."""
    from cmet_studio.app import commands
    from cmet_studio.app.workspace import Workspace

    with Workspace(project) as workspace:
        frame = parse_position(at, workspace.reader.times)
        commands.remove_key(workspace, performer, frame)
        console.say(f"Key at f{frame} removed.")


@key.command("list")
def list_(project: ProjectFile, performer: Who = None, json: Json = False) -> None:
    """List the keys."""
    from cmet_studio.app.workspace import Workspace

    with Workspace(project) as workspace:
        document = workspace.project
        times = workspace.reader.times
    people: Sequence[Performer] = document.performers
    if performer is not None:
        people = (find_performer(document, performer),)
    if json:
        console.say_json({"keys": [_facts(document, p, k, times) for p in people for k in p.keys]})
        return
    rows = [
        (
            format_position(k.frame, times),
            f"f{k.frame}",
            p.name,
            _mix_in_words(document, k),
            f"{k.intensity:g}",
            k.interpolation,
            _regions_in_words(k.regions),
        )
        for p in people
        for k in p.keys
    ]
    headings = ("timecode", "frame", "performer", "emotion", "intensity", "interp", "regions")
    console.say_table(headings, rows)


def _changed(
    old: Key,
    project: Project,
    emotion: list[str] | None,
    intensity: float | None,
    interp: str | None,
    bezier: str | None,
    region: list[str] | None,
) -> Key:
    values = old
    if emotion:
        values = replace(values, mix=_mix(project, emotion))
    if intensity is not None:
        values = replace(values, intensity=intensity)
    if interp is not None:
        if interp not in _INTERPOLATIONS:
            raise BadInput(
                f"There is no interpolation '{interp}'.",
                f"Choose one of: {', '.join(_INTERPOLATIONS)}.",
            )
        values = replace(values, interpolation=cast("Interpolation", interp))
    if bezier is not None:
        if interp not in (None, "bezier"):
            raise BadInput(f"--bezier does not go with --interp {interp}.", "Give one of the two.")
        handles = Bezier(*numbers(bezier, 4, "--bezier x1,y1,x2,y2"))
        values = replace(values, interpolation="bezier", bezier=handles)
    if region:
        values = replace(values, regions=_regions(values.regions, region))
    return values


def _mix(project: Project, words: list[str]) -> tuple[MixPart, ...]:
    if [word.lower() for word in words] == ["rest"]:
        return ()
    if any(word.lower().partition("=")[0] == "rest" for word in words):
        raise BadInput("Rest is no part of a mix.", "Lower the key's --intensity instead.")
    return parse_mix(project, words, "--emotion")


def _regions(old: RegionWeights, words: list[str]) -> RegionWeights:
    names = [field.name for field in fields(RegionWeights)]
    for word in ",".join(words).split(","):
        name, _, amount = word.strip().partition("=")
        name = name.strip().lower()
        if name not in names:
            raise BadInput(
                f"There is no region '{name}'.",
                f"Write e.g. brow=0.5; there are {', '.join(names)}.",
            )
        (number,) = numbers(amount, 1, "--region brow=0.5")
        old = replace(old, **{name: number})
    return old


def _mix_in_words(project: Project, k: Key) -> str:
    names = {e.id: e.name for e in project.emotions}
    if k.is_rest:
        return "rest"
    return mix_in_words(names, k.mix)


def _regions_in_words(regions: RegionWeights) -> str:
    """Only those that are not whole."""
    weights = {field.name: getattr(regions, field.name) for field in fields(RegionWeights)}
    return ", ".join(f"{name} {weight:g}" for name, weight in weights.items() if weight != 1)


def _facts(project: Project, owner: Performer, k: Key, times: ClipTimes) -> dict[str, object]:
    names = {e.id: e.name for e in project.emotions}
    return {
        "performer": owner.name,
        "frame": k.frame,
        "timecode": format_position(k.frame, times),
        "emotion": "rest" if k.is_rest else _mix_in_words(project, k),
        "mix": {names[part.emotion]: part.weight for part in k.mix},
        "intensity": k.intensity,
        "interpolation": k.interpolation,
        "bezier": [k.bezier.x1, k.bezier.y1, k.bezier.x2, k.bezier.y2],
        "muted": k.muted,
        "regions": {f.name: getattr(k.regions, f.name) for f in fields(RegionWeights)},
    }
