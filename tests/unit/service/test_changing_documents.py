"""Documents and wishes that change while the engine is at work."""

import random
import threading
from pathlib import Path

from portrait import make_portrait_clip
from service_fixtures import FRAMES, Inside, Story, until

from cmet_studio.app.commands import clip_value
from cmet_studio.app.planned import Planned, Steps
from cmet_studio.domain.project import Project
from cmet_studio.media.reader import VideoReader
from cmet_studio.service.client import Engine, EngineProblem

FEW = 12


def other_story(folder: Path) -> Story:
    """Another clip, with nobody in it."""
    clip, path = folder / "other.mp4", folder / "other.cmet"
    make_portrait_clip(clip, FEW)
    with VideoReader(clip) as reader:
        return Story(path, Project(clip_value(clip, path, reader)))


def test_clips_that_are_changed_while_frames_are_asked_for(
    inside: Inside, story: Story, tmp_path: Path
) -> None:
    other = other_story(tmp_path)
    codes: set[str] = set()
    done = threading.Event()

    def ask(seed: int) -> None:
        draw = random.Random(seed)
        with inside.engine() as engine:
            while not done.is_set():
                n = draw.randrange(FRAMES)
                try:
                    match draw.randrange(8):
                        case 0:
                            engine.faces(n)
                        case 1:
                            engine.face("p1", n)
                        case 2:
                            engine.curves("p1", 0, n)
                        case 3:
                            engine.analysis()
                        case kind:
                            quality = ("source", "draft", "full")[kind % 3]
                            engine.frame(n, 64, quality, lane=str(seed))
                except EngineProblem as problem:
                    codes.add(problem.code)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    with inside.engine() as engine:
        story.put(engine, 0)
        for thread in threads:
            thread.start()
        for revision in range(1, 41):
            (story, other)[revision % 2].put(engine, revision)
    done.set()
    for thread in threads:
        thread.join(60)
    assert codes <= {"superseded", "bad_input"}


def test_an_answer_nobody_waits_for_any_more(shown: tuple[Engine, Story], inside: Inside) -> None:
    engine, _ = shown
    begun, go = threading.Event(), threading.Event()

    def slow(planned: Planned) -> Steps:
        begun.set()
        go.wait(20)
        return 1
        yield

    left = inside.host.preview.question("mesh", slow)
    assert begun.wait(20)
    left.cancel()
    go.set()
    assert engine.frame(3, quality="full").quality == "full"
    until(lambda: engine.curves("p1", 0, 5)["stop"] == 5)


def test_another_name_for_the_project_costs_nothing(
    shown: tuple[Engine, Story], inside: Inside, tmp_path: Path
) -> None:
    """*Save as*: the face model stays loaded, what is measured or being measured stays."""
    engine, story = shown
    session = inside.host.preview._sessions["mesh"]
    last = engine.events(0, 0)["last"]
    Story(tmp_path / "renamed.cmet", story.project).put(engine, 2)
    frame = engine.frame(20, quality="full")
    assert (frame.edited, frame.revision, frame.state) == (True, 2, "ready")
    assert inside.host.preview._sessions["mesh"] is session
    assert not [e for e in engine.events(last, 0)["events"] if e["topic"] == "analysis"]
