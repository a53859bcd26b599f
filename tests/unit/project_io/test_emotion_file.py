"""Emotion files: taken along whole, and no surprise from strangers."""

import hashlib
import json
import random
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cmet_studio.core.errors import BadInput, OutputError
from cmet_studio.project_io import emotion_file
from cmet_studio.project_io.emotion_file import read_description, unpack, write_emotion_file
from cmet_studio.project_io.emotion_schema import Description, StoredTake

SOUND = b"RIFF, say" * 400
SHA = hashlib.sha256(SOUND).hexdigest()
NAME = f"takes/{SHA[:32]}.wav"


def description(**changes: Any) -> dict[str, Any]:
    take = {"sha256": SHA, "suffix": ".wav", "side": "expressive", "source": "one.wav"}
    return {"schema": 1, "kind": "emotion", "name": "Warm", "takes": [take], **changes}


def archive(path: Path, data: Any = None, **entries: bytes) -> Path:
    text = json.dumps(description() if data is None else data)
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("description.json", text)
        for name, content in ({NAME: SOUND} | entries).items():
            made.writestr(name, content)
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    sound = tmp_path / "a.wav"
    sound.write_bytes(SOUND)
    take = StoredTake(sha256=SHA, suffix=".wav", side="expressive", in_s=0.5, source="one.wav")
    made = Description(kind="emotion", name="Warm", colour="#56b4e9", takes=[take])
    path = tmp_path / "warm.cmetemo"
    write_emotion_file(path, made, {SHA: sound})
    assert read_description(path) == made
    out = tmp_path / "out"
    out.mkdir()
    found, files = unpack(path, out)
    assert found == made
    assert files[SHA].read_bytes() == SOUND
    again = tmp_path / "again.cmetemo"
    write_emotion_file(again, made, {SHA: sound})
    assert again.read_bytes() == path.read_bytes()
    with pytest.raises(OutputError, match="already exists"):
        write_emotion_file(path, made, {SHA: sound})


def refused(path: Path, tmp_path: Path) -> str:
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    with pytest.raises(BadInput) as caught:
        unpack(path, out)
    assert path.name in caught.value.message
    assert not (tmp_path / "evil.wav").exists()
    return caught.value.message


@pytest.mark.parametrize(
    "name", ["../evil.wav", "/tmp/evil.wav", "takes/../../evil.wav", "takes/x.wav", "run.py"]
)
def test_foreign_files_are_refused(tmp_path: Path, name: str) -> None:
    path = archive(tmp_path / "e.cmetemo", **{name: b"x"})
    assert "does not belong" in refused(path, tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 0},
        {"kind": "program"},
        {"name": "a\nb"},
        {"name": ""},
        {"takes": [{"sha256": "../../evil", "suffix": ".wav", "side": "expressive"}]},
        {"takes": [{"sha256": SHA, "suffix": "/../x", "side": "expressive"}]},
        {"takes": [{"sha256": SHA, "suffix": ".wav", "side": "loud"}]},
        {"takes": [{"sha256": SHA, "suffix": ".wav", "side": "expressive", "in_s": -1}]},
        {"preset": "happy"},
        {"kind": "neutral"},
    ],
)
def test_a_description_that_makes_no_sense_is_refused(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    refused(archive(tmp_path / "e.cmetemo", description(**change)), tmp_path)


def test_a_newer_one_is_said_to_be_newer(tmp_path: Path) -> None:
    assert "newer" in refused(archive(tmp_path / "e.cmetemo", description(schema=2)), tmp_path)


@pytest.mark.parametrize("text", ["", "[" * 100_000, "{", '{"schema": NaN}', "[]", "\ud83d"])
def test_broken_json_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "e.cmetemo"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("description.json", text.encode("utf-8", "surrogatepass"))
    refused(path, tmp_path)


def test_another_content_than_named_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "e.cmetemo", **{NAME: SOUND + b"x"})
    assert "is not the recording" in refused(path, tmp_path)


def test_a_missing_recording_or_description_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.cmetemo"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("description.json", json.dumps(description()))
    assert "lacks" in refused(path, tmp_path)
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(NAME, SOUND)
    assert "no description" in refused(path, tmp_path)


