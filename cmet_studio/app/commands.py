"""The catalogue of what can be done to a project; each call is one saved edit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from cmet_studio.app.workspace import Workspace
from cmet_studio.core.errors import BadInput, NoFace
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain import edits
from cmet_studio.domain.find import find_emotion, find_performer, performer_by_id
from cmet_studio.domain.project import Clip, Key, MixPart, Performer, Project
from cmet_studio.project_io.files import save_project
from cmet_studio.project_io.fingerprint import fingerprint
from cmet_studio.project_io.relink import clip_reference
from cmet_studio.project_io.store import check_output

if TYPE_CHECKING:
    from cmet_studio.app.session import EngineSession
    from cmet_studio.face.types import Box as FaceBox
    from cmet_studio.face.types import FaceTrack
    from cmet_studio.media.reader import VideoReader

_SAME = 0.5  # overlap above which two boxes are one face
_NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SUFFIX = ".cmet"

Box = tuple[float, float, float, float]


def new_project(
    clip: Path,
    path: Path,
    *,
    overwrite: bool = False,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> Workspace:
    """Make a project of a clip: find its faces, track them, name them A, B, ... by size.

    Raises:
        MediaError: if the clip cannot be read.
        NoFace: if no face is found in it.
        BadInput: if ``path`` does not end in ``.cmet``.
        OutputError: if the project file is there already or cannot be written, or is the clip.
    """
    from cmet_studio.face.discover import discover
    from cmet_studio.media.reader import VideoReader

    if path.suffix.lower() != _SUFFIX:
        name = path.name or path
        raise BadInput(f"{name} is no project file.", f"Give a name that ends in {_SUFFIX}.")
    check_output(path, overwrite, never=[clip])
    with VideoReader(clip) as reader:
        empty = Project(clip_value(clip, path, reader))
        Workspace(path, empty).check_writable()
        faces = [(one.frame, _as_tuple(one.box)) for one in discover(reader, token, report)]
    project = _with_performers(empty, faces)
    with Workspace(path, project) as unsaved:  # stopped meanwhile, it was never there
        project = _with_performers(empty, _people(unsaved, token, report))
    save_project(project, path, overwrite=overwrite)
    return Workspace(path)


def _with_performers(project: Project, faces: Sequence[tuple[int, Box]]) -> Project:
    for name, (frame, box) in zip(_NAMES, faces, strict=False):
        project = edits.add_performer(project, name, frame, box)
    return project


def _people(workspace: Workspace, token: CancelToken, report: Report) -> list[tuple[int, Box]]:
    """The performers' anchors, but of each person one: followed, two may turn out to be one.

    Far away and in a close-up, somebody hardly looks alike.
    """
    known = _analyse(workspace, token, report).analyses
    kept: list[Performer] = []
    for performer in workspace.project.performers:
        frame, box = performer.anchor_frame, performer.anchor_box
        if not _owner(box, _boxes_in(frame, {one.name: known[one.id].track for one in kept})):
            kept.append(performer)
    return [(one.anchor_frame, one.anchor_box) for one in kept]


def add_performer(
    workspace: Workspace,
    frame: int,
    box: Box | None = None,
    name: str | None = None,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> Performer:
    """Pick a face in a frame: the one that lies in ``box``, or the only one that is free.

    Raises: BadInput, NoFace if it cannot be said which, is somebody's already, or is not there.
    """
    workspace.check_writable()
    found = _face_at(workspace, frame, box, _faces_of_others(workspace, frame, token, report))
    taken = {p.name for p in workspace.project.performers}
    name = name or next(free for free in chain(_NAMES, map(str, count(1))) if free not in taken)
    workspace.do(lambda p: edits.add_performer(p, name, frame, found))
    _analyse(workspace, token, report)
    return workspace.project.performers[-1]


def pick_face(
    workspace: Workspace,
    name: str | None,
    frame: int,
    box: Box | None = None,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> Performer:
    """Say anew which face is a performer's, who keeps the keys; the face is found as above."""
    workspace.check_writable()
    performer = find_performer(workspace.project, name)
    others = _faces_of_others(workspace, frame, token, report, performer)
    found = _face_at(workspace, frame, box, others)
    workspace.do(lambda p: edits.set_anchor(p, performer.id, frame, found))
    _analyse(workspace, token, report)
    return find_performer(workspace.project, performer.name)


def rename_performer(workspace: Workspace, name: str, to: str) -> None:
    """Give a performer another name."""
    performer = find_performer(workspace.project, name)
    workspace.do(lambda p: edits.rename_performer(p, performer.id, to))


