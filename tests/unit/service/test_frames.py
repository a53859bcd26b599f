"""Frames over the wire: what they show, what they are equal to, who waits for whom."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from service_fixtures import FRAMES, Inside, Story, raw, until

from cmet_studio.app import listening
from cmet_studio.app.preview import REST_S
from cmet_studio.core.errors import OutputError
from cmet_studio.domain.project import Emotion, Key, MixPart
from cmet_studio.media.convert import to_rgb
from cmet_studio.media.reader import VideoReader
from cmet_studio.project_io.splice import difference
from cmet_studio.service.client import Engine, EngineProblem, Frame, Superseded
from cmet_studio.service.discovery import discovery_file

Shown = tuple[Engine, Story]


def pixels(frame: Frame) -> npt.NDArray[np.uint8]:
    return np.frombuffer(frame.rgb, np.uint8).reshape(frame.height, frame.width, 3)


def rgb_of(path: Path, frame: int) -> npt.NDArray[np.uint8]:
    with VideoReader(path) as reader:
        return to_rgb(reader.read(frame))


def test_source_frames_are_the_clips_own(inside: Inside, story: Story) -> None:
    with inside.engine() as engine:
        assert engine.put_document(str(story.path), 3, story.data) == {
            "revision": 3,
            "frames": FRAMES,
        }
        for n in (0, 20, 7, FRAMES - 1):
            frame = engine.frame(n, quality="source")
            assert (frame.n, frame.revision, frame.edited, frame.quality) == (n, 3, False, "source")
            assert np.array_equal(pixels(frame), rgb_of(Path(story.project.clip.hint), n))
        small = engine.frame(20, width=64, quality="source")
        assert (small.width, small.height) == (64, 80)
        assert engine.frame(20, width=4000, quality="source").width == 256


def test_full_quality_equals_the_export(shown: Shown, tmp_path: Path) -> None:
    engine, _ = shown
    out = tmp_path / "out.mkv"
    job = engine.start_job("export", output=str(out), codec="ffv1")
    until(lambda: engine.jobs()[-1]["state"] in ("done", "failed"))
    assert engine.jobs()[-1] | {"id": job, "state": "done"} == engine.jobs()[-1]
    edited = 0
    for n in range(FRAMES):
        frame = engine.frame(n, quality="full")
        assert frame.quality == "full"
        assert frame.state == "ready"
        edited += frame.edited
        assert np.array_equal(pixels(frame), rgb_of(out, n)), n
    assert 10 < edited < FRAMES


def test_a_new_revision_is_shown_at_once_and_an_old_one_is_remembered(shown: Shown) -> None:
    engine, story = shown
    first = engine.frame(12)
    softer = story.with_keys(Key(4), Key(12, (MixPart("e1"),), intensity=0.4))
    softer.put(engine, 2)
    second = engine.frame(12)
    assert (first.revision, second.revision) == (1, 2)
    assert first.rgb != second.rgb
    story.put(engine, 3)
    again = engine.frame(12, wait=False)  # at hand: it was made before
    assert (again.revision, again.rgb) == (3, first.rgb)


def test_what_came_last_is_shown_whatever_its_number(shown: Shown) -> None:
    engine, story = shown
    story.put(engine, 9)
    assert engine.frame(12).edited
    story.with_keys().put(engine, 0)  # the document was opened again
    frame = engine.frame(12)
    assert (frame.edited, frame.revision) == (False, 0)
    with pytest.raises(EngineProblem) as no:
        engine.frame(12, revision=10)
    assert no.value.code == "unknown_revision"


def test_a_difference_is_as_good_as_the_whole(shown: Shown) -> None:
    engine, story = shown
    softer = story.with_keys(Key(4), Key(12, (MixPart("e1"),), intensity=0.4))
    engine.patch_document(1, 2, difference(story.project, softer.project))
    patched = engine.frame(12)
    softer.put(engine, 3)
    assert engine.frame(12).rgb == patched.rgb
    assert patched.revision == 2
    engine.patch_document(3, 4, difference(softer.project, story.project))
    assert engine.frame(24).edited


def test_differences_that_do_not_fit(shown: Shown) -> None:
    engine, story = shown
    keys = story.project.performers[0].keys
    good = difference(story.project, story.with_keys(*keys[:2]).project)
    for base in (0, 2):
        with pytest.raises(EngineProblem) as no:
            engine.patch_document(base, 9, good)
        assert no.value.code == "unknown_revision"
    bad_keys = (
        (*keys, Key(24)),  # two on a frame
        (*keys, Key(FRAMES)),
        (*keys, Key(30, (MixPart("e77"),))),
        (Key(3), keys[0], Key(5, intensity=9.0)),
    )
    bad = [difference(story.project, story.with_keys(*one).project) for one in bad_keys]
    take = {"id": "t1", "path": "../t.wav", "sha256": "0" * 64, "duration_s": 1.0}
    reaching = difference(story.project, story.project)
    reaching["new"]["takes"] = [take]
    reaching["cuts"]["takes"] = [0, 0]
    bad += [reaching, {}, {"new": {}, "cuts": {}, "keys": {}}, {**good, "new": 3}]
    bad += [{**good, "cuts": {"performers": [0, 5]}}, {**good, "keys": {"p1": [-1, 1]}}]
    for one in bad:
        with pytest.raises(EngineProblem) as no:
            engine.patch_document(1, 2, one)
        assert no.value.status in (409, 422), one
    assert engine.status()["revision"] == 1
    engine.patch_document(1, 2, good)


def test_rest_is_the_source(shown: Shown) -> None:
    engine, _ = shown
    frame = engine.frame(2)
    assert not frame.edited
    assert frame.rgb == engine.frame(2, quality="source").rgb


def engine_thread_held(inside: Inside) -> tuple[threading.Event, Future[Any]]:
    """Keep the engine's thread busy until the event is set; the question it is busy with."""
    gate = threading.Event()

    def hold(_: object) -> object:
        gate.wait(20)
        yield

    held = inside.host.preview.question("mesh", hold)  # type: ignore[arg-type]
    until(lambda: not inside.host.preview._questions)
    return gate, held


