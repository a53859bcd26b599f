"""Several people in one clip: each keeps their face, across cuts and when somebody leaves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from company import SEAT, make_company_clip, painted_people, real_people, seat_of

from cmet_studio.app.session import EngineSession
from cmet_studio.app.workspace import Workspace
from cmet_studio.media.reader import VideoReader

CUT, LEFT, END = 14, 24, 32
STAGES = ((CUT, (0, 1)), (LEFT - CUT, (1, 0)), (END - LEFT, (1, None)))

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module", params=["painted", "real"])
def clip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people who change seats at a cut; then one of them is gone."""
    path = tmp_path_factory.mktemp("company") / "two.mp4"
    if request.param == "painted":
        people = painted_people(2)
    else:
        people = real_people(request.getfixturevalue("shared_data") / "clips", 2)
    make_company_clip(path, people, STAGES)
    return path


@pytest.fixture
def film(clip: Path, cli: Cli, tmp_path: Path) -> Path:
    path = tmp_path / "film.cmet"
    assert cli("new", clip, "-o", path)[0] == 0
    return path


def _seats(project: Path) -> dict[str, list[int | None]]:
    with Workspace(project) as workspace:
        known = EngineSession(workspace, "mesh", "cpu").analyses
        return {
            p.name: [
                seat_of(box) if found else None
                for box, found in zip(known[p.id].track.boxes, known[p.id].track.found, strict=True)
            ]
            for p in workspace.project.performers
        }


def _luma(path: Path) -> list[npt.NDArray[Any]]:
    with VideoReader(path) as reader:
        return [np.array(picture.planes[0]) for picture in reader.frames()]


def test_everybody_keeps_their_face(film: Path) -> None:
    seats = _seats(film)
    stays = [0] * CUT + [1] * (LEFT - CUT) + [None] * (END - LEFT)
    moves = [1] * CUT + [0] * (END - CUT)
    assert sorted(seats) == ["A", "B"]
    assert sorted(seats.values(), key=str) == sorted([stays, moves], key=str)


def test_keys_of_one_leave_the_other_alone(film: Path, clip: Path, cli: Cli) -> None:
    assert cli("emotion", "add", film, "happy", "--preset", "happy")[0] == 0
    words = ("--performer", "A", "--at", "f0", "--emotion", "happy")
    assert cli("key", "add", film, *words)[0] == 0
    out = film.parent / "out.mkv"
    assert cli("render", film, "-o", out, "--codec", "ffv1")[0] == 0
    mine = _seats(film)["A"]
    source = _luma(clip)
    changed = set()
    for frame, (before, after) in enumerate(zip(source, _luma(out), strict=True)):
        for seat in (0, 1):
            part = slice(seat * SEAT, (seat + 1) * SEAT)
            if not np.array_equal(before[:, part], after[:, part]):
                assert mine[frame] == seat, f"frame {frame}: the other's face changed"
                changed.add(frame)
    assert len(changed) >= 10


def test_a_face_is_picked_again_and_its_keys_stay(film: Path, cli: Cli, cli_json: Any) -> None:
    assert cli("performer", "remove", film, "B")[0] == 0
    words = ("--performer", "A", "--at", "f3", "--emotion", "rest")
    assert cli("key", "add", film, *words)[0] == 0
    (before,) = cli_json("performer", "list", film)["performers"]
    other = SEAT / 2 + SEAT * (1 - seat_of(before["box"]))
    box = f"{other - 60},80,120,120"
    assert cli("performer", "pick", film, "A", "--at", "f2", "--box", box)[0] == 0
    (after,) = cli_json("performer", "list", film)["performers"]
    assert (after["name"], after["keys"], after["frame"]) == ("A", 1, 2)
    assert seat_of(after["box"]) == 1 - seat_of(before["box"])


def test_a_face_belongs_to_one(film: Path, cli: Cli) -> None:
    code, _, said = cli("performer", "add", film, "--at", "f2")
    assert code == 2
    assert "already" in said
    assert cli("performer", "remove", film, "B")[0] == 0
    assert cli("performer", "add", film, "--at", "f2")[0] == 0  # the only one that is free
    assert sorted(map(str, _seats(film).values()))[0].startswith("[0, 0")
    code, _, said = cli("performer", "pick", film, "A", "--at", "f28", "--box", "380,80,160,160")
    assert code == 2
    assert "No face lies in the box" in said or "already" in said
