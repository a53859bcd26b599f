"""Importing recordings."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import soundfile

from cmet_studio.core.errors import BadInput, MediaError, OutputError
from cmet_studio.domain.project import Take
from cmet_studio.speech import takes
from cmet_studio.speech.takes import import_with_quality


def voice(seconds: float) -> np.ndarray:  # type: ignore[type-arg]
    time = np.arange(round(seconds * 16000)) / 16000
    syllables = np.clip(np.sin(2.0 * np.pi * 3.0 * time) + 0.7, 0.0, 1.0)
    wobble = 140.0 * time + np.sin(2.0 * np.pi * 5.0 * time) / 15.0
    return (0.3 * (2.0 * (wobble % 1.0) - 1.0) * syllables).astype(np.float32)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "incoming" / "Take One.WAV"
    path.parent.mkdir()
    soundfile.write(path, np.concatenate([np.zeros(8000), voice(2.0), np.zeros(8000)]), 16000)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "project"
    path.mkdir()
    return path


def imported(
    file: Path, folder: Path, take_id: str, in_s: float = 0.0, out_s: float | None = None
) -> Take:
    return import_with_quality(file, folder, take_id, folder / "media", in_s, out_s).take


def test_the_original_is_copied_unchanged(recording: Path, folder: Path) -> None:
    take = import_with_quality(recording, folder, "t1", folder / "film.media").take
    stored = folder / take.path
    assert stored.read_bytes() == recording.read_bytes()
    assert take.sha256 == hashlib.sha256(recording.read_bytes()).hexdigest()
    assert take.path == f"film.media/takes/{take.sha256[:32]}.wav"
    assert (take.id, take.source) == ("t1", "Take One.WAV")
    assert take.duration_s == pytest.approx(3.0, abs=1e-3)
    assert take.speech_s == pytest.approx(2.0, abs=0.4)
    assert sorted(p.name for p in stored.parent.iterdir()) == [stored.name]


def test_one_recording_used_twice_is_stored_once(recording: Path, folder: Path) -> None:
    first = imported(recording, folder, "t1")
    again = recording.with_name("renamed.wav")
    again.write_bytes(recording.read_bytes())
    second = imported(again, folder, "t2", in_s=0.5, out_s=2.0)
    assert first.path == second.path
    assert (second.in_s, second.out_s) == (0.5, 2.0)
    assert len(list((folder / "media" / "takes").iterdir())) == 1


def test_a_film_gives_its_sound(shared_data: Path, folder: Path) -> None:
    clip = shared_data / "clips" / "portrait_1280x720_30fps.mp4"
    take = imported(clip, folder, "t1")
    assert take.path.endswith(".mp4")
    assert take.speech_s > 0.5


def test_quality_comes_along(recording: Path, folder: Path) -> None:
    found = import_with_quality(recording, folder, "t1", folder / "media", in_s=0.5, out_s=1.4)
    assert any("1.5 s" in w for w in found.quality.warnings)
    assert found.take.speech_s == pytest.approx(found.quality.speech_s, abs=1e-3)


def refused(path: Path, folder: Path, error: type[Exception]) -> str:
    with pytest.raises(error) as caught:
        imported(path, folder, "t1")
    assert getattr(caught.value, "hint", "")
    assert not (folder / "media").exists()
    return str(caught.value)


def test_silence_and_scraps_are_refused(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "quiet.wav"
    soundfile.write(path, np.zeros(32000), 16000)
    assert "quiet.wav is silent" in refused(path, folder, BadInput)
    soundfile.write(path, voice(0.1), 16000)
    assert "quiet.wav" in refused(path, folder, BadInput)
    soundfile.write(path, np.concatenate([np.zeros(8000), voice(0.3), np.zeros(8000)]), 16000)
    assert "s of speech" in refused(path, folder, BadInput)
    noise = np.random.default_rng(0).normal(0.0, 0.05, 48000)
    soundfile.write(path, noise, 16000)
    assert "No speech" in refused(path, folder, BadInput)


def test_what_is_not_sound_is_refused(tmp_path: Path, folder: Path) -> None:
    text = tmp_path / "notes.wav"
    text.write_text("hello", encoding="utf-8")
    assert "notes.wav" in refused(text, folder, MediaError)
    refused(tmp_path / "nothing.wav", folder, MediaError)
    refused(tmp_path, folder, MediaError)
    empty = tmp_path / "empty.wav"
    empty.touch()
    assert "empty.wav" in refused(empty, folder, MediaError)


@pytest.mark.parametrize(("in_s", "out_s"), [(-1.0, 2.0), (2.0, 1.0), (5.0, None), (0.0, 9.0)])
def test_a_trim_outside_the_recording_is_refused(
    recording: Path, folder: Path, in_s: float, out_s: float | None
) -> None:
    with pytest.raises(BadInput, match="is not in Take One"):
        imported(recording, folder, "t1", in_s=in_s, out_s=out_s)


def test_hours_are_refused(recording: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takes, "MAX_TAKE_S", 1.0)
    with pytest.raises(BadInput, match="longer than"):
        imported(recording, folder, "t1")
    assert imported(recording, folder, "t1", in_s=0.5, out_s=1.5).speech_s > 0.5


def test_an_unwritable_place_is_said(recording: Path, folder: Path) -> None:
    (folder / "media").write_text("in the way", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be copied"):
        imported(recording, folder, "t1")


def test_a_media_folder_that_leads_away_is_refused(
    recording: Path, folder: Path, tmp_path: Path
) -> None:
    away = tmp_path / "away"
    away.mkdir()
    (folder / "media").symlink_to(away, target_is_directory=True)
    with pytest.raises(OutputError, match="out of the project"):
        imported(recording, folder, "t1")
    assert not list(away.iterdir())


def test_a_strange_suffix_is_dropped(recording: Path, folder: Path) -> None:
    odd = recording.with_name("take.w v;x")
    odd.write_bytes(recording.read_bytes())
    assert Path(imported(odd, folder, "t1").path).suffix == ""
