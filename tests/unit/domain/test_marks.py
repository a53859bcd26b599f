"""Markers, the in/out range, and edits of many keys at once."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmet_studio.core.errors import BadInput
from cmet_studio.domain import edits
from cmet_studio.domain.changes import changes
from cmet_studio.domain.curves import Curve
from cmet_studio.domain.edits_keys import scaled_frame
from cmet_studio.domain.history import Edit
from cmet_studio.domain.project import Key, Marker, MixPart, Project


def frames(project: Project) -> list[int]:
    return [key.frame for key in project.performers[0].keys]


def test_markers_are_sorted_and_one_on_a_frame(project: Project) -> None:
    made = edits.add_marker(project, Marker(30, " line "))
    made = edits.add_marker(made, Marker(10, extra={"note": 1}))
    made = edits.add_marker(made, Marker(10, "again"))
    assert made.markers == (Marker(10, "again", extra={"note": 1}), Marker(30, "line"))
    assert edits.move_marker(made, 10, 30).markers == (Marker(30, "again", extra={"note": 1}),)
    assert edits.rename_marker(made, 30, "x").markers[1].label == "x"
    assert edits.recolour_marker(made, 30, "#ABCDEF").markers[1].colour == "#abcdef"
    assert edits.remove_marker(edits.remove_marker(made, 10), 30) == project


@pytest.mark.parametrize(
    "edit",
    [
        lambda p: edits.add_marker(p, Marker(100)),
        lambda p: edits.add_marker(p, Marker(0, "a\nb")),
        lambda p: edits.add_marker(p, Marker(0, colour="red")),
        lambda p: edits.move_marker(p, 3, 4),
        lambda p: edits.remove_marker(p, 3),
        lambda p: edits.set_work_range(p, (5, 5)),
        lambda p: edits.set_work_range(p, (5, 101)),
        lambda p: edits.scale_keys(p, "p1", [10, 20], 0, 0),
        lambda p: edits.scale_keys(p, "p1", [10, 20, 40], 0, 0.01),
        lambda p: edits.scale_keys(p, "p1", [10, 20, 40], 0, 3),
        lambda p: edits.ripple_keys(p, "p1", 20, -10),
        lambda p: edits.ripple_keys(p, "p1", 20, 60),
        lambda p: edits.paste_keys(p, "p1", (), 0),
        lambda p: edits.paste_keys(p, "p1", (Key(1, (MixPart("none"),)),), 0),
        lambda p: edits.paste_keys(p, "p1", (Key(1), Key(5)), 97),
        lambda p: edits.mute_keys(p, "p1", [11]),
    ],
)  # fmt: skip
def test_refused(project: Project, edit: Edit) -> None:
    with pytest.raises(BadInput) as caught:
        edit(project)
    assert caught.value.message.endswith(".")


def test_the_work_range_is_set_and_cleared(project: Project) -> None:
    made = edits.set_work_range(project, (5, 100))
    assert made.work_range == (5, 100)
    assert edits.set_work_range(made, None) == project


def test_marks_do_not_touch_the_picture(project: Project) -> None:
    made = edits.set_work_range(edits.add_marker(project, Marker(3)), (1, 9))
    found = changes(project, made)
    assert found.anything
    assert not found.performers


def test_scaling_keeps_the_pivot(project: Project) -> None:
    assert frames(edits.scale_keys(project, "p1", [10, 20, 40], 10, 2)) == [10, 30, 70]
    assert frames(edits.scale_keys(project, "p1", [10, 20, 40], 40, Fraction(1, 2))) == [25, 30, 40]
    assert frames(edits.scale_keys(project, "p1", [20, 40], 20, 1.5)) == [10, 20, 50]


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.floats(0.01, 100))
def test_scaling_is_monotonic_and_fixes_the_pivot(frame: int, pivot: int, factor: float) -> None:
    assert scaled_frame(pivot, pivot, factor) == pivot
    assert scaled_frame(frame, pivot, factor) <= scaled_frame(frame + 1, pivot, factor)
    assert scaled_frame(frame, pivot, 1) == frame


def test_ripple_moves_all_later_keys(project: Project) -> None:
    assert frames(edits.ripple_keys(project, "p1", 15, 7)) == [10, 27, 47]
    assert frames(edits.ripple_keys(project, "p1", 15, -9)) == [10, 11, 31]
    assert edits.ripple_keys(project, "p1", 50, 40) == project


def test_paste_puts_the_earliest_at_the_place(project: Project) -> None:
    keys = project.performers[0].keys[1:]
    made = edits.paste_keys(project, "p2", keys, 60)
    assert [key.frame for key in made.performers[1].keys] == [60, 80]
    assert made.performers[1].keys[0].mix == keys[0].mix
    assert frames(edits.paste_keys(project, "p1", keys, 20)) == [10, 20, 40]


def test_a_batch_changes_only_what_it_names(project: Project) -> None:
    made = edits.set_keys(project, "p1", [20, 40], lambda k: replace(k, intensity=0.5))
    assert [key.intensity for key in made.performers[0].keys] == [1.0, 0.5, 0.5]
    with pytest.raises(BadInput):
        edits.set_keys(project, "p1", [20, 40], lambda k: replace(k, intensity=k.frame))


def test_a_muted_key_is_as_if_it_were_not_there(project: Project) -> None:
    muted = edits.mute_keys(project, "p1", [20])
    gone = edits.remove_key(project, "p1", 20)
    a, b = (Curve(p.performers[0].keys) for p in (muted, gone))
    assert all(a.at(n / 2) == b.at(n / 2) for n in range(200))
    (change,) = changes(project, muted).performers
    assert change.frames == (10, 40)
    (change,) = changes(project, gone).performers
    assert change.frames == (10, 40)
    assert not changes(muted, gone).performers
    assert edits.mute_keys(muted, "p1", [20], False) == project


def test_edits_of_muted_keys_leave_the_schedule(project: Project) -> None:
    muted = edits.mute_keys(project, "p1", [20])
    louder = edits.set_key(muted, "p1", 20, lambda k: replace(k, intensity=0.1))
    assert not changes(muted, louder).performers


def test_ten_thousand_keys_move_together(project: Project) -> None:
    clip = replace(project.clip, frames=40_000)
    keys = tuple(Key(4 * n) for n in range(9_000))
    long = replace(project, clip=clip, performers=(replace(project.performers[0], keys=keys),))
    made = edits.move_keys(long, "p1", [key.frame for key in keys], 3)
    assert frames(made)[:3] == [3, 7, 11]
    assert len(frames(made)) == 9_000
