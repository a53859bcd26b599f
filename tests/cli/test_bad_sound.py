"""Every bad recording: exit code 2, a sentence that names it, nothing half-written."""

import struct
import wave

import numpy as np
import pytest

from cmet_studio.domain.time import FrameRate
from cmet_studio.media.audio import write_wav
from cmet_studio.media.synth import make_clip


def refused(result, *names):
    code, out, err = result
    assert code == 2, (out, err)
    assert out == ""
    assert "Traceback" not in err
    assert 0 < len(err.strip().splitlines()) <= 4
    for name in names:
        assert name in err.replace("\n", " "), err
    return err


@pytest.fixture
def untouched(folder):
    """A project of which no byte may change, and which must get no media folder."""
    before = (folder / "p.cmet").read_bytes()
    yield folder / "p.cmet"
    assert (folder / "p.cmet").read_bytes() == before
    assert not list(folder.rglob("*.media/takes/*"))


def voice(seconds, rate=16000):
    time = np.arange(round(seconds * rate)) / rate
    phase = 140.0 * time + 2.0 * np.sin(2.0 * np.pi * 2.5 * time)
    syllables = np.clip(np.sin(2.0 * np.pi * 3.0 * time) + 0.7, 0.0, 1.0)
    return (0.3 * (2.0 * (phase % 1.0) - 1.0) * syllables).astype(np.float32)


def test_corrupt_sound(untouched, tmp_path, cli):
    path = tmp_path / "corrupt.flac"
    noise = np.random.default_rng(0).integers(0, 256, 20_000, dtype=np.uint8).tobytes()
    path.write_bytes(b"fLaC" + noise)
    refused(cli("take", "import", untouched, path), "corrupt.flac")
    path = tmp_path / "corrupt.wav"
    path.write_bytes(b"RIFF\x10\x00\x00\x00WAVEjunk" + noise)
    refused(cli("take", "import", untouched, path), "corrupt.wav")


def test_zero_length(untouched, tmp_path, cli):
    empty = tmp_path / "empty.wav"
    empty.touch()
    refused(cli("take", "import", untouched, empty), "empty.wav")
    header = tmp_path / "header.wav"
    write_wav(header, np.zeros(0, np.float32), 16000)
    refused(cli("take", "import", untouched, header), "header.wav")


def test_a_film_without_sound(untouched, tmp_path, cli):
    path = tmp_path / "mute.mp4"
    make_clip(path, iter([np.full((64, 64, 3), 128, np.uint8)] * 10), FrameRate(25))
    refused(cli("take", "import", untouched, path), "mute.mp4", "no sound")


@pytest.mark.parametrize("says", [0xFFFFFFFF, 0xFFFFFFFE, 0x7FFFFFFF])
def test_a_wav_that_claims_four_gigabytes(untouched, tmp_path, cli, says):
    path = tmp_path / "liar.wav"
    pcm = (voice(0.3) * 32767).astype("<i2").tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", says, b"WAVE", b"fmt ", 16, 1, 1, 16000, 32000,
                       2, 16)  # fmt: skip
    path.write_bytes(head + struct.pack("<4sI", b"data", says) + pcm)
    refused(cli("take", "import", untouched, path), "liar.wav")


def test_192_khz_in_eight_channels_is_just_sound(folder, tmp_path, cli, cli_json):
    path = tmp_path / "cinema.wav"
    samples = np.repeat(voice(2.0, 192_000)[:, None], 8, axis=1)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(8)
        file.setsampwidth(2)
        file.setframerate(192_000)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    (take,) = cli_json("take", "import", folder / "p.cmet", path)["takes"]
    assert take["duration_s"] == pytest.approx(2.0, abs=0.01)
    assert take["speech_s"] > 1.0


def test_other_things(untouched, tmp_path, cli):
    refused(cli("take", "import", untouched, tmp_path / "gone.wav"), "gone.wav")
    bare = tmp_path / "bare"
    bare.mkdir()
    refused(cli("take", "import", untouched, bare), "bare")
    playlist = tmp_path / "list.wav"
    playlist.write_text("#EXTM3U\nhttp://127.0.0.1:9/a.wav\n")
    refused(cli("take", "import", untouched, playlist), "list.wav")
    one, other = tmp_path / "fine.wav", tmp_path / "silent.wav"
    write_wav(other, np.zeros(32000, np.float32), 16000)
    refused(cli("take", "import", untouched, other, "--in", "0.5s", "--out", "1.5s"), "silent.wav")
    write_wav(one, voice(2.0), 16000)
    refused(cli("take", "import", untouched, one, "--in", "1s", "--out", "9s"), "fine.wav")


def test_a_bad_one_among_good_ones_adopts_none(folder, tmp_path, cli):
    before = (folder / "p.cmet").read_bytes()
    fine, bad = tmp_path / "fine.wav", tmp_path / "bad.wav"
    write_wav(fine, voice(2.0), 16000)
    bad.write_text("no sound")
    refused(cli("take", "import", folder / "p.cmet", fine, bad), "bad.wav")
    assert (folder / "p.cmet").read_bytes() == before


def test_seven_point_one_from_a_lossy_planar_codec(folder, tmp_path, cli_json):
    import av

    path = tmp_path / "cinema.mka"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48_000, layout="7.1")
        samples = np.repeat(voice(2.0, 48_000)[None], 8, axis=0)
        for first in range(0, samples.shape[1] - 1024, 1024):
            part = np.ascontiguousarray(samples[:, first : first + 1024].T).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(part, format="flt", layout="7.1")
            frame.sample_rate = 48_000
            frame.pts = first
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    (take,) = cli_json("take", "import", folder / "p.cmet", path)["takes"]
    assert take["speech_s"] > 1.0


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 1e30])
def test_samples_that_are_no_numbers(untouched, tmp_path, cli, wrong):
    import soundfile

    path = tmp_path / "nan.wav"
    samples = voice(2.0)
    samples[1000] = wrong
    soundfile.write(path, samples, 16000, subtype="FLOAT")
    refused(cli("take", "import", untouched, path), "nan.wav", "no sound")
    refused(cli("take", "import", untouched, path, "--in", "0s", "--out", "1.5s"), "nan.wav")
