"""``performer``: the faces of a clip that carry keys."""

from typing import Annotated

import typer

from cmet_studio.cli import console
from cmet_studio.cli.options import Json, ProjectFile, numbers
from cmet_studio.core.errors import BadInput

ShowsFace = Annotated[str, typer.Option(help="A frame that shows the face: f37, 1.5s or timecode.")]
AroundFace = Annotated[str | None, typer.Option(help="X,Y,W,H in pixels, around the face.")]

performer = typer.Typer(no_args_is_help=True, help="The faces of the clip that carry keys.")


@performer.command("list")
def list_(project: ProjectFile, json: Json = False) -> None:
    """List the performers."""
    from cmet_studio.app.workspace import Workspace

    with Workspace(project) as workspace:
        people = workspace.project.performers
    if json:
        console.say_json(
            {
                "performers": [
                    {
                        "name": p.name,
                        "frame": p.anchor_frame,
                        "box": list(p.anchor_box),
                        "keys": len(p.keys),
                    }
                    for p in people
                ]
            }
        )
        return
    rows = [
        (p.name, f"f{p.anchor_frame}", ",".join(f"{v:.0f}" for v in p.anchor_box), str(len(p.keys)))
        for p in people
    ]
    console.say_table(("performer", "seen at", "box x,y,w,h", "keys"), rows)


@performer.command()
def add(
    project: ProjectFile,
    at: ShowsFace,
    box: AroundFace = None,
    name: Annotated[str | None, typer.Option(help="Else the next free letter.")] = None,
) -> None:
    """Pick another face, as a new performer."""
    from cmet_studio.app import commands
    from cmet_studio.app.workspace import Workspace
    from cmet_studio.domain.time import parse_position

    wanted = None if box is None else _box(box)
    with Workspace(project) as workspace, console.progress() as bar:
        frame = parse_position(at, workspace.reader.times)
        added = commands.add_performer(workspace, frame, wanted, name, report=bar)
    console.say(f"Performer {added.name} added.")


@performer.command()
def pick(
    project: ProjectFile,
    name: str,
    at: ShowsFace,
    box: AroundFace = None,
) -> None:
    """Pick a performer's face again; the keys stay."""
    from cmet_studio.app import commands
    from cmet_studio.app.workspace import Workspace
    from cmet_studio.domain.time import parse_position

    wanted = None if box is None else _box(box)
    with Workspace(project) as workspace, console.progress() as bar:
        frame = parse_position(at, workspace.reader.times)
        found = commands.pick_face(workspace, name, frame, wanted, report=bar)
    where = ",".join(f"{v:.0f}" for v in found.anchor_box)
    console.say(f"Performer {found.name} is the face at {where} in f{frame} now.")


@performer.command()
def rename(project: ProjectFile, name: str, to: str) -> None:
    """Give a performer another name."""
    from cmet_studio.app import commands
    from cmet_studio.app.workspace import Workspace

    with Workspace(project) as workspace:
        commands.rename_performer(workspace, name, to)
    console.say(f"Performer {name} is now called {to}.")


@performer.command()
def remove(
    project: ProjectFile,
    name: str,
    force: Annotated[bool, typer.Option("--force", help="Also its keys.")] = False,
) -> None:
    """Remove a performer."""
    from cmet_studio.app import commands
    from cmet_studio.app.workspace import Workspace

    with Workspace(project) as workspace:
        commands.remove_performer(workspace, name, force=force)
    console.say(f"Performer {name} removed.")


def _box(text: str) -> tuple[float, float, float, float]:
    x, y, w, h = numbers(text, 4, "--box X,Y,W,H")
    if not (w > 0 and h > 0):
        raise BadInput(f"The box {text} is empty.", "Give a width and a height above zero.")
    return (x, y, w, h)
