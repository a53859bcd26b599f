"""Recording a take for an emotion, from the wish to the document; and finding lost ones again.

Recordings are written into ``<project>.media/recordings``. A finished one is judged and becomes a
take as any import does (``app.takes``); once that is in the document, the file is kept under its
own name in ``recordings/passes``. One that is refused (no speech in it) moves to
``recordings/unused``. None is ever deleted. What a killed program left is repaired and taken in at
the next start.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cmet_studio.app.takes import Brought, adopt, bring_in
from cmet_studio.core.errors import BadInput
from cmet_studio.core.progress import NEVER, CancelToken
from cmet_studio.domain import edits
from cmet_studio.domain.find import find_emotion
from cmet_studio.domain.project import Project
from cmet_studio.domain.rules import same_name

if TYPE_CHECKING:
    from cmet_studio.media.bwf import TakeNote
    from cmet_studio.media.player import Player
    from cmet_studio.media.recorder import Punch, Recorder, Recording

Side = Literal["expressive", "neutral"]

LONGEST_S = 580.0
"""A take ends by itself after this; takes last ten minutes at most (``speech.takes``)."""
_TURN_S = 0.05


@dataclass(frozen=True, slots=True)
class TakeWish:
    """What to record.

    Attributes:
        emotion: name; one that is new is made. None: the take belongs to none yet.
        side: of the emotion.
        in_s, out_s: clip time; with an in the clip plays and the take begins there.
        longest_s: ends so long after the in.
        count_in: three beeps before it.
    """

    emotion: str | None = None
    side: Side = "expressive"
    in_s: float | None = None
    out_s: float | None = None
    longest_s: float | None = None
    count_in: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording that lies in the project's media folder, and the edit that adopts it.

    Attributes:
        brought: the take and what an editor should read about it.
        note: what it was recorded for.
        edit: adds it to the document and, if it was for an emotion, to that (made if it is new).
        recording: the file as it was recorded; found again at the next start until ``settle``.
    """

    brought: Brought
    note: "TakeNote"
    edit: Callable[[Project], Project]
    recording: Path

    def settle(self) -> Path:
        """Once the edit is done: put the recording among the passes; returns where it lies."""
        return _moved(self.recording, self.recording.parent / "passes")


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was found of a program that was killed.

    Attributes:
        kept: recordings that became takes; their edits are still to be done.
        unused: files without enough speech, where they lie now.
    """

    kept: tuple[Kept, ...] = ()
    unused: tuple[Path, ...] = ()

    @property
    def words(self) -> str:
        """One sentence for the editor; empty if there was nothing."""
        parts = []
        if self.kept:
            parts.append(f"{_takes(len(self.kept))} recovered.")
        if self.unused:
            names = ", ".join(path.name for path in self.unused)
            parts.append(f"Recordings without enough speech were put aside: {names}.")
        return " ".join(parts)


_FORMER = "recorded"  # where the window recorded once: finished passes, and what a kill left


def any_unfinished(media_folder: Path) -> bool:
    """Whether ``recover`` may find something; quick."""
    from cmet_studio.media.bwf import UNFINISHED

    recordings, former = recordings_folder(media_folder), media_folder / _FORMER
    places = (
        recordings.glob(f"*.wav{UNFINISHED}"),
        recordings.glob("*.wav"),
        former.glob(f"*.wav{UNFINISHED}"),
    )
    return any(True for place in places for _ in place)


def recordings_folder(media_folder: Path) -> Path:
    """Where a project's recordings lie until they are takes."""
    return media_folder / "recordings"


def next_recording(project: Project, media_folder: Path, wish: TakeWish) -> "tuple[Path, TakeNote]":
    """File and note of the next take.

    Raises: BadInput if the wish does not fit the project (an emotion without a voice of its own).
    """
    from cmet_studio.media.bwf import TakeNote
    from cmet_studio.media.repair import next_take

    emotion = _emotion_name(project, wish)
    stem = f"{emotion}_{wish.side}" if emotion else "take"
    folder = recordings_folder(media_folder)
    used = {take.source for take in project.takes}
    for kept in (folder / "passes", folder / "unused", media_folder / _FORMER):
        if kept.is_dir():
            used |= {file.name for file in kept.iterdir()}
    path, number = next_take(folder, stem, used)
    return path, TakeNote(number, emotion, wish.side)


