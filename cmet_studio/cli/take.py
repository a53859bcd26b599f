"""``take``: speech samples of a project, recorded or imported."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cmet_studio.cli import console
from cmet_studio.cli.options import Force, Json, ProjectFile, seconds
from cmet_studio.cli.take_record import record, recover
from cmet_studio.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from cmet_studio.app.takes import Brought
    from cmet_studio.app.workspace import Workspace
    from cmet_studio.domain.project import Project

take = typer.Typer(no_args_is_help=True, help="Speech samples: record, import, look through.")

take.command()(record)
take.command()(recover)

TakeId = Annotated[str, typer.Argument(help="The take's id, as take list prints it.")]


@take.command("import")
def import_(
    project: ProjectFile,
    file: Annotated[list[Path] | None, typer.Argument(help="Sound, films, folders.")] = None,
    from_clip: Annotated[
        bool, typer.Option("--from-clip", help="A moment of the clip's own dialogue.")
    ] = False,
    start: Annotated[
        str | None,
        typer.Option("--in", help="First moment: 1.5s; of the clip also f37 or a timecode."),
    ] = None,
    end: Annotated[str | None, typer.Option("--out", help="Where it ends.")] = None,
    emotion: Annotated[str | None, typer.Option(help="Add them to this emotion.")] = None,
    neutral: Annotated[
        bool, typer.Option("--neutral", help="To the emotion's neutral side.")
    ] = False,
    neutral_of: Annotated[
        str | None, typer.Option(help="They are this performer's neutral speech.")
    ] = None,
    json: Json = False,
) -> None:
    """Bring recordings into the project: files, folders, or a moment of the clip."""
    from cmet_studio.app import takes
    from cmet_studio.app.workspace import Workspace

    if neutral and emotion is None:
        raise BadInput("--neutral needs an emotion.", "Name it with --emotion, or --neutral-of.")
    with Workspace(project) as workspace, console.progress() as bar:
        workspace.check_writable()
        adopt = _adopter(workspace, emotion, neutral, neutral_of)
        before = workspace.project
        if from_clip:
            brought = _from_clip(workspace, file, start, end)
        elif file:
            part = seconds(start, "--in"), seconds(end, "--out")
            brought = takes.bring_in(
                file, workspace.folder, workspace.media_folder, *part, report=bar
            )
        else:
            raise BadInput("There is nothing to import.", "Name files, or give --from-clip.")
        workspace.do(adopt(brought))
        _, ids = takes.adopted(workspace.project, brought)
        rows = [takes.take_row(workspace.project, t) for t in workspace.project.takes]
    for text in (*brought.notes, *_presets_left(before, workspace.project)):
        console.note(text)
    mine = [row for row in rows if row["id"] in ids]
    if json:
        console.say_json({"takes": mine})
    else:
        _table(mine)


def _presets_left(before: "Project", after: "Project") -> list[str]:
    """What has to be said of emotions that were presets and have a voice of their own now."""
    own = {emotion.id for emotion in after.emotions if emotion.preset is None}
    return [
        f"'{one.name}' was the preset {one.preset}; now it is made from its own takes."
        for one in before.emotions
        if one.preset is not None and one.id in own
    ]


def _adopter(
    workspace: "Workspace", emotion: str | None, neutral: bool, neutral_of: str | None
) -> "Callable[[Brought], Callable[[Project], Project]]":
    """What to do with the takes; names are looked up before anything is copied."""
    from cmet_studio.app.takes import adopt
    from cmet_studio.domain.find import find_emotion, find_performer

    bin_id = None if emotion is None else find_emotion(workspace.project, emotion).id
    voice = None if neutral_of is None else find_performer(workspace.project, neutral_of).id
    return lambda brought: adopt(
        brought,
        expressive_of=None if neutral else bin_id,
        neutral_of=bin_id if neutral else None,
        neutral_of_performer=voice,
    )


def _from_clip(
    workspace: "Workspace", file: list[Path] | None, start: str | None, end: str | None
) -> "Brought":
    from cmet_studio.app.takes import bring_in_range
    from cmet_studio.domain.time import parse_position

    if file or start is None or end is None:
        raise BadInput(
            "--from-clip takes a moment of the clip and no files.", "Say which by --in and --out."
        )
    times = workspace.reader.times
    first, last = (float(times.seconds(parse_position(at, times))) for at in (start, end))
    return bring_in_range(
        workspace.clip_path, workspace.folder, workspace.media_folder, first, last
    )


def _table(rows: list[dict[str, Any]]) -> None:
    def uses(row: dict[str, Any]) -> str:
        found = [*row["expressive_in"]]
        found += [f"{name} (neutral)" for name in row["neutral_in"]]
        found += [f"performer {name} (neutral)" for name in row["neutral_of"]]
        return ", ".join(found) or "-"

    def part(row: dict[str, Any]) -> str:
        end = row["duration_s"] if row["out_s"] is None else row["out_s"]
        return f"{row['in_s']:.2f}-{end:.2f} s"

    console.say_table(
        ("take", "from", "part", "speech", "used by"),
        [(r["id"], r["source"], part(r), f"{r['speech_s']:.1f} s", uses(r)) for r in rows],
    )


@take.command("list")
def list_(project: ProjectFile, json: Json = False) -> None:
    """List the takes and what uses them."""
    from cmet_studio.app.takes import take_row
    from cmet_studio.app.workspace import Workspace

    with Workspace(project) as workspace:
        rows = [take_row(workspace.project, t) for t in workspace.project.takes]
    if json:
        console.say_json({"takes": rows})
    else:
        _table(rows)


@take.command()
def show(project: ProjectFile, take_id: TakeId, json: Json = False) -> None:
    """What was found in a take: speech, level, noise, what else, a trim."""
    from cmet_studio.app.takes import take_facts
    from cmet_studio.app.workspace import Workspace

    with Workspace(project) as workspace:
        facts = take_facts(workspace.project, workspace.folder, take_id)
    if json:
        console.say_json(facts)
        return
    start, end = facts["suggested_trim_s"]
    snr = "unknown" if facts["snr_db"] is None else f"{facts['snr_db']:.0f} dB"
    rows = [
        ("from", facts["source"]),
        ("found", ", ".join(facts["words"])),
        ("level, peak", f"{facts['level_dbfs']:.0f}, {facts['peak_dbfs']:.0f} dBFS"),
        ("speech over noise", snr),
        ("suggested trim", f"--in {start:.2f}s --out {end:.2f}s"),
        ("file", facts["path"]),
    ]
    console.say_table(("take", take_id), rows)
    for text in facts["warnings"]:
        console.note(text)


@take.command()
def trim(
    project: ProjectFile,
    take_id: TakeId,
    start: Annotated[str | None, typer.Option("--in", help="Where the part begins: 1.5s.")] = None,
    end: Annotated[str | None, typer.Option("--out", help="Where it ends.")] = None,
) -> None:
    """Use only a part of a take; without --in and --out, from its first to its last word."""
    from cmet_studio.app.takes import retrim
    from cmet_studio.app.workspace import Workspace
    from cmet_studio.domain.find import take_by_id

    with Workspace(project) as workspace:
        trimmed, warnings = retrim(
            workspace.project,
            workspace.folder,
            take_id,
            seconds(start, "--in"),
            seconds(end, "--out"),
        )
        workspace.save(trimmed)
    for text in warnings:
        console.note(text)
    made = take_by_id(trimmed, take_id)
    end_s = made.duration_s if made.out_s is None else made.out_s
    console.say(
        f"Take {take_id} goes from {made.in_s:.2f} s to {end_s:.2f} s: "
        f"{made.speech_s:.1f} s of speech."
    )


@take.command()
def remove(project: ProjectFile, take_id: TakeId, force: Force = False) -> None:
    """Remove a take from the project; its file stays. With --force also out of emotions."""
    from cmet_studio.app.workspace import Workspace
    from cmet_studio.domain import edits

    with Workspace(project) as workspace:
        workspace.do(lambda p: edits.remove_take(p, take_id, force))
    console.say(f"Take {take_id} removed.")