def test_newer_wishes_supersede_older_ones_of_their_lane(shown: Shown, inside: Inside) -> None:
    engine, story = shown
    engine.background(False)
    story.with_keys(Key(0, (MixPart("e1"),), intensity=0.7)).put(engine, 2)
    gate, held = engine_thread_held(inside)

    def waits(lane: str) -> int | None:
        wish = inside.host.preview._lanes.waiting_in(lane)
        return None if wish is None else wish.frame

    def ask(n: int, lane: str) -> int | None:
        with inside.engine() as other:
            try:
                return other.frame(n, lane=lane).n
            except Superseded:
                return None

    with ThreadPoolExecutor(8) as crowd:
        asked = []
        for n in range(5):
            asked.append(crowd.submit(ask, n, "viewer"))
            until(lambda n=n: waits("viewer") == n)
        aside = crowd.submit(ask, 9, "host")
        until(lambda: waits("host") == 9)
        gate.set()
        assert [one.result() for one in asked] == [None, None, None, None, 4]
        assert aside.result() == 9
    held.result(20)


def test_what_is_not_there_yet_can_be_left(shown: Shown) -> None:
    engine, story = shown
    engine.background(False)
    story.with_keys(Key(0, (MixPart("e1"),), intensity=0.31)).put(engine, 2)
    with pytest.raises(EngineProblem) as no:
        engine.frame(30, wait=False)
    assert (no.value.status, no.value.code) == (409, "not_ready")


def test_frames_are_made_ahead_and_the_cache_says_so(shown: Shown) -> None:
    engine, story = shown
    engine.frame(10, width=128)
    until(lambda: engine.cache_states(0, FRAMES) == [[0, FRAMES, "full"]])
    assert engine.frame(33, width=128, wait=False).n == 33
    engine.background(False)
    edited = story.with_keys(Key(0, (MixPart("e1"),), intensity=0.53))
    ranged = Story(story.path, replace(edited.project, work_range=(6, 12)))
    engine.put_document(str(story.path), 2, ranged.data)
    assert engine.cache_states(0, FRAMES) != [[0, FRAMES, "full"]]
    engine.background(True)
    until(lambda: engine.cache_states(6, 12) == [[6, 12, "full"]])


def test_what_was_made_for_the_document_before_is_not_told_for_the_new_one(
    shown: Shown, inside: Inside
) -> None:
    engine, story = shown
    engine.frame(10, width=128)
    until(lambda: engine.cache_states(0, FRAMES) == [[0, FRAMES, "full"]])
    gate, held = engine_thread_held(inside)
    story.with_keys(Key(0, (MixPart("e1"),), intensity=0.53)).put(engine, 2)
    told = engine.cache_states(0, FRAMES)  # the engine thread has not planned it yet
    gate.set()
    held.result(20)
    assert told == [[0, FRAMES, "none"]]
    until(lambda: engine.cache_states(0, FRAMES) == [[0, FRAMES, "full"]])


def test_frames_are_made_ahead_as_soon_as_that_is_allowed(shown: Shown, inside: Inside) -> None:
    engine, story = shown
    engine.background(False)
    story.with_keys(Key(0, (MixPart("e1"),), intensity=0.37)).put(engine, 2)
    engine.frame(3)
    time.sleep(REST_S + 0.3)  # the hand rests, and so does the engine thread
    held = len(inside.host.cache)
    engine.background(True)  # nobody asks anything more
    until(lambda: len(inside.host.cache) >= max(held + 1, FRAMES), 20)