def record(
    project: Project,
    media_folder: Path,
    wish: TakeWish,
    recorder: "Recorder",
    player: "Player | None" = None,
    stop: CancelToken = NEVER,
    watch: "Callable[[Recorder], None]" = lambda recorder: None,
) -> "Recording | None":
    """Record one take, to its end or until ``stop``; a cancelled one is kept.

    Args:
        player: the clip's; needed where the wish names an in, or for the beeps.
        watch: called some 20 times a second, for a meter.

    Returns: the recording; None if it was stopped before the in.

    Raises: BadInput, OutputError, DeviceError.
    """
    punch = _punch(wish, player)
    path, note = next_recording(project, media_folder, wish)
    recorder.start(
        path,
        note,
        longest_s=min(wish.longest_s or LONGEST_S, LONGEST_S),
        punch=punch,
        counting=wish.count_in,
        player=player,
    )
    try:
        while not recorder.wait(_TURN_S) and not stop.cancelled:
            watch(recorder)
    except KeyboardInterrupt:  # stop and keep, as the token does
        return recorder.stop()
    return recorder.stop()


def keep(recording: Path, folder: Path, media_folder: Path) -> Kept:
    """Make a take of a finished recording; ``settle`` it once it is in the document.

    Raises:
        BadInput: if there is not enough speech in it; says where the file lies then.
        OutputError: if the media folder cannot be written; the recording stays where it is.
    """
    found = _judged(recording, folder, media_folder)
    if isinstance(found, Kept):
        return found
    aside, error = found
    raise BadInput(error.message, f"{error.hint} The recording lies in {aside.parent}.") from error


def recover(folder: Path, media_folder: Path) -> Recovered:
    """Repair what a killed program was recording and make takes of it.

    Recordings that another program is making at the moment are left alone.
    """
    from cmet_studio.media.repair import repair_unfinished

    recordings = recordings_folder(media_folder)
    repair_unfinished(recordings)
    for former in repair_unfinished(media_folder / _FORMER):
        _moved(former, recordings)
    found_here = recordings.glob("*.wav")
    kept, unused = [], []
    for path in sorted(found_here, key=lambda file: file.stat().st_mtime_ns):
        found = _judged(path, folder, media_folder)
        if isinstance(found, Kept):
            kept.append(found)
        else:
            unused.append(found[0])
    return Recovered(tuple(kept), tuple(unused))


def _judged(recording: Path, folder: Path, media_folder: Path) -> Kept | tuple[Path, BadInput]:
    """What was kept; or where the recording was put and why."""
    from cmet_studio.media.bwf import TakeNote
    from cmet_studio.media.repair import read_note

    note = read_note(recording) or TakeNote()
    try:
        brought = bring_in([recording], folder, media_folder)
    except BadInput as error:
        return _moved(recording, recordings_folder(media_folder) / "unused"), error
    if note.clip_s is not None:
        began_s = note.clip_s - note.in_s
        spoken = tuple(replace(take, clip_s=began_s) for take in brought.takes)
        brought = replace(brought, takes=spoken)
    return Kept(brought, note, _edit(brought, note), recording)


def _punch(wish: TakeWish, player: "Player | None") -> "Punch | None":
    from cmet_studio.media.recorder import Punch

    if wish.in_s is None:
        return None
    if wish.out_s is not None and wish.out_s <= wish.in_s:
        raise BadInput(
            f"The take would end at {wish.out_s:g} s, before it begins at {wish.in_s:g} s.",
            "Give an out after the in.",
        )
    if player is None:
        raise ValueError("a take at a clip position needs the clip's player")
    return Punch(player, wish.in_s, wish.out_s)


def _emotion_name(project: Project, wish: TakeWish) -> str:
    """The emotion as the project spells it, or the new one's cleaned name."""
    if wish.emotion is None:
        return ""
    if not any(same_name(e.name, wish.emotion) for e in project.emotions):
        return edits.add_emotion(project, wish.emotion).emotions[-1].name  # refuses bad names
    emotion = find_emotion(project, wish.emotion)
    if emotion.preset is not None or emotion.mix:
        what = "a preset" if emotion.preset is not None else "a mix"
        raise BadInput(
            f"The emotion '{emotion.name}' is {what} and takes no recordings.",
            "Record for an emotion with another name.",
        )
    return emotion.name


def _edit(brought: Brought, note: "TakeNote") -> Callable[[Project], Project]:
    def edit(project: Project) -> Project:
        if not note.emotion:
            return adopt(brought)(project)
        known = next((e for e in project.emotions if same_name(e.name, note.emotion)), None)
        if known is None:
            project = edits.add_emotion(project, note.emotion)
            known = project.emotions[-1]
        if known.preset is not None or known.mix:  # it became one since
            return adopt(brought)(project)
        if note.side == "neutral":
            return adopt(brought, neutral_of=known.id)(project)
        return adopt(brought, expressive_of=known.id)(project)

    return edit


def _moved(recording: Path, folder: Path) -> Path:
    aside = folder / recording.name
    with suppress(OSError):
        aside.parent.mkdir(parents=True, exist_ok=True)
        number = 2
        while aside.exists():
            aside = aside.with_name(f"{recording.stem}-{number}{recording.suffix}")
            number += 1
        recording.rename(aside)
        return aside
    return recording


def _takes(count: int) -> str:
    return "1 take was" if count == 1 else f"{count} takes were"
