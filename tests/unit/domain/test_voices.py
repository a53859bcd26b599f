"""Whose neutral speech counts, and emotions mixed from others."""

from dataclasses import replace
from pathlib import Path

import pytest

from cmet_studio.core.errors import BadInput, ProjectError
from cmet_studio.domain import edits
from cmet_studio.domain.changes import changes
from cmet_studio.domain.find import emotion_by_id
from cmet_studio.domain.project import MixPart, Project, Take
from cmet_studio.domain.voices import neutral_of
from cmet_studio.project_io.files import load_project, save_project


@pytest.fixture
def voiced(project: Project) -> Project:
    """With takes t3, t4 as A's neutral speech, and an emotion e3 that has expressive t1 only."""
    for n in ("t3", "t4"):
        project = edits.add_take(project, Take(n, f"a.media/takes/{n}.wav", "2" * 64, 2.5))
    project = edits.add_emotion(project, "Bare", expressive=("t1",))
    return edits.set_performer_neutral(project, "p1", ("t3", "t4", "t3"))


def test_own_takes_come_first_then_the_performers_then_the_shipped(voiced: Project) -> None:
    own = neutral_of(voiced, emotion_by_id(voiced, "e2"))
    assert (own.kind, own.takes) == ("own", ("t2",))
    lent = neutral_of(voiced, emotion_by_id(voiced, "e3"))
    assert (lent.kind, lent.takes, lent.performer) == ("performer", ("t3", "t4"), "A")
    alone = edits.set_performer_neutral(voiced, "p1", ())
    assert neutral_of(alone, emotion_by_id(alone, "e3")).kind == "shipped"


def test_with_two_voices_none_is_guessed(voiced: Project) -> None:
    both = edits.set_performer_neutral(voiced, "p2", ("t2",))
    assert neutral_of(both, emotion_by_id(both, "e3")).kind == "shipped"


def test_a_performers_neutral_changes_the_emotions_that_lean_on_it(voiced: Project) -> None:
    after = edits.set_performer_neutral(voiced, "p1", ("t3",))
    assert changes(voiced, after).emotions == {"e3"}


def test_a_take_in_use_as_neutral_is_not_removed_unasked(voiced: Project) -> None:
    with pytest.raises(BadInput, match="used by 'A'"):
        edits.remove_take(voiced, "t3")
    gone = edits.remove_take(voiced, "t3", force=True)
    assert gone.performers[0].neutral == ("t4",)


def test_a_mix_is_brought_to_one_and_changes_with_its_parts(voiced: Project) -> None:
    made = edits.add_emotion(voiced, "Bitter")
    made = edits.set_emotion_mix(made, "e4", (MixPart("e1", 3.0), MixPart("e3", 1.0)))
    assert emotion_by_id(made, "e4").mix == (MixPart("e1", 0.75), MixPart("e3", 0.25))
    trimmed = edits.set_take_trim(made, "t1", 0.5, None, 1.0)
    assert "e4" in changes(made, trimmed).emotions
    with pytest.raises(BadInput, match="mixed from 'Bare'"):
        edits.remove_emotion(made, "e3")


@pytest.mark.parametrize(
    "parts", [(), (MixPart("e4"),), (MixPart("e1", -1.0),), (MixPart("e1", float("nan")),)]
)
def test_what_is_no_mix_is_refused(voiced: Project, parts: tuple[MixPart, ...]) -> None:
    made = edits.add_emotion(voiced, "Bitter")
    with pytest.raises(BadInput):
        edits.set_emotion_mix(made, "e4", parts)


def test_a_mix_of_mixes_is_refused(voiced: Project) -> None:
    made = edits.add_emotion(edits.add_emotion(voiced, "One"), "Two")
    made = edits.set_emotion_mix(made, "e4", (MixPart("e1"),))
    with pytest.raises(BadInput, match="mix itself"):
        edits.set_emotion_mix(made, "e5", (MixPart("e4"),))
    with pytest.raises(BadInput, match="mix itself"):
        edits.set_emotion_mix(made, "e1", (MixPart("e2"),))


def test_both_survive_a_file_and_nonsense_does_not(voiced: Project, tmp_path: Path) -> None:
    made = edits.add_emotion(voiced, "Bitter")
    made = edits.set_emotion_mix(made, "e4", (MixPart("e1", 0.75), MixPart("e3", 0.25)))
    path = tmp_path / "p.cmet"
    save_project(made, path)
    assert load_project(path) == made
    wrong = replace(made.performers[0], neutral=("t9",))
    with pytest.raises(ProjectError, match="not there"):
        save_project(replace(made, performers=(wrong,)), path)
    bitter = replace(emotion_by_id(made, "e4"), mix=(MixPart("e4"),))
    with pytest.raises(ProjectError, match="voice of its own"):
        save_project(replace(made, emotions=(bitter,)), path)
