"""``emotion show|map|say|library``: what an emotion is worth, and taking it along."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest


@pytest.fixture
def spoken(folder, cli, shared_data):
    """A project with an emotion Warm of three happy and three neutral takes."""
    mead = shared_data / "speech" / "mead"
    happy = sorted((mead / "happy").glob("M003*"))[:3]
    neutral = sorted((mead / "neutral").glob("M003*"))[:3]
    words = ["--expressive", *happy, "--neutral", *neutral]
    assert cli("emotion", "add", folder / "p.cmet", "Warm", *words)[0] == 0
    return folder / "p.cmet"


@pytest.fixture(autouse=True)
def _empty_library(session_home):
    shutil.rmtree(session_home / "data" / "library", ignore_errors=True)


def test_figures_are_shown(spoken, cli, cli_json):
    found = {e["name"]: e for e in cli_json("emotion", "show", spoken)["emotions"]}
    warm = found["Warm"]
    assert (warm["shots_expressive"], warm["shots_neutral"], warm["meter"]) == (3, 3, "amber")
    assert warm["neutral_source"] == "the same speaker's neutral takes"
    assert len(warm["per_take"]) == 6
    assert found["happy"]["reads_as"][0][0] == "happy"
    code, out, _ = cli("emotion", "show", spoken, "warm")
    assert code == 0
    assert "3 of 10 expressive" in out
    assert "reads as" in out
    assert cli("emotion", "show", spoken, "gone")[0] == 2


def test_the_map_is_data_and_a_picture(spoken, cli, cli_json, tmp_path):
    data = cli_json("emotion", "map", spoken)
    assert {p["kind"] for p in data["points"]} == {"preset", "emotion", "take", "neutral"}
    png = tmp_path / "map.png"
    assert cli("emotion", "map", spoken, "--png", png)[0] == 0
    assert png.read_bytes().startswith(b"\x89PNG")
    assert cli("emotion", "map", spoken, "--png", png)[0] == 2
    assert cli("emotion", "map", spoken, "--png", png, "--force")[0] == 0
    assert cli("emotion", "map", spoken, "--png", tmp_path / "map.exe")[0] == 2


def test_an_emotion_travels_between_projects(spoken, cli, cli_json, tmp_path, made_once):
    assert cli("emotion", "library", "save", spoken, "Warm")[0] == 0
    assert cli("emotion", "library", "save", spoken, "Warm")[0] == 2
    assert cli("emotion", "library", "save", spoken, "Warm", "--force")[0] == 0
    (entry,) = cli_json("emotion", "library", "list")["entries"]
    assert (entry["name"], entry["expressive"], entry["neutral"]) == ("Warm", 3, 3)
    file = tmp_path / "warm.cmetemo"
    assert cli("emotion", "library", "export", "warm", "-o", file)[0] == 0
    assert cli("emotion", "library", "remove", "Warm")[0] == 0
    assert cli_json("emotion", "library", "list")["entries"] == []
    assert cli("emotion", "library", "import", file)[0] == 0

    other = tmp_path / "other"
    shutil.copytree(made_once, other)
    q = other / "p.cmet"
    assert cli("emotion", "library", "use", q, "Warm", "--name", "Warmer")[0] == 0
    assert cli("emotion", "library", "use", q, "Warm", "--name", "Warmer")[0] == 2
    (made,) = [e for e in cli_json("emotion", "list", q)["emotions"] if e["name"] == "Warmer"]
    assert (len(made["expressive"]), len(made["neutral"])) == (3, 3)
    shutil.rmtree(spoken.parent / "p.media")
    assert cli("emotion", "show", q, "Warmer")[0] == 0
    first, second = (cli_json("emotion", "show", p, n)["emotions"][0]["strength"]
                     for p, n in ((spoken, "Warm"), (q, "Warmer")))  # fmt: skip
    assert first == pytest.approx(second)


def test_a_performers_neutral_voice_travels(spoken, cli, cli_json, tmp_path, made_once):
    take = cli_json("take", "list", spoken)["takes"][3]
    assert cli("emotion", "library", "save", spoken, "--performer", "A")[0] == 2
    clip = ("--from-clip", "--in", "f0", "--out", "4s", "--neutral-of", "A")
    assert cli("take", "import", spoken, *clip)[0] == 0
    assert take["neutral_in"] == ["Warm"]
    words = ("--performer", "A", "--name", "Grace")
    assert cli("emotion", "library", "save", spoken, *words)[0] == 0
    other = tmp_path / "other"
    shutil.copytree(made_once, other)
    q = other / "p.cmet"
    assert cli("emotion", "library", "use", q, "Grace", "--performer", "A")[0] == 0
    (row,) = cli_json("take", "list", q)["takes"]
    assert row["neutral_of"] == ["A"]


def test_what_the_library_refuses(spoken, cli, tmp_path):
    assert cli("emotion", "library", "save", spoken)[0] == 2
    assert cli("emotion", "library", "use", spoken, "nothing")[0] == 2
    assert cli("emotion", "library", "remove", "nothing")[0] == 2
    assert cli("emotion", "library", "save", spoken, "happy", "--name", "a\nb")[0] == 2
    assert cli("emotion", "library", "save", spoken, "happy")[0] == 0
    assert cli("emotion", "library", "export", "happy", "-o", tmp_path / "x.zip")[0] == 2


@pytest.mark.parametrize("kind", ["dotdot", "bomb", "text", "empty", "links"])
def test_a_hostile_emotion_file(cli, tmp_path, kind, session_home):
    path = tmp_path / "gift.cmetemo"
    says = {"schema": 1, "kind": "emotion", "name": "Gift", "takes": []}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("description.json", json.dumps(says))
        if kind == "dotdot":
            made.writestr("../../evil.wav", b"x")
        elif kind == "bomb":
            made.writestr("takes/big.wav", b"\0" * (32 << 20))
        elif kind == "links":
            link = zipfile.ZipInfo("takes/link.wav")
            link.external_attr = 0o120777 << 16
            made.writestr(link, "/etc/passwd")
    if kind in ("text", "empty"):
        path.write_text("not a zip" if kind == "text" else "")
    code, out, err = cli("emotion", "library", "import", path)
    assert (code, out) == (2, "")
    assert "gift.cmetemo" in err
    assert "Traceback" not in err
    assert not list((session_home / "data" / "library").glob("*"))
    assert not (tmp_path.parent / "evil.wav").exists()


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="no espeak-ng here")
def test_a_robot_fills_an_emotion(folder, cli, cli_json):
    p = folder / "p.cmet"
    code, _, err = cli("emotion", "say", p, "Dreamy", "--sentence", "The sea was calm that night.")
    assert code == 0
    assert "robot" in err
    assert cli("emotion", "say", p, "Dreamy", "--neutral")[0] == 0
    made = cli_json("emotion", "show", p, "Dreamy")["emotions"][0]
    assert (made["shots_expressive"], made["shots_neutral"]) == (1, 3)


def test_the_endpoint_is_off(folder, cli):
    code, _, err = cli("emotion", "say", folder / "p.cmet", "Dreamy", "--provider", "endpoint")
    assert code == 2
    assert "No speech endpoint" in err
    assert "Dreamy" not in Path(folder / "p.cmet").read_text()
