"""What differs between two documents."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cmet_studio.domain import edits
from cmet_studio.domain.changes import ChangeSet, PerformerChange, changes
from cmet_studio.domain.curves import Curve
from cmet_studio.domain.project import (
    Clip,
    Emotion,
    Fingerprint,
    Key,
    MixPart,
    Performer,
    Project,
    RegionWeights,
)
from cmet_studio.domain.time import FrameRate

END = 60
CLIP = Clip("a.mp4", "", Fingerprint(1, "0" * 64), 64, 64, END, FrameRate(25))

keys = st.dictionaries(
    st.integers(0, END - 1),
    st.tuples(
        st.sampled_from([(), (MixPart("e1"),), (MixPart("e2"),)]),
        st.sampled_from([0.0, 0.5, 1.0]),
        st.sampled_from(["hold", "linear", "ease"]),
        st.sampled_from([RegionWeights(), RegionWeights(brow=0.0)]),
    ),
    max_size=5,
).map(
    lambda drawn: tuple(
        Key(f, mix, i, kind, regions=regions)
        for f, (mix, i, kind, regions) in sorted(drawn.items())
    )
)


def with_keys(*lists: tuple[Key, ...]) -> Project:
    performers = tuple(
        Performer(f"p{n}", str(n), 0, (0.0, 0.0, 9.0, 9.0), ks) for n, ks in enumerate(lists)
    )
    emotions = (Emotion("e1", "x", "#000000"), Emotion("e2", "y", "#000000"))
    return Project(CLIP, performers, (), emotions)


@settings(deadline=None)
@given(keys, keys)
def test_outside_of_the_named_frames_the_schedule_is_the_same(
    old: tuple[Key, ...], new: tuple[Key, ...]
) -> None:
    found = changes(with_keys(old, old), with_keys(old, new))
    assert {p.performer for p in found.performers} <= {"p1"}
    first, stop = found.performers[0].frames or (0, 0) if found.performers else (0, 0)
    a, b = Curve(old), Curve(new)
    for quarter in range(4 * END):
        if not first <= quarter / 4 < stop:
            assert a.at(quarter / 4) == b.at(quarter / 4)


def test_an_equal_document_changes_nothing(project: Project) -> None:
    nothing = ChangeSet(False, (), frozenset(), False)
    assert changes(project, project) == changes(project, replace(project)) == nothing


def frames_of(before: Project, after: Project) -> tuple[int, int] | None:
    (change,) = changes(before, after).performers
    assert change == PerformerChange("p1", change.frames)
    return change.frames


def test_a_key_reaches_to_its_neighbours(project: Project) -> None:
    assert frames_of(project, edits.add_key(project, "p1", Key(30))) == (20, 40)
    assert frames_of(project, edits.add_key(project, "p1", Key(5))) == (0, 10)
    assert frames_of(project, edits.add_key(project, "p1", Key(50))) == (40, 100)
    assert frames_of(project, edits.move_key(project, "p1", 20, 30)) == (10, 40)
    assert frames_of(project, edits.remove_key(project, "p1", 10)) == (0, 20)
    louder = edits.set_key(project, "p1", 40, lambda key: replace(key, intensity=0.1))
    assert frames_of(project, louder) == (20, 100)


def test_names_and_colours_touch_no_frame(project: Project) -> None:
    for after in (
        edits.rename_performer(project, "p1", "Anna"),
        edits.set_emotion_colour(project, "e1", "#123456"),
        edits.rename_emotion(project, "e1", "Glad"),  # a preset's name means nothing
        edits.set_export(project, {"crf": 20}),
        edits.add_emotion(project, "new"),
    ):
        found = changes(project, after)
        assert found.anything
        assert found.performers == ()


def test_an_emotions_vector_reaches_where_its_keys_are_felt(project: Project) -> None:
    trimmed = edits.set_take_trim(project, "t2", 0.0, 1.0, 1.0)
    found = changes(project, trimmed)
    assert found.emotions == {"e2"}
    assert frames_of(project, trimmed) == (20, 100)
    own = edits.set_emotion_takes(project, "e1", ("t1",), ("t2",))
    assert frames_of(project, own) == (10, 100)
    # A name can be a preset's, which the starter encoder leans on.
    assert changes(project, edits.rename_emotion(project, "e2", "Sad")).emotions == {"e2"}
    assert changes(project, edits.remove_emotion(project, "e2", force=True)).emotions == {"e2"}


def test_performers_come_go_and_look_elsewhere(project: Project) -> None:
    box = (0.0, 0.0, 9.0, 9.0)
    added = changes(project, edits.add_performer(project, "C", 0, box))
    assert added.performers == (PerformerChange("p3", (0, 100), track=True),)
    moved = changes(project, edits.set_anchor(project, "p2", 0, box))
    assert moved.performers == (PerformerChange("p2", (0, 100), track=True),)
    gone = changes(project, edits.remove_performer(project, "p1"))
    assert gone.performers == (PerformerChange("p1", (0, 100), removed=True),)


def test_another_clip_changes_everything(project: Project, clip: Clip) -> None:
    assert not changes(project, replace(project, clip=replace(clip, path="b.mp4"))).clip
    other = replace(clip, fingerprint=Fingerprint(2, "5" * 64))
    found = changes(project, edits.remove_performer(edits.relink_clip(project, other), "p1"))
    assert found.clip
    assert found.performers == (
        PerformerChange("p2", (0, 100), track=True),
        PerformerChange("p1", (0, 100), removed=True),
    )
