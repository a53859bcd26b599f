"""Standard streams as cron, pipes and other programs give them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CLI = (sys.executable, "-m", "cmet_studio")


@pytest.fixture
def project(folder, cli) -> Path:
    p = folder / "p.cmet"
    assert cli("emotion", "add", p, "Zoë 😀", "--preset", "sad")[0] == 0
    return p


def test_a_poor_encoding_shows_escapes(project, session_home):
    env = {**os.environ, "CMET_STUDIO_HOME": str(session_home), "PYTHONIOENCODING": "ascii"}
    words = (*CLI, "emotion", "list", project)
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert r"Zo\xeb \U0001f600" in done.stdout
    words = (*words, "--json")
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert [e["name"] for e in json.loads(done.stdout)["emotions"]] == ["happy", "Zoë 😀"]


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")
@pytest.mark.parametrize(
    ("words", "code"),
    [("list p.cmet >&-", 0), ("list p.cmet --json >&-", 0), ("list none.cmet 2>&-", 2)],
)
def test_closed_streams_lead_nowhere(project, session_home, words, code):
    env = {**os.environ, "CMET_STUDIO_HOME": str(session_home)}
    before = project.read_bytes()
    shell = f'"{CLI[0]}" -m cmet_studio emotion {words}'
    done = subprocess.run(
        shell, env=env, shell=True, cwd=project.parent, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (code, ""), done.stderr
    assert project.read_bytes() == before
