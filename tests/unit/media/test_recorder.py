"""Recording from a real PortAudio device: nothing is lost, whatever happens."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from cmet_studio.core.errors import DeviceError
from cmet_studio.media import microphone
from cmet_studio.media.audio import read_audio, write_wav
from cmet_studio.media.bwf import BwfWriter
from cmet_studio.media.count_in import BEAT_S, BEEPS, count_in
from cmet_studio.media.devices import find_device
from cmet_studio.media.microphone import Microphone
from cmet_studio.media.player import Player
from cmet_studio.media.recorder import Punch, Recorder, TakeNote
from cmet_studio.media.repair import read_note, repair_unfinished

RATE = 48000

KILLED = """
import sys, time
from pathlib import Path
from cmet_studio.media.recorder import Recorder
recorder = Recorder(preroll_s=0.0)
recorder.microphone.wait_for_sound()
recorder.start(Path(sys.argv[1]))
while recorder.seconds < 3.0:
    time.sleep(0.01)
print("recording", recorder.seconds, flush=True)
while True:
    print(recorder.seconds, flush=True)
    time.sleep(0.005)
"""

UNPLUGGED = """
import sys, time
from pathlib import Path
from cmet_studio.media.recorder import Recorder
with Recorder(preroll_s=0.0) as recorder:
    recorder.microphone.wait_for_sound()
    recorder.start(Path(sys.argv[1]))
    while recorder.seconds < 1.5:
        time.sleep(0.01)
    print("recording", flush=True)
    recorder.wait(30)
    made = recorder.stop()
    print(made.seconds, made.problem, flush=True)
"""

FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from cmet_studio.media.recorder import Recorder
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
with Recorder(preroll_s=0.0) as recorder:
    recorder.microphone.wait_for_sound()
    recorder.start(Path(sys.argv[1]))
    recorder.wait(30)
    made = recorder.stop()
    print(made.seconds, made.problem, flush=True)
"""


@pytest.fixture(scope="module")
def noise(tmp_path_factory):
    path = tmp_path_factory.mktemp("noise") / "noise.wav"
    sound = np.random.default_rng(7).normal(size=14 * RATE).astype(np.float32) * 0.1
    write_wav(path, sound, RATE)
    return path, read_audio(path, RATE)


def until(condition, timeout_s=20.0):
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def place(heard, whole):
    """Where in ``whole`` (samples) ``heard`` begins, by its likeness."""
    size = 1 << int(np.ceil(np.log2(len(whole) + len(heard))))
    spectrum = np.fft.rfft(whole, size) * np.conj(np.fft.rfft(heard, size))
    return int(np.argmax(np.fft.irfft(spectrum, size)[: len(whole)]))


@pytest.fixture(scope="module")
def recorder(pulse):
    with Recorder() as made:
        made.microphone.wait_for_sound()
        yield made


def test_what_was_played_is_recorded_without_a_gap(pulse, recorder, noise, tmp_path):
    path, whole = noise
    playing = pulse.play(path)
    until(lambda: recorder.level.peak_dbfs > -40)
    recorder.start(tmp_path / "a.wav", TakeNote(1, "warm"), longest_s=8.0)
    assert recorder.wait(20)
    made = recorder.stop()
    playing.terminate()
    playing.wait()
    assert (made.dropped, made.problem, made.clipped) == (0, None, False)
    assert made.seconds == pytest.approx(8.0 + made.note.in_s)
    assert read_note(made.path) == made.note
    heard = read_audio(made.path, RATE)[round(made.note.in_s * RATE) :]
    assert len(heard) == 8 * RATE
    # From where the sound is on its way: every sample, to the sink's 16 bits.
    heard = heard[RATE:]
    at = place(heard[: 2 * RATE], whole)
    there = whole[at : at + len(heard)]
    assert np.corrcoef(heard, there)[0, 1] > 0.99999
    assert np.abs(heard - there).max() <= 2.0 / 32768


def test_the_level_shows_before_anything_is_recorded(pulse, recorder, noise, tmp_path):
    assert recorder.state == "ready"
    assert recorder.stop() is None
    playing = pulse.play(noise[0])
    until(lambda: recorder.level.peak_dbfs > -20)
    playing.terminate()
    playing.wait()
    assert list(tmp_path.iterdir()) == []


def test_sound_from_before_the_in_is_kept(pulse, recorder, tmp_path):
    until(lambda: recorder.microphone.heard > RATE)
    recorder.start(tmp_path / "a.wav")
    until(lambda: recorder.seconds > 0.3)
    assert recorder.state == "recording"
    made = recorder.stop()
    assert made.note.in_s == pytest.approx(0.5)
    assert made.seconds > 0.8


