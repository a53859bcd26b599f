"""A project on the demo clip, made once; each test works on a copy."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cmet_studio.app.demo_clip import make_demo_clip
from cmet_studio.cli.main import run


@pytest.fixture(autouse=True)
def _own_user_folders(session_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Analyses are kept by content, so every test may share them."""
    monkeypatch.setenv("CMET_STUDIO_HOME", str(session_home))


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory, session_home: Path) -> Path:
    """A folder with clip.mp4 and p.cmet: performer A, emotion happy, keys at 10 (rest) and 40."""
    folder = tmp_path_factory.mktemp("made")
    make_demo_clip(folder / "clip.mp4")
    p = str(folder / "p.cmet")
    for words in (
        ["new", str(folder / "clip.mp4"), "-o", p],
        ["emotion", "add", p, "happy", "--preset", "happy"],
        ["key", "add", p, "--at", "f10", "--emotion", "rest"],
        ["key", "add", p, "--at", "f40", "--emotion", "happy"],
    ):
        assert run(words) == 0
    return folder


@pytest.fixture
def folder(made_once: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "work"
    shutil.copytree(made_once, copy)
    # The hint would lead back to the clip that was copied.
    text = (copy / "p.cmet").read_text()
    (copy / "p.cmet").write_text(text.replace(str(made_once), str(copy)))
    return copy


Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command line; returns exit code, standard output, standard error."""

    def call(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def cli_json(cli: Cli) -> Callable[..., Any]:
    """Run a command with --json; everything on standard output must be JSON."""

    def call(*words: object) -> Any:
        code, out, err = cli(*words, "--json")
        assert code == 0, err
        return json.loads(out)

    return call
