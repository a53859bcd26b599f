"""The demo: a clip made here, three keys with rests between, an edited clip with its sound."""

from pathlib import Path

from cmet_studio.app import commands
from cmet_studio.app.contact_sheet import contact_sheet
from cmet_studio.app.demo_clip import make_demo_clip, speak
from cmet_studio.app.rendering import RenderWish, render_project
from cmet_studio.app.workspace import Workspace
from cmet_studio.core.errors import OutputError
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain.project import Key, MixPart, RegionWeights
from cmet_studio.project_io.store import atomic_path

# Emotion and frame; rests stand between. At 25 frames/s: 1.6 s, 4.0 s and 6.4 s.
_STORY = (("happy", 40), ("sad", 100), ("angry", 160))
_RESTS = (15, 70, 130, 185)
# She wears glasses over her brows, and what moves the brows would bend the rims.
_BROWS = {"sad": 0.25, "angry": 0.5}
_FILES = ("clip.mp4", "demo.cmet", "edited.mp4", "contact_sheet.png", "report.json", "speech")
_SHEET = (5, 40, 55, 70, 100, 130, 160, 190)
ACTED = (
    "Get out of here right now, and do not dare to come back!",
    "I have told you a thousand times, and you never, ever listen!",
    "Enough! That is it! I will not hear another word of this!",
)
PLAIN = (
    "The train to the coast leaves at seven in the morning.",
    "There is a table in the room, and a chair stands beside it.",
    "It is a quarter to nine, and the shop opens at ten.",
)


def run_demo(
    folder: Path, *, overwrite: bool = False, token: CancelToken = NEVER, report: Report = silent
) -> list[str]:
    """Do the main job on a clip made here.

    Leaves in ``folder``: clip.mp4, speech, demo.cmet with its takes, edited.mp4, contact_sheet.png
    and report.json.

    Returns: what was done, in lines for people.
    Raises: OutputError if one of these lies there already and ``overwrite`` is not set.
    """
    taken = [name for name in _FILES if (folder / name).exists()]
    if taken and not overwrite:
        raise OutputError(
            f"{folder.name or folder} holds {', '.join(taken)} already.",
            "Choose another --out, or add --force to replace what is there.",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The folder {folder.name} cannot be made: {error.strerror}.", "Choose another --out."
        ) from error
    clip, project = folder / "clip.mp4", folder / "demo.cmet"
    with atomic_path(clip, overwrite) as unfinished:
        make_demo_clip(unfinished, token, report)
    with commands.new_project(
        clip, project, overwrite=True, token=token, report=report
    ) as workspace:
        notes = _make_emotions(workspace, folder, token, report)
        _set_keys(workspace)
        wish = RenderWish(folder / "edited.mp4", report_file=folder / "report.json", overwrite=True)
        summary = render_project(workspace, wish, token, report)
        _draw(workspace, folder, token, report)
    performer = summary["performers"][0]
    largest = performer["largest_delta"]
    still = summary["frames"] - summary["frames_edited"]
    names = ", ".join(f"{name} at f{at}" for name, at in _STORY)
    spared = ", ".join(f"{name} {share:.0%}" for name, share in _BROWS.items())
    return [
        f"clip.mp4: {summary['frames']} frames of a talking portrait, made here, with its voice.",
        f"demo.cmet: performer {performer['name']}, seen in {performer['frames_found']} frames.",
        "Emotions: happy and sad are presets; angry comes from three acted and three plain takes.",
        *notes,
        f"Keys: {names} (brows, for the glasses: {spared}); "
        f"rests between them at {', '.join(f'f{at}' for at in _RESTS)}.",
        f"edited.mp4: {summary['frames_edited']} frames edited, {still} untouched, sound copied.",
        f"Largest change: {largest['unit']} by {largest['value']:.2f} at f{largest['frame']}.",
        f"Rendered in {summary['wall_s']:.1f} s on {summary['device']}, by {summary['engine']}.",
        "contact_sheet.png: the source above, the edit below it, the keys at the bottom.",
        f"Everything is in {folder}.",
    ]


def _make_emotions(
    workspace: Workspace, folder: Path, token: CancelToken, report: Report
) -> list[str]:
    from cmet_studio.media.audio import write_wav

    for name in ("happy", "sad"):
        commands.add_emotion(workspace, name, preset=name)
    samples: dict[str, list[Path]] = {"acted": [], "plain": []}
    for kind, lines, pitch, speed in (("acted", ACTED, 75, 210), ("plain", PLAIN, 45, 150)):
        place = folder / "speech"
        place.mkdir(exist_ok=True)
        for n, line in enumerate(lines, start=1):
            file = place / f"{kind}_{n}.wav"
            write_wav(file, speak(line, folder, pitch=pitch, speed=speed), 16_000)
            samples[kind].append(file)
    return commands.add_emotion(
        workspace,
        "angry",
        expressive=samples["acted"],
        neutral=samples["plain"],
        token=token,
        report=report,
    )


def _set_keys(workspace: Workspace) -> None:
    ids = {e.name: e.id for e in workspace.project.emotions}
    performer = workspace.project.performers[0].name
    for frame in _RESTS:
        commands.add_key(workspace, performer, Key(frame, interpolation="ease"))
    for name, frame in _STORY:
        # A synthetic voice acts weakly, so the emotion made from it gets more than its due.
        intensity = 1.5 if name == "angry" else 1.0
        regions = RegionWeights(brow=_BROWS.get(name, 1.0))
        mix = (MixPart(ids[name]),)
        key = Key(frame, mix, intensity, interpolation="ease", regions=regions)
        commands.add_key(workspace, performer, key)


def _draw(workspace: Workspace, folder: Path, token: CancelToken, report: Report) -> None:
    from cmet_studio.media.reader import VideoReader

    x, y, w, h = workspace.project.performers[0].anchor_box
    clip = workspace.project.clip
    left, top = max(0, int(x - 0.15 * w)), max(0, int(y - 0.2 * h))
    right = min(clip.width, int(x + 1.15 * w))
    bottom = min(clip.height, int(y + 1.15 * h))
    with VideoReader(folder / "edited.mp4") as edited:
        contact_sheet(
            folder / "contact_sheet.png",
            workspace.project,
            workspace.reader,
            edited,
            _SHEET,
            (left, top, right - left, bottom - top),
            token,
            report,
        )
