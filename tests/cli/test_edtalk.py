"""The neural face model from end to end, with random weights of the true shapes."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from model_fixtures import all_models, small_models  # noqa: F401

from cmet_studio.cli.main import run
from cmet_studio.media.reader import VideoReader
from cmet_studio.media.writer import ClipWriter

FRAMES = 4
CLIPS = ("portrait_1280x720_30fps", "address_450_25fps", "speaker_256_crop_25fps")


def _excerpt(source: Path, path: Path) -> None:
    """The first frames of a clip, lossless, with their sound."""
    with VideoReader(source) as reader:
        writer = ClipWriter(path, reader.info, first_frame=0, codec="h264", crf=4, preset="fast")
        with writer:
            writer.copy_audio(source, Fraction(0), reader.times.seconds(FRAMES))
            for picture in reader.frames(0, FRAMES):
                writer.write(picture)
            writer.close()


@pytest.fixture(scope="module")
def installed(all_models: Path, session_home: Path) -> None:  # noqa: F811
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CMET_STUDIO_HOME", str(session_home))
        assert run(["models", "import", str(all_models)]) == 0


@pytest.fixture(scope="module")
def projects(
    installed: None, shared_data: Path, session_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """A project per clip, happy from its second frame on, at rest in the first."""
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CMET_STUDIO_HOME", str(session_home))
        for name in CLIPS:
            folder = tmp_path_factory.mktemp(name)
            _excerpt(shared_data / "clips" / f"{name}.mp4", folder / "clip.mp4")
            p = str(folder / "p.cmet")
            for words in (
                ["new", str(folder / "clip.mp4"), "-o", p],
                ["emotion", "add", p, "happy", "--preset", "happy"],
                ["key", "add", p, "--at", "f0", "--emotion", "rest"],
                ["key", "add", p, "--at", "f1", "--emotion", "happy"],
            ):
                assert run(words) == 0
            made[name] = folder / "p.cmet"
    return made


def _pictures(path: Path) -> tuple[list[list[npt.NDArray[Any]]], list[Fraction], int]:
    with VideoReader(path) as reader:
        planes = [list(picture.planes) for picture in reader.frames()]
        return planes, [reader.times.seconds(i) for i in range(len(reader))], len(reader.info.audio)


def _render(project: Path, name: str, *more: str) -> Path:
    out = project.parent / name
    words = ["render", str(project), "-o", str(out), "--engine", "edtalk", "--codec", "ffv1"]
    assert run([*words, "--force", "--device", "cpu", *more]) == 0
    return out


@pytest.mark.parametrize("clip", CLIPS)
def test_render(projects: dict[str, Path], clip: str) -> None:
    """Frame count, times and sound are the clip's; the edit shows and stays in the face."""
    project = projects[clip]
    source, times, tracks = _pictures(project.with_name("clip.mp4"))
    edited, edited_times, edited_tracks = _pictures(_render(project, "out.mkv"))
    assert len(edited) == len(source) == FRAMES
    assert max(abs(a - b) for a, b in zip(times, edited_times, strict=True)) <= Fraction(1, 1000)
    assert tracks == edited_tracks
    assert all(np.array_equal(a, b) for a, b in zip(source[0], edited[0], strict=True))
    change = source[-1][0] != edited[-1][0]
    assert change.any()
    rows, columns = np.nonzero(change)
    height, width = change.shape
    assert np.ptp(rows) < height
    border = np.concatenate([change[0], change[-1], change[:, 0], change[:, -1]])
    assert not border.any()
    assert width > np.ptp(columns)


def test_chunks_are_the_whole(projects: dict[str, Path]) -> None:
    project = projects[CLIPS[1]]
    whole = _pictures(_render(project, "whole.mkv"))[0]
    parts = [
        *_pictures(_render(project, "a.mkv", "--in", "f0", "--out", "f2"))[0],
        *_pictures(_render(project, "b.mkv", "--in", "f2", "--out", f"f{FRAMES}"))[0],
    ]
    for one, other in zip(whole, parts, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_without_its_unedited_reconstructions_it_is_the_same(
    projects: dict[str, Path], session_home: Path
) -> None:
    project = projects[CLIPS[1]]
    first = _pictures(_render(project, "first.mkv"))[0]
    stored = list((session_home / "cache" / "edtalk").rglob("*.npy"))
    assert stored
    for path in stored:
        path.unlink()
    again = _pictures(_render(project, "again.mkv"))[0]
    for one, other in zip(first, again, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_one_reference_frame(projects: dict[str, Path]) -> None:
    project = projects[CLIPS[1]]
    source = _pictures(project.with_name("clip.mp4"))[0]
    edited = _pictures(_render(project, "one.mkv", "--engine", "edtalk-reference"))[0]
    own = _pictures(_render(project, "own.mkv"))[0]
    assert all(np.array_equal(a, b) for a, b in zip(source[0], edited[0], strict=True))
    assert not np.array_equal(source[-1][0], edited[-1][0])
    assert not np.array_equal(own[-1][0], edited[-1][0])


def test_intensity_zero_is_the_source(projects: dict[str, Path]) -> None:
    project = projects[CLIPS[1]]
    other = project.with_name("zero.cmet")
    other.write_bytes(project.read_bytes())
    set_key = ["key", "set", str(other), "--at", "f1", "--intensity", "0"]
    assert run(set_key) == 0
    source = _pictures(project.with_name("clip.mp4"))[0]
    edited = _pictures(_render(other, "zero.mkv"))[0]
    for one, two in zip(source, edited, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def test_without_models_it_says_what_to_install(
    folder: Path, cli: Callable[..., tuple[int, str, str]], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("CMET_STUDIO_HOME", str(tmp_path / "empty"))
    code, _, err = cli("render", folder / "p.cmet", "-o", tmp_path / "o.mp4", "--engine", "edtalk")
    assert code == 2
    assert "models install" in err