def remove_performer(workspace: Workspace, name: str, *, force: bool = False) -> None:
    """Remove a performer; with ``force`` also its keys."""
    performer = find_performer(workspace.project, name)

    def remove(project: Project) -> Project:
        count = len(performer_by_id(project, performer.id).keys)
        if count and not force:
            raise BadInput(
                f"Performer {performer.name} has {count} {'key' if count == 1 else 'keys'}.",
                "Remove them first, or add --force to remove them with it.",
            )
        return edits.remove_performer(project, performer.id)

    workspace.do(remove)


def add_emotion(
    workspace: Workspace,
    name: str,
    *,
    preset: str | None = None,
    expressive: Sequence[Path] = (),
    neutral: Sequence[Path] = (),
    mix: Sequence[MixPart] = (),
    token: CancelToken = NEVER,
    report: Report = silent,
) -> list[str]:
    """Make an emotion: a preset, from speech samples (files, folders of them), or a mix of others.

    Returns: sentences that an editor should read: few takes, a stand-in neutral, quality.
    """
    if preset is None and not expressive and not mix:
        raise BadInput(
            f"The emotion '{name}' needs a voice.",
            "Give speech samples with --expressive, a shipped vector with --preset, or a --mix.",
        )
    if (preset is not None) + bool(expressive or neutral) + bool(mix) > 1:
        raise BadInput(
            f"The emotion '{name}' cannot be made in two ways at once.",
            "Give a mix, or a preset, or speech samples.",
        )
    workspace.check_writable()
    project = edits.add_emotion(workspace.project, name, preset=preset)  # refuses before copying
    emotion_id = project.emotions[-1].id
    notes: list[str] = []
    if mix:
        project = edits.set_emotion_mix(project, emotion_id, mix)
    elif preset is None:
        project, notes = _with_voice(
            project, workspace, emotion_id, (expressive, neutral), token, report
        )
    workspace.save(project)
    return notes


def _with_voice(
    project: Project,
    workspace: Workspace,
    emotion_id: str,
    sides: tuple[Sequence[Path], Sequence[Path]],
    token: CancelToken,
    report: Report,
) -> tuple[Project, list[str]]:
    """Import an emotion's recordings, and embed them now: the editor waits for them anyway."""
    from cmet_studio.app.takes import adopted, bring_in
    from cmet_studio.app.vectors import emotion_vectors

    notes: list[str] = []
    ids = []
    for files in sides:
        brought = bring_in(
            files, workspace.folder, workspace.media_folder, token=token, report=report
        )
        project, side = adopted(project, brought)
        notes += brought.notes
        ids.append(side)
    project = edits.set_emotion_takes(project, emotion_id, ids[0], ids[1])
    found = emotion_vectors(project, workspace.folder, project.emotions[-1:], token, report)
    return project, notes + found.notes


def rename_emotion(workspace: Workspace, name: str, to: str) -> None:
    """Give an emotion another name."""
    emotion = find_emotion(workspace.project, name)
    workspace.do(lambda p: edits.rename_emotion(p, emotion.id, to))


def remove_emotion(workspace: Workspace, name: str, *, force: bool = False) -> None:
    """Remove an emotion; with ``force`` also the keys that use it."""
    emotion = find_emotion(workspace.project, name)
    workspace.do(lambda p: edits.remove_emotion(p, emotion.id, force))


def add_key(workspace: Workspace, performer: str | None, key: Key) -> Key | None:
    """Set a key. Returns the one that stood on its frame and was replaced."""
    found = find_performer(workspace.project, performer)
    replaced: list[Key] = []

    def add(project: Project) -> Project:
        replaced.extend(_keys_on(project, found.id, key.frame))
        return edits.add_key(project, found.id, key)

    workspace.do(add)
    return replaced[0] if replaced else None


def change_key(
    workspace: Workspace, performer: str | None, frame: int, change: Callable[[Key], Key]
) -> None:
    """Change values of the key on a frame."""
    found = find_performer(workspace.project, performer)
    workspace.do(lambda p: edits.set_key(p, found.id, frame, change))


def move_key(
    workspace: Workspace, performer: str | None, frame: int, to: int, *, force: bool = False
) -> None:
    """Move a key in time; with ``force`` also over another one, which is replaced."""
    found = find_performer(workspace.project, performer)

    def move(project: Project) -> Project:
        moved = edits.move_key(project, found.id, frame, to)
        if frame != to and _keys_on(project, found.id, to) and not force:
            raise BadInput(
                f"Performer {found.name} has a key on f{to} already.",
                "Choose another frame, or add --force to replace it.",
            )
        return moved

    workspace.do(move)


