"""The clock that the picture follows: a real PortAudio device, and the silent timer."""

import time

import numpy as np
import pytest

from cmet_studio.core.errors import DeviceError, MediaError
from cmet_studio.media import devices, loudspeaker
from cmet_studio.media import player as player_module
from cmet_studio.media.audio import read_audio, write_wav
from cmet_studio.media.bwf import BwfWriter, TakeNote
from cmet_studio.media.course import Course
from cmet_studio.media.microphone import Microphone
from cmet_studio.media.play import Play
from cmet_studio.media.player import GRAIN_S, Player
from cmet_studio.media.sound_reader import SoundReader

RATE = 48000


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("clip") / "noise.wav"
    sound = np.random.default_rng(2).normal(size=10 * RATE).astype(np.float32) * 0.1
    write_wav(path, sound, RATE)
    return path


def until(condition, timeout_s=15.0):
    """Wait for something that happens soon; fails if it does not."""
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.002)


@pytest.fixture(scope="module", params=["silent", "sound"])
def kept_player(request, clip):
    silent = request.param == "silent"
    if not silent:
        request.getfixturevalue("pulse")
    with Player(clip, silent=silent) as made:
        yield made


@pytest.fixture
def player(kept_player):
    yield kept_player
    assert kept_player.problem is None


def test_it_plays_to_the_end_and_stays_there(player):
    player.play(1.0, stop_s=1.6)
    assert player.playing
    positions = []
    while player.playing:
        positions.append(player.position_s)
        time.sleep(0.001)
    assert positions == sorted(positions)
    assert positions[0] >= 1.0
    assert player.position_s == pytest.approx(1.6)


@pytest.mark.parametrize("speed", [1.0, 2.0, 8.0, -1.0])
def test_position_runs_with_the_speed(player, speed):
    start_s = 1.0 if speed > 0 else 9.0
    player.play(start_s, speed, stop_s=9.9 if speed > 0 else 0.0)
    until(lambda: abs(player.position_s - start_s) > abs(0.15 * speed))
    began, at = time.monotonic(), player.position_s
    time.sleep(0.4)
    now, then = player.position_s, time.monotonic()
    # Only that it runs with the speed: a busy computer may hold it up for a moment.
    assert 0.4 < (now - at) / ((then - began) * speed) < 1.6


def test_stop_holds_and_play_goes_elsewhere(player):
    player.play(2.0)
    until(lambda: player.position_s > 2.1)
    held = player.stop()
    assert not player.playing
    time.sleep(0.05)
    assert player.position_s == held
    player.play(6.0)
    until(lambda: player.position_s > 6.05)
    assert player.position_s < 9.0


def test_a_loop_goes_round(player):
    player.play(3.3, stop_s=3.5, loop=True, loop_from_s=3.0)
    until(lambda: player.position_s >= 3.3)
    seen = []
    end = time.monotonic() + 0.9
    while time.monotonic() < end:
        seen.append(player.position_s)
        time.sleep(0.002)
    assert player.playing
    assert min(seen) < 3.2
    assert max(seen) <= 3.5


def test_scrubbing_lets_a_moment_be_heard(player):
    for at_s in (1.0, 5.0, 2.0):
        player.scrub(at_s)
        until(lambda: not player.playing)
        assert player.position_s == pytest.approx(at_s + GRAIN_S)


def test_hasty_hands_do_not_confuse_it(player):
    for n in range(60):
        player.play(n / 10) if n % 3 else player.scrub(n / 10)
        if n % 7 == 0:
            player.stop()
    player.play(8.0)
    until(lambda: player.position_s > 8.0)
    assert player.position_s < 10.0
    player.stop()


def test_speeds_out_of_reach_are_refused(player):
    for speed in (0.0, 9.0, float("nan")):
        with pytest.raises(ValueError, match="speed"):
            player.play(0.0, speed)


def test_the_position_is_what_the_loudspeaker_plays(pulse, clip, tmp_path):
    """Played into the sink that the microphone hears: what is recorded at the moment the player
    says 4.0 s are the clip's samples of 4.0 s. A busy computer may make the sink stutter between;
    then once more."""
    with Microphone() as microphone, Player(clip) as player:
        microphone.wait_for_sound()
        player.prepare()
        until(lambda: player.steady)
        found_s = [heard_at_4_s(microphone, player, clip, tmp_path / f"{n}.wav") for n in range(2)]
        assert player.sounding
        if min(abs(found - 4.0) for found in found_s) > 0.04:
            found_s.append(heard_at_4_s(microphone, player, clip, tmp_path / "again.wav"))
    assert min(abs(found - 4.0) for found in found_s) <= 0.04  # a frame of 25/s


