"""The neural face model from end to end, with random weights of the true shapes."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import torch
from media_fixtures import MakeMedia, sound_packets
from model_fixtures import all_models, small_models  # noqa: F401

from cmet_studio.app.benches.edtalk import bench_pipeline
from cmet_studio.app.session import EngineSession
from cmet_studio.app.workspace import Workspace
from cmet_studio.cli.main import run
from cmet_studio.engine.faces.edtalk.crop import Square
from cmet_studio.engine.faces.edtalk.mask import face_mask
from cmet_studio.media.audio import read_audio, write_wav
from cmet_studio.media.reader import VideoReader
from cmet_studio.media.writer import ClipWriter

FRAMES = 3
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
    out = _render(project, "out.mkv")
    edited, edited_times, edited_tracks = _pictures(out)
    assert len(edited) == len(source) == FRAMES
    assert max(abs(a - b) for a, b in zip(times, edited_times, strict=True)) <= Fraction(1, 1000)
    assert tracks == edited_tracks
    for track in range(tracks):
        packets = [sound_packets(path, track) for path in (project.with_name("clip.mp4"), out)]
        assert [data for *_, data in packets[0]] == [data for *_, data in packets[1]]
    assert all(np.array_equal(a, b) for a, b in zip(source[0], edited[0], strict=True))
    change = source[-1][0] != edited[-1][0]
    assert change.any()
    for frame, mask in enumerate(_masks(project, source)):
        outside = [edited[frame][0][~mask], source[frame][0][~mask]]
        assert outside[0].size > 0
        assert np.array_equal(*outside)


def _masks(project: Path, source: list[list[npt.NDArray[Any]]]) -> Iterator[npt.NDArray[np.bool_]]:
    """Of each frame where the luma may change, from the analysis that the render used."""
    with Workspace(project) as workspace:
        (found,) = EngineSession(workspace, "edtalk", "cpu").analyses.values()
    for frame, planes in enumerate(source):
        square = Square(*map(float, found.row(frame)[36:39]))
        mask = face_mask(found.track.landmarks[frame], square, np.ones(4, np.float32))
        height, width = planes[0].shape
        x = ((np.arange(width) + 0.5 - square.left) / square.scale - 0.5).astype(np.float32)
        y = ((np.arange(height) + 0.5 - square.top) / square.scale - 0.5).astype(np.float32)
        yield cv2.remap(mask, *np.meshgrid(x, y), cv2.INTER_LINEAR) > 0


def test_chunks_are_the_whole(projects: dict[str, Path]) -> None:
    project = projects[CLIPS[1]]
    whole = _pictures(_render(project, "whole.mkv"))[0]
    parts = [
        *_pictures(_render(project, "a.mkv", "--out", f"f{FRAMES - 1}"))[0],
        *_pictures(_render(project, "b.mkv", "--in", f"f{FRAMES - 1}"))[0],
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


@pytest.fixture(scope="module")
def at_rest(projects: dict[str, Path]) -> Path:
    """A project whose keys ask for nothing."""
    project = projects[CLIPS[1]]
    other = project.with_name("zero.cmet")
    other.write_bytes(project.read_bytes())
    assert run(["key", "set", str(other), "--at", "f1", "--intensity", "0"]) == 0
    return other


def test_intensity_zero_is_the_source(at_rest: Path) -> None:
    source = _pictures(at_rest.with_name("clip.mp4"))[0]
    edited = _pictures(_render(at_rest, "zero.mkv"))[0]
    for one, two in zip(source, edited, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def _speech(shared_data: Path, path: Path, seconds: float) -> Path:
    recording = next((shared_data / "speech" / "mead" / "happy").iterdir())
    samples = read_audio(recording, 48000, start_s=0.5)
    write_wav(path, samples[: round(seconds * 48000)], 48000)
    return path


def test_another_dialogue_moves_the_mouth_alone(
    at_rest: Path, shared_data: Path, tmp_path: Path, cli_json: Callable[..., Any]
) -> None:
    """Lips follow the recording, it is the sound, the rest of the face stays; in chunks too."""
    new = _speech(shared_data, tmp_path / "new.wav", 1.0)
    words = ["render", at_rest, "--engine", "edtalk", "--codec", "ffv1", "--dialogue", new]
    report = cli_json(*words, "-o", tmp_path / "dubbed.mkv")
    assert report["frames_edited"] == FRAMES
    (note,) = report["notes"]
    assert "longer than the clip" in note
    source = _pictures(at_rest.with_name("clip.mp4"))[0]
    dubbed = _pictures(tmp_path / "dubbed.mkv")[0]
    for before, after in zip(source, dubbed, strict=True):
        rows = np.flatnonzero((before[0] != after[0]).any(axis=1))
        # The face of this clip fills the middle of 450 rows; its nose ends at some 55% of them.
        assert 0 < np.ptp(rows) < 0.4 * len(before[0])
        assert rows.min() > 0.4 * len(before[0])
    heard, spoken = read_audio(tmp_path / "dubbed.mkv", 48000), read_audio(new, 48000)
    assert len(heard) == round(FRAMES / 25 * 48000)
    assert np.abs(heard - spoken[: len(heard)]).max() < 1e-4
    cli_json(*words, "-o", tmp_path / "last.mkv", "--in", f"f{FRAMES - 1}")
    (last,) = _pictures(tmp_path / "last.mkv")[0]
    assert all(np.array_equal(a, b) for a, b in zip(last, dubbed[-1], strict=True))
    heard = read_audio(tmp_path / "last.mkv", 48000)
    assert np.abs(heard - spoken[(FRAMES - 1) * 1920 :][: len(heard)]).max() < 1e-4


def test_dialogues_that_cannot_be(
    at_rest: Path, cli: Callable[..., tuple[int, str, str]], make_media: MakeMedia, tmp_path: Path,
    shared_data: Path,
) -> None:  # fmt: skip
    write_wav(tmp_path / "silent.wav", np.zeros(16000, np.float32), 16000)
    new = _speech(shared_data, tmp_path / "new.wav", 0.2)
    film = make_media("film-without-sound.mp4", frames=3, sound_hz=None)
    out = tmp_path / "o.mp4"
    edtalk = ("--engine", "edtalk")
    for words, said in (
        ((*edtalk, "--dialogue", film), "no sound"),
        ((*edtalk, "--dialogue", tmp_path / "silent.wav"), "nothing to be heard"),
        ((*edtalk, "--dialogue", tmp_path / "nowhere.wav"), "nowhere.wav"),
        ((*edtalk, "--dialogue", at_rest), at_rest.name),
        ((*edtalk, "--dialogue", new, "--performer", "nobody"), "nobody"),
        ((*edtalk, "--dialogue", new, "--dialogue-at", "f999"), "f999"),
        ((*edtalk, "--dialogue-at", "f1"), "--dialogue"),
        (("--dialogue", new), "--engine edtalk"),
        (("--restorer", "sharpen"), "takes no restorer"),
        ((*edtalk, "--restorer", "gold"), "sharpen"),
    ):
        code, _, err = cli("render", at_rest, "-o", out, *words)
        assert code == 2, words
        assert said in err, err
        assert not out.exists()


@pytest.mark.parametrize(
    ("engine", "said"),
    [("edtalk", "models install audio2lip"), ("mesh", "install edtalk edtalk-connector audio2lip")],
)
def test_a_dialogue_without_models_says_what_to_install(
    engine: str, said: str, at_rest: Path, cli: Callable[..., tuple[int, str, str]],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_data: Path,
) -> None:  # fmt: skip
    monkeypatch.setenv("CMET_STUDIO_HOME", str(tmp_path / "empty"))
    new = _speech(shared_data, tmp_path / "new.wav", 0.2)
    code, _, err = cli(
        "render", at_rest, "-o", tmp_path / "o.mp4", "--engine", engine, "--dialogue", new
    )
    assert code == 2
    assert said in " ".join(err.split())


def test_a_restorer_sharpens_what_is_drawn(projects: dict[str, Path]) -> None:
    project = projects[CLIPS[2]]
    plain = _pictures(_render(project, "plain.mkv"))[0]
    sharp = _pictures(_render(project, "sharp.mkv", "--restorer", "sharpen"))[0]
    assert all(np.array_equal(a, b) for a, b in zip(plain[0], sharp[0], strict=True))
    assert not np.array_equal(plain[-1][0], sharp[-1][0])


def test_bench_of_the_whole_pipeline(projects: dict[str, Path]) -> None:
    clip = projects[CLIPS[2]].with_name("clip.mp4")
    metrics = bench_pipeline(clip, "cpu", ["edtalk-reference"])
    assert set(metrics) == {"fps_pipeline_edtalk-reference", "fps_pipeline_first_edtalk-reference"}
    assert all(value > 0 for value in metrics.values())


def test_doctor_says_where_it_runs(installed: None, cli_json: Callable[..., Any]) -> None:
    checks = cli_json("doctor")["checks"]
    assert checks["engine edtalk"]["ok"]
    assert "runs on" in checks["engine edtalk"]["detail"]
    assert checks["dubbing"]["ok"]


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without CUDA")
def test_no_gpu_falls_back_with_a_warning(
    at_rest: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    words = ["render", str(at_rest), "-o", str(tmp_path / "o.mp4"), "--engine", "edtalk"]
    assert run([*words, "--device", "cuda"]) == 0
    assert "no cuda here" in caplog.text


def test_without_models_it_says_what_to_install(
    folder: Path, cli: Callable[..., tuple[int, str, str]], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("CMET_STUDIO_HOME", str(tmp_path / "empty"))
    code, _, err = cli("render", folder / "p.cmet", "-o", tmp_path / "o.mp4", "--engine", "edtalk")
    assert code == 2
    assert "models install" in err
