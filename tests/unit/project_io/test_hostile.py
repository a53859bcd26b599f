"""Every foreign file is hostile until parsed: one sentence, a way out, nothing else happens."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmet_studio.core.errors import ProjectError
from cmet_studio.domain import rules
from cmet_studio.project_io import load_project
from cmet_studio.project_io.text import MAX_BYTES, MAX_DEPTH

Data = dict[str, Any]


def refusal(path: Path) -> str:
    with pytest.raises(ProjectError) as caught:
        load_project(path)
    assert caught.value.message.startswith(str(path)) or str(path) in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint
    assert caught.value.exit_code == 2
    return caught.value.message


def loads_or_refuses(path: Path) -> None:
    """Either is fine; any other exception, or a message that cannot be shown, is not."""
    try:
        load_project(path)
    except ProjectError:
        refusal(path).encode("utf-8")


def refusal_of(text: str | bytes, folder: Path) -> str:
    path = folder / "P.cmet"
    path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    return refusal(path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1, column 1 is not JSON"),
        ("{", "is not JSON"),
        ("{'a': 1}", "is not JSON"),
        ('{"schema": 1,}', "is not JSON"),
        ("[]", "does not hold a JSON object"),
        ("3", "does not hold a JSON object"),
        (b"\xff\xfe\x00", "not UTF-8 text"),
        (b"\x00\x00\x00\x20ftypisom", "is not JSON"),
        ('{"schema": NaN}', "NaN is not a number"),
        ('{"schema": 1, "x": [Infinity]}', "Infinity is not a number"),
        ('{"schema": 1, "x": -Infinity}', "-Infinity is not a number"),
        ('{"schema": 1, "x": 1e999}', "the number 1e999 is too large"),
        ('{"schema": 1, "x": ' + "9" * 100_000 + "}", "the number 999999999999... is too large"),
        ('{"schema": 1, "x": -9223372036854775809}', "is too large"),
        ('{"schema": 1, "x": 1, "y": 2, "x": 3}', "the field 'x' stands twice"),
        ('{"schema": 1, "x": ' + "[" * 100_000, f"over {MAX_DEPTH} levels deep"),
        ('{"schema": 1, "x": ' + '{"a":' * 100_000, f"over {MAX_DEPTH} levels deep"),
        ('{"schema": 1, "x": ' + "[" * 40 + "]" * 40 + "}", f"over {MAX_DEPTH} levels deep"),
        (r'{"a": "\\", "x": ' + "[" * 40 + "]" * 40 + "}", f"over {MAX_DEPTH} levels deep"),
        (r'{"a": "\\\"", "x": ' + "[" * 40 + "]" * 40 + "}", f"over {MAX_DEPTH} levels deep"),
        ('\\"' + "[" * 100_000, f"over {MAX_DEPTH} levels deep"),
        ('{"a": "' + '\\"' * 100_000, "is not JSON"),
    ],
)
def test_texts_that_are_no_project(tmp_path: Path, text: str | bytes, problem: str) -> None:
    assert problem in refusal_of(text, tmp_path)


def test_brackets_inside_strings_are_no_nesting(tmp_path: Path, data: Data) -> None:
    data["note"] = '\\"' + '[[[["{{{{\\' * 100
    path = tmp_path / "P.cmet"
    path.write_text(json.dumps(data), "utf-8")
    assert load_project(path).extra["note"] == data["note"]


def test_too_large_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "P.cmet"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert "larger than 64 MiB" in refusal(path)


def test_too_many_values(tmp_path: Path) -> None:
    assert "values" in refusal_of('{"x": [' + "0," * 4_100_000 + "0]}", tmp_path)


def test_what_is_no_file(tmp_path: Path) -> None:
    assert "There is no file" in refusal(tmp_path / "none.cmet")
    assert "is a folder" in refusal(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.cmet")
        assert "not an ordinary file" in refusal(tmp_path / "pipe.cmet")


def put(value: object, *where: str | int) -> Callable[[Data], None]:
    def spoil(data: Any) -> None:
        for step in where[:-1]:
            data = data[step]
        data[where[-1]] = value

    return spoil


def drop(*where: str | int) -> Callable[[Data], None]:
    def spoil(data: Any) -> None:
        for step in where[:-1]:
            data = data[step]
        del data[where[-1]]

    return spoil


KEY = ("performers", 0, "keys", 1)
TAKE = ("takes", 0)
KEYS = [{"frame": 1}] * 100_001
OUTSIDE = "should be a relative path that stays in the project's folder"
LEADS_OUT = "leads out of the project's folder"

SPOILT: list[tuple[Callable[[Data], None], str]] = [
    (drop("clip"), "clip is missing"),
    (put([], "clip"), "clip should be a valid dictionary"),
    (drop(*KEY, "frame"), "performers[0].keys[1].frame is missing"),
    (put("4", *KEY, "frame"), "performers[0].keys[1].frame should be a valid integer"),
    (put(True, *KEY, "frame"), "performers[0].keys[1].frame should be a valid integer"),
    (put(4.5, *KEY, "frame"), "performers[0].keys[1].frame should be a valid integer"),
    (put(250, *KEY, "frame"), "performers[0].keys[2].frame: the key at f250 lies outside the clip"),
    (put(-1, *KEY, "frame"), "performers[0].keys[1].frame should be greater than or equal to 0"),
    (put(0, *KEY, "frame"), "performers[0].keys[1].frame is that of another key, f0"),
    (put(1.6, *KEY, "intensity"), "performers[0].keys[1].intensity should be less than or equal"),
    (put(-0.1, *KEY, "intensity"), "performers[0].keys[1].intensity should be greater than"),
    (put("1", *KEY, "intensity"), "performers[0].keys[1].intensity should be a valid number"),
    (put("wobble", *KEY, "interpolation"), "keys[1].interpolation should be 'hold', 'linear'"),
    (put([["e9", 1.0]], *KEY, "mix"), "keys[1].mix names an emotion that is not there, 'e9'"),
    (put([["e1", 0.5]], *KEY, "mix"), "keys[1].mix: the weights of a mix must sum to 1"),
    (put([["e1", 0.5], ["e1", 0.5]], *KEY, "mix"), "keys[1].mix: a mix holds each emotion once"),
    (put([["e1", 0.0]], *KEY, "mix"), "keys[1].mix[0][1] should be greater than 0"),
    (put([["e1"]], *KEY, "mix"), "performers[0].keys[1].mix[0][1] is missing"),
    (put([["e1", 1.0]] * 17, *KEY, "mix"), "keys[1].mix should have at most 16 items"),
    (put([0, 0, 1, 2], *KEY, "bezier"), "keys[1].bezier[3] should be less than or equal to 1"),
    (put([0, 0, 1], *KEY, "bezier"), "keys[1].bezier[3] is missing"),
    (put({"mouth": 7}, *KEY, "regions"), "keys[1].regions.mouth should be less than or equal"),
    (put(KEYS, "performers", 0, "keys"), "performers[0].keys should have at most 100000 items"),
    (put("p1", "performers", 1, "id"), "performers[1].id is the same as performers[0].id"),
    (put("ANNA", "performers", 1, "name"), "performers[1].name is the same as performers[0].name"),
    (put("../p", "performers", 1, "id"), "performers[1].id should be 1 to 64 letters"),
    (put("\x1b[31m", "performers", 0, "name"), "performers[0].name should be 1 to 80 printable"),
    (put("a\u202eb", "performers", 0, "name"), "performers[0].name should be 1 to 80 printable"),
    (put("x" * 81, "performers", 0, "name"), "performers[0].name should be 1 to 80 printable"),
    (put(250, "performers", 0, "anchor_frame"), "anchor_frame: the frame f250 lies outside"),
    (put([0, 0, 0, 5], "performers", 0, "anchor_box"), "performers[0].anchor_box: the box 0,0,0,5"),
    (put([0, 0, 5], "performers", 0, "anchor_box"), "performers[0].anchor_box[3] is missing"),
    (lambda d: d.update(takes=d["takes"] * 5001), "takes should have at most 10000 items"),
    (put({}, "performers"), "performers should be a valid list"),
    (put("e1", "emotions", 1, "id"), "emotions[1].id is the same as emotions[0].id"),
    (put("Happy", "emotions", 1, "name"), "emotions[1].name is the same as emotions[0].name"),
    (put("REST", "emotions", 1, "name"), "emotions[1].name should not be 'rest'"),
    (put("red", "emotions", 0, "colour"), "emotions[0].colour should be a colour such as #e69f00"),
    (put("#E69F00", "emotions", 0, "colour"), "emotions[0].colour should be a colour"),
    (put("grumpy", "emotions", 0, "preset"), "emotions[0].preset is none that this version knows"),
    (put(["t1"], "emotions", 0, "neutral"), "emotions[0] should be a preset or have takes"),
    (put(["t7"], "emotions", 1, "neutral"), "emotions[1].neutral[0] names a take that is not"),
    (put(["t1"], "emotions", 1, "neutral"), "emotions[1] names a take twice"),
    (put("t2", *TAKE, "id"), "takes[1].id is the same as takes[0].id"),
    (put("../take.wav", *TAKE, "path"), f"takes[0].path {OUTSIDE}"),
    (put("a/../../take.wav", *TAKE, "path"), f"takes[0].path {OUTSIDE}"),
    (put("/etc/passwd", *TAKE, "path"), f"takes[0].path {OUTSIDE}"),
    (put("C:/take.wav", *TAKE, "path"), f"takes[0].path {OUTSIDE}"),
    (put("C:take.wav", *TAKE, "path"), f"takes[0].path {OUTSIDE}"),
    (put("a\\..\\take.wav", *TAKE, "path"), f"takes[0].path {OUTSIDE}"),
    (put("//host/share/take.wav", *TAKE, "path"), f"takes[0].path {OUTSIDE}"),
    (put("http://host/take.wav", *TAKE, "path"), f"takes[0].path {OUTSIDE}"),
    (put("concat:a|b", *TAKE, "path"), f"takes[0].path {OUTSIDE}"),
    (put("a\0b", *TAKE, "path"), f"takes[0].path {OUTSIDE}"),
    (put("", *TAKE, "path"), f"takes[0].path {OUTSIDE}"),
    (put("x", *TAKE, "sha256"), "takes[0].sha256 should be 64 hexadecimal digits"),
    (put(2.4, *TAKE, "in_s"), "takes[0].in_s and out_s do not fit its duration_s"),
    (put(9.0, *TAKE, "out_s"), "takes[0].in_s and out_s do not fit its duration_s"),
    (put(1e300, *TAKE, "duration_s"), "takes[0].duration_s should be less than or equal"),
    (put("/abs.mp4", "clip", "path"), "clip.path should be a relative path"),
    (put("C:\\abs.mp4", "clip", "path"), "clip.path should be a relative path"),
    (put("a\nb", "clip", "hint"), "clip.hint should be a path of printable characters"),
    (put(0, "clip", "frames"), "clip.frames should be greater than or equal to 1"),
    (put(2**62, "clip", "frames"), "clip.frames should be less than"),
    (put(2**62, "clip", "width"), "clip.width should be less than or equal to 65536"),
    (put("25/0", "clip", "rate"), "clip.rate should be a rate such as 30000/1001"),
    (put("x", "clip", "rate"), "clip.rate should be a rate"),
    (put("9" * 5000, "clip", "rate"), "clip.rate should be a rate"),
    (put("later", "clip", "start_timecode"), "clip.start_timecode: 'later' is not a timecode"),
    (put("1:00:00:77", "clip", "start_timecode"), "clip.start_timecode: '1:00:00:77' is not"),
    (put([], "export"), "export should be a valid dictionary"),
    (put({"path": "../../out.mp4"}, "export"), f"export.path {LEADS_OUT}"),
    (put({"a": [{"file": "/tmp/out.mp4"}]}, "export"), f"export.a[0].file {LEADS_OUT}"),
    (put({"folder": "~/out"}, "export"), f"export.folder {LEADS_OUT}"),
    (put({"folder": "D:out"}, "export"), f"export.folder {LEADS_OUT}"),
    (put({"folder": "\\\\host\\out"}, "export"), f"export.folder {LEADS_OUT}"),
    (put("/var/cache", "cache"), f"cache {LEADS_OUT}"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "problem"), SPOILT)
def test_fields_that_are_wrong_are_named(
    tmp_path: Path, data: Data, spoil: Callable[[Data], None], problem: str
) -> None:
    spoil(data)
    message = refusal_of(json.dumps(data), tmp_path)
    assert " is not a usable project: " in message
    assert problem in message
    assert len(message) < len(str(tmp_path)) + 250


def test_export_settings_of_every_plain_kind_are_fine(tmp_path: Path, data: Data) -> None:
    data["export"] = {"crf": 18, "in": "01:00:00;00", "rate": "30000/1001", "file": "out/a.mp4",
                      "note": "", "tune": None}  # fmt: skip
    path = tmp_path / "P.cmet"
    path.write_text(json.dumps(data), "utf-8")
    assert load_project(path).export == data["export"]


def test_keys_over_all_performers_are_counted(
    tmp_path: Path, data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MAX_KEYS", 100)
    for performer in data["performers"]:
        performer["keys"] = [{"frame": n} for n in range(60)]
    message = refusal_of(json.dumps(data), tmp_path)
    assert "performers should have at most 100 keys together" in message


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_does_not_lead_a_take_out_of_the_folder(tmp_path: Path, data: Data) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "project"
    for place in (outside, folder):
        place.mkdir()
    path = folder / "P.cmet"
    path.write_text(json.dumps(data), "utf-8")
    load_project(path)  # the takes need not be there
    (folder / "interview.media").symlink_to(outside)
    assert "takes[0].path leads out of the project's folder by a link" in refusal(path)
    (folder / "interview.media").unlink()
    (folder / "interview.media").symlink_to(folder / "interview.media")
    load_project(path)  # a loop of links leads nowhere: the take is just missing
    (folder / "interview.media").unlink()
    (folder / "inside").mkdir()
    (folder / "interview.media").symlink_to(folder / "inside")
    load_project(path)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_random_damage_never_gets_past_the_border(tmp_path: Path, drawn: st.DataObject) -> None:
    golden = Path(__file__).resolve().parents[2] / "golden" / "projects" / "v1.cmet"
    content = bytearray(golden.read_bytes())
    for _ in range(drawn.draw(st.integers(1, 4))):
        start = drawn.draw(st.integers(0, len(content)))
        stop = start + drawn.draw(st.integers(0, 20))
        content[start:stop] = drawn.draw(
            st.binary(max_size=4) | st.sampled_from([b"[", b"}", b'"', b"1e999", b"null", b"-1"])
        )
    path = tmp_path / "P.cmet"
    path.write_bytes(content)
    loads_or_refuses(path)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_any_value_in_any_field_is_loaded_or_refused(tmp_path: Path, drawn: st.DataObject) -> None:
    golden = Path(__file__).resolve().parents[2] / "golden" / "projects" / "v1.cmet"
    spot: Any = json.loads(golden.read_text("utf-8"))
    data = spot
    while True:
        step = drawn.draw(
            st.sampled_from(sorted(spot) if isinstance(spot, dict) else range(len(spot)))
        )
        inner = spot[step]
        if not (isinstance(inner, (dict, list)) and inner and drawn.draw(st.booleans())):
            break
        spot = inner
    odd = [None, True, -1, 0, 1, 2**62, -0.5, 1e300, "", "x", "../x", "\ud800", [], {}]
    spot[step] = drawn.draw(
        st.sampled_from(odd) | st.lists(st.sampled_from([None, 1, "x", [], {}]), max_size=3)
    )
    path = tmp_path / "P.cmet"
    path.write_text(json.dumps(data), "utf-8")
    loads_or_refuses(path)
