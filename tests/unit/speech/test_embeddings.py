"""The cache of embeddings: by content, never wrong, never in the way."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from cmet_studio.core.errors import Cancelled, ProjectError
from cmet_studio.core.paths import cache_dir
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain.project import Take
from cmet_studio.speech.embeddings import embed_takes, heard_by_others
from cmet_studio.speech.files import content_hash

Floats = npt.NDArray[np.float32]


class Counting:
    """An encoder that says how long a wave is, and counts how often it is asked."""

    name = "counting"
    dim = 1024

    def __init__(self, version: str = "1") -> None:
        self.version = version
        self.asked = 0

    def embed(
        self, waves: Sequence[Floats], token: CancelToken = NEVER, report: Report = silent
    ) -> Floats:
        self.asked += len(waves)
        return np.stack([np.full(1024, len(w), np.float32) for w in waves])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "media").mkdir()
    return tmp_path


def take(project: Path, take_id: str = "t1", seconds: float = 1.0, seed: int = 0) -> Take:
    path = project / "media" / f"{take_id}.wav"
    samples = np.random.default_rng(seed).normal(0.0, 0.1, round(seconds * 16000))
    soundfile.write(path, samples, 16000)
    return Take(take_id, f"media/{take_id}.wav", content_hash(path), seconds)


def test_a_take_is_heard_once(project: Path) -> None:
    encoder = Counting()
    first = embed_takes([take(project)], project, encoder)
    again = embed_takes([take(project)], project, encoder)
    assert encoder.asked == 1
    np.testing.assert_array_equal(first["t1"], again["t1"])
    assert again["t1"][0] == 16000
    assert again["t1"].dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        again["t1"][0] = 0.0


def test_every_input_is_in_the_key(project: Path) -> None:
    one = take(project)
    encoder = Counting()
    takes = [
        one,
        replace(one, id="t2", in_s=0.25),
        replace(one, id="t3", out_s=0.75),
        take(project, "t4", seed=1),
    ]
    found = embed_takes(takes, project, encoder)
    assert [found[t.id][0] for t in takes] == [16000, 12000, 12000, 16000]
    assert encoder.asked == 4
    newer = Counting("2")
    embed_takes(takes, project, newer)
    assert newer.asked == 4


def test_equal_takes_share_one_embedding(project: Path) -> None:
    one = take(project)
    encoder = Counting()
    found = embed_takes([one, replace(one, id="again")], project, encoder)
    assert encoder.asked == 1
    assert set(found) == {"t1", "again"}


def test_the_cache_serves_when_the_recording_is_gone(project: Path) -> None:
    one = take(project)
    embed_takes([one], project, Counting())
    (project / one.path).unlink()
    assert embed_takes([one], project, Counting())["t1"][0] == 16000


@pytest.mark.parametrize("damage", [b"", b"x" * 4095, b"\xff" * 4096])
def test_a_damaged_entry_is_made_again(project: Path, damage: bytes) -> None:
    one = take(project)
    embed_takes([one], project, Counting())
    (entry,) = [p for p in cache_dir().rglob("*") if p.is_file()]
    entry.write_bytes(damage)
    encoder = Counting()
    assert embed_takes([one], project, encoder)["t1"][0] == 16000
    assert encoder.asked == 1
    assert len(entry.read_bytes()) == 4096


def test_an_unwritable_cache_is_not_in_the_way(
    project: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (cache_dir() / "embeddings").write_text("in the way", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert embed_takes([take(project)], project, Counting())["t1"][0] == 16000
    assert "Could not keep" in caplog.text


def test_a_changed_missing_or_escaping_recording_is_refused(project: Path) -> None:
    one = take(project)
    (project / one.path).write_bytes(b"other")
    with pytest.raises(ProjectError, match="not the one that was imported"):
        embed_takes([one], project, Counting())
    (project / one.path).unlink()
    with pytest.raises(ProjectError, match="missing"):
        embed_takes([one], project, Counting())
    outside = project.parent / "outside.wav"
    outside.write_bytes(b"secret")
    (project / "media" / "link.wav").symlink_to(outside)
    for path in ("../outside.wav", str(outside), "media/link.wav", "media/../../outside.wav"):
        with pytest.raises(ProjectError, match="outside the project"):
            embed_takes([replace(one, path=path)], project, Counting())


def test_progress_and_cancelling(project: Path) -> None:
    takes = [take(project, f"t{n}", 0.5, n) for n in range(10)]
    told: list[tuple[int, int]] = []
    embed_takes(
        takes, project, Counting(), report=lambda _, done, total: told.append((done, total))
    )
    assert told == [(0, 10), (8, 10), (10, 10)]
    told.clear()
    embed_takes(
        takes, project, Counting(), report=lambda _, done, total: told.append((done, total))
    )
    assert told == [(0, 0)]
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        embed_takes(takes, project, Counting("2"), token)


def test_a_switch_of_encoders_is_counted(project: Path) -> None:
    takes = [take(project), take(project, "t2", seed=1)]
    first, second = Counting("1"), Counting("2")
    assert heard_by_others(takes, first) == 0
    embed_takes(takes, project, first)
    assert heard_by_others(takes, first) == 0
    assert heard_by_others(takes, second) == 2
    embed_takes(takes[:1], project, second)
    assert heard_by_others(takes, second) == 1
