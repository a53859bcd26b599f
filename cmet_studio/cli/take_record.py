"""``take record`` and ``take recover``: a microphone, a meter, and what a kill left behind."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cmet_studio.cli import console
from cmet_studio.cli.level_meter import level_meter
from cmet_studio.cli.options import Json, ProjectFile
from cmet_studio.core.errors import BadInput

if TYPE_CHECKING:
    from cmet_studio.app.recording import Kept, TakeWish
    from cmet_studio.app.workspace import Workspace
    from cmet_studio.media.recorder import Recorder, Recording

_SIDES = ("expressive", "neutral")


def record(
    project: ProjectFile,
    emotion: Annotated[str | None, typer.Option(help="Whose take it is; made if new.")] = None,
    side: Annotated[str, typer.Option("--as", help="expressive or neutral.")] = "expressive",
    device: Annotated[
        str | None, typer.Option(help="Microphone: number or name, see 'audio devices'.")
    ] = None,
    channel: Annotated[
        int | None, typer.Option(help="Its channel, from 1; default: the first two mixed.")
    ] = None,
    output: Annotated[str | None, typer.Option(help="Loudspeaker, likewise.")] = None,
    seconds: Annotated[float | None, typer.Option(help="Stop after so long.")] = None,
    start: Annotated[
        str | None, typer.Option("--in", help="Begin there in the clip while it plays: f37, 1.5s.")
    ] = None,
    end: Annotated[str | None, typer.Option("--out", help="End there in the clip.")] = None,
    count_in: Annotated[
        bool, typer.Option("--count-in", help="Three beeps before it begins.")
    ] = False,
    monitor: Annotated[
        bool, typer.Option("--monitor", help="Hear the microphone; with headphones only.")
    ] = False,
    json: Json = False,
) -> None:
    """Record a take; Ctrl-C ends and keeps it."""
    from cmet_studio.app import recording
    from cmet_studio.app.workspace import Workspace
    from cmet_studio.media.devices import find_device
    from cmet_studio.media.recorder import Recorder

    if side not in _SIDES:
        raise BadInput(f"'{side}' is no side of an emotion.", "Write --as expressive or neutral.")
    if end is not None and start is None:
        raise BadInput("--out needs --in.", "Say where in the clip the take begins.")
    with Workspace(project) as workspace:
        workspace.check_writable()
        _recover(workspace)
        wish = recording.TakeWish(
            emotion,
            "neutral" if side == "neutral" else "expressive",
            _clip_s(workspace, start),
            _clip_s(workspace, end),
            seconds,
            count_in,
        )
        recording.next_recording(workspace.project, workspace.media_folder, wish)  # refuses early
        microphone = find_device("input", device)
        with Recorder(microphone, None if channel is None else channel - 1) as recorder:
            if monitor:
                recorder.monitor(True, None if output is None else find_device("output", output))
            made = _made(workspace, wish, recorder, output)
        _take_in(workspace, made, json)


def _take_in(workspace: "Workspace", made: "Recording | None", json: bool) -> None:
    from cmet_studio.app.recording import keep

    if made is None:
        console.note("Stopped before the take began; nothing was recorded.")
        return
    if made.problem is not None:
        console.fail(made.problem)
    kept = keep(made.path, workspace.folder, workspace.media_folder)
    workspace.do(kept.edit)
    kept.settle()
    _tell(workspace, made, kept, json)


def recover(project: ProjectFile, json: Json = False) -> None:
    """Repair and take in what a killed program was recording."""
    from cmet_studio.app.workspace import Workspace

    with Workspace(project) as workspace:
        workspace.check_writable()
        count, unused = _recover(workspace)
    if json:
        console.say_json({"recovered": count, "unused": unused})
    elif not count and not unused:
        console.say("There is nothing to recover.")


def _recover(workspace: "Workspace") -> tuple[int, list[str]]:
    from cmet_studio.app.recording import recover as recover_all

    found = recover_all(workspace.folder, workspace.media_folder)
    for kept in found.kept:
        workspace.do(kept.edit)
        kept.settle()
    if found.words:
        console.note(found.words)
    return len(found.kept), [path.name for path in found.unused]


def _clip_s(workspace: "Workspace", text: str | None) -> float | None:
    from cmet_studio.domain.time import parse_position

    if text is None:
        return None
    times = workspace.reader.times
    return float(times.seconds(parse_position(text, times)))


def _made(
    workspace: "Workspace", wish: "TakeWish", recorder: "Recorder", output: str | None
) -> "Recording | None":
    from cmet_studio.app.recording import record as record_take
    from cmet_studio.media.devices import find_device
    from cmet_studio.media.player import Player

    player = None
    if wish.in_s is not None or wish.count_in:
        speaker = find_device("output", output).key if output is not None else None
        clip: Path | None = workspace.clip_path if wish.in_s is not None else None
        player = Player(clip, speaker)
    try:
        with level_meter() as meter:
            made = record_take(
                workspace.project, workspace.media_folder, wish, recorder, player, watch=meter.show
            )
    finally:
        if player is not None:
            player.close()
    if player is not None and player.problem is not None:
        console.note(player.problem.message)
    return made


def _tell(workspace: "Workspace", made: "Recording", kept: "Kept", json: bool) -> None:
    from cmet_studio.app.takes import adopted

    _, (take_id,) = adopted(workspace.project, kept.brought)
    take = kept.brought.takes[0]
    for text in kept.brought.notes:
        console.note(text)
    if made.dropped:
        console.note(f"The system lost {made.dropped} blocks of sound; listen before you use it.")
    if json:
        console.say_json(
            {
                "take": take_id,
                "path": take.path,
                "source": take.source,
                "seconds": round(made.seconds, 3),
                "preroll_s": round(made.note.in_s, 3),
                "speech_s": take.speech_s,
                "emotion": kept.note.emotion or None,
                "side": kept.note.side,
                "clip_s": kept.note.clip_s,
                "dropped": made.dropped,
                "clipped": made.clipped,
                "problem": None if made.problem is None else made.problem.message,
            }
        )
        return
    where = f" for '{kept.note.emotion}' ({kept.note.side})" if kept.note.emotion else ""
    console.say(
        f"Take {take_id} recorded{where}: {made.seconds:.1f} s, {take.speech_s:.1f} s of speech."
    )
