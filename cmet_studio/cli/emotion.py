"""``emotion``: named bins of speech samples, or presets."""

from pathlib import Path
from typing import Annotated

import typer

from cmet_studio.cli import console
from cmet_studio.cli.emotion_library import library
from cmet_studio.cli.emotion_look import map_, say, show
from cmet_studio.cli.options import Json, ProjectFile, mix_in_words, parse_mix

emotion = typer.Typer(no_args_is_help=True, help="Emotions made from speech, or presets.")
emotion.command()(show)
emotion.command("map")(map_)
emotion.command()(say)
emotion.add_typer(library, name="library")


@emotion.command()
def add(
    project: ProjectFile,
    name: str,
    preset: Annotated[str | None, typer.Option(help="A shipped vector, e.g. sad.")] = None,
    expressive: Annotated[
        list[Path] | None,
        typer.Option(help="Speech that carries it: files, folders; as many as follow."),
    ] = None,
    neutral: Annotated[
        list[Path] | None,
        typer.Option(help="The same speaker, neutral: files, folders; as many as follow."),
    ] = None,
    mix: Annotated[
        list[str] | None,
        typer.Option(help="Mixed from others: --mix happy=0.6 --mix sad=0.4."),
    ] = None,
) -> None:
    """Make an emotion from speech samples, take a preset, or mix others."""
    from cmet_studio.app import commands
    from cmet_studio.app.workspace import Workspace

    with Workspace(project) as workspace, console.progress() as bar:
        notes = commands.add_emotion(
            workspace,
            name,
            preset=preset,
            expressive=expressive or (),
            neutral=neutral or (),
            mix=parse_mix(workspace.project, mix or (), "--mix"),
            report=bar,
        )
        made = workspace.project.emotions[-1]
    for text in notes:
        console.note(text)
    origin = f"{len(made.expressive)} expressive and {len(made.neutral)} neutral takes"
    if made.preset:
        origin = f"the preset {made.preset}"
    elif made.mix:
        origin = f"{len(made.mix)} others"
    console.say(f"Emotion '{made.name}' made from {origin}.")


@emotion.command("list")
def list_(project: ProjectFile, json: Json = False) -> None:
    """List the emotions and what they are made from."""
    from cmet_studio.app.workspace import Workspace

    with Workspace(project) as workspace:
        emotions = workspace.project.emotions
    names = {e.id: e.name for e in emotions}
    if json:
        console.say_json(
            {
                "emotions": [
                    {
                        "name": e.name,
                        "colour": e.colour,
                        "preset": e.preset,
                        "expressive": list(e.expressive),
                        "neutral": list(e.neutral),
                        "mix": {names[part.emotion]: part.weight for part in e.mix},
                    }
                    for e in emotions
                ]
            }
        )
        return
    rows = [
        (
            e.name,
            e.preset or mix_in_words(names, e.mix) or "-",
            str(len(e.expressive)),
            str(len(e.neutral)),
        )
        for e in emotions
    ]
    console.say_table(("emotion", "preset or mix", "expressive takes", "neutral takes"), rows)


@emotion.command()
def rename(project: ProjectFile, name: str, to: str) -> None:
    """Give an emotion another name; keys follow."""
    from cmet_studio.app import commands
    from cmet_studio.app.workspace import Workspace

    with Workspace(project) as workspace:
        commands.rename_emotion(workspace, name, to)
    console.say(f"Emotion '{name}' is now called '{to}'.")


@emotion.command()
def remove(
    project: ProjectFile,
    name: str,
    force: Annotated[bool, typer.Option("--force", help="Also the keys that use it.")] = False,
) -> None:
    """Remove an emotion."""
    from cmet_studio.app import commands
    from cmet_studio.app.workspace import Workspace

    with Workspace(project) as workspace:
        commands.remove_emotion(workspace, name, force=force)
    console.say(f"Emotion '{name}' removed.")
