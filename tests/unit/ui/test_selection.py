from dataclasses import replace

from cmet_studio.domain.project import (
    Clip,
    Emotion,
    Fingerprint,
    Key,
    Marker,
    Performer,
    Project,
)
from cmet_studio.domain.time import FrameRate
from cmet_studio.ui.selection import Selection

CLIP = Clip("a.mp4", "", Fingerprint(1, "0" * 64), 640, 480, 100, FrameRate(25))
A = Performer("p1", "A", 0, (0.0, 0.0, 9.0, 9.0), (Key(3), Key(9)))
B = Performer("p2", "B", 0, (0.0, 0.0, 9.0, 9.0), (Key(3),))
PROJECT = Project(CLIP, (A, B), (), (Emotion("e1", "x", "#ffffff"),), markers=(Marker(7),))


def test_what_is_gone_is_no_longer_selected() -> None:
    chosen = Selection("p1", frozenset({3, 9, 12}), "e1", 7)
    assert chosen.within(PROJECT) == replace(chosen, keys=frozenset({3, 9}))
    bare = replace(PROJECT, emotions=(), markers=())
    assert chosen.within(bare) == Selection("p1", frozenset({3, 9}))


def test_another_performer_does_not_inherit_the_keys() -> None:
    gone = replace(PROJECT, performers=(B,))
    assert Selection("p1", frozenset({3})).within(gone) == Selection("p2")


def test_the_first_performer_is_active_from_the_start() -> None:
    assert Selection().within(PROJECT).performer == "p1"
    assert Selection().within(replace(PROJECT, performers=())) == Selection()


def test_nothing_new_is_made_where_nothing_changed() -> None:
    chosen = Selection("p1", frozenset({3}))
    assert chosen.within(PROJECT) is chosen
