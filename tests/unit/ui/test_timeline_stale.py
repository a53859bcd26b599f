"""Which cached frames an edit makes old."""

from hypothesis import given
from hypothesis import strategies as st

from cmet_studio.domain import edits
from cmet_studio.domain.changes import changes
from cmet_studio.domain.project import Clip, Fingerprint, Key, MixPart, Project
from cmet_studio.domain.time import FrameRate
from cmet_studio.ui.timeline.stale import stale_frames, without

END = 100


def film(frames: set[int]) -> Project:
    clip = Clip("a.mp4", "", Fingerprint(1, "0" * 64), 64, 64, END, FrameRate(25))
    made = edits.add_performer(Project(clip), "A", 0, (1.0, 1.0, 9.0, 9.0))
    made = edits.add_emotion(made, "Happy", preset="happy")
    for frame in frames:
        made = edits.add_key(made, "p1", Key(frame, (MixPart("e1"),)))
    return made


@given(st.sets(st.integers(0, 99), min_size=2, max_size=9), st.data())
def test_it_reaches_at_least_as_far_as_the_schedule_changes(
    frames: set[int], data: st.DataObject
) -> None:
    before = film(frames)
    moved = data.draw(st.sampled_from(sorted(frames)))
    by = data.draw(st.integers(-moved, 99 - moved))
    after = edits.move_keys(before, "p1", [moved], by)
    told = stale_frames(before, after)
    for change in changes(before, after).performers:
        assert change.frames is not None
        assert any(a <= change.frames[0] and change.frames[1] <= b for a, b in told)


def test_an_untouched_performer_keeps_its_frames() -> None:
    before = film({10, 50})
    assert stale_frames(before, edits.set_work_range(before, (1, 9))) == []
    assert stale_frames(before, edits.add_performer(before, "B", 0, (1.0, 1.0, 9.0, 9.0))) == [
        (0, END)
    ]
    assert stale_frames(before, edits.remove_performer(before, "p1")) == [(0, END)]


runs = st.lists(st.sampled_from(["full", "draft", "none", "failed"]), min_size=1, max_size=8)


@given(runs, st.integers(0, 80), st.integers(0, 80))
def test_runs_still_cover_the_same_frames(states: list[str], a: int, b: int) -> None:
    before = tuple((10 * n, 10 * n + 10, state) for n, state in enumerate(states))
    start, stop = sorted((a, b))
    after = without(before, start, stop)  # type: ignore[arg-type]

    def state(told: object, frame: int) -> str:
        return next(s for x, y, s in told if x <= frame < y)  # type: ignore[attr-defined]

    for frame in range(10 * len(states)):
        wanted = "none" if start <= frame < stop else state(before, frame)
        assert state(after, frame) == wanted
