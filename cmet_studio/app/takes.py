"""Takes of a project: bringing recordings in, adopting them in one edit, looking through them.

Bringing in is slow and touches files; adopting is an edit of the document. So the window does the
first in a worker and the second in its history, and the command line does both.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cmet_studio.core.errors import BadInput, MediaError
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain import edits
from cmet_studio.domain.find import emotion_by_id, performer_by_id, take_by_id
from cmet_studio.domain.project import Emotion, Project, Take

SOUND = (".wav", ".flac", ".mp3", ".m4a", ".aac", ".ogg", ".opus", ".aif", ".aiff")
"""What is taken out of a folder; files that are named may be of any kind."""
FILM = (".mp4", ".mov", ".mkv", ".webm", ".mxf", ".avi")
"""What else is offered where files are chosen or dropped; a film brings its first sound track."""


@dataclass(frozen=True, slots=True)
class Brought:
    """Recordings that lie in the project's media folder, not yet in the document.

    Attributes:
        takes: in the order given, equal ones once.
        notes: sentences that an editor should read.
        refused: sentences about files that are no takes.
    """

    takes: tuple[Take, ...]
    notes: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def sound_files(given: Sequence[Path]) -> list[Path]:
    """Files as given; folders become the sound files in them, sorted.

    Raises: BadInput for a folder without any.
    """
    files: list[Path] = []
    for path in given:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in SOUND)
            if not inside:
                raise BadInput(
                    f"There is no sound file in the folder {path.name}.",
                    f"Put speech samples there ({', '.join(SOUND)}), or name files.",
                )
            files += inside
        else:
            files.append(path)
    return files


def bring_in(
    files: Sequence[Path],
    folder: Path,
    media_folder: Path,
    in_s: float | None = None,
    out_s: float | None = None,
    token: CancelToken = NEVER,
    report: Report = silent,
    *,
    all_or_none: bool = True,
) -> Brought:
    """Judge recordings and copy them into a project's media folder.

    Args:
        files: sound, films, or folders of sound.
        folder: the project file's.
        media_folder: the project's, inside ``folder``.
        in_s, out_s: use this part of each; of a large file only the part is copied.
        all_or_none: raise at the first that is no take; else go on and name it in ``refused``.
    Raises: MediaError, BadInput, OutputError as ``speech.takes`` does; nothing is adopted then.
    """
    from cmet_studio.speech.takes import import_part

    found: list[Take] = []
    notes, refused = [], []
    listed = sound_files(files)
    for done, file in enumerate(listed):
        token.check()
        report("importing takes", done, len(listed))
        take_id = f"t{done + 1}"
        try:
            got = import_part(file, folder, take_id, media_folder, in_s, out_s)
        except (BadInput, MediaError) as error:
            if all_or_none:
                raise
            refused.append(str(error))
            continue
        if not any(_same(got.take, take) for take in found):
            notes += [f"{file.name}: {warning}" for warning in got.quality.warnings]
            found.append(got.take)
    report("importing takes", len(listed), len(listed))
    return Brought(tuple(found), tuple(notes), tuple(refused))


def bring_in_range(
    clip: Path, folder: Path, media_folder: Path, start_s: float, end_s: float
) -> Brought:
    """Make a take of a stretch of the clip's own dialogue; only the stretch is read.

    Args:
        start_s, end_s: in clip time, from the first picture.
    """
    from cmet_studio.speech.takes import import_range

    got = import_range(clip, folder, "t1", media_folder, start_s, end_s)
    notes = tuple(f"{got.take.source}: {warning}" for warning in got.quality.warnings)
    return Brought((got.take,), notes)


def adopted(project: Project, brought: Brought) -> tuple[Project, tuple[str, ...]]:
    """Put recordings into the document; one that is there already, with the same trim, is reused.

    Returns: the project, and the ids of the takes in the order brought in, each once.
    """
    ids = []
    for take in brought.takes:
        known = next((t.id for t in project.takes if _same(t, take)), None)
        if known is None:
            known = edits.new_id("t", {t.id for t in project.takes})
            project = edits.add_take(project, replace(take, id=known))
        ids.append(known)
    return project, tuple(dict.fromkeys(ids))


def _same(one: Take, other: Take) -> bool:
    """Whether they are the same stretch of the same recording."""
    return (one.sha256, one.in_s, one.out_s) == (other.sha256, other.in_s, other.out_s)


def adopt(
    brought: Brought,
    *,
    expressive_of: str | None = None,
    neutral_of: str | None = None,
    neutral_of_performer: str | None = None,
) -> Callable[[Project], Project]:
    """The edit that puts recordings into the document and, if asked, to an emotion or performer.

    Args:
        expressive_of: id of the emotion whose expressive takes they become.
        neutral_of: id of the emotion whose neutral takes they become.
        neutral_of_performer: id of the performer whose neutral takes they become.
    """

    def edit(project: Project) -> Project:
        project, ids = adopted(project, brought)
        if expressive_of is not None:
            emotion = _with_own_voice(project, expressive_of)
            kept = tuple(t for t in emotion.neutral if t not in ids)
            project = edits.set_emotion_takes(
                project, emotion.id, tuple(dict.fromkeys((*emotion.expressive, *ids))), kept
            )
        if neutral_of is not None:
            emotion = _with_own_voice(project, neutral_of)
            kept = tuple(t for t in emotion.expressive if t not in ids)
            project = edits.set_emotion_takes(
                project, emotion.id, kept, tuple(dict.fromkeys((*emotion.neutral, *ids)))
            )
        if neutral_of_performer is not None:
            performer = performer_by_id(project, neutral_of_performer)
            project = edits.set_performer_neutral(project, performer.id, (*performer.neutral, *ids))
        return project

    return edit


def _with_own_voice(project: Project, emotion_id: str) -> Emotion:
    emotion = emotion_by_id(project, emotion_id)
    if emotion.mix:
        raise BadInput(
            f"'{emotion.name}' is a mix of other emotions and takes no recordings.",
            "Give them to one of those, or to a new emotion.",
        )
    return emotion


def retrim(
    project: Project,
    folder: Path,
    take_id: str,
    in_s: float | None = None,
    out_s: float | None = None,
) -> tuple[Project, tuple[str, ...]]:
    """Trim a take; without in and out as its quality suggests (a little air is kept).

    Returns: the project, and warnings about what is left.
    Raises: BadInput if the trim is not in the take or leaves too little speech.
    """
    from cmet_studio.speech.judged import take_quality

    take = take_by_id(project, take_id)
    if in_s is None and out_s is None:
        whole = replace(take, in_s=0.0, out_s=None)
        in_s, out_s = (round(t, 2) for t in take_quality(whole, folder).trim_s)
        out_s = min(out_s, take.duration_s)
    in_s = in_s or 0.0
    edits.set_take_trim(project, take_id, in_s, out_s, 0.0)  # refuses before anything is read
    quality = take_quality(replace(take, in_s=in_s, out_s=out_s), folder)
    if not quality.usable:
        raise BadInput(
            f"That leaves {quality.speech_s:.1f} s of speech of the take '{take_id}'.",
            "Leave half a second at least; a sentence is best.",
        )
    trimmed = edits.set_take_trim(project, take_id, in_s, out_s, round(quality.speech_s, 3))
    return trimmed, quality.warnings


def take_facts(project: Project, folder: Path, take_id: str) -> dict[str, Any]:
    """What there is to know about a take, ready for JSON."""
    from cmet_studio.speech.judged import take_quality
    from cmet_studio.speech.quality import words

    take = take_by_id(project, take_id)
    quality = take_quality(take, folder)
    return {
        **take_row(project, take),
        "path": take.path,
        "sha256": take.sha256,
        "words": list(words(quality)),
        "warnings": list(quality.warnings),
        "level_dbfs": round(quality.level_dbfs, 1),
        "peak_dbfs": round(quality.peak_dbfs, 1),
        "snr_db": None if quality.snr_db is None else round(quality.snr_db, 1),
        "clipped": quality.clipped,
        "suggested_trim_s": [round(t + take.in_s, 2) for t in quality.trim_s],
    }


def take_row(project: Project, take: Take) -> dict[str, Any]:
    """A take in a list, without opening its file."""
    return {
        "id": take.id,
        "source": take.source,
        "duration_s": take.duration_s,
        "in_s": take.in_s,
        "out_s": take.out_s,
        "speech_s": take.speech_s,
        "expressive_in": [e.name for e in project.emotions if take.id in e.expressive],
        "neutral_in": [e.name for e in project.emotions if take.id in e.neutral],
        "neutral_of": [p.name for p in project.performers if take.id in p.neutral],
    }
