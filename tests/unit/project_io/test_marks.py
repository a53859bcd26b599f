"""Markers, the in/out range and muted keys on disk."""

import json
from pathlib import Path
from typing import Any

import pytest

from cmet_studio.core.errors import ProjectError
from cmet_studio.domain.project import Marker
from cmet_studio.project_io import load_project, save_project

Data = dict[str, Any]


def write(folder: Path, data: Data) -> Path:
    path = folder / "P.cmet"
    path.write_text(json.dumps(data), "utf-8")
    return path


def test_round_trip_keeps_what_is_unknown(tmp_path: Path, data: Data) -> None:
    data["markers"] = [{"frame": 7, "label": "b", "by": "Ana"}, {"frame": 2}]
    data["work_range"] = [3, 9]
    data["performers"][0]["keys"][0]["muted"] = True
    project = load_project(write(tmp_path, data))
    assert project.markers == (Marker(2), Marker(7, "b", extra={"by": "Ana"}))
    assert project.work_range == (3, 9)
    assert [k.muted for k in project.performers[0].keys].count(True) == 1
    save_project(project, tmp_path / "Q.cmet")
    assert load_project(tmp_path / "Q.cmet") == project


def test_unused_fields_are_not_written(tmp_path: Path, golden: Path) -> None:
    save_project(load_project(golden / "v1.cmet"), tmp_path / "Q.cmet")
    written = (tmp_path / "Q.cmet").read_text("utf-8")
    assert not [word for word in ("muted", "markers", "work_range") if word in written]


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("markers", [{"frame": -1}], "markers[0].frame"),
        ("markers", [{"frame": 10**6}], "markers[0].frame: the marker at f1000000 lies outside"),
        ("markers", [{"frame": 1}, {"frame": 1}], "markers[1].frame is that of another marker"),
        ("markers", [{"frame": 1, "label": "a\u202eb"}], "markers[0].label should be at most 80"),
        ("markers", [{"frame": 1, "label": "x" * 81}], "markers[0].label"),
        ("markers", [{"frame": 1, "colour": "red"}], "markers[0].colour should be a colour"),
        ("markers", [{"frame": 0}] * 10_001, "markers should have at most 10000"),
        ("markers", {"frame": 0}, "markers should be a valid list"),
        ("work_range", [5, 5], "work_range: the range f5 to f5 does not fit"),
        ("work_range", [0, 10**6], "work_range: the range"),
        ("work_range", [1, 2, 3], "work_range"),
        ("work_range", "0-9", "work_range"),
    ],
)
def test_hostile_values_are_refused(
    tmp_path: Path, data: Data, field: str, value: object, problem: str
) -> None:
    data[field] = value
    with pytest.raises(ProjectError) as caught:
        load_project(write(tmp_path, data))
    assert problem in caught.value.message


def test_muted_is_a_truth_value(tmp_path: Path, data: Data) -> None:
    data["performers"][0]["keys"][0]["muted"] = "yes"
    with pytest.raises(ProjectError, match="muted"):
        load_project(write(tmp_path, data))


def test_where_a_take_was_spoken_is_kept(tmp_path: Path, data: Data) -> None:
    data["takes"][0]["clip_s"] = -1.5
    project = load_project(write(tmp_path, data))
    assert [take.clip_s for take in project.takes][:2] == [-1.5, None]
    save_project(project, tmp_path / "Q.cmet")
    assert load_project(tmp_path / "Q.cmet") == project
    data["takes"][0]["clip_s"] = 1e9
    with pytest.raises(ProjectError, match="clip_s"):
        load_project(write(tmp_path, data))
