"""Recordings survive whatever ends the program that writes them."""

import errno
import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmet_studio.core.errors import CmetError, MediaError, OutputError
from cmet_studio.media.audio import read_audio, write_wav
from cmet_studio.media.bwf import RATE, UNFINISHED, BwfWriter, TakeNote, to_24_bit
from cmet_studio.media.repair import next_take, read_note, repair_unfinished, repair_wav

NOTE = TakeNote(3, "bittersüß", "neutral", 0.5, 12.25)


def noise(seconds: float) -> np.ndarray:
    return np.random.default_rng(1).uniform(-0.5, 0.5, round(seconds * RATE)).astype(np.float32)


def written(path: Path, sound: np.ndarray, block: int = 4801) -> BwfWriter:
    writer = BwfWriter(path, NOTE)
    for at in range(0, len(sound), block):
        writer.write(sound[at : at + block])
    return writer


def test_a_finished_file_is_24_bit_and_exact(tmp_path):
    sound = noise(0.5001)
    path = written(tmp_path / "a.wav", sound).finish()
    assert path.exists()
    assert not path.with_name("a.wav" + UNFINISHED).exists()
    back = read_audio(path, RATE)
    assert len(back) == len(sound)
    assert np.abs(back - sound).max() <= 2.0**-23
    data = path.read_bytes()
    assert struct.unpack_from("<I", data, 4)[0] == len(data) - 8
    assert read_note(path) == NOTE


def test_the_header_says_where_in_the_clip_it_belongs(tmp_path):
    data = written(tmp_path / "a.wav", noise(0.1)).finish().read_bytes()
    at = data.index(b"bext") + 8
    assert data[at : at + 26].decode().startswith("Take 3 of bittersüß")
    assert struct.unpack_from("<Q", data, at + 338)[0] == round((12.25 - 0.5) * RATE)


def test_the_file_is_sound_after_every_block(tmp_path):
    writer = BwfWriter(tmp_path / "a.wav", NOTE)
    part = tmp_path / ("a.wav" + UNFINISHED)
    sound = noise(0.3)
    for at in range(0, len(sound), 1000):
        writer.write(sound[at : at + 1000])
        assert repair_wav(part) == pytest.approx(writer.samples / RATE)
    writer.abandon()
    assert list(tmp_path.iterdir()) == []


@given(cut=st.integers(0, 60000), lie=st.one_of(st.none(), st.integers(0, 2**32 - 1)))
def test_a_cut_or_lying_file_is_repaired(tmp_path_factory, cut, lie):
    folder = tmp_path_factory.mktemp("cut")
    data = bytearray(written(folder / "a.wav", noise(0.4)).finish().read_bytes())
    start = data.index(b"data") + 8
    if lie is not None:
        struct.pack_into("<I", data, start - 4, lie)
    kept = bytes(data[: len(data) - cut])
    path = folder / "b.wav"
    path.write_bytes(kept)
    if len(kept) < start:
        with pytest.raises(MediaError):
            repair_wav(path)
        return
    seconds = repair_wav(path)
    assert seconds == pytest.approx((len(kept) - start) // 3 / RATE, abs=2 / RATE)
    if seconds > 0:
        assert len(read_audio(path, RATE)) == pytest.approx(seconds * RATE, abs=1)


def test_unfinished_takes_are_found_again_but_not_those_being_recorded(tmp_path):
    busy = written(tmp_path / "busy.wav", noise(0.2))
    lost = written(tmp_path / "lost.wav", noise(0.2))
    lost._close()  # what a kill does
    empty = BwfWriter(tmp_path / "empty.wav", NOTE)
    empty._close()
    (tmp_path / "junk.wav.part").write_bytes(b"RIFF")
    assert repair_unfinished(tmp_path) == [tmp_path / "lost.wav"]
    assert len(read_audio(tmp_path / "lost.wav", RATE)) == round(0.2 * RATE)
    assert not (tmp_path / ("empty.wav" + UNFINISHED)).exists()
    assert repair_unfinished(tmp_path) == []
    assert len(read_audio(busy.finish(), RATE)) == round(0.2 * RATE)


def test_takes_are_numbered_past_those_that_are_there(tmp_path):
    folder = tmp_path / "none yet"
    path, number = next_take(folder, "warm/../x", ["warm____x_T01.wav"])
    assert (path.parent, number) == (folder, 2)
    assert path.name == "warm____x_T02.wav"
    folder.mkdir()
    (folder / "warm____x_T02.wav.part").touch()
    assert next_take(folder, "warm/../x", ["warm____x_T01.wav"])[1] == 3


def test_a_file_that_is_there_is_not_overwritten(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"mine")
    with pytest.raises(OutputError, match=r"a\.wav cannot be written"):
        BwfWriter(tmp_path / "a.wav", NOTE)
    assert (tmp_path / "a.wav").read_bytes() == b"mine"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_an_output_error(tmp_path):
    writer = BwfWriter(tmp_path / "a.wav", NOTE)
    os.close(writer._file)
    writer._file = os.open("/dev/full", os.O_WRONLY)
    with pytest.raises(OutputError, match="cannot be written"):
        writer.write(noise(0.1))
    writer._close()


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"number": "x"}', b'{"in_s": []}', b"\xff"])
def test_a_broken_note_is_no_note(tmp_path, text):
    path = tmp_path / "a.wav"
    body = b"cmet" + struct.pack("<I", len(text)) + text + b"\0" * (len(text) % 2)
    path.write_bytes(b"RIFF\0\0\0\0WAVE" + body)
    assert read_note(path) is None


def test_other_files_have_no_note(tmp_path):
    write_wav(tmp_path / "a.wav", noise(0.1), RATE)
    assert read_note(tmp_path / "a.wav") is None
    assert read_note(tmp_path / "missing.wav") is None
    (tmp_path / "b.wav").write_bytes(b"no")
    with pytest.raises(CmetError):
        repair_wav(tmp_path / "b.wav")


@given(st.lists(st.floats(width=32), max_size=20))
def test_any_number_becomes_24_bits(values):
    data = to_24_bit(np.array(values, np.float32))
    assert len(data) == 3 * len(values)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_recovered_recording_is_closed_when_it_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows renames and removes no open file: there, nothing would ever have been recovered."""
    for name, samples in (("some", 4800), ("none", 0)):
        written(tmp_path / f"{name}.wav", np.full(samples, 0.1, np.float32))._close()

    def strictly(act: Callable[..., Any]) -> Callable[..., Any]:
        def checked(path: Path, *args: object) -> Any:
            held = [os.path.realpath(file) for file in Path("/proc/self/fd").iterdir()]
            if str(path) in held:
                raise PermissionError(errno.EACCES, "used by another process")
            return act(path, *args)

        return checked

    monkeypatch.setattr(Path, "rename", strictly(Path.rename))
    monkeypatch.setattr(Path, "unlink", strictly(Path.unlink))
    assert [path.name for path in repair_unfinished(tmp_path)] == ["some.wav"]
    assert [path.name for path in tmp_path.iterdir()] == ["some.wav"]
