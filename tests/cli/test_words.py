"""Words that an editor may type: each does what it says, or is refused with a reason."""

import pytest


def refused(result, *names) -> None:
    code, out, err = result
    assert (code, out) == (2, ""), (out, err)
    assert "Traceback" not in err
    for name in names:
        assert name in err.replace("\n", " "), err


def test_a_key_is_moved_over_another_one_only_by_force(folder, cli, cli_json):
    p = folder / "p.cmet"
    before = p.read_bytes()
    refused(cli("key", "move", p, "--at", "f10", "--to", "f40"), "f40", "--force")
    assert p.read_bytes() == before
    assert cli("key", "move", p, "--at", "f10", "--to", "f10")[0] == 0
    assert cli("key", "move", p, "--at", "f10", "--to", "f40", "--force")[0] == 0
    assert [k["emotion"] for k in cli_json("key", "list", p)["keys"]] == ["rest"]


def test_a_key_that_is_replaced_is_named(folder, cli):
    p = folder / "p.cmet"
    _, out, _ = cli("key", "add", p, "--at", "f40", "--emotion", "rest")
    assert out.strip().endswith("in place of happy.")
    _, out, _ = cli("key", "add", p, "--at", "f41", "--emotion", "rest")
    assert "in place" not in out


def test_a_performer_with_keys_goes_only_by_force(folder, cli, cli_json):
    p = folder / "p.cmet"
    refused(cli("performer", "remove", p, "A"), "2 keys", "--force")
    assert cli("performer", "remove", p, "A", "--force")[0] == 0
    assert cli_json("performer", "list", p) == {"performers": []}


def test_a_preset_takes_no_recordings(folder, cli, cli_json):
    p = folder / "p.cmet"
    for words in (["--expressive", "none.wav"], ["--neutral", "none.wav"], ["--mix", "happy"]):
        refused(cli("emotion", "add", p, "warm", "--preset", "sad", *words), "warm", "two ways")
    assert [e["name"] for e in cli_json("emotion", "list", p)["emotions"]] == ["happy"]


def test_a_name_with_an_equals_sign_is_a_name(folder, cli, cli_json):
    p = folder / "p.cmet"
    assert cli("emotion", "add", p, "a=b", "--preset", "sad")[0] == 0
    assert cli("key", "add", p, "--at", "f50", "--emotion", "a=b")[0] == 0
    words = ("--emotion", "a=b=1", "--emotion", "happy=3")
    assert cli("key", "add", p, "--at", "f60", *words)[0] == 0
    mixes = [k["mix"] for k in cli_json("key", "list", p)["keys"]]
    assert mixes[-2:] == [{"a=b": 1.0}, {"a=b": 0.25, "happy": 0.75}]


@pytest.mark.parametrize("words", [["rest", "happy"], ["rest=0.5", "happy"], ["happy", "Rest"]])
def test_rest_is_no_part_of_a_mix(folder, cli, words):
    options = [one for word in words for one in ("--emotion", word)]
    refused(cli("key", "add", folder / "p.cmet", "--at", "f5", *options), "Rest", "--intensity")


def test_handles_make_a_bezier(folder, cli, cli_json):
    p = folder / "p.cmet"
    assert cli("key", "set", p, "--at", "f40", "--bezier", "0.1,0.2,0.3,0.4")[0] == 0
    key = cli_json("key", "list", p)["keys"][1]
    assert (key["interpolation"], key["bezier"]) == ("bezier", [0.1, 0.2, 0.3, 0.4])
    again = cli("key", "set", p, "--at", "f40", "--interp", "hold", "--bezier", "0,0,1,1")
    refused(again, "--bezier", "hold")


def test_regions_are_read_with_a_wide_hand_and_listed(folder, cli):
    p = folder / "p.cmet"
    words = ("--at", "f40", "--region", "Brow=0.5, mouth=0.25", "eyes = 1")
    assert cli("key", "set", p, *words)[0] == 0
    _, out, _ = cli("key", "list", p)
    assert "brow 0.5, mouth 0.25" in out


@pytest.mark.parametrize("output", ["", "."])
def test_an_output_without_a_name_is_named(folder, cli, output):
    refused(cli("render", folder / "p.cmet", "-o", output), ". cannot hold h264")
    refused(cli("new", folder / "clip.mp4", "-o", output), ". is no project file")


def test_a_report_over_the_project_says_what_that_is(folder, cli):
    p = folder / "p.cmet"
    words = ("-o", folder / "out.mp4", "--report", p, "--force")
    refused(cli("render", p, *words), "p.cmet", "never replaced")
