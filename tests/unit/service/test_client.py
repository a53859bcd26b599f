"""The client is one file of standard library that can be copied anywhere."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from service_fixtures import Inside

from cmet_studio.service import client, wire
from cmet_studio.service.client import Busy, Engine, EngineGone, EngineProblem, Superseded

FILE = Path(client.__file__)


def test_it_imports_standard_library_only() -> None:
    found = set()
    for node in ast.walk(ast.parse(FILE.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    assert found <= sys.stdlib_module_names


def test_a_copy_of_it_works_without_any_package(tmp_path: Path, empty: Inside) -> None:
    shutil.copy(FILE, tmp_path / "copied.py")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import copied; "
        f"sys.stdout.write(copied.Engine({empty.port}, sys.argv[1]).status()['state'])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, "t" * 43], capture_output=True, check=True
    )
    assert done.stdout == b"empty"


def test_it_speaks_the_protocol_of_the_service() -> None:
    assert client.PROTOCOL == wire.PROTOCOL


def test_nobody_there(empty: Inside) -> None:
    with Engine(1, "x"), pytest.raises(EngineGone):
        Engine(1, "x").status()
    with Engine(empty.port, "wrong" * 8) as engine, pytest.raises(EngineProblem) as no:
        engine.status()
    assert (no.value.status, no.value.code) == (401, "unauthorised")


def test_problems_have_their_kinds() -> None:
    assert issubclass(Superseded, EngineProblem)
    assert issubclass(Busy, EngineProblem)
    assert issubclass(EngineGone, ConnectionError)


def test_a_discovery_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EngineGone):
        client.discover(tmp_path / "engine.json")
