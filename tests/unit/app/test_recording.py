"""From a finished recording to the document; and lost ones found again."""

from dataclasses import replace

import numpy as np
import pytest
from sound_files import speech_like

from cmet_studio.app.recording import (
    LONGEST_S,
    TakeWish,
    any_unfinished,
    keep,
    next_recording,
    record,
    recordings_folder,
    recover,
)
from cmet_studio.core.errors import BadInput
from cmet_studio.media.bwf import RATE, BwfWriter, TakeNote
from cmet_studio.project_io.lock import media_folder
from cmet_studio.speech.takes import MAX_TAKE_S


@pytest.fixture
def place(project_path):
    return project_path.parent, media_folder(project_path)


def recorded(project, media, wish, seconds=2.0, loud=1.0, finish=True):
    path, note = next_recording(project, media, wish)
    writer = BwfWriter(path, note)
    sound = speech_like(seconds) * loud
    at = np.arange(round(seconds * RATE)) * len(sound) / (seconds * RATE)
    writer.write(np.interp(at, np.arange(len(sound)), sound).astype(np.float32))
    if not finish:
        writer._close()  # what a kill does
        return path
    return writer.finish()


def test_a_recording_becomes_a_take_of_its_emotion(small_project, place):
    folder, media = place
    path = recorded(small_project, media, TakeWish("LONGING"))
    assert path == recordings_folder(media) / "Longing_expressive_T01.wav"
    kept = keep(path, folder, media)
    made = kept.edit(small_project)
    take = made.takes[-1]
    assert made.emotions[1].expressive == ("t1", take.id)
    assert take.source == "Longing_expressive_T01.wav"
    assert take.speech_s > 0.5
    assert (folder / take.path).is_file()
    # Until somebody says that it is in the document, it is found again; twice is once.
    (again,) = recover(folder, media).kept
    assert again.edit(made) == made
    passed = kept.settle()
    assert passed == recordings_folder(media) / "passes" / path.name
    assert passed.is_file()
    assert not path.exists()
    assert recover(folder, media).kept == ()
    assert next_recording(made, media, TakeWish("Longing"))[0].name == "Longing_expressive_T02.wav"


def test_a_new_emotion_is_made_and_sides_are_kept_apart(small_project, place):
    folder, media = place
    kept = keep(recorded(small_project, media, TakeWish("Wistful", "neutral")), folder, media)
    made = kept.edit(small_project)
    assert made.emotions[-1].name == "Wistful"
    assert made.emotions[-1].neutral == (made.takes[-1].id,)
    assert kept.edit(made) == made  # twice is once


def test_a_take_for_nobody_is_only_a_take(small_project, place):
    folder, media = place
    kept = keep(recorded(small_project, media, TakeWish()), folder, media)
    made = kept.edit(small_project)
    assert made.emotions == small_project.emotions
    assert len(made.takes) == 3


@pytest.mark.parametrize("name", ["Happy", "rest", "", "x" * 300])
def test_emotions_that_take_no_recordings_are_refused_before_anything_is_heard(
    small_project, place, name
):
    with pytest.raises(BadInput):
        next_recording(small_project, place[1], TakeWish(name))


def test_silence_is_put_aside_not_deleted(small_project, place):
    folder, media = place
    path = recorded(small_project, media, TakeWish("Longing"), loud=0.0)
    with pytest.raises(BadInput, match=r"is silent") as refused:
        keep(path, folder, media)
    aside = recordings_folder(media) / "unused" / path.name
    assert aside.is_file()
    assert str(aside.parent) in refused.value.hint
    assert recover(folder, media).kept == ()
    # Its number is not given again.
    assert next_recording(small_project, media, TakeWish("Longing"))[1].number == 2


def test_what_a_kill_left_is_recovered(small_project, place):
    folder, media = place
    assert recover(folder, media).words == ""
    recorded(small_project, media, TakeWish("Longing"), 1.9, finish=False)
    recorded(small_project, media, TakeWish("Longing", "neutral"), 2.1, finish=False)
    recorded(small_project, media, TakeWish(), loud=0.0, finish=False)
    busy = BwfWriter(recordings_folder(media) / "busy.wav", TakeNote())
    busy.write(np.zeros(RATE, np.float32))
    found = recover(folder, media)
    assert found.words.startswith("2 takes were recovered.")
    assert [path.name for path in found.unused] == ["take_T01.wav"]
    made = small_project
    for kept in found.kept:
        made = kept.edit(made)
        kept.settle()
    assert len(made.emotions[1].expressive) == len(made.emotions[1].neutral) == 2
    assert recover(folder, media).kept == ()
    busy.abandon()


def test_where_the_window_once_recorded(small_project, place):
    folder, media = place
    path = recorded(small_project, media, TakeWish("Longing"), finish=False)
    former = media / "recorded"
    former.mkdir()
    path.with_name(path.name + ".part").rename(former / (path.name + ".part"))
    (former / "Longing_expressive_T04.wav").write_bytes(b"an old pass")
    assert any_unfinished(media)
    (kept,) = recover(folder, media).kept
    assert kept.note.emotion == "Longing"
    kept.settle()
    assert not any_unfinished(media)
    names = {next_recording(small_project, media, TakeWish("Longing"))[0].name}
    assert names.isdisjoint({path.name, "Longing_expressive_T04.wav"})


def test_the_longest_recording_is_still_a_take():
    assert LONGEST_S + 10.0 < MAX_TAKE_S


def test_an_out_before_the_in_is_refused(small_project, place):
    with pytest.raises(BadInput, match="before it begins"):
        record(small_project, place[1], TakeWish(None, "neutral", 4.0, 3.0), _Untouched())


class _Untouched:
    """Refusals come before the microphone is asked for anything."""


def test_a_take_remembers_where_in_the_clip_it_was_spoken(small_project, place):
    folder, media = place
    path, note = next_recording(small_project, media, TakeWish("Longing", in_s=3.0))
    writer = BwfWriter(path, replace(note, in_s=0.5, clip_s=3.0))
    writer.write(np.repeat(speech_like(2.0), 3).astype(np.float32))
    made = keep(writer.finish(), folder, media).edit(small_project)
    assert made.takes[-1].clip_s == 2.5
