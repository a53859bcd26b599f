"""``take``: bringing recordings in, using a moment of the clip, trimming, removing."""

import json
from pathlib import Path

import numpy as np
import pytest

from cmet_studio.media.audio import write_wav


@pytest.fixture
def voices(shared_data: Path) -> list[Path]:
    return sorted((shared_data / "speech" / "mead" / "happy").glob("M003*"))[:2]


def test_files_are_imported_once_and_listed(folder, cli, cli_json, voices):
    p = folder / "p.cmet"
    assert cli("emotion", "add", p, "sad", "--preset", "sad")[0] == 0
    found = cli_json("take", "import", p, *voices, "--emotion", "sad")["takes"]
    assert [t["expressive_in"] for t in found] == [["sad"], ["sad"]]
    again = cli_json("take", "import", p, voices[0], "--neutral-of", "A")["takes"]
    assert [t["id"] for t in again] == [found[0]["id"]]
    assert again[0]["neutral_of"] == ["A"]
    assert len(cli_json("take", "list", p)["takes"]) == 2
    assert len(list((folder / "p.media" / "takes").iterdir())) == 2
    assert "performer A (neutral)" in cli("take", "list", p)[1]


def test_a_preset_that_takes_replace_is_named(folder, cli, voices):
    p = folder / "p.cmet"
    assert cli("emotion", "add", p, "fear", "--preset", "fear")[0] == 0
    _, _, said = cli("take", "import", p, voices[0], "--emotion", "fear")
    assert "'fear' was the preset fear; now it is made from its own takes." in said
    _, _, said = cli("take", "import", p, voices[1], "--emotion", "fear")
    assert "was the preset" not in said


def test_a_moment_of_the_clip_is_a_performers_neutral(folder, cli, cli_json):
    p = folder / "p.cmet"
    words = ("--from-clip", "--in", "f10", "--out", "4s", "--neutral-of", "A")
    (made,) = cli_json("take", "import", p, *words)["takes"]
    assert made["neutral_of"] == ["A"]
    assert made["source"].startswith("clip.mp4, 0.")
    assert made["duration_s"] == pytest.approx(4.0 - 10 / 25, abs=0.05)
    facts = cli_json("take", "show", p, made["id"])
    assert facts["words"][0].endswith("s of speech")
    assert "suggested trim" in cli("take", "show", p, made["id"])[1]
    for words in (["--in", "f10"], ["--in", "2s", "--out", "1s"], ["--in", "1s", "--out", "99s"]):
        code, _, err = cli("take", "import", p, "--from-clip", *words)
        assert code == 2
        assert "Traceback" not in err


def test_a_take_is_trimmed_and_removed(folder, cli, cli_json, voices, tmp_path):
    import soundfile

    p = folder / "p.cmet"
    samples, rate = soundfile.read(voices[0], dtype="float32")
    quiet = np.zeros(rate, np.float32)
    write_wav(tmp_path / "aired.wav", np.concatenate([quiet, samples, quiet]), rate)
    (made,) = cli_json("take", "import", p, tmp_path / "aired.wav", "--neutral-of", "A")["takes"]
    assert cli("take", "trim", p, made["id"])[0] == 0
    (row,) = cli_json("take", "list", p)["takes"]
    assert 0.8 < row["in_s"] < 1.5
    assert row["out_s"] < made["duration_s"] - 0.5
    assert cli("take", "trim", p, made["id"], "--in", "1.2s", "--out", "99s")[0] == 2
    assert cli("take", "trim", p, made["id"], "--in", "0s", "--out", "0.3s")[0] == 2
    code, _, err = cli("take", "remove", p, made["id"])
    assert (code, "'A'" in err) == (2, True)
    assert cli("take", "remove", p, made["id"], "--force")[0] == 0
    assert json.loads(p.read_text())["takes"] == []
    assert cli("take", "show", p, "t9")[0] == 2


def test_what_import_needs(folder, cli, voices):
    p = folder / "p.cmet"
    assert cli("take", "import", p)[0] == 2
    assert cli("take", "import", p, voices[0], "--neutral")[0] == 2
    assert cli("take", "import", p, voices[0], "--emotion", "nope")[0] == 2
    assert cli("take", "import", p, voices[0], "--in", "soon")[0] == 2
    assert not (folder / "p.media").exists()


def test_an_emotion_is_mixed_from_others(folder, cli, cli_json):
    p = folder / "p.cmet"
    assert cli("emotion", "add", p, "sad", "--preset", "sad")[0] == 0
    words = ("--mix", "happy=3", "--mix", "sad=1")
    assert cli("emotion", "add", p, "bitter", *words)[0] == 0
    (made,) = [e for e in cli_json("emotion", "list", p)["emotions"] if e["name"] == "bitter"]
    assert made["mix"] == {"happy": 0.75, "sad": 0.25}
    assert cli("emotion", "remove", p, "sad")[0] == 2
    for wrong in ("happy=0", "happy=x", "nobody=1", "bitter=1"):
        assert cli("emotion", "add", p, "other", "--mix", wrong)[0] == 2
