"""Projects come back from disk as they went, with everything that this version does not know."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmet_studio.core.errors import OutputError, ProjectError
from cmet_studio.domain import edits
from cmet_studio.domain.project import (
    PRESETS,
    Bezier,
    Clip,
    Emotion,
    Fingerprint,
    Interpolation,
    Key,
    MixPart,
    Performer,
    Project,
    RegionWeights,
    Take,
)
from cmet_studio.domain.rules import is_printable
from cmet_studio.domain.time import FrameRate
from cmet_studio.project_io import SCHEMA, load_project, save_project

FRAMES = 1000
unit = st.floats(0, 1)
letters = st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Zl", "Zp"]).filter(
    is_printable
)
shas = st.integers(0, 2**256 - 1).map(lambda n: f"{n:064x}")
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=[]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
extras = st.dictionaries(st.text(max_size=6).map(lambda s: f"x-{s}"), json_values, max_size=2)


def names(count: int) -> st.SearchStrategy[list[str]]:
    """Different names: a printable tail, a number that tells them apart."""
    tails = st.lists(st.text(letters, max_size=6), min_size=count, max_size=count)
    return tails.map(lambda ts: [f"{n}{t}".strip() for n, t in enumerate(ts)])


@st.composite
def keys(draw: st.DrawFn, emotions: list[str]) -> tuple[Key, ...]:
    made = []
    for frame in sorted(draw(st.sets(st.integers(0, FRAMES - 1), max_size=5))):
        chosen = draw(st.lists(st.sampled_from(emotions), max_size=3, unique=True))
        mix = tuple(MixPart(emotion, 1 / len(chosen)) for emotion in chosen)
        regions = draw(st.builds(RegionWeights, unit, unit, unit, unit))
        extra = draw(extras) | draw(st.sampled_from([{}, {"regions": {"jaw": 0.5}}]))
        kind = draw(st.sampled_from(get_args(Interpolation)))
        bezier = draw(st.builds(Bezier, unit, unit, unit, unit))
        intensity = draw(st.floats(0, 1.5))
        made.append(Key(frame, mix, intensity, kind, bezier, regions, extra))
    return tuple(made)


@st.composite
def projects(draw: st.DrawFn) -> Project:
    takes = tuple(
        Take(f"t{n}", f"a.media/takes/{n}.wav", draw(shas), 2.0, draw(unit), source="é.wav",
             out_s=draw(st.none() | st.floats(1.01, 2.0)), extra=draw(extras))
        for n in range(draw(st.integers(0, 3)))
    )  # fmt: skip
    ids = [take.id for take in takes]
    emotions = []
    for n, name in enumerate(draw(names(3))):
        preset = draw(st.none() | st.sampled_from(PRESETS))
        used = draw(st.permutations(ids)) if preset is None else []
        half = len(used) // 2
        emotions.append(
            Emotion(f"e{n}", name, edits.PALETTE[n], preset, tuple(used[:half]),
                    tuple(used[half:]), draw(extras))
        )  # fmt: skip
    performers = tuple(
        Performer(f"p{n}", name, draw(st.integers(0, FRAMES - 1)), (1.5, 2.0, 3.25, 40.0),
                  draw(keys([e.id for e in emotions])), draw(extras))
        for n, name in enumerate(draw(names(2)))
    )  # fmt: skip
    clip = Clip(
        "../a b.mov", "/x/a b.mov", Fingerprint(draw(st.integers(0, 2**63 - 1)), draw(shas)),
        640, 360, FRAMES, draw(st.sampled_from([FrameRate(25), FrameRate(30000, 1001)])),
        draw(st.sampled_from([None, "01:00:00:00"])), draw(extras),
    )  # fmt: skip
    export = {"crf": draw(st.integers(0, 51)), "preset": "medium"}
    return Project(clip, performers, takes, tuple(emotions), export, draw(extras))


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(projects())
def test_loaded_is_what_was_saved(tmp_path: Path, project: Project) -> None:
    path = tmp_path / "P.cmet"
    save_project(project, path)
    assert load_project(path) == project
    first = path.read_bytes()
    save_project(load_project(path), path)
    assert path.read_bytes() == first


def _plant(value: object, name: str) -> int:
    """Put an unknown field into every object; returns how many."""
    planted = 0
    if isinstance(value, dict):
        planted = sum(_plant(item, name) for item in value.values()) + 1
        value[name] = {"deep": [1, {"er": None}], "n": planted}
    elif isinstance(value, list):
        planted = sum(_plant(item, name) for item in value)
    return planted


@pytest.mark.parametrize("name", ["later", "schema_", "model_config", "__class__", "unknown", ""])
def test_unknown_fields_are_kept_at_every_level(
    tmp_path: Path, data: dict[str, Any], name: str
) -> None:
    assert _plant(data, name) > 12
    path = tmp_path / "P.cmet"
    path.write_text(json.dumps(data), "utf-8")
    save_project(load_project(path), path)
    assert json.loads(path.read_text("utf-8")) == data


def test_unknown_fields_survive_edits(tmp_path: Path, data: dict[str, Any]) -> None:
    _plant(data, "later")
    path = tmp_path / "P.cmet"
    path.write_text(json.dumps(data), "utf-8")
    project = load_project(path)
    project = edits.rename_performer(project, "p1", "Someone")
    project = edits.add_key(project, "p1", Key(40))
    project = edits.move_key(project, "p2", 17, 18)
    project = edits.relink_clip(project, replace(project.clip, path="b.mp4", extra={}))
    save_project(project, path)
    assert path.read_text("utf-8").count('"later"') == json.dumps(data).count('"later"')


def test_files_are_readable_and_stable(tmp_path: Path, golden: Path) -> None:
    save_project(load_project(golden / "v1.cmet"), tmp_path / "P.cmet")
    written = (tmp_path / "P.cmet").read_bytes()
    assert written == (golden / "v1.cmet").read_bytes()
    assert "Zärtlich" in written.decode("utf-8")
    assert max(map(len, written.decode("utf-8").splitlines())) <= 100


def test_numbers_are_written_alike_whatever_their_type(tmp_path: Path, golden: Path) -> None:
    project = load_project(golden / "v1.cmet")
    whole = replace(project.performers[0].keys[0], intensity=1)
    again = edits.set_key(project, "p1", 0, lambda _: whole)
    save_project(again, tmp_path / "P.cmet")
    assert (tmp_path / "P.cmet").read_bytes() == (golden / "v1.cmet").read_bytes()


def test_the_schema_is_written_first(tmp_path: Path, golden: Path) -> None:
    save_project(load_project(golden / "v0.cmet"), tmp_path / "P.cmet")
    assert (tmp_path / "P.cmet").read_text("utf-8").startswith(f'{{\n  "schema": {SCHEMA},')


def test_saving_needs_no_leave_to_replace_unless_asked(tmp_path: Path, golden: Path) -> None:
    project = load_project(golden / "v1.cmet")
    save_project(project, tmp_path / "P.cmet", overwrite=False)
    with pytest.raises(OutputError, match="already exists"):
        save_project(project, tmp_path / "P.cmet", overwrite=False)
    save_project(project, tmp_path / "P.cmet")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda p: replace(p, emotions=()),
        lambda p: replace(p, export={"x": float("nan")}),
        lambda p: replace(p, clip=replace(p.clip, path="/absolute.mp4")),
        lambda p: replace(p, performers=(p.performers[0],) * 2),
    ],
)
def test_what_could_not_be_loaded_is_not_saved(tmp_path: Path, golden: Path, spoil: Any) -> None:
    project = load_project(golden / "v1.cmet")
    path = tmp_path / "P.cmet"
    save_project(project, path)
    before = path.read_bytes()
    with pytest.raises(ProjectError, match="cannot be saved"):
        save_project(spoil(project), path)
    assert path.read_bytes() == before


def test_many_keys_come_back_too(tmp_path: Path, golden: Path) -> None:
    project = load_project(golden / "v1.cmet")
    clip = replace(project.clip, frames=5_000)
    many = tuple(Key(n, (MixPart("e1"),)) for n in range(5_000))
    performer = replace(project.performers[0], keys=many)
    project = replace(project, clip=clip, performers=(performer,))
    save_project(project, tmp_path / "P.cmet")
    assert load_project(tmp_path / "P.cmet") == project
