"""Edits are functions from project to project that refuse what cannot be."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from cmet_studio.core.errors import BadInput
from cmet_studio.domain import edits, find
from cmet_studio.domain.project import (
    Bezier,
    Clip,
    Fingerprint,
    Key,
    MixPart,
    Project,
    RegionWeights,
    Take,
)

BOX = (0.0, 0.0, 20.0, 20.0)
NAN = float("nan")


def frames(project: Project, performer: int = 0) -> list[int]:
    return [key.frame for key in project.performers[performer].keys]


def test_new_ids_are_the_first_free_ones() -> None:
    assert edits.new_id("p", ()) == "p1"
    assert edits.new_id("p", {"p1", "p3"}) == "p2"


def test_the_project_before_an_edit_is_left_as_it_was(project: Project) -> None:
    before = replace(project)
    edits.add_key(project, "p1", Key(11))
    edits.remove_emotion(project, "e1", force=True)
    edits.rename_performer(project, "p1", "Anna")
    assert project == before


def test_performers(project: Project) -> None:
    added = edits.add_performer(project, "  Ben ", 99, BOX)
    assert (added.performers[-1].id, added.performers[-1].name) == ("p3", "Ben")
    assert edits.rename_performer(project, "p1", "a").performers[0].name == "a"
    assert [p.id for p in edits.remove_performer(project, "p1").performers] == ["p2"]
    moved = edits.set_anchor(project, "p2", 7, BOX).performers[1]
    assert (moved.anchor_frame, moved.anchor_box, moved.name) == (7, BOX, "B")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (partial(edits.add_performer, name="a", anchor_frame=0, anchor_box=BOX), "'a' is taken"),
        (partial(edits.add_performer, name=" ", anchor_frame=0, anchor_box=BOX), "cannot be the"),
        (partial(edits.add_performer, name="x\n", anchor_frame=100, anchor_box=BOX), "f100 lies"),
        (partial(edits.add_performer, name="\x1b[2J", anchor_frame=0, anchor_box=BOX), "cannot be"),
        (partial(edits.add_performer, name="C", anchor_frame=-1, anchor_box=BOX), "f-1 lies"),
        (partial(edits.add_performer, name="C", anchor_frame=0, anchor_box=(0, 0, 0, 5)), "box"),
        (partial(edits.add_performer, name="C", anchor_frame=0, anchor_box=(0, 0, NAN, 5)), "box"),
        (partial(edits.add_performer, name="C", anchor_frame=0, anchor_box=(640, 0, 9, 5)), "box"),
        (partial(edits.rename_performer, performer_id="p1", name="b"), "'b' is taken"),
        (partial(edits.rename_performer, performer_id="p9", name="C"), "no performer 'p9'"),
        (partial(edits.set_anchor, performer_id="p1", frame=100, box=BOX), "f100 lies outside"),
        (partial(edits.remove_performer, performer_id="p9"), "no performer 'p9'"),
        (partial(edits.add_emotion, name="HAPPY"), "'HAPPY' is taken"),
        (partial(edits.add_emotion, name="Rest"), "means no edit"),
        (partial(edits.add_emotion, name="x", preset="grumpy"), "no preset 'grumpy'"),
        (partial(edits.add_emotion, name="x", preset="sad", neutral=("t1",)), "both a preset and"),
        (partial(edits.add_emotion, name="x", expressive=("t7",)), "no take 't7'"),
        (partial(edits.add_emotion, name="x", expressive=("t1",), neutral=("t1",)), "twice"),
        (partial(edits.add_emotion, name="x", colour="red"), "'red' is not a colour"),
        (partial(edits.rename_emotion, emotion_id="e2", name="happy"), "'happy' is taken"),
        (partial(edits.remove_emotion, emotion_id="e1"), "2 keys use the emotion 'Happy'"),
        (partial(edits.remove_emotion, emotion_id="e2"), "1 key uses the emotion 'Longing'"),
        (partial(edits.remove_take, take_id="t1"), "'t1' is used by 'Longing'"),
        (partial(edits.set_take_trim, take_id="t1", in_s=1, out_s=1, speech_s=0), "trim 1s to 1s"),
        (partial(edits.set_take_trim, take_id="t1", in_s=0, out_s=9, speech_s=0), "does not fit"),
        (partial(edits.set_take_trim, take_id="t1", in_s=NAN, out_s=2, speech_s=0), "does not fit"),
        (partial(edits.add_key, performer_id="p9", key=Key(1)), "no performer 'p9'"),
        (partial(edits.add_key, performer_id="p1", key=Key(100)), "f100 lies outside"),
        (partial(edits.add_key, performer_id="p1", key=Key(-1)), "f-1 lies outside"),
        (partial(edits.add_key, performer_id="p1", key=Key(1, (MixPart("e9"),))), "emotion 'e9'"),
        (partial(edits.add_key, performer_id="p1", key=Key(1, intensity=1.6)), "between 0 and 1.5"),
        (partial(edits.add_key, performer_id="p1", key=Key(1, intensity=NAN)), "between 0 and 1.5"),
        (partial(edits.add_key, performer_id="p1", key=Key(1, (MixPart("e1", 0.5),))), "sum to 1"),
        (
            partial(
                edits.add_key,
                performer_id="p1",
                key=Key(1, (MixPart("e1", 0.5), MixPart("e1", 0.5))),
            ),
            "each emotion once",
        ),
        (
            partial(
                edits.add_key,
                performer_id="p1",
                key=Key(1, (MixPart("e1", 2.0), MixPart("e2", -1.0))),
            ),
            "weight in a mix",
        ),
        (
            partial(edits.add_key, performer_id="p1", key=Key(1, bezier=Bezier(y1=1.5))),
            "bezier handle's y1",
        ),
        (
            partial(edits.add_key, performer_id="p1", key=Key(1, regions=RegionWeights(eyes=2))),
            "region 'eyes'",
        ),
        (
            partial(edits.add_key, performer_id="p1", key=Key(1, interpolation="wobble")),  # type: ignore[arg-type]
            "no interpolation 'wobble'",
        ),
        (partial(edits.move_key, performer_id="p1", frame=11, to_frame=12), "no key on f11"),
        (partial(edits.move_key, performer_id="p1", frame=20, to_frame=100), "f100 lies outside"),
        (partial(edits.move_keys, performer_id="p1", frames=(10, 40), by=-11), "f-1 lies outside"),
        (partial(edits.remove_key, performer_id="p2", frame=20), "no key on f20"),
    ],
)
def test_what_cannot_be_is_refused(
    project: Project, edit: Callable[[Project], Project], message: str
) -> None:
    with pytest.raises(BadInput) as caught:
        edit(project)
    assert message in caught.value.message


def test_errors_say_what_there_is(project: Project) -> None:
    with pytest.raises(BadInput) as caught:
        find.find_emotion(project, "Angry")
    assert caught.value.message == "There is no emotion 'Angry'."
    assert caught.value.hint == "There are: Happy, Longing."
    with pytest.raises(BadInput, match="no key on f3") as caught:
        edits.remove_key(project, "p1", 3)
    assert caught.value.hint == "There are: f10, f20, f40."
    with pytest.raises(BadInput) as caught:
        edits.remove_key(project, "p2", 3)
    assert caught.value.hint == "The project has no key yet."


def test_names_are_found_whatever_their_case(project: Project) -> None:
    assert find.find_emotion(project, " hAPPY ").id == "e1"
    assert find.find_performer(project, "b").id == "p2"
    accented = edits.add_emotion(project, "Ge\u0301ne")
    assert find.find_emotion(accented, "GÉNE").id == "e3"


def test_the_only_performer_needs_no_name(project: Project, clip: Clip) -> None:
    with pytest.raises(BadInput, match="several performers") as caught:
        find.find_performer(project, None)
    assert "A, B" in caught.value.hint
    assert find.find_performer(edits.remove_performer(project, "p1"), None).name == "B"
    with pytest.raises(BadInput, match="no performer"):
        find.find_performer(Project(clip), None)


def test_colours_differ_until_the_palette_is_used_up(clip: Clip) -> None:
    project = Project(clip)
    for n in range(12):
        project = edits.add_emotion(project, f"emotion {n}")
    colours = [e.colour for e in project.emotions]
    assert tuple(colours[:8]) == edits.PALETTE
    assert tuple(colours[8:]) == edits.PALETTE[:4]
    free = edits.add_emotion(edits.remove_emotion(project, "e7"), "again", colour="#ABCDEF")
    assert free.emotions[-1].colour == "#abcdef"
    assert edits.next_colour(free) == edits.PALETTE[6]


def test_removing_an_emotion_by_force_takes_its_keys(project: Project) -> None:
    gone = edits.remove_emotion(project, "e2", force=True)
    assert [e.name for e in gone.emotions] == ["Happy"]
    assert frames(gone) == [10, 20]
    assert frames(edits.remove_emotion(project, "e1", force=True)) == [10]


def test_emotions_can_be_renamed_and_made_from_other_takes(project: Project) -> None:
    renamed = edits.rename_emotion(project, "e1", "happy")
    assert renamed.emotions[0].name == "happy"
    own = edits.set_emotion_takes(project, "e1", ("t2",), ()).emotions[0]
    assert (own.preset, own.expressive) == (None, ("t2",))


def test_takes(project: Project) -> None:
    trimmed = edits.set_take_trim(project, "t1", 0.5, 2.0, 1.25).takes[0]
    assert (trimmed.in_s, trimmed.out_s, trimmed.speech_s) == (0.5, 2.0, 1.25)
    gone = edits.remove_take(project, "t1", force=True)
    assert [t.id for t in gone.takes] == ["t2"]
    assert gone.emotions[1].expressive == ()
    assert gone.emotions[1].neutral == ("t2",)


@pytest.mark.parametrize(
    ("take", "message"),
    [
        (Take("t1", "m/a.wav", "0" * 64, 1.0), "id 't1'"),
        (Take("t 3", "m/a.wav", "0" * 64, 1.0), "id 't 3'"),
        (Take("t3", "../a.wav", "0" * 64, 1.0), "leaves"),
        (Take("t3", "/a.wav", "0" * 64, 1.0), "leaves"),
        (Take("t3", "m/a.wav", "0", 1.0), "SHA-256"),
        (Take("t3", "m/a.wav", "0" * 64, 0.0), "trim"),
    ],
)
def test_unusable_takes(project: Project, take: Take, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        edits.add_take(project, take)


def test_a_key_added_on_another_overwrites_it(project: Project) -> None:
    old = Key(30, (MixPart("e1"),), 0.5, "ease", extra={"note": "x", "other": 1})
    project = edits.add_key(project, "p1", old)
    project = edits.add_key(project, "p1", Key(30, extra={"other": 2}))
    assert project.performers[0].keys[2] == Key(30, extra={"note": "x", "other": 2})
    assert frames(project) == [10, 20, 30, 40]


def test_a_key_can_be_changed(project: Project) -> None:
    changed = edits.set_key(project, "p1", 40, lambda key: replace(key, intensity=0.1, frame=3))
    assert changed.performers[0].keys[2] == replace(project.performers[0].keys[2], intensity=0.1)
    with pytest.raises(BadInput, match="intensity"):
        edits.set_key(project, "p1", 40, lambda key: replace(key, intensity=-0.1))


def test_moving_keys(project: Project) -> None:
    assert frames(edits.move_key(project, "p1", 10, 30)) == [20, 30, 40]
    onto = edits.move_key(project, "p1", 10, 20)
    assert frames(onto) == [20, 40]
    assert onto.performers[0].keys[0].is_rest
    together = edits.move_keys(project, "p1", (10, 20), 10)  # 10 lands where 20 left
    assert frames(together) == [20, 30, 40]
    assert together.performers[0].keys[0].is_rest
    assert edits.move_key(project, "p1", 10, 10) == project


def test_removing_keys(project: Project) -> None:
    assert frames(edits.remove_keys(project, "p1", (10, 40))) == [20]
    assert frames(edits.remove_key(project, "p1", 20)) == [10, 40]


def test_export_settings_are_remembered(project: Project) -> None:
    project = edits.set_export(edits.set_export(project, {"crf": 18, "codec": "h264"}), {"crf": 20})
    assert project.export == {"crf": 20, "codec": "h264"}


def test_another_file_for_the_clip(project: Project, clip: Clip) -> None:
    other = replace(clip, path="b.mov", fingerprint=Fingerprint(5, "2" * 64))
    assert edits.relink_clip(project, other).clip == other
    with pytest.raises(BadInput, match="A key of performer 'A' at f40 lies outside"):
        edits.relink_clip(project, replace(other, frames=40))
    with pytest.raises(BadInput, match=r"640 x 360 clip; b\.mov is 320 x 180"):
        edits.relink_clip(project, replace(other, width=320, height=180))


def test_no_edit_makes_a_document_that_could_not_be_saved(project: Project) -> None:
    """``project_io`` refuses files beyond these numbers; who met that at saving had lost work."""
    take, person, emotion = project.takes[0], project.performers[0], project.emotions[0]
    people = tuple(replace(person, id=f"p{n}", name=f"P{n}", keys=()) for n in range(1, 65))
    with pytest.raises(BadInput, match="at most 64 performers"):
        edits.add_performer(replace(project, performers=people), "One more", 0, BOX)
    emotions = tuple(replace(emotion, id=f"e{n}", name=f"E{n}") for n in range(1, 1001))
    with pytest.raises(BadInput, match="at most 1000 emotions"):
        edits.add_emotion(replace(project, emotions=emotions), "One more")
    takes = tuple(replace(take, id=f"t{n}") for n in range(1, 10_001))
    with pytest.raises(BadInput, match="at most 10000 takes"):
        edits.add_take(replace(project, takes=takes), replace(take, id="one-more"))


def test_keys_of_all_performers_count_together(project: Project) -> None:
    long = replace(project, clip=replace(project.clip, frames=100_000))
    a, b = project.performers
    many = tuple(Key(n) for n in range(99_999))
    full = replace(long, performers=(replace(a, keys=many), replace(b, keys=(Key(5),))))
    with pytest.raises(BadInput, match="at most 100000 keys"):
        edits.add_key(full, "p1", Key(99_999))
    with pytest.raises(BadInput, match="at most 100000 keys"):
        edits.paste_keys(full, "p2", (Key(0),), 6)
    assert edits.add_key(full, "p2", Key(5, (MixPart("e1"),))).performers[1].keys[0].mix
    assert len(edits.remove_key(full, "p1", 7).performers[0].keys) == 99_998


def test_a_box_of_absurd_size_is_no_box(project: Project) -> None:
    with pytest.raises(BadInput, match="does not lie"):
        edits.set_anchor(project, "p1", 0, (-1e7, 0.0, 2e7, 10.0))
