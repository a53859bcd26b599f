"""The waveform shows every sample, at any zoom, wherever one looks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmet_studio.core.errors import Cancelled, MediaError
from cmet_studio.core.paths import cache_dir
from cmet_studio.core.progress import CancelToken
from cmet_studio.media.audio import read_audio, write_wav
from cmet_studio.media.peaks import Peaks

RATE = 8000


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    folder = tmp_path_factory.mktemp("peaks")
    rng = np.random.default_rng(3)
    samples = (rng.normal(size=60 * RATE) * np.linspace(0.01, 0.2, 60 * RATE)).astype(np.float32)
    samples[31 * RATE] = 0.99  # one click must stay visible at every zoom
    write_wav(folder / "a.wav", samples, RATE)
    patch = pytest.MonkeyPatch()
    patch.setenv("CMET_STUDIO_HOME", str(folder))
    peaks = Peaks(folder / "a.wav")
    assert not peaks.ready
    steps = []
    peaks.build(report=lambda stage, done, total: steps.append((done, total)))
    patch.undo()
    assert steps[-1] == (60, 60)
    yield folder / "a.wav", read_audio(folder / "a.wav", RATE), peaks
    peaks.close()


@settings(max_examples=60)
@given(st.floats(-5, 60), st.floats(0.001, 70), st.integers(1, 500))
def test_columns_hold_their_samples(sound, start, length, columns):
    _, samples, peaks = sound
    got = peaks.read(start, start + length, columns)
    assert got.shape == (columns, 2)
    assert (got[:, 0] <= got[:, 1] + 1e-6).all()
    edges = start + length * np.arange(columns + 1) / columns
    for low_high, begin, end in zip(got, edges[:-1], edges[1:], strict=True):
        inside = samples[max(int(np.ceil(begin * RATE)), 0) : max(int(end * RATE), 0)]
        if len(inside):
            assert low_high[0] <= inside.min() + 1e-3
            assert low_high[1] >= inside.max() - 1e-3
        elif end < begin - end - 0.01 or begin > 60.01 + end - begin:
            assert not low_high.any()


@pytest.mark.parametrize("columns", [10, 100, 1000])
def test_a_click_is_seen_at_every_zoom(sound, columns):
    _, _, peaks = sound
    got = peaks.read(0.0, 60.0, columns)
    assert got[:, 1].max() == pytest.approx(0.99, abs=1e-3)
    assert np.argmax(got[:, 1]) == 31 * columns // 60


def test_the_next_one_finds_it_in_the_cache(sound, monkeypatch, tmp_path):
    path, _, peaks = sound
    copy = tmp_path / "renamed.wav"
    copy.write_bytes(path.read_bytes())
    monkeypatch.setenv("CMET_STUDIO_HOME", str(path.parent))
    again = Peaks(copy)
    assert again.ready
    assert again.duration_s == pytest.approx(60.0, abs=0.01)
    assert np.array_equal(again.read(0, 60, 100), peaks.read(0, 60, 100))
    copy.unlink()  # the waveform outlives the clip
    assert again.read(10.0, 10.1, 400).any()


def test_a_broken_cache_is_made_anew(sound):
    path, _, _ = sound
    peaks = Peaks(path)
    peaks.build()
    (file,) = (cache_dir() / "peaks").iterdir()
    for junk in (
        b"",
        b"CMETPEAK",
        b"CMETPEAK\xff\xff\xff\xff{",
        b"CMETPEAK\2\0\0\0{}" + b"0" * 9999,
    ):
        file.write_bytes(junk)
        again = Peaks(path)
        assert not again.ready
        again.build()
        assert again.ready


def test_cancelled_leaves_nothing(sound):
    path, _, _ = sound
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        Peaks(path).build(token)
    assert list((cache_dir() / "peaks").iterdir()) == []


def test_nothing_to_see_without_sound(tmp_path):
    peaks = Peaks(tmp_path / "none.wav")
    assert not peaks.ready
    assert peaks.read(0, 1, 5).shape == (5, 2)
    with pytest.raises(MediaError):
        peaks.build()


def test_a_very_short_sound(tmp_path):
    write_wav(tmp_path / "b.wav", np.full(3, 0.5, np.float32), RATE)
    peaks = Peaks(tmp_path / "b.wav")
    peaks.build()
    assert peaks.read(-1, 1, 4)[2, 1] == pytest.approx(0.5, abs=1e-3)