def remove_key(workspace: Workspace, performer: str | None, frame: int) -> None:
    """Remove the key on a frame."""
    found = find_performer(workspace.project, performer)
    workspace.do(lambda p: edits.remove_key(p, found.id, frame))


def _keys_on(project: Project, performer_id: str, frame: int) -> list[Key]:
    return [key for key in performer_by_id(project, performer_id).keys if key.frame == frame]


def relink(workspace: Workspace, clip: Path) -> None:
    """Point the project at its clip's new place, or at a clip of the same length and size."""
    from cmet_studio.media.reader import VideoReader

    with VideoReader(clip) as reader:
        value = clip_value(clip, workspace.path, reader)
    old = workspace.project.clip
    if (value.frames, value.width, value.height) != (old.frames, old.width, old.height):
        raise BadInput(
            f"{clip.name} has {value.frames} frames of {value.width}x{value.height}, the project's "
            f"clip has {old.frames} of {old.width}x{old.height}.",
            "Choose the clip that the project was made of.",
        )
    workspace.do(lambda p: edits.relink_clip(p, replace(value, extra=old.extra)))


def clip_value(clip: Path, project_path: Path, reader: "VideoReader") -> Clip:
    """What a project at ``project_path`` says about a clip."""
    video = reader.info.video
    path, hint = clip_reference(clip, project_path)
    return Clip(
        path,
        hint,
        fingerprint(clip),
        video.width,
        video.height,
        len(reader),
        video.rate,
        video.start_timecode,
    )


def _analyse(workspace: Workspace, token: CancelToken, report: Report) -> "EngineSession":
    from cmet_studio.app.session import EngineSession

    return EngineSession(workspace, "mesh", "auto", token, report)


def _faces_of_others(
    workspace: Workspace,
    frame: int,
    token: CancelToken,
    report: Report,
    but: Performer | None = None,
) -> dict[str, Box]:
    """Where a frame shows the faces that are somebody's already, by name."""
    if not workspace.project.performers:
        return {}
    known = _analyse(workspace, token, report).analyses
    others = {p.name: known[p.id].track for p in workspace.project.performers if p != but}
    return _boxes_in(frame, others)


def _boxes_in(frame: int, tracks: "Mapping[str, FaceTrack]") -> dict[str, Box]:
    return {
        name: (float(x), float(y), float(w), float(h))
        for name, track in tracks.items()
        if track.found[frame]
        for x, y, w, h in [track.boxes[frame]]
    }


def _face_at(workspace: Workspace, frame: int, box: Box | None, taken: Mapping[str, Box]) -> Box:
    """The face in a box, or the only one that nobody has."""
    from cmet_studio.face.discover import FaceFinder

    with FaceFinder() as finder:
        faces = [_as_tuple(face) for face in finder.boxes(workspace.reader.read(frame))]
    if not faces:
        raise NoFace(
            f"No face was found in frame f{frame}.",
            "Choose a frame in which it is at least 20 pixels wide and turned to the camera.",
        )
    owners = {face: _owner(face, taken) for face in faces}
    if box is None:
        free = [face for face in faces if not owners[face]]
        if len(free) > 1:
            seen = "; ".join(",".join(f"{v:.0f}" for v in face) for face in free)
            raise BadInput(
                f"There are {len(free)} faces in frame f{frame}.",
                f"Say which with --box X,Y,W,H: {seen}.",
            )
        if not free:
            raise _is_taken(owners[faces[0]], frame)
        return free[0]
    best = max(faces, key=lambda face: _overlap(face, box))
    if _overlap(best, box) < 0.1:
        raise NoFace(
            f"No face lies in the box {','.join(f'{v:g}' for v in box)} of frame f{frame}.",
            "Draw the box around a face that can be seen there.",
        )
    if owners[best]:
        raise _is_taken(owners[best], frame)
    return best


def _owner(face: Box, taken: Mapping[str, Box]) -> str:
    return next((name for name, box in taken.items() if _overlap(face, box) > _SAME), "")


def _is_taken(owner: str, frame: int) -> BadInput:
    return BadInput(
        f"The face in frame f{frame} is performer {owner} already.",
        "Choose another face or frame; performer pick says anew which face somebody is.",
    )


def _as_tuple(box: "FaceBox") -> Box:
    return (box.x, box.y, box.w, box.h)


def _overlap(a: Box, b: Box) -> float:
    """Intersection over the smaller of two boxes, 0..1."""
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    smaller = min(a[2] * a[3], b[2] * b[3])
    return max(0.0, w) * max(0.0, h) / smaller if smaller > 0 else 0.0