def test_the_cache_keeps_to_the_bound_it_is_given(shown: Shown) -> None:
    engine, _ = shown
    engine.limit_cache(16 << 20)
    for n in range(FRAMES):
        engine.frame(n)
    status = engine.status()
    assert 0 < status["cache_bytes"] <= status["cache_limit"] == 16 << 20
    with pytest.raises(EngineProblem):
        engine.limit_cache(1)


@pytest.mark.parametrize("n", [FRAMES, 99999])
@pytest.mark.parametrize("quality", ["source", "full"])
def test_frames_outside_the_clip(shown: Shown, n: int, quality: str) -> None:
    with pytest.raises(EngineProblem) as no:
        shown[0].frame(n, quality=quality)
    assert no.value.status == 422


@pytest.mark.parametrize(
    "query",
    ["width=0", "width=-5", "width=999999", "width=a", "quality=best", "engine=", "wait=perhaps",
     "engine=none", "revision=-1", f"lane={'x' * 65}"],
)  # fmt: skip
def test_wishes_that_make_no_sense(shown: Shown, inside: Inside, query: str) -> None:
    assert raw(inside.port, "GET", f"/v1/frame/3?{query}")[0] == 422


def test_nothing_is_open(inside: Inside) -> None:
    with inside.engine() as engine:
        for quality in ("source", "draft"):
            with pytest.raises(EngineProblem) as no:
                engine.frame(0, quality=quality)
            assert no.value.status == 422
        assert engine.status()["state"] == "empty"


@pytest.mark.parametrize(
    "path",
    ["film.cmet", "../film.cmet", "//server/share/film.cmet", "{folder}/../film.cmet",
     "{folder}/film.txt", "/etc/passwd", "{folder}/none/film.cmet", "\\\\server\\film.cmet",
     "{folder}/film.cmet\0", "/"],
)  # fmt: skip
def test_documents_from_places_that_are_none(inside: Inside, story: Story, path: str) -> None:
    place = path.format(folder=story.path.parent)
    with inside.engine() as engine, pytest.raises(EngineProblem) as no:
        engine.put_document(place, 1, story.data)
    assert no.value.status == 422


def test_documents_that_reach_for_other_files(inside: Inside, story: Story, tmp_path: Path) -> None:
    (tmp_path / "secret.mp4").write_bytes(b"secret")
    with inside.engine() as engine:
        for change in (
            {"path": "secret.mp4", "hint": ""},  # not the footage that the document describes
            {"path": "none.mp4", "hint": "/etc/passwd"},
            {"path": "none.mp4", "hint": "//server/share/clip.mp4"},
        ):
            data = story.data
            data["clip"].update(change)
            with pytest.raises(EngineProblem) as no:
                engine.put_document(str(story.path), 1, data)
            assert no.value.status == 422
        data = story.data
        take = {"id": "t1", "path": "../t.wav", "sha256": "0" * 64, "duration_s": 1.0}
        data["takes"] = [take]
        with pytest.raises(EngineProblem):
            engine.put_document(str(story.path), 1, data)
        (tmp_path / "film.media").symlink_to("/etc")
        data["takes"] = [take | {"path": "film.media/passwd"}]
        with pytest.raises(EngineProblem):
            engine.put_document(str(story.path), 1, data)
        assert engine.status()["state"] == "empty"


def test_a_performer_added_later_is_measured(inside: Inside, story: Story) -> None:
    (performer,) = story.project.performers
    alone = Story(story.path, replace(story.project, performers=()))
    with inside.engine() as engine:
        alone.put(engine, 1)
        assert not engine.frame(12).edited
        story.put(engine, 2)
        until(lambda: engine.status()["state"] == "ready")
        assert engine.frame(12).edited
        shifted = replace(performer, id="p9", name="Z", anchor_frame=3)
        both = replace(story.project, performers=(performer, shifted))
        Story(story.path, both).put(engine, 3)
        engine.frame(12)
        until(lambda: engine.analysis()["performers"]["p9"]["state"] == "ready")
        assert engine.frame(12).edited


