"""The clip is found by its paths and believed by its fingerprint."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from cmet_studio.core.errors import BadInput, ProjectError
from cmet_studio.domain.project import Clip, Project, Take
from cmet_studio.domain.time import FrameRate
from cmet_studio.project_io import load_project, save_project
from cmet_studio.project_io.fingerprint import fingerprint
from cmet_studio.project_io.relink import (
    clip_reference,
    find_clip,
    names_another_machine,
    take_file,
)

FOOTAGE = b"footage" * 1000


@pytest.fixture
def linked(tmp_path: Path) -> tuple[Project, Path, Path]:
    """A project, its path, and its clip in another folder."""
    clip_file = tmp_path / "footage" / "day 1" / "a.mp4"
    clip_file.parent.mkdir(parents=True)
    clip_file.write_bytes(FOOTAGE)
    project_path = tmp_path / "work" / "P.cmet"
    project_path.parent.mkdir()
    path, hint = clip_reference(clip_file, project_path)
    clip = Clip(path, hint, fingerprint(clip_file), 64, 64, 9, FrameRate(25))
    save_project(Project(clip), project_path)
    return load_project(project_path), project_path, clip_file


def test_found_by_the_relative_path(linked: tuple[Project, Path, Path]) -> None:
    project, path, clip_file = linked
    assert project.clip.path == "../footage/day 1/a.mp4"
    without_hint = replace(project, clip=replace(project.clip, hint=""))
    assert find_clip(without_hint, path).samefile(clip_file)


def test_project_and_footage_may_move_together(
    linked: tuple[Project, Path, Path], tmp_path: Path
) -> None:
    project, _, _ = linked
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "footage").rename(tmp_path / "elsewhere" / "footage")
    (tmp_path / "work").rename(tmp_path / "elsewhere" / "work")
    found = find_clip(project, tmp_path / "elsewhere" / "work" / "P.cmet")
    assert found.read_bytes() == FOOTAGE


def test_found_by_the_hint_when_the_project_moved_alone(
    linked: tuple[Project, Path, Path], tmp_path: Path
) -> None:
    project, path, clip_file = linked
    moved = tmp_path / "a" / "b" / "c" / "P.cmet"
    moved.parent.mkdir(parents=True)
    path.rename(moved)
    assert find_clip(project, moved) == clip_file


def test_moved(linked: tuple[Project, Path, Path]) -> None:
    project, path, clip_file = linked
    clip_file.rename(clip_file.with_name("b.mp4"))
    with pytest.raises(ProjectError, match="has moved: there is no file") as caught:
        find_clip(project, path)
    assert "cmet-studio relink P.cmet CLIP" in caught.value.hint


def test_changed(linked: tuple[Project, Path, Path]) -> None:
    project, path, clip_file = linked
    for other in (FOOTAGE + b"x", b"x" + FOOTAGE[1:], b""):
        clip_file.write_bytes(other)
        with pytest.raises(ProjectError, match="has changed") as caught:
            find_clip(project, path)
        assert "relink" in caught.value.hint


@pytest.mark.skipif(os.name == "nt", reason="pipes with names")
def test_only_regular_files_are_opened(linked: tuple[Project, Path, Path]) -> None:
    project, path, clip_file = linked
    clip_file.unlink()
    os.mkfifo(clip_file)
    empty = replace(project.clip, fingerprint=replace(project.clip.fingerprint, size=0))
    with pytest.raises(ProjectError, match="has moved"):
        find_clip(replace(project, clip=empty), path)


@pytest.mark.parametrize(
    "hint", ["//host/share/a.mp4", "\\\\host\\share\\a.mp4", "a.mp4", "http://x/a.mp4"]
)
def test_hints_to_other_machines_are_not_followed(
    linked: tuple[Project, Path, Path], hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, path, clip_file = linked
    clip_file.rename(path.parent / "a.mp4")
    monkeypatch.chdir(path.parent)  # a relative hint must not be looked up here
    asked = replace(project, clip=replace(project.clip, hint=hint))
    with pytest.raises(ProjectError, match="has moved"):
        find_clip(asked, path)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_links_among_the_folders_do_not_mislead(tmp_path: Path) -> None:
    real = tmp_path / "deep" / "er" / "work"
    real.mkdir(parents=True)
    (tmp_path / "work").symlink_to(real)
    clip_file = tmp_path / "a.mp4"
    clip_file.write_bytes(FOOTAGE)
    (tmp_path / "link.mp4").symlink_to(clip_file)
    project_path = tmp_path / "work" / "P.cmet"
    path, hint = clip_reference(tmp_path / "link.mp4", project_path)
    assert path == "../../../link.mp4"
    clip = Clip(path, "", fingerprint(clip_file), 64, 64, 9, FrameRate(25))
    assert find_clip(Project(clip), project_path).samefile(clip_file)
    assert Path(hint).name == "link.mp4"


@pytest.mark.skipif(os.name == "nt", reason="such names do not exist there")
def test_names_that_no_project_can_hold(tmp_path: Path) -> None:
    for name in ("a\nb.mp4", "a\\b.mp4", "\udcff.mp4"):
        with pytest.raises(BadInput, match="cannot be written into a project") as caught:
            clip_reference(tmp_path / name, tmp_path / "P.cmet")
        assert "\n" not in caught.value.message
        caught.value.message.encode("utf-8")


def test_takes_are_regular_files_inside_the_folder(tmp_path: Path) -> None:
    project_path = tmp_path / "work" / "P.cmet"
    folder = tmp_path / "work" / "P.media"
    folder.mkdir(parents=True)
    take = Take("t1", "P.media/a.wav", "0" * 64, 1.0)
    with pytest.raises(ProjectError, match="is missing"):
        take_file(take, project_path.parent)
    (folder / "a.wav").write_bytes(b"sound")
    assert take_file(take, project_path.parent).read_bytes() == b"sound"
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "a.wav").unlink()
    (folder / "a.wav").symlink_to(tmp_path / "secret")
    with pytest.raises(ProjectError, match="outside the project"):
        take_file(take, project_path.parent)


@pytest.mark.parametrize(
    ("path", "elsewhere"),
    [
        ("//server/share/a.mp4", True),
        ("\\\\server\\share\\a.mp4", True),
        ("/\\server\\share\\a.mp4", True),
        ("\\/server/share/a.mp4", True),
        ("\\\\?\\UNC\\server\\share\\a.mp4", True),
        ("C:\\footage\\a.mp4", False),
        ("/footage//a.mp4", False),
    ],
)
def test_hints_to_other_machines_are_known_in_every_spelling(path: str, elsewhere: bool) -> None:
    """A stranger's project must not make Windows send its user's name and password hash."""
    assert names_another_machine(path) is elsewhere
