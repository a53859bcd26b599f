"""The clock that the picture follows: a real PortAudio device, and the silent timer."""

import time

import numpy as np
import pytest

from cmet_studio.core.errors import DeviceError
from cmet_studio.media import player as player_module
from cmet_studio.media.audio import read_audio, write_wav
from cmet_studio.media.bwf import BwfWriter, TakeNote
from cmet_studio.media.microphone import Microphone
from cmet_studio.media.player import GRAIN_S, Player

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
def player(request, clip):
    silent = request.param == "silent"
    if not silent:
        request.getfixturevalue("pulse")
    with Player(clip, silent=silent) as made:
        yield made
        assert made.problem is None


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

    monkeypatch.setattr(player_module, "Loudspeaker", none)
    with Player(clip) as player:
        player.play(1.0, stop_s=1.3)
        until(lambda: player.problem is not None)
        assert not player.sounding
        until(lambda: not player.playing)
        assert player.position_s == pytest.approx(1.3)


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
        player.play(5.0, stop_s=5.1)
        until(lambda: not player.playing)
        assert player.position_s == pytest.approx(5.1)
