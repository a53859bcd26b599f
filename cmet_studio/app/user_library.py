"""The user's library: emotions and neutral voices that are used in more than one project.

Each entry is a ``.cmetemo`` file in the user's data folder, so that saving, exporting, importing
and using are all the same kind of copy. A project that uses an entry gets its recordings, copied
by content, and no longer needs the library.
"""

import hashlib
import logging
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cmet_studio.app.takes import Brought, adopted
from cmet_studio.core.errors import BadInput, OutputError
from cmet_studio.core.paths import data_dir
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain import edits
from cmet_studio.domain.find import emotion_by_id, performer_by_id, take_by_id
from cmet_studio.domain.project import Project, Take
from cmet_studio.domain.rules import fold, same_name
from cmet_studio.domain.voices import neutral_of
from cmet_studio.project_io.emotion_file import (
    SUFFIX,
    read_description,
    unpack,
    write_emotion_file,
)
from cmet_studio.project_io.emotion_schema import Description, StoredTake
from cmet_studio.project_io.relink import take_file
from cmet_studio.project_io.store import atomic_path

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in the library.

    Attributes:
        path: its file.
        description: what it is.
    """

    path: Path
    description: Description

    @property
    def expressive(self) -> int:
        """Number of expressive takes."""
        return sum(take.side == "expressive" for take in self.description.takes)

    @property
    def neutral(self) -> int:
        """Number of neutral takes."""
        return len(self.description.takes) - self.expressive


def library_folder() -> Path:
    """Where the entries lie."""
    folder = data_dir() / "library"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def entries() -> list[Entry]:
    """All entries by kind and name; files that cannot be read are logged and left out."""
    found = filter(None, map(_entry, sorted(library_folder().glob(f"*{SUFFIX}"))))
    return sorted(found, key=lambda e: (e.description.kind, fold(e.description.name)))


def _entry(path: Path) -> Entry | None:
    try:
        return Entry(path, read_description(path))
    except BadInput as error:
        log.warning("%s", error.message)
        return None


def find_entry(name: str, kind: str | None = None) -> Entry:
    """The entry of that name, in any letter case; of two kinds the emotion.

    Raises: BadInput if there is none.
    """
    everything = entries()
    for entry in everything:
        fits = kind in (None, entry.description.kind)
        if fits and same_name(entry.description.name, name.strip()):
            return entry
    names = ", ".join(e.description.name for e in everything)
    raise BadInput(
        f"There is no '{name}' in the library.",
        f"There are: {names}." if names else "It is empty: cmet-studio emotion library save.",
    )


def describe_emotion(project: Project, folder: Path, emotion_id: str) -> "Packed":
    """Gather an emotion: its takes and the neutral ones it is heard against.

    Raises: BadInput for a mix or an emotion without a voice; ProjectError for a missing recording.
    """
    emotion = emotion_by_id(project, emotion_id)
    if emotion.mix:
        raise BadInput(
            f"'{emotion.name}' is a mix, which is not kept by itself.",
            "Save the emotions that it is mixed from.",
        )
    if emotion.preset is None and not emotion.expressive:
        raise BadInput(f"'{emotion.name}' has no takes yet.", "Record or import a few first.")
    sides = [("expressive", t) for t in emotion.expressive]
    sides += [("neutral", t) for t in neutral_of(project, emotion).takes]
    takes, files = _gathered(project, folder, sides)
    made = Description(
        kind="emotion",
        name=emotion.name,
        colour=emotion.colour,
        preset=emotion.preset,
        takes=takes,
    )
    return Packed(made, files)


def describe_neutral(project: Project, folder: Path, performer_id: str) -> "Packed":
    """Gather a performer's neutral speech.

    Raises: BadInput if there is none; ProjectError for a missing recording.
    """
    performer = performer_by_id(project, performer_id)
    if not performer.neutral:
        raise BadInput(
            f"Performer {performer.name} has no neutral takes.",
            "Give some: cmet-studio take import --neutral-of.",
        )
    takes, files = _gathered(project, folder, [("neutral", t) for t in performer.neutral])
    return Packed(Description(kind="neutral", name=performer.name, takes=takes), files)


@dataclass(frozen=True, slots=True)
class Packed:
    """What goes into an emotion file: its description, and SHA-256 -> recording."""

    description: Description
    files: dict[str, Path]

    def named(self, name: str | None) -> "Packed":
        """The same under another name."""
        if name is None:
            return self
        clean = name.strip()
        changed = self.description.model_dump(by_alias=True) | {"name": clean}
        try:
            return replace(self, description=Description.model_validate(changed))
        except ValueError as error:
            raise BadInput(f"{clean[:80]!r} cannot be a name.", "Use 1 to 80 letters.") from error

    def write(self, path: Path, overwrite: bool = False) -> None:
        """Write the file; see ``project_io.emotion_file``."""
        write_emotion_file(path, self.description, self.files, overwrite)


def _gathered(
    project: Project, folder: Path, sides: Sequence[tuple[str, str]]
) -> tuple[list[StoredTake], dict[str, Path]]:
    from cmet_studio.speech.files import content_hash

    takes, files = [], {}
    for side, take_id in sides:
        take = take_by_id(project, take_id)
        path = take_file(take, folder)
        if content_hash(path) != take.sha256:
            raise BadInput(
                f"The recording {take.path} is not the one that was imported.",
                "Put the original back, or import it again.",
            )
        files[take.sha256] = path
        suffix = path.suffix.lower()
        takes.append(
            StoredTake.model_validate(
                {
                    "sha256": take.sha256,
                    "suffix": suffix if suffix[1:].isalnum() and len(suffix) < 10 else "",
                    "side": side,
                    "in_s": take.in_s,
                    "out_s": take.out_s,
                    "speech_s": take.speech_s,
                    "source": take.source,
                }
            )
        )
    return takes, files


def save_entry(packed: Packed, overwrite: bool = False) -> Entry:
    """Put something into the library.

    Args:
        overwrite: one of that name is put aside.
    Raises: BadInput if the name is taken and ``overwrite`` is not given.
    """
    path = _place(packed.description)
    if path.exists() and not overwrite:
        raise BadInput(
            f"'{packed.description.name}' is in the library already.",
            "Choose another --name, or add --force to replace it.",
        )
    if path.exists():
        put_aside(path)
    packed.write(path, overwrite=True)
    return Entry(path, packed.description)


def put_aside(path: Path) -> Path:
    """Take a file out of the library without losing it; returns where it lies now.

    Projects that use it keep their copies.

    Raises: OutputError if it cannot be moved.
    """
    folder = path.parent / "removed"
    number = 1
    while (aside := folder / f"{path.stem}-{number}{path.suffix}").exists():
        number += 1
    try:
        folder.mkdir(exist_ok=True)
        path.rename(aside)
    except OSError as error:
        raise OutputError(f"{path.name} cannot be moved: {error.strerror}.") from error
    return aside


def _place(description: Description) -> Path:
    digest = hashlib.sha256(fold(description.name).encode()).hexdigest()[:16]
    return library_folder() / f"{description.kind}-{digest}{SUFFIX}"


def import_entry(path: Path, overwrite: bool = False) -> Entry:
    """Check an emotion file of any origin, recordings and all, and put it into the library.

    Raises: BadInput if it is damaged or hostile, or its name is taken.
    """
    with tempfile.TemporaryDirectory(prefix="cmet-emotion-") as folder:
        description, files = unpack(path, Path(folder))
        return save_entry(Packed(description, files), overwrite)


def export_entry(entry: Entry, path: Path, overwrite: bool = False) -> None:
    """Write an entry into a file of the user's choice.

    Raises: BadInput for another suffix; OutputError if it cannot be written.
    """
    if path.suffix.lower() != SUFFIX:
        raise BadInput(f"{path.name} is no emotion file.", f"Give a name that ends in {SUFFIX}.")
    with atomic_path(path, overwrite) as temp:
        shutil.copyfile(entry.path, temp)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """An entry whose recordings lie in a project's media folder, not yet in the document."""

    description: Description
    expressive: Brought
    neutral: Brought

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that an editor should read."""
        return (*self.expressive.notes, *self.neutral.notes)


def bring_entry(
    path: Path,
    folder: Path,
    media_folder: Path,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> Unpacked:
    """Copy an emotion file's recordings into a project's media folder, judged like any other.

    Raises: BadInput and MediaError for what is not usable; nothing is adopted then.
    """
    from cmet_studio.speech.takes import import_with_quality

    sides: dict[str, list[Take]] = {"expressive": [], "neutral": []}
    notes: dict[str, list[str]] = {"expressive": [], "neutral": []}
    with tempfile.TemporaryDirectory(prefix="cmet-emotion-") as temporary:
        description, files = unpack(path, Path(temporary))
        for done, stored in enumerate(description.takes):
            token.check()
            report("importing takes", done, len(description.takes))
            got = import_with_quality(
                files[stored.sha256],
                folder,
                f"t{done + 1}",
                media_folder,
                stored.in_s,
                stored.out_s,
                stored.source or None,
            )
            sides[stored.side].append(got.take)
            notes[stored.side] += [f"{got.take.source}: {w}" for w in got.quality.warnings]
    both = [Brought(tuple(sides[s]), tuple(notes[s])) for s in ("expressive", "neutral")]
    return Unpacked(description, both[0], both[1])


def adopt_entry(
    unpacked: Unpacked, name: str | None = None, performer_id: str | None = None
) -> Callable[[Project], Project]:
    """The edit that makes an entry part of a project.

    Args:
        unpacked: from ``bring_entry``.
        name: of the emotion in the project; the entry's own if None.
        performer_id: whose neutral speech it becomes, for a neutral voice.
    """

    def edit(project: Project) -> Project:
        description = unpacked.description
        if description.kind == "neutral":
            if performer_id is None:
                raise BadInput(
                    f"'{description.name}' is a neutral voice.", "Say whose, by --performer."
                )
            project, ids = adopted(project, unpacked.neutral)
            performer = performer_by_id(project, performer_id)
            return edits.set_performer_neutral(project, performer_id, (*performer.neutral, *ids))
        project, expressive = adopted(project, unpacked.expressive)
        project, neutral = adopted(project, unpacked.neutral)
        return edits.add_emotion(
            project,
            name or description.name,
            preset=description.preset,
            expressive=expressive,
            neutral=tuple(t for t in neutral if t not in expressive),
            colour=description.colour,
        )

    return edit
