"""Figures of a project's emotions, with real speech through the starter encoder."""

from pathlib import Path

import pytest

from cmet_studio.app.library import emotion_figures, emotion_map
from cmet_studio.app.vectors import emotion_vectors
from cmet_studio.core.errors import BadInput
from cmet_studio.domain import edits
from cmet_studio.domain.find import find_emotion
from cmet_studio.domain.project import Clip, Fingerprint, MixPart, Project
from cmet_studio.domain.time import FrameRate
from cmet_studio.speech.takes import import_with_quality

CLIP = Clip("a.mp4", "", Fingerprint(9, "0" * 64), 640, 360, 100, FrameRate(25))


@pytest.fixture(scope="module")
def spoken(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Path]:
    """An emotion Warm (four happy takes of a speaker, three neutral), Sad (preset), Bare, a mix."""
    folder = tmp_path_factory.mktemp("project")
    project = edits.add_performer(Project(CLIP), "A", 0, (10.0, 10.0, 50.0, 50.0))
    speech = shared_data / "speech" / "mead"
    ids: list[str] = []
    files = [*sorted((speech / "happy").glob("M003*"))[:4]]
    files += [*sorted((speech / "neutral").glob("M003*"))[:3]]
    for file in files:
        take = import_with_quality(file, folder, edits.new_id("t", ids), folder / "media").take
        project = edits.add_take(project, take)
        ids.append(take.id)
    project = edits.add_emotion(project, "Warm", expressive=tuple(ids[:4]), neutral=tuple(ids[4:]))
    project = edits.add_emotion(project, "Sad", preset="sad")
    project = edits.add_emotion(project, "Bare", expressive=tuple(ids[:2]))
    project = edits.add_emotion(project, "Empty")
    project = edits.add_emotion(project, "Bitter")
    parts = (MixPart("e1", 0.5), MixPart("e2", 0.5))
    return edits.set_emotion_mix(project, "e5", parts), folder


def test_the_figures_of_an_emotion(spoken: tuple[Project, Path]) -> None:
    project, folder = spoken
    found = emotion_figures(project, folder)
    warm = found["e1"]
    assert (warm.shots_expressive, warm.shots_neutral, warm.meter) == (4, 3, "amber")
    assert (warm.neutral_kind, warm.encoder) == ("own", "starter")
    assert set(warm.per_take) == {f"t{n}" for n in range(1, 8)}
    assert all(0.0 < value <= 1.0 for value in warm.per_take.values())
    assert warm.consistency is not None
    assert warm.outlier is None or warm.outlier in project.emotions[0].expressive
    assert warm.strength > 0.3
    assert len(warm.reads_as) == 3
    sad = found["e2"]
    assert (sad.meter, sad.reads_as[0][0], sad.per_take) == ("green", "sad", {})
    bare = found["e3"]
    assert (bare.neutral_kind, bare.meter, bare.shots_neutral) == ("shipped", "red", 0)
    assert any("shipped neutral" in note for note in bare.notes)
    assert "no expressive takes" in found["e4"].notes[0]
    assert found["e5"].strength > 0.0


def test_the_performers_neutral_is_lent_and_said(spoken: tuple[Project, Path]) -> None:
    project, folder = spoken
    project = edits.set_performer_neutral(project, "p1", ("t5", "t6", "t7"))
    found = emotion_figures(project, folder, ["e3"])["e3"]
    assert (found.neutral_kind, found.shots_neutral) == ("performer", 3)
    assert found.neutral_source == "the neutral takes of performer A"
    assert any("performer A" in note for note in found.notes)


def test_a_mix_is_the_weighted_sum_of_its_parts(spoken: tuple[Project, Path]) -> None:
    project, folder = spoken
    vectors = emotion_vectors(project, folder, [find_emotion(project, "Bitter")]).by_emotion
    want = 0.5 * vectors["e1"] + 0.5 * vectors["e2"]
    assert abs(vectors["e5"] - want).max() < 1e-5


def test_the_map_holds_takes_emotions_and_presets(spoken: tuple[Project, Path]) -> None:
    project, folder = spoken
    found = emotion_map(project, folder)
    kinds = [point.kind for point in found.points]
    assert kinds.count("preset") == 14
    assert kinds.count("emotion") == 4
    assert kinds.count("take") == 6
    assert kinds.count("neutral") == 3
    (neutral,) = [p for p in found.points if p.id == "neutral"]
    assert (neutral.x, neutral.y) == (0.0, 0.0)
    assert 0.0 < sum(found.explained) <= 1.0


def test_an_unknown_or_voiceless_emotion_is_said(spoken: tuple[Project, Path]) -> None:
    project, folder = spoken
    with pytest.raises(BadInput, match="no emotion 'e9'"):
        emotion_figures(project, folder, ["e9"])
    with pytest.raises(BadInput, match="no expressive takes"):
        emotion_vectors(project, folder, [find_emotion(project, "Empty")])
    found = emotion_vectors(project, folder, [find_emotion(project, "Empty")], bare_as_rest=True)
    assert not found.by_emotion["e4"].any()
    assert "does nothing" in found.notes[0]