def test_faces_that_cannot_be_measured_are_told_and_not_tried_for_ever(
    inside: Inside, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def full(*_: object) -> None:
        tried.append(1)
        raise OutputError("The disk is full.", "Free some space.")

    monkeypatch.setattr("cmet_studio.engine.analysis.analyse", full)
    with inside.engine() as engine:
        story.put(engine, 1)
        engine.frame(12)
        until(lambda: engine.status()["state"] == "failed")
        assert engine.status()["message"].startswith("The disk is full.")
        for n in range(4):
            story.put(engine, 2 + n)
            frame = engine.frame(12)
            assert (frame.edited, frame.state) == (False, "analysing")
        assert len(tried) == 1
        monkeypatch.undo()
        monkeypatch.setenv("CMET_STUDIO_HOME", str(discovery_file().parents[2]))
        engine.start_job("analyse")
        until(lambda: engine.status()["state"] == "ready")
        assert engine.frame(12).edited
        told = engine.jobs()[-1]
        assert told["result"] == {"performers": {story.project.performers[0].id: FRAMES}}


def test_takes_are_listened_to_as_a_job(shown: Shown) -> None:
    engine, _ = shown
    engine.start_job("embed", emotions=["e1"])
    until(lambda: engine.jobs()[-1]["state"] in ("done", "failed"))
    assert engine.jobs()[-1]["result"]["emotions"]["e1"]["meter"] == "green"
    with pytest.raises(EngineProblem):
        engine.start_job("analyse", performers=["nobody"])


def places(tmp: Path, story: Story) -> list[tuple[str, str]]:
    return [
        (str(tmp / "a.avi"), "h264"),
        (str(tmp / "a.mp4"), "ffv1"),
        (str(tmp / ".a.mp4"), "h264"),
        (str(tmp / "none" / "a.mp4"), "h264"),
        (str(tmp / ".." / "a.mp4"), "h264"),
        ("a.mp4", "h264"),
        ("//server/share/a.mp4", "h264"),
        ("\\\\server\\share\\a.mp4", "h264"),
        (str(tmp / "a.mp4\0"), "h264"),
        (str(tmp), "h264"),
        (story.project.clip.hint, "h264"),
    ]


@pytest.mark.parametrize("n", range(11))
def test_exports_to_places_that_are_none(shown: Shown, tmp_path: Path, n: int) -> None:
    engine, story = shown
    output, codec = places(tmp_path, story)[n]
    with pytest.raises(EngineProblem) as no:
        engine.start_job("export", output=output, codec=codec, overwrite=True)
    assert no.value.status == 422
    assert engine.jobs() == []


def test_an_export_over_another_file_only_if_it_may(shown: Shown, tmp_path: Path) -> None:
    engine, _ = shown
    there = tmp_path / "there.mp4"
    there.write_text("precious")
    with pytest.raises(EngineProblem):
        engine.start_job("export", output=str(there))
    assert there.read_text() == "precious"
    engine.start_job("export", output=str(there), overwrite=True, preset="ultrafast", stop=8)
    until(lambda: engine.jobs()[-1]["state"] in ("done", "failed"))
    assert engine.jobs()[-1]["result"]["frames"] == 8
    assert there.stat().st_size > 1000


def test_takes_that_are_listened_to_hold_nothing_up(
    shown: Shown, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, story = shown
    before = engine.frame(12)
    heard = threading.Event()
    true = listening.emotion_vectors

    def slow(*given: Any, **named: Any) -> Any:
        assert heard.wait(30)
        return true(*given, **named)

    monkeypatch.setattr(listening, "emotion_vectors", slow)
    sad = Emotion("e9", "Sad", "#808080", preset="sad")
    changed = replace(story.project, emotions=(*story.project.emotions, sad))
    other = Story(story.path, changed).with_keys(Key(0), Key(12, (MixPart("e9"),)))
    other.put(engine, 2)
    meanwhile = engine.frame(12)
    assert (meanwhile.revision, meanwhile.rgb) == (1, before.rgb)
    assert engine.status()["state"] == "analysing"
    heard.set()
    until(lambda: engine.status()["planned"] == 2)
    after = engine.frame(12)
    assert after.revision == 2
    assert after.rgb != before.rgb
    assert engine.status()["state"] == "ready"


def test_drafts_of_what_is_shown_small_are_made_small(shown: Shown) -> None:
    engine, story = shown
    engine.background(False)
    story.with_keys(Key(0), Key(12, (MixPart("e1"),), intensity=1.2)).put(engine, 2)
    draft = engine.frame(12, width=128, quality="draft")
    assert (draft.quality, draft.edited, draft.width) == ("draft", True, 128)
    assert engine.cache_states(12, 13) == [[12, 13, "draft"]]
    full = engine.frame(12, width=128, quality="full")
    assert full.quality == "full"
    source = engine.frame(12, width=128, quality="source")
    off = np.abs(pixels(draft).astype(float) - pixels(full)).mean()
    asked = np.abs(pixels(source).astype(float) - pixels(full)).mean()
    assert off < 0.5 * asked
    assert engine.frame(12, width=128, quality="draft").quality == "full"  # better is at hand
    assert engine.cache_states(12, 13) == [[12, 13, "full"]]
