"""Whatever lies where a journal, a lock or a project should be: no crash, no other error."""

import itertools
import json
import random
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import scripted_edit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmet_studio.app.document import Document
from cmet_studio.core.errors import CmetError
from cmet_studio.domain.history import History
from cmet_studio.domain.project import Project
from cmet_studio.project_io import load_project, save_project
from cmet_studio.project_io.journal import journal_path, line_of
from cmet_studio.project_io.recovery import recoverable
from cmet_studio.project_io.splice import apply, difference

no_limits = settings(
    max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@pytest.fixture
def journalled(project_path: Path) -> Iterator[Path]:
    """A project with a journal of some thirty records."""
    document = Document.open(project_path)
    for _ in itertools.islice(scripted_edit.hand(document, 4), 60):
        pass
    document.close()
    assert recoverable(project_path)
    return project_path


def open_it(path: Path) -> None:
    recovery = recoverable(path)
    if recovery is not None:
        save_project(recovery.project, path.with_name("checked.cmet"))
    with suppress(CmetError):
        document = Document.open(path, recovery)
        document.close(discard=True)


@given(data=st.data())
@no_limits
def test_damaged_journals(journalled: Path, data: st.DataObject) -> None:
    journal = journal_path(journalled)
    kept = journal.with_name("kept")
    if not kept.exists():
        kept.write_bytes(journal.read_bytes())
    content = bytearray(kept.read_bytes())
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        kind = data.draw(st.sampled_from(["flip", "cut", "insert", "drop"]))
        if kind == "flip":
            content[at] ^= data.draw(st.integers(1, 255))
        elif kind == "cut":
            del content[max(1, at) :]
        elif kind == "insert":
            content[at:at] = data.draw(st.binary(max_size=30))
        else:
            del content[at : at + data.draw(st.integers(1, 200))]
            content = content or bytearray(b"\n")
    journal.write_bytes(content)
    open_it(journalled)


@given(data=st.data())
@no_limits
def test_well_summed_nonsense(journalled: Path, data: st.DataObject) -> None:
    """Right checksums, wrong content: fields of records are replaced by anything."""
    journal = journal_path(journalled)
    kept = journal.with_name("kept")
    if not kept.exists():
        kept.write_bytes(journal.read_bytes())
    lines = kept.read_bytes().splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        n = data.draw(st.integers(0, len(lines) - 1))
        record = json.loads(lines[n][9:])
        spoil(record, data)
        lines[n] = line_of(record)[:-1]
    journal.write_bytes(b"\n".join(lines) + b"\n")
    open_it(journalled)


def spoil(value: object, data: st.DataObject) -> None:
    anything = st.none() | st.integers() | st.text(max_size=5) | st.just([]) | st.just({})
    anything |= st.integers(-3, 3) | st.lists(st.integers(-2, 20), max_size=3)
    while isinstance(value, (dict, list)) and value:
        name = data.draw(st.sampled_from(list(value) if isinstance(value, dict) else
                                         range(len(value))))  # fmt: skip
        inner = value[name]
        if not isinstance(inner, (dict, list)) or not inner or data.draw(st.booleans()):
            value[name] = data.draw(anything)
            return
        value = inner


@given(content=st.binary(max_size=200), name=st.sampled_from(["lock.json", "journal.jsonl"]))
@no_limits
def test_rubbish_beside_the_project(project_path: Path, content: bytes, name: str) -> None:
    folder = journal_path(project_path).parent
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    open_it(project_path)


@given(data=st.data())
@no_limits
def test_damaged_projects(journalled: Path, data: st.DataObject) -> None:
    kept = journalled.with_name("kept.json")
    if not kept.exists():
        kept.write_bytes(journalled.read_bytes())
    project = json.loads(kept.read_text("utf-8"))
    spoil(project, data)
    content = bytearray(json.dumps(project).encode())
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    journalled.write_bytes(content)
    open_it(journalled)


def test_deep_and_large_records_are_refused(project_path: Path) -> None:
    journal = journal_path(project_path)
    journal.parent.mkdir(exist_ok=True)
    text = b'{"journal":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    journal.write_bytes(b"%08x %s\n" % (zlib.crc32(text), text))
    assert recoverable(project_path) is None


@given(seed=st.integers(0, 2**32))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_splice_makes_the_same_project(project_path: Path, seed: int) -> None:
    history, rng = History(load_project(project_path)), random.Random(seed)
    states: list[Project] = [history.project]
    for _ in range(12):
        history.do(*scripted_edit._random_edit(history.project, rng))
        states.append(history.project)
    a, b = rng.choice(states), rng.choice(states)
    assert apply(a, json.loads(json.dumps(difference(a, b)))) == b
