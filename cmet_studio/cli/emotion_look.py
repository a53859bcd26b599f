"""``emotion show|map|say``: what an emotion is worth, where it lies, a voice for it."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from cmet_studio.cli import console
from cmet_studio.cli.options import Force, Json, ProjectFile


def show(
    project: ProjectFile,
    name: Annotated[str | None, typer.Argument(help="One emotion; else all.")] = None,
    json: Json = False,
) -> None:
    """Shots, whose neutral, how well the takes agree, strength, what it reads as."""
    from cmet_studio.app.library import emotion_figures
    from cmet_studio.app.workspace import Workspace
    from cmet_studio.domain.find import find_emotion

    with Workspace(project) as workspace, console.progress() as bar:
        document = workspace.project
        wanted = None if name is None else [find_emotion(document, name).id]
        found = emotion_figures(document, workspace.folder, wanted, report=bar)
    names = {e.id: e.name for e in document.emotions}
    if json:
        rows = [{"name": names[i], **asdict(figures)} for i, figures in found.items()]
        console.say_json({"emotions": rows})
        return
    for emotion_id, figures in found.items():
        console.say_table((names[emotion_id], ""), _rows(asdict(figures)))
        for text in figures.notes:
            console.note(text)


def _rows(f: dict[str, Any]) -> list[tuple[str, str]]:
    rows = []
    if f["neutral_kind"] != "none":
        rows += [
            (
                "shots",
                f"{f['shots_expressive']} of 10 expressive, {f['shots_neutral']} of 10 neutral"
                f" ({f['meter']})",
            ),
            ("neutral from", f["neutral_source"]),
        ]
    if f["consistency"] is not None:
        rows.append(("consistency", f"{f['consistency']:.2f}"))
        spoken = list(f["per_take"].items())[: f["shots_expressive"]]
        takes = ", ".join(f"{take} {value:.2f}" for take, value in spoken)
        rows.append(("each expressive take", takes))
        rows.append(("fits least", f"{f['outlier']}{' (clearly)' if f['outlier_clear'] else ''}"
                     if f["outlier"] else "none stands out"))  # fmt: skip
    rows.append(("strength", f"{f['strength']:.2f}"))
    shares = ", ".join(f"{name} {share:.2f}" for name, share in f["reads_as"])
    rows.append(("reads as", shares or "nothing"))
    if f["encoder"]:
        rough = ", which knows six kinds, roughly" if f["encoder"] == "starter" else ""
        rows.append(("heard by", f["encoder"] + rough))
    return rows


def map_(
    project: ProjectFile,
    png: Annotated[Path | None, typer.Option(help="Draw it into this file.")] = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """The map of all takes, emotions and presets, in two dimensions."""
    from cmet_studio.app.library import emotion_map
    from cmet_studio.app.workspace import Workspace

    with Workspace(project) as workspace, console.progress() as bar:
        data = emotion_map(workspace.project, workspace.folder, report=bar)
    if png is not None:
        from cmet_studio.app.emotion_plot import draw_map

        draw_map(data, png, force)
    if json:
        console.say_json(asdict(data))
    elif png is not None:
        console.say(f"{png.name} written.")
    else:
        rows = [(p.kind, p.name, f"{p.x:+.2f}", f"{p.y:+.2f}") for p in data.points]
        console.say_table(("kind", "name", "x", "y"), rows)


def say(
    project: ProjectFile,
    name: Annotated[str, typer.Argument(help="The emotion; made if it is new.")],
    provider: Annotated[str, typer.Option(help="espeak or endpoint.")] = "espeak",
    sentence: Annotated[
        list[str] | None, typer.Option(help="What to say, once for each; else three of ours.")
    ] = None,
    neutral: Annotated[
        bool, typer.Option("--neutral", help="A neutral voice, for the neutral side.")
    ] = False,
) -> None:
    """Have a synthetic voice fill an emotion's takes."""
    from cmet_studio.app.say import SENTENCES, open_provider, say_takes
    from cmet_studio.app.takes import adopt
    from cmet_studio.app.workspace import Workspace
    from cmet_studio.domain import edits
    from cmet_studio.domain.rules import same_name

    with Workspace(project) as workspace, console.progress() as bar:
        workspace.check_writable()
        voice = open_provider(provider)
        document = workspace.project
        if not any(same_name(e.name, name.strip()) for e in document.emotions):
            document = edits.add_emotion(document, name)
        emotion = next(e for e in document.emotions if same_name(e.name, name.strip()))
        brought = say_takes(
            voice,
            "neutral" if neutral else emotion.name,
            sentence or SENTENCES,
            workspace.folder,
            workspace.media_folder,
            report=bar,
        )
        edit = adopt(
            brought,
            expressive_of=None if neutral else emotion.id,
            neutral_of=emotion.id if neutral else None,
        )
        workspace.save(edit(document))
    for text in brought.notes:
        console.note(text)
    side = "neutral" if neutral else "expressive"
    console.say(f"{len(brought.takes)} {side} takes for '{emotion.name}'.")
