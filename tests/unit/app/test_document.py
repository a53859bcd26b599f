"""A document keeps every edit: in its history, in its journal, in its file."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cmet_studio.app.document import Document
from cmet_studio.core.errors import BadInput, OutputError, ProjectError
from cmet_studio.domain import edits
from cmet_studio.domain.project import Key, Project
from cmet_studio.project_io import load_project, save_project
from cmet_studio.project_io.journal import discarded_path, journal_path
from cmet_studio.project_io.recovery import discard, recoverable
from cmet_studio.project_io.versions import KEPT, versions


def add(document: Document, frame: int) -> bool:
    return document.do("Add key", lambda p: edits.add_key(p, "p1", Key(frame)))


def frames(project: Project) -> list[int]:
    return [key.frame for key in project.performers[0].keys]


@pytest.fixture
def document(project_path: Path) -> Document:
    document = Document.open(project_path)
    yield document
    document.close()


def crash(document: Document) -> None:
    """End as a killed process does: files stay, nothing is written any more."""
    journal, document._journal = document._journal, None
    journal._end.set()
    journal._wake.set()
    journal._thread.join()
    journal._file.close()
    document._lock.release()


def test_edits_undo_and_listeners(document: Document) -> None:
    seen = []
    stop = document.listen(lambda before, after: seen.append((before, after)))
    start = document.project
    assert add(document, 30)
    assert not document.do("Nothing", lambda p: p)
    assert document.revision == 1
    assert document.undo()
    assert document.project is start
    assert not document.dirty
    assert not document.undo()
    assert document.redo()
    assert [b is start for b, _ in seen] == [True, False, True]
    stop()
    add(document, 31)
    assert len(seen) == 3


def test_a_listener_that_fails_stops_nobody(
    document: Document, caplog: pytest.LogCaptureFixture
) -> None:
    seen = []

    def fails(before: Project, after: Project) -> None:
        raise RuntimeError("mine")

    document.listen(fails)
    document.listen(lambda b, a: seen.append(a))
    add(document, 30)
    assert seen == [document.project]
    assert "listener" in caplog.text


def test_an_edit_that_is_refused_changes_nothing(document: Document) -> None:
    with pytest.raises(BadInput):
        add(document, 5000)
    assert document.revision == 0
    assert not document.dirty


def test_history_is_kept_across_a_save(document: Document, project_path: Path) -> None:
    start = document.project
    add(document, 30)
    document.save()
    assert not document.dirty
    assert load_project(project_path) == document.project
    assert document.undo()
    assert document.project is start
    assert document.dirty


def test_a_crash_loses_nothing(document: Document, project_path: Path) -> None:
    add(document, 30)
    gesture = document.begin()
    for to in (40, 41, 42):
        document.do("Move key", lambda _, t=to: edits.move_key(gesture.start, "p1", 30, t),
                    gesture=gesture)  # fmt: skip
    add(document, 50)
    document.undo()
    crash(document)
    recovery = recoverable(project_path)
    assert recovery is not None
    assert recovery.labels == ("Add key", "Move key")
    assert recovery.steps == 2
    assert recovery.project == document.project
    again = Document.open(project_path, recovery)
    assert frames(again.project) == [10, 42]
    assert again.dirty
    assert again.redo()
    assert frames(again.project) == [10, 42, 50]
    again.go_to(0)
    assert not again.dirty
    again.go_to(2)
    add(again, 60)  # the journal goes on where it was
    crash(again)
    third = recoverable(project_path)
    assert third is not None
    assert frames(third.project) == [10, 42, 60]
    assert third.labels == ("Add key", "Move key", "Add key")


def test_undo_to_before_a_save_is_recovered_too(document: Document, project_path: Path) -> None:
    add(document, 30)
    add(document, 31)
    document.save()
    document.undo()
    document.undo()
    add(document, 33)
    document.undo()
    document.redo()
    crash(document)
    recovery = recoverable(project_path)
    assert recovery is not None
    assert frames(recovery.project) == [10, 33]


def test_closing_clean_leaves_nothing_to_recover(project_path: Path) -> None:
    document = Document.open(project_path)
    add(document, 30)
    document.save()
    document.close()
    assert recoverable(project_path) is None
    assert not journal_path(project_path).exists()


def test_closing_unsaved_asks_later_and_discarding_does_not(project_path: Path) -> None:
    document = Document.open(project_path)
    add(document, 30)
    document.close()
    assert recoverable(project_path) is not None
    discard(project_path)
    assert recoverable(project_path) is None
    assert discarded_path(project_path).exists()
    document = Document.open(project_path)
    add(document, 30)
    document.close(discard=True)
    assert recoverable(project_path) is None


def test_looking_does_not_destroy_what_can_be_recovered(project_path: Path) -> None:
    document = Document.open(project_path)
    add(document, 30)
    document.close()
    Document.open(project_path).close()  # without asking, without an edit
    assert recoverable(project_path) is not None


def test_the_journal_of_a_running_program_is_left_alone(project_path: Path) -> None:
    document = Document.open(project_path)
    add(document, 30)
    lock = journal_path(project_path).with_name("lock.json")
    sleeper = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    theirs = json.loads(lock.read_text()) | {"pid": sleeper.pid, "started": ""}
    lock.write_text(json.dumps(theirs))
    assert recoverable(project_path) is None
    discard(project_path)
    assert journal_path(project_path).exists()
    sleeper.communicate(b"\n")
    document.close()
    assert recoverable(project_path) is not None


def test_a_journal_nobody_asked_for_is_put_aside_not_overwritten(project_path: Path) -> None:
    document = Document.open(project_path)
    add(document, 30)
    document.close()
    document = Document.open(project_path)
    add(document, 31)
    document.close()
    assert b'"frame":30' in discarded_path(project_path).read_bytes()


def test_a_second_program_reads_only(document: Document, project_path: Path) -> None:
    second = Document.open(project_path)
    assert second.read_only
    assert second.holder is not None
    assert second.holder.pid == os.getpid()
    with pytest.raises(ProjectError, match="open for reading only"):
        add(second, 30)
    with pytest.raises(ProjectError):
        second.save()
    second.save_as(project_path.with_name("mine.cmet"))
    assert not second.read_only
    assert add(second, 30)
    second.close(discard=True)
    assert add(document, 31)
    document.close(discard=True)
    third = Document.open(project_path)
    assert not third.read_only
    third.close()


def test_a_project_taken_over_is_not_overwritten(document: Document, project_path: Path) -> None:
    other = Document.open(project_path, take_over=True)
    assert not other.read_only
    add(document, 30)
    with pytest.raises(ProjectError, match="taken over"):
        document.save()
    other.close()


def test_save_as_takes_takes_and_history_along(
    document: Document, project_path: Path, tmp_path: Path
) -> None:
    takes = project_path.parent / "film.media" / "takes"
    takes.mkdir(parents=True)
    for n in ("t1", "t2"):
        (takes / f"{n}.wav").write_bytes(n.encode())
    start = document.project
    add(document, 30)
    document.do("Remove take", lambda p: edits.remove_take(p, "t2", force=True))
    new = tmp_path / "other" / "Second cut.cmet"
    new.parent.mkdir()
    document.save_as(new)
    assert document.path == new
    assert not document.dirty
    assert load_project(new) == document.project
    assert document.project.clip.path == "../a.mp4"
    assert document.undo()
    assert [t.path for t in document.project.takes] == [
        "Second cut.media/takes/t1.wav",
        "Second cut.media/takes/t2.wav",
    ]
    assert (new.parent / "Second cut.media/takes/t2.wav").read_bytes() == b"t2"
    document.undo()
    assert document.project.performers == start.performers
    assert not Document.open(project_path).read_only
    assert recoverable(project_path) is None
    document.close()
    recovery = recoverable(new)
    assert recovery is not None
    assert recovery.project == document.project


def test_a_full_disk_at_save_loses_nothing(
    document: Document, project_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(document, 30)

    def full(self: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    before = project_path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(OutputError, match="no room left"):
            document.save()
    assert project_path.read_bytes() == before
    assert document.dirty
    recovery = recoverable(project_path)
    assert recovery is not None
    assert recovery.project == document.project
    document.save()
    assert not document.dirty


def test_a_full_disk_under_the_journal_is_said_and_made_good(
    document: Document, project_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(document, 30)
    assert document.trouble is None
    from cmet_studio.project_io import journal

    real = journal._write

    def half(file: object, line: bytes) -> None:
        real(file, line[:20])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(journal, "_write", half)
        add(document, 31)
        document.undo()
        document.redo()
        add(document, 32)
    assert document.trouble is not None
    assert "no room" in document.trouble.message
    add(document, 33)
    assert document.trouble is None
    document.undo()
    document.redo()
    recovery = recoverable(project_path)
    assert recovery is not None
    assert recovery.project == document.project
    assert not recovery.damaged


def test_a_file_changed_by_another_program_is_kept_as_a_version(
    document: Document, project_path: Path
) -> None:
    foreign = edits.add_key(document.project, "p2", Key(77))
    save_project(foreign, project_path)
    add(document, 30)
    document.save()
    assert load_project(project_path) == document.project
    assert foreign in [load_project(v.path) for v in versions(project_path)]


def test_so_many_versions_are_kept(document: Document, project_path: Path) -> None:
    states = []
    for frame in range(20, 20 + KEPT + 2):
        add(document, frame)
        document.save()
        states.append(document.project)
    kept = versions(project_path)
    assert len(kept) == KEPT
    assert load_project(kept[0].path) == states[-1]
    oldest = load_project(kept[-1].path)
    document.do("Go back", lambda _: oldest)
    assert document.project == oldest


def test_a_lost_project_file_comes_back_from_its_version(
    document: Document, project_path: Path
) -> None:
    add(document, 30)
    document.save()
    add(document, 31)
    crash(document)
    project_path.unlink()
    recovery = recoverable(project_path)
    assert recovery is not None
    assert recovery.base_lost
    again = Document.open(project_path, recovery)
    again.save()
    assert frames(load_project(project_path)) == [10, 30, 31]
    again.close()


def test_edits_during_a_save_stay_unsaved_and_journalled(
    document: Document, project_path: Path
) -> None:
    add(document, 30)
    saving = document.saving()
    add(document, 31)
    saving.write()
    document.saved(saving)
    assert document.dirty
    assert frames(load_project(project_path)) == [10, 30]
    recovery = recoverable(project_path)
    assert recovery is not None
    assert recovery.project == document.project


def test_the_clip_may_vanish_while_open(document: Document, project_path: Path) -> None:
    with pytest.raises(ProjectError, match="has moved"):
        document.find_clip()
    assert add(document, 30)
    document.save()
    assert not document.dirty


def test_create_only_probes(tmp_path: Path, numbered_clip: Path) -> None:
    document = Document.create(numbered_clip, tmp_path / "new.cmet")
    assert document.project.performers == ()
    assert document.find_clip().samefile(numbered_clip)
    document.close()
    with pytest.raises(OutputError):
        Document.create(numbered_clip, tmp_path / "new.cmet")


def test_a_place_that_cannot_be_written_is_read_only(project_path: Path) -> None:
    (project_path.parent / "film.media").write_text("in the way")
    document = Document.open(project_path)
    assert document.read_only
    assert document.holder is None
    document.close()
