"""Earlier states of a project, and what changed between them in words."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cmet_studio.app.document import Document
from cmet_studio.app.earlier import copy_of, earlier_states, going_back
from cmet_studio.app.what_changed import what_changed
from cmet_studio.core.errors import BadInput
from cmet_studio.domain import edits
from cmet_studio.domain.project import (
    Clip,
    Emotion,
    Fingerprint,
    Key,
    Marker,
    MixPart,
    Performer,
    Project,
    Take,
)
from cmet_studio.domain.time import FrameRate
from cmet_studio.project_io.files import load_project, save_project
from cmet_studio.project_io.versions import versions

CLIP = Clip("clip.mp4", "/clip.mp4", Fingerprint(9, "a" * 64), 64, 48, 100, FrameRate(25))
HAPPY = (MixPart("e1"),)
START = Project(
    CLIP,
    (Performer("p1", "A", 0, (0.0, 0.0, 9.0, 9.0), tuple(Key(f, HAPPY) for f in (5, 15, 30))),),
    (Take("t1", "film.media/takes/a.wav", "b" * 64, 2.0),),
    (Emotion("e1", "Happy", "#ffcc00", preset="happy"),),
)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda p: p, ()),
        (lambda p: edits.add_key(p, "p1", Key(40)), ("1 key added",)),
        (lambda p: edits.remove_keys(p, "p1", [5, 15]), ("2 keys removed",)),
        (lambda p: edits.move_key(p, "p1", 15, 17), ("1 key moved",)),
        (
            lambda p: edits.set_key(p, "p1", 15, lambda k: replace(k, intensity=0.5)),
            ("1 key changed",),
        ),
        (
            lambda p: edits.rename_emotion(edits.rename_performer(p, "p1", "Anna"), "e1", "Glad"),
            ("performer Anna changed", "emotion Glad changed"),
        ),
        (lambda p: edits.add_emotion(p, "Sad", preset="sad"), ("emotion Sad added",)),
        (lambda p: replace(p, takes=()), ("1 take removed",)),
        (lambda p: replace(p, markers=(Marker(3),), work_range=(1, 9)),
         ("markers changed", "in and out changed")),
        (lambda p: replace(p, clip=replace(CLIP, hint="/b")), ("clip changed",)),
        (lambda p: replace(p, export={"crf": 20}), ("export settings changed",)),
        (lambda p: replace(p, extra={"later": 1}), ("details changed",)),
    ],
)  # fmt: skip
def test_what_changed(edit: Callable[[Project], Project], words: tuple[str, ...]) -> None:
    assert what_changed(START, edit(START)) == words


def test_many_names_are_counted() -> None:
    more = START
    for n in range(4):
        more = edits.add_emotion(more, f"Mood {n}", preset="sad")
    assert what_changed(START, more) == ("4 emotions added",)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.cmet"
    save_project(START, path)
    take = tmp_path / START.takes[0].path
    take.parent.mkdir(parents=True)
    take.write_bytes(b"sound")
    return path


def test_versions_say_what_they_are_and_one_becomes_the_project_again(film: Path) -> None:
    with_key = edits.add_key(START, "p1", Key(40))
    document = Document.open(film)
    document.do("Add key", lambda _: with_key)
    document.save()
    document.do("Delete keys", lambda p: edits.remove_keys(p, "p1", [5, 15]))
    document.save()
    newest, middle = earlier_states(film)
    assert (newest.keys, newest.changed) == (2, ("2 keys removed",))
    assert (middle.keys, middle.changed) == (4, ())
    versions(film)[0].path.write_text("{")  # damaged: the others are there all the same
    assert [state.project for state in earlier_states(film)] == [with_key]
    document.do("Go back", going_back(middle.project))
    assert document.project == with_key
    document.undo()
    assert len(document.project.performers[0].keys) == 2
    document.close(discard=True)


def test_the_clip_stays_where_it_lies_and_other_footage_is_refused(film: Path) -> None:
    moved = replace(START, clip=replace(CLIP, path="elsewhere/clip.mp4"), performers=())
    assert going_back(START)(moved) == replace(START, clip=moved.clip)
    other = replace(START, clip=replace(CLIP, fingerprint=Fingerprint(9, "c" * 64)))
    with pytest.raises(BadInput):
        going_back(START)(other)


def test_a_version_is_opened_as_a_copy_with_its_takes(film: Path) -> None:
    document = Document.open(film)
    document.do("Rename", lambda p: edits.rename_performer(p, "p1", "Anna"))
    document.save()
    document.close()
    (state,) = earlier_states(film)
    first, second = copy_of(state, film), copy_of(state, film)
    assert first != second
    copied = load_project(first)
    assert copied.performers[0].name == "Anna"
    assert (film.parent / copied.takes[0].path).read_bytes() == b"sound"
    assert copied.takes[0].path.startswith(f"{first.stem}.media/")