def test_punch_in_records_the_clip_where_it_is(pulse, recorder, noise, tmp_path):
    path, whole = noise
    with Player(path) as player:
        offs_s = []
        for n in range(3):  # a busy computer may make the sink stutter: then once more
            counting = n == 0
            punch = Punch(player, 4.0, 5.0)
            recorder.start(tmp_path / f"{n}.wav", punch=punch, counting=counting)
            states = set()
            while not recorder.wait(0.05):
                states.add(recorder.state)
            made = recorder.stop()
            assert not player.playing
            assert {"counting", "recording"} <= states
            assert made.note.clip_s == 4.0
            assert made.seconds - made.note.in_s == pytest.approx(1.0)
            heard = read_audio(made.path, RATE)[round(made.note.in_s * RATE) :]
            offs_s.append(abs(place(heard[: RATE // 2], whole) / RATE - 4.0))
            if min(offs_s) <= 0.04:
                break
        assert min(offs_s) <= 0.04


def test_beeps_count_in_where_no_clip_plays(pulse, tmp_path):
    with Recorder(preroll_s=3.2) as recorder, Player(None) as player:
        recorder.microphone.wait_for_sound()
        recorder.start(tmp_path / "a.wav", longest_s=0.3, counting=True, player=player)
        assert recorder.wait(20)
        made = recorder.stop()
    heard = read_audio(made.path, RATE)
    lead = round(made.note.in_s * RATE)
    beeps = count_in(RATE)
    at = place(beeps, heard)
    # The in is three beats after the first beep.
    assert at / RATE == pytest.approx(lead / RATE - BEEPS * BEAT_S, abs=0.1)
    assert np.abs(heard[lead : lead + 4800]).max() < 0.01  # the fourth is silent


def test_stopped_while_counting_leaves_nothing(pulse, recorder, tmp_path):
    with Player(None) as player:
        recorder.start(tmp_path / "a.wav", counting=True, player=player)
        time.sleep(0.3)
        assert recorder.state == "counting"
        assert recorder.stop() is None
    assert list(tmp_path.iterdir()) == []


def test_kill_minus_nine_loses_less_than_a_second(pulse, tmp_path):
    with pulse.python(KILLED, str(tmp_path / "a.wav")) as process:
        line = process.stdout.readline()
        assert line.startswith("recording"), line
        for _ in range(100):
            said = process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        lines = [said.strip(), *process.stdout.read().split("\n")[:-1]]  # the last may be cut
    last = float(lines[-1])
    assert repair_unfinished(tmp_path) == [tmp_path / "a.wav"]
    kept = len(read_audio(tmp_path / "a.wav", RATE)) / RATE
    assert last - kept < 1.0
    assert kept > 2.0


def test_the_microphone_is_heard_only_when_asked_for(pulse, recorder, noise):
    path, whole = noise
    pulse.control("set-default-sink", "speaker")  # not the one the microphone hears: it would howl
    playing = pulse.play(path)
    words = ["parec", "--device=speaker.monitor", "--raw", "--format=s16le", "--channels=1"]
    with subprocess.Popen(
        [*words, "--rate=48000", "--latency-msec=50"],
        env={**os.environ, **pulse.environment},
        stdout=subprocess.PIPE,
    ) as ear:
        assert not recorder.monitoring
        before = np.frombuffer(ear.stdout.read(RATE), "<i2")
        recorder.monitor(True)
        heard = np.zeros(0, np.int16)
        while np.abs(heard).max(initial=0) < 1000 and len(heard) < 10 * RATE:
            heard = np.frombuffer(ear.stdout.read(RATE), "<i2")
        heard = np.frombuffer(ear.stdout.read(2 * RATE), "<i2").astype(np.float32) / 32768
        recorder.monitor(False)
        assert not recorder.monitoring
        ear.terminate()
    playing.terminate()
    playing.wait()
    pulse.control("set-default-sink", "mic")
    assert not before.any()
    # Late blocks are dropped, so only some stretch of it has to be the very sound.
    likeness = [
        np.corrcoef(part, whole[at : at + len(part)])[0, 1]
        for part in np.split(heard, 20)
        if part.std() > 0.01 and (at := place(part, whole)) + len(part) <= len(whole)
    ]
    assert max(likeness) > 0.99


def test_a_full_disk_ends_the_take_with_what_it_took(pulse, tmp_path):
    with pulse.python(FULL_DISK, str(tmp_path / "a.wav")) as process:
        seconds, _, problem = process.stdout.read().partition(" ")
    assert process.returncode == 0
    assert "cannot be written" in problem
    assert len(read_audio(tmp_path / "a.wav", RATE)) / RATE == pytest.approx(float(seconds))
    assert 0.5 < float(seconds) < 150_000 / 3 / RATE


def test_what_a_hanging_disk_misses_is_silent_and_counted(pulse, tmp_path, monkeypatch):
    monkeypatch.setattr(microphone, "_RING_S", 1.5)
    monkeypatch.setattr(microphone, "_MARGIN_S", 0.5)
    write = BwfWriter.write
    slow = [3.0, 0.0]  # seconds; longer than the ring, and than a lost device would be silent

    def hanging(writer, block):
        if writer.samples > RATE // 2 and slow[0]:
            time.sleep(slow.pop(0))
        write(writer, block)

    monkeypatch.setattr(BwfWriter, "write", hanging)
    tone = 0.3 * np.sin(2 * np.pi * 1000 * np.arange(12 * RATE) / RATE)
    write_wav(tmp_path / "tone.wav", tone.astype(np.float32), RATE)
    playing = pulse.play(tmp_path / "tone.wav")
    with Recorder(preroll_s=0.0) as recorder:
        until(lambda: recorder.level.rms_dbfs > -15)
        recorder.start(tmp_path / "a.wav", longest_s=5.0)
        assert recorder.wait(20)
        made = recorder.stop()
    playing.terminate()
    playing.wait()
    assert (made.problem, made.dropped) == (None, 1)
    heard = read_audio(made.path, RATE)
    assert len(heard) == 5 * RATE  # nothing after the gap has moved
    assert 0.5 * RATE < np.count_nonzero(np.abs(heard) < 1e-4) < 3.5 * RATE
    assert np.abs(heard[-RATE // 2 :]).max() > 0.2


def test_a_device_of_another_rate_still_gives_48_khz(pulse, tmp_path, monkeypatch):
    """The device is real; only that it refuses 48 kHz is made up."""
    at_rate = Microphone._stream_at

    def refusing(microphone, rate, channels):
        if rate == RATE:
            raise DeviceError("The microphone refuses (Invalid sample rate).")
        return at_rate(microphone, rate, channels)

    monkeypatch.setattr(Microphone, "_stream_at", refusing)
    tone = 0.3 * np.sin(2 * np.pi * 1000 * np.arange(8 * RATE) / RATE)
    write_wav(tmp_path / "tone.wav", tone.astype(np.float32), RATE)
    playing = pulse.play(tmp_path / "tone.wav")
    with Recorder(preroll_s=0.0) as recorder:
        assert recorder.microphone.rate == 44100
        until(lambda: recorder.level.rms_dbfs > -15)
        recorder.start(tmp_path / "a.wav", longest_s=1.0)
        assert recorder.wait(20)
        made = recorder.stop()
    playing.terminate()
    playing.wait()
    heard = read_audio(made.path, RATE)
    assert len(heard) == pytest.approx(RATE, abs=3)
    middle = heard[RATE // 4 : 3 * RATE // 4] * np.hanning(RATE // 2)
    assert np.argmax(np.abs(np.fft.rfft(middle))) * 2 == pytest.approx(1000, abs=2)


def test_a_device_that_is_busy_or_absent_is_a_sentence(pulse):
    with pytest.raises(DeviceError, match=r"no microphone 'nobody'") as refused:
        find_device("input", "nobody")
    assert "0 (pulse)" in refused.value.hint
    with pytest.raises(DeviceError, match="no channel 99"):
        Microphone(channel=98)
    assert find_device("input", "0").index == 0
    assert find_device("input", "ALSA: pulse").name == "pulse"


def test_where_portaudio_is_missing_asking_for_a_device_says_so(tmp_path):
    script = (
        "import ctypes.util\n"
        "ctypes.util.find_library = lambda name: None\n"
        "from cmet_studio.core.errors import DeviceError\n"
        "from cmet_studio.media import recorder, player, meter, peaks\n"
        "try:\n    recorder.input_devices()\nexcept DeviceError as error:\n    print(error)\n"
        "with player.Player(None) as clock:\n"
        "    clock.play(0.0, stop_s=0.1)\n"
        "    while clock.playing: pass\n"
        "    print(clock.position_s, clock.problem)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "PortAudio is not installed. Install PortAudio" in done.stdout
    assert "0.1 The sound library" in done.stdout


def test_a_device_that_disappears_ends_the_take_cleanly(pulse, tmp_path):
    """Last: it takes the microphone of this module away."""
    with pulse.python(UNPLUGGED, str(tmp_path / "a.wav")) as process:
        assert process.stdout.readline() == "recording\n"
        pulse.unplug()
        seconds, _, problem = process.stdout.readline().partition(" ")
        assert process.wait(30) == 0
    assert "stopped while it was open" in problem
    assert float(seconds) > 1.4
    assert len(read_audio(tmp_path / "a.wav", RATE)) / RATE == pytest.approx(float(seconds))
