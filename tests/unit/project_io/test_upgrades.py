"""Projects of every older version open; those of newer ones are told apart from broken ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from cmet_studio.core.errors import ProjectError
from cmet_studio.domain.project import Key, MixPart
from cmet_studio.domain.time import FrameRate
from cmet_studio.project_io import SCHEMA, load_project, save_project
from cmet_studio.project_io.upgrades import STEPS, upgrade


def test_there_is_a_step_and_a_sample_for_every_schema(golden: Path) -> None:
    assert len(STEPS) == SCHEMA
    for schema in range(SCHEMA + 1):
        assert json.loads((golden / f"v{schema}.cmet").read_text("utf-8"))["schema"] == schema
        load_project(golden / f"v{schema}.cmet")


def test_schema_0_becomes_schema_1(tmp_path: Path, golden: Path) -> None:
    project = load_project(golden / "v0.cmet")
    assert project.clip.rate == FrameRate(30000, 1001)
    assert project.clip.fingerprint.size == 1 << 20
    assert project.performers[0].anchor_box == (100.0, 50.0, 200.5, 220.0)
    assert project.performers[0].keys == (
        Key(0),
        Key(40, (MixPart("e1"),), 1.2, "ease", extra={"note": "here"}),
        Key(80, interpolation="hold"),
    )
    assert project.clip.extra == {"reel": "A001"}
    assert project.extra == {"studio": {"show": "Pilot"}}
    save_project(project, tmp_path / "P.cmet")
    assert (tmp_path / "P.cmet").read_bytes() == (golden / "v0_as_v1.cmet").read_bytes()


@pytest.mark.parametrize(
    "data",
    [
        {"schema": 0},
        {"schema": 0, "clip": 3, "faces": 4},
        {"schema": 0, "clip": {"fps": [25], "fingerprint": []}, "faces": [3, {"keys": {}}]},
        {"schema": 0, "clip": {"fps": [[], {}]}, "faces": [{"keys": [{"emotion": {}}]}]},
        {"schema": 0, "faces": [], "performers": [{"box": None}]},
    ],
)
def test_a_broken_old_file_is_refused_like_any_other(tmp_path: Path, data: dict[str, Any]) -> None:
    path = tmp_path / "P.cmet"
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(ProjectError, match="is not a usable project"):
        load_project(path)


def test_newer_files_say_so(tmp_path: Path, data: dict[str, Any]) -> None:
    path = tmp_path / "P.cmet"
    path.write_text(json.dumps({**data, "schema": 7, "clip": None}), "utf-8")
    with pytest.raises(ProjectError) as caught:
        load_project(path)
    assert caught.value.message == (
        f"{path} was made by a newer version of CMET Studio (schema 7; this one reads up to 1)."
    )
    assert "Update" in caught.value.hint


@pytest.mark.parametrize("schema", [None, "1", 1.0, True, -1, [], {}])
def test_a_schema_is_a_number(schema: object) -> None:
    with pytest.raises(ProjectError, match="schema is missing or not a number"):
        upgrade({"schema": schema}, Path("P.cmet"))
    with pytest.raises(ProjectError, match="schema is missing or not a number"):
        upgrade({}, Path("P.cmet"))
