"""A take out of a long recording: only its stretch is read."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from cmet_studio.app.takes import bring_in
from cmet_studio.core.errors import BadInput, MediaError
from cmet_studio.media import sound
from cmet_studio.speech.takes import import_range


def test_a_stretch_of_an_hour_reads_only_the_stretch(
    tmp_path: Path, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, rate = soundfile.read(
        shared_data / "speech" / "mead" / "happy" / "M003_level_3_011.flac", dtype="float32"
    )
    path = tmp_path / "interview.flac"
    with soundfile.SoundFile(path, "w", rate, 1) as file:
        for minute in range(60):
            block = np.zeros(60 * rate, np.float32)
            if minute == 40:
                block[: len(said)] = said
            file.write(block)
    decoded_samples = 0
    decode_all = sound._decode_all

    def counting(*words: object) -> object:
        nonlocal decoded_samples
        for frame in decode_all(*words):  # type: ignore[arg-type]
            decoded_samples += frame.samples
            yield frame

    monkeypatch.setattr(sound, "_decode_all", counting)
    length_s = len(said) / rate
    found = import_range(path, tmp_path, "t1", tmp_path / "m", 2400.0, 2400.0 + length_s)
    assert found.take.duration_s == pytest.approx(length_s, abs=1e-3)
    assert found.quality.speech_s > 1.0
    stored, stored_rate = soundfile.read(tmp_path / found.take.path, dtype="float32")
    assert stored_rate == rate
    np.testing.assert_allclose(stored, said, atol=2e-4)
    assert decoded_samples < 10 * len(said) + 5 * rate
    assert "interview.flac, 2400.00" in found.take.source

    decoded_samples = 0
    brought = bring_in([path], tmp_path, tmp_path / "m", 2400.0, 2400.0 + length_s)
    assert brought.takes[0].sha256 == found.take.sha256
    assert decoded_samples < 10 * len(said) + 5 * rate


def test_a_stretch_outside_is_refused_and_named(tmp_path: Path) -> None:
    path = tmp_path / "short.wav"
    soundfile.write(path, np.zeros(16000 * 3), 16000)
    for start_s, end_s, said in (
        (2.0, 9.0, "is not in short.wav"),
        (2.0, 1.0, "is none"),
        (0.0, 2.0, "The part of short.wav is silent"),
        (0.0, 9000.0, "longer than"),
    ):
        with pytest.raises(BadInput, match=said):
            import_range(path, tmp_path, "t1", tmp_path / "m", start_s, end_s)
    assert not (tmp_path / "m").exists()


def test_a_stretch_with_samples_that_are_no_numbers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nan.wav"
    samples = np.zeros(16000 * 3, np.float32)
    samples[20000:20003] = np.nan, np.inf, -np.inf
    soundfile.write(path, samples, 16000, subtype="FLOAT")
    with pytest.raises(MediaError, match=r"nan\.wav holds samples"):
        import_range(path, tmp_path, "t1", tmp_path / "m", 1.0, 2.0)
