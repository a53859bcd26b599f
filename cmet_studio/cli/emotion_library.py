"""``emotion library``: emotions and neutral voices for all projects."""

from pathlib import Path
from typing import Annotated

import typer

from cmet_studio.cli import console
from cmet_studio.cli.options import Force, Json, ProjectFile
from cmet_studio.core.errors import BadInput

library = typer.Typer(no_args_is_help=True, help="Emotions and neutral voices for all projects.")
Called = Annotated[str | None, typer.Option("--name", help="Under another name.")]
Kind = Annotated[str | None, typer.Option(help="emotion or neutral, where both have the name.")]


@library.command("list")
def list_(json: Json = False) -> None:
    """List what is in the library."""
    from cmet_studio.app.user_library import entries

    found = entries()
    if json:
        rows = [
            {
                "name": e.description.name,
                "kind": e.description.kind,
                "preset": e.description.preset,
                "expressive": e.expressive,
                "neutral": e.neutral,
            }
            for e in found
        ]
        console.say_json({"entries": rows})
        return
    console.say_table(
        ("name", "kind", "expressive takes", "neutral takes"),
        [
            (e.description.name, e.description.kind, str(e.expressive), str(e.neutral))
            for e in found
        ],
    )


@library.command()
def save(
    project: ProjectFile,
    emotion: Annotated[str | None, typer.Argument(help="An emotion of the project.")] = None,
    performer: Annotated[
        str | None, typer.Option(help="Or this performer's neutral speech.")
    ] = None,
    name: Called = None,
    force: Force = False,
) -> None:
    """Put an emotion, or a performer's neutral speech, into the library."""
    from cmet_studio.app import user_library
    from cmet_studio.app.workspace import Workspace
    from cmet_studio.domain.find import find_emotion, find_performer

    with Workspace(project) as workspace:
        if (emotion is None) == (performer is None):
            raise BadInput("Say what to keep.", "Name an emotion, or a --performer.")
        if emotion is not None:
            thing = find_emotion(workspace.project, emotion).id
            packed = user_library.describe_emotion(workspace.project, workspace.folder, thing)
        else:
            thing = find_performer(workspace.project, performer).id
            packed = user_library.describe_neutral(workspace.project, workspace.folder, thing)
    entry = user_library.save_entry(packed.named(name), force)
    console.say(f"'{entry.description.name}' is in the library.")


@library.command()
def use(
    project: ProjectFile,
    entry: Annotated[str, typer.Argument(help="A name from the library.")],
    performer: Annotated[
        str | None, typer.Option(help="Whose neutral speech it becomes, for a neutral voice.")
    ] = None,
    name: Called = None,
    kind: Kind = None,
) -> None:
    """Make something of the library part of a project; its recordings are copied."""
    from cmet_studio.app import user_library
    from cmet_studio.app.workspace import Workspace
    from cmet_studio.domain.find import find_performer

    found = user_library.find_entry(entry, kind)
    with Workspace(project) as workspace, console.progress() as bar:
        workspace.check_writable()
        voice = None
        if found.description.kind == "neutral":
            voice = find_performer(workspace.project, performer).id
        unpacked = user_library.bring_entry(
            found.path, workspace.folder, workspace.media_folder, report=bar
        )
        workspace.do(user_library.adopt_entry(unpacked, name, voice))
    for text in unpacked.notes:
        console.note(text)
    console.say(f"'{found.description.name}' is part of {project.name}.")


@library.command()
def remove(entry: str, kind: Kind = None) -> None:
    """Take something out of the library; projects keep their copies."""
    from cmet_studio.app import user_library

    found = user_library.find_entry(entry, kind)
    aside = user_library.put_aside(found.path)
    console.say(f"'{found.description.name}' removed from the library; it lies in {aside.parent}.")


@library.command()
def export(
    entry: str,
    output: Annotated[Path, typer.Option("-o", "--output", help="The .cmetemo file to write.")],
    kind: Kind = None,
    force: Force = False,
) -> None:
    """Write something of the library into a file, to be passed on."""
    from cmet_studio.app import user_library

    found = user_library.find_entry(entry, kind)
    user_library.export_entry(found, output, force)
    console.say(f"{output.name} written.")


@library.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A .cmetemo file.")], force: Force = False
) -> None:
    """Put a .cmetemo file into the library, after checking it."""
    from cmet_studio.app import user_library

    entry = user_library.import_entry(file, force)
    console.say(f"'{entry.description.name}' is in the library.")
