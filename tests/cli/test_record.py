"""Recording from the command line, with a microphone that hears what the test plays."""

import json
import signal
import subprocess
import sys
import time

import pytest
from sound_files import speech_like, write_wav

from cmet_studio.app.recording import recordings_folder
from cmet_studio.cli.level_meter import meter_line
from cmet_studio.media.audio import read_audio
from cmet_studio.media.bwf import RATE, BwfWriter, TakeNote
from cmet_studio.media.repair import read_note


@pytest.fixture(scope="module")
def voice(pulse, tmp_path_factory):
    """Somebody speaks into the microphone as long as the module's tests run."""
    wav = write_wav(tmp_path_factory.mktemp("voice") / "voice.wav", speech_like(60.0))
    playing = pulse.play(wav)
    yield pulse
    playing.terminate()
    playing.wait()


def take_file(folder, made):
    return folder / made["path"]


def test_the_devices_are_listed(pulse, cli, cli_json):
    devices = cli_json("audio", "devices")["devices"]
    assert {"input", "output"} == {device["direction"] for device in devices}
    assert devices[0]["default"]
    code, out, _ = cli("audio", "devices")
    assert code == 0
    assert "pulse" in out


def test_silence_is_refused_and_kept_aside(pulse, folder, cli):
    """Before anybody speaks into the microphone."""
    code, _, err = cli("take", "record", folder / "p.cmet", "--seconds", "0.3", "--channel", "1")
    assert code == 2
    assert "The recording lies in" in err.replace("\n", " ")
    assert list((recordings_folder(folder / "p.media") / "unused").iterdir())


def test_the_level_is_shown_before_anything_is_recorded(voice, cli_json, cli):
    found = cli_json("audio", "level", "--seconds", "1.5")
    assert -40 < found["highest_dbfs"] < 0
    assert not found["clipped"]
    code, out, _ = cli("audio", "level", "--seconds", "0.2")
    assert code == 0
    assert out.startswith("Highest ")


def test_a_take_is_recorded_for_an_emotion(voice, folder, cli, cli_json):
    project = folder / "p.cmet"
    words = ("take", "record", project, "--emotion", "warm", "--seconds", "1.5")
    made = cli_json(*words)
    assert made["seconds"] == pytest.approx(1.5 + made["preroll_s"])
    assert (made["emotion"], made["side"], made["dropped"]) == ("warm", "expressive", 0)
    assert made["problem"] is None
    assert read_note(take_file(folder, made)).emotion == "warm"
    code, out, err = cli(*words, "--as", "neutral", "--device", "pulse")
    assert code == 0, err
    assert "for 'warm' (neutral)" in out
    warm = cli_json("emotion", "list", project)["emotions"][-1]
    assert (warm["name"], len(warm["expressive"]), len(warm["neutral"])) == ("warm", 1, 1)
    passes = sorted(f.name for f in (recordings_folder(folder / "p.media") / "passes").iterdir())
    assert passes == ["warm_expressive_T01.wav", "warm_neutral_T01.wav"]


def test_a_take_is_acted_in_at_a_clip_position(voice, folder, cli_json):
    project = folder / "p.cmet"
    made = cli_json(
        "take", "record", project, "--in", "1s", "--out", "f55", "--count-in", "--emotion", "warm"
    )
    assert made["clip_s"] == 1.0
    assert made["seconds"] - made["preroll_s"] == pytest.approx(55 / 25 - 1.0, abs=0.01)


def test_control_c_ends_and_keeps(voice, folder):
    words = ["take", "record", str(folder / "p.cmet"), "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "cmet_studio", *words], stdout=subprocess.PIPE, text=True
    )
    with process:
        recordings = recordings_folder(folder / "p.media")
        end = time.monotonic() + 30
        while not any(file.stat().st_size > 2 * 3 * RATE for file in recordings.glob("*.part")):
            assert time.monotonic() < end
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        made = json.loads(process.stdout.read())
    assert process.returncode == 0
    assert made["seconds"] > 1.9
    assert len(read_audio(take_file(folder, made), RATE)) / RATE == pytest.approx(
        made["seconds"], abs=0.001
    )


def test_takes_of_a_killed_program_are_recovered(folder, cli, cli_json):
    project = folder / "p.cmet"
    recordings = recordings_folder(folder / "p.media")
    sound = speech_like(6.0)  # 16 kHz played three times as fast: still a voice to the detector
    for number in (1, 2):
        writer = BwfWriter(recordings / f"warm_T0{number}.wav", TakeNote(number, "warm"))
        writer.write(sound[number:].repeat(3))
        writer._close()
    code, _, err = cli("take", "recover", project)
    assert code == 0
    assert "2 takes were recovered." in err
    assert len(cli_json("emotion", "list", project)["emotions"][-1]["expressive"]) == 2
    assert cli_json("take", "recover", project) == {"recovered": 0, "unused": []}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--as", "loud"), "no side"),
        (("--out", "2s"), "--out needs --in"),
        (("--in", "2s", "--out", "1s"), "before it begins"),
        (("--emotion", "happy"), "is a preset"),
        (("--device", "nobody"), "no microphone 'nobody'"),
        (("--channel", "77"), "no channel 77"),
    ],
)
def test_bad_wishes_are_sentences(pulse, folder, cli, words, said):
    code, out, err = cli("take", "record", folder / "p.cmet", *words)
    assert (code, out) == (2, "")
    assert said in err.replace("\n", " ")


def test_the_meter_is_one_line():
    line = meter_line("recording", 12.3, -18.0)
    assert line == "recording   12.3 s [#####################.........]  -18.0 dBFS"
    assert "#" not in meter_line("counting", 0.0, -120.0)
    assert "." * 5 not in meter_line("recording", 0.0, 3.0)