def test_a_link_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.cmetemo"
    link = zipfile.ZipInfo(NAME)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("description.json", json.dumps(description()))
        made.writestr(link, "/etc/passwd")
    assert "link" in refused(path, tmp_path)


def test_a_bomb_is_refused_by_its_ratio_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "e.cmetemo"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("description.json", json.dumps(description()))
        made.writestr(NAME, b"\0" * (64 << 20))
    assert path.stat().st_size < 200_000
    assert "times its size" in refused(path, tmp_path)
    assert not any((tmp_path / "out").iterdir())


def test_a_bomb_that_lies_about_its_size_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "e.cmetemo"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("description.json", json.dumps(description()))
        made.writestr(NAME, b"\0" * (8 << 20))
    size = (8 << 20).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (100).to_bytes(4, "little")))
    refused(path, tmp_path)


@pytest.mark.parametrize(
    ("limit", "value", "said"),
    [
        ("MAX_BYTES", 1000, "larger than"),
        ("MAX_TAKE_BYTES", 1000, "larger than"),
        ("MAX_TAKES", 0, "more than 0 files"),
    ],
)
def test_sizes_and_numbers_are_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, said: str
) -> None:
    path = archive(tmp_path / "e.cmetemo")
    monkeypatch.setattr(emotion_file, limit, value)
    assert said in refused(path, tmp_path)


@pytest.mark.parametrize("damage", [lambda b: b"", lambda b: b"PK" + b, lambda b: b[:-30]])
def test_what_is_no_archive_is_refused(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = archive(tmp_path / "e.cmetemo")
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    if damage(whole).startswith(b"PKPK"):
        out = tmp_path / "out"
        out.mkdir()
        unpack(path, out)  # bytes before an archive do no harm
    else:
        refused(path, tmp_path)


def test_a_flipped_bit_is_noticed(tmp_path: Path) -> None:
    path = archive(tmp_path / "e.cmetemo")
    data = bytearray(path.read_bytes())
    data[data.index(SOUND[:9]) + 20] ^= 1
    path.write_bytes(data)
    refused(path, tmp_path)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "e.cmetemo")
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as made:
        made.writestr(NAME, b"other")
    assert "two files" in refused(path, tmp_path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no file"):
        read_description(tmp_path / "gone.cmetemo")


def test_bent_archives_are_refused_or_harmless(tmp_path: Path) -> None:
    whole = archive(tmp_path / "e.cmetemo").read_bytes()
    draw = random.Random(0)
    for n in range(400):
        bent = bytearray(whole)
        for _ in range(draw.choice((1, 2, 8))):
            at = max(0, len(bent) - 1 - draw.randrange(260))
            if draw.random() < 0.7:
                bent[at] = draw.randrange(256)
            else:
                del bent[at : at + draw.randrange(1, 30)]
        path, out = tmp_path / f"{n}.cmetemo", tmp_path / f"out{n}"
        path.write_bytes(bent)
        out.mkdir()
        try:
            _, files = unpack(path, out)
        except BadInput:
            continue
        assert all(file.read_bytes() == SOUND for file in files.values())


def test_a_place_that_takes_nothing_is_said(tmp_path: Path) -> None:
    path = archive(tmp_path / "e.cmetemo")
    with pytest.raises(OutputError, match="cannot be unpacked"):
        unpack(path, tmp_path / "nowhere")


@pytest.mark.parametrize("large", [False, True])
def test_a_long_list_of_contents_is_refused_before_it_is_read(
    large: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gigabyte of names takes zipfile minutes and many times that in memory."""
    count = 100_000
    entry = struct.Struct("<4s6H3L5H2L")
    fields = (b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0)
    names = b"".join(entry.pack(*fields) + b"%07d" % n for n in range(count))
    told = 0xFFFFFFFF if large else len(names)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, told, 0, 0)
    if large:
        record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 20, 20, 0, 0, count, count, len(names), 0)
        end = record + struct.pack("<4sLQL", b"PK\6\7", 0, len(names), 1) + end
    path = tmp_path / "a.cmetemo"
    path.write_bytes(names + end)

    def never(*_: object) -> None:
        raise AssertionError("the list was read")

    with monkeypatch.context() as patched:
        patched.setattr(zipfile, "ZipFile", never)
        with pytest.raises(BadInput, match="more than 1000 files"):
            read_description(path)