def heard_at_4_s(microphone, player, clip, path):
    """Clip time of what the microphone hears while the player says 4.0 s."""
    player.play(3.0)
    until(lambda: player.position_s > 3.6)
    writer = BwfWriter(path, TakeNote())
    microphone.start_writing(writer, microphone.sample_at(player.heard_at(4.0)), RATE // 2)
    until(lambda: not microphone.writing)
    assert microphone.stop_writing() == 0
    player.stop()
    heard, whole = read_audio(writer.finish(), RATE), read_audio(clip, RATE)
    size = 1 << 20
    likeness = np.fft.irfft(np.fft.rfft(whole, size) * np.conj(np.fft.rfft(heard, size)))
    return int(np.argmax(likeness[: len(whole)])) / RATE


def test_a_clip_without_sound_has_a_clock_all_the_same(pulse, tmp_path):
    with Player(tmp_path / "gone.mp4") as player:
        player.play(0.0, stop_s=0.2)
        until(lambda: not player.playing)
        assert player.sounding
        assert player.position_s == pytest.approx(0.2)
        assert "gone.mp4" in player.problem.message


def test_without_a_loudspeaker_the_timer_carries_on(clip, monkeypatch):
    def none(*words):
        raise DeviceError("This computer shows no loudspeaker.")

    monkeypatch.setattr(player_module, "borrow", none)
    with Player(clip) as player:
        player.play(1.0, stop_s=1.3)
        until(lambda: player.problem is not None)
        assert not player.sounding
        until(lambda: not player.playing)
        assert player.position_s == pytest.approx(1.3)


def test_a_sound_system_that_does_not_answer_is_a_sentence(clip, monkeypatch):
    library = devices.portaudio()

    def broken(*words):
        raise library.PortAudioError("PortAudio not initialized", -10000)

    monkeypatch.setattr(library, "query_hostapis", broken)
    with pytest.raises(DeviceError, match="does not answer"):
        devices.output_devices()
    with Player(clip) as player:
        player.play(1.0, stop_s=1.2)
        until(lambda: player.problem is not None)
        until(lambda: not player.playing)
        assert "does not answer" in player.problem.message


def test_a_lost_loudspeaker_does_not_stop_the_picture(pulse, clip):
    with Player(clip) as player:
        player.play(0.0)
        until(lambda: player.position_s > 0.5)
        held = player.position_s
        player._out._stream.abort()  # what PortAudio does when the device is gone
        until(lambda: player.problem is not None)
        until(lambda: player.position_s > held + 0.3)
        assert not player.sounding
        assert player.playing
        # The device is there again: the sound comes back while it plays on.
        until(lambda: player.sounding)
        assert player.problem is None
        assert player.position_s > held + 0.3
        player.play(5.0, stop_s=5.1)
        until(lambda: not player.playing)
        assert player.position_s == pytest.approx(5.1)


def test_all_players_share_one_stream(pulse, clip):
    """Bare ALSA gives a device to one stream only."""
    before = sum(speaker.users for speaker in loudspeaker._open)
    with Player(clip) as clips, Player(clip) as take:
        clips.play(0.0)
        take.play(2.0, stop_s=2.2)
        until(lambda: clips.position_s > 0.3 and not take.playing)
        assert len(devices._open_streams) == 1
        take.close()
        at_s = clips.position_s
        until(lambda: clips.position_s > at_s + 0.2)
        assert len(devices._open_streams) == 1
    assert sum(speaker.users for speaker in loudspeaker._open) == before


def test_devices_are_listed_anew_while_nothing_is_heard(pulse, clip):
    """The stream makes way for it, and the player does not notice."""
    with Player(clip) as player:
        player.prepare()
        until(lambda: player.steady)
        before = loudspeaker._open[0]._stream
        loudspeaker.rescan()
        assert loudspeaker._open[0]._stream is not before
        player.play(1.0)
        until(lambda: player.position_s > 1.3)
        assert player.sounding
        held = loudspeaker._open[0]._stream
        loudspeaker.rescan()  # not now: something is heard
        assert loudspeaker._open[0]._stream is held
        until(lambda: player.position_s > 1.6)
        assert player.problem is None


def test_voices_on_one_stream_are_mixed(pulse, clip, tmp_path):
    """Two of the same clip at the same place are twice as loud."""
    quiet = tmp_path / "quiet.wav"
    write_wav(quiet, np.full(4 * RATE, 0.1, np.float32), RATE)
    with Microphone() as microphone, Player(quiet) as one, Player(quiet) as other:
        microphone.wait_for_sound()
        one.prepare()
        until(lambda: one.steady)
        one.play(0.0)
        until(lambda: one.position_s > 0.2)
        other.play(0.0)
        until(lambda: other.position_s > 0.5)
        writer = BwfWriter(tmp_path / "both.wav", TakeNote())
        microphone.start_writing(writer, microphone.heard, RATE // 2)
        until(lambda: not microphone.writing)
        microphone.stop_writing()
    heard = read_audio(writer.finish(), RATE)
    assert np.median(heard) == pytest.approx(0.2, abs=0.01)


def test_damaged_sound_is_silent_not_a_lost_loudspeaker(pulse, clip, monkeypatch):
    def blocks(self, start_s, end_s=None):
        yield np.zeros((RATE // 10, 2), np.float32)
        raise MediaError("The sound is damaged.")

    monkeypatch.setattr(SoundReader, "blocks", blocks)
    with Player(clip) as player:
        player.play(1.0, stop_s=1.6)
        until(lambda: not player.playing)
        assert player.sounding
        assert player.position_s == pytest.approx(1.6)
        assert "damaged" in player.problem.message


def test_beeps_keep_their_pace_on_a_device_of_another_rate(clip):
    with SoundReader(clip, 44100) as reader:
        play = Play(Course(0.0), np.ones(RATE, np.float32))
        voice = play.voiced(reader, 44100)
        while play.give(voice):
            pass
        out = np.zeros((60000, 2), np.float32)
        voice.ring.copy_out(0, out)
    over = out[:, 0] - reader_samples(clip, 44100, len(out))
    assert np.flatnonzero(over > 0.5)[-1] == pytest.approx(44100, abs=50)


def reader_samples(clip, rate, count):
    """The clip's own samples."""
    with SoundReader(clip, rate) as reader:
        return reader.stretch(0.0, count / rate)[:, 0]
