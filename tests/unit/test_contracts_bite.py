"""The architecture's contracts hold, and every one of them turns red when it is broken.

A contract nobody has seen red may check nothing (a misspelt module, a hole in its list). So
violations are planted in a copy of the package, and each has to be named by its own contract.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
LINT = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"


@dataclass(frozen=True)
class Violation:
    """A module to plant: where (from the package's folder), its code, the contract that minds."""

    contract: str
    file: str
    code: str

    @property
    def module(self) -> str:
        return Path(self.file).stem


VIOLATIONS = (
    Violation("layers", "domain/planted_up.py", "import cmet_studio.render.planted_goal"),
    Violation("layers", "media/planted_sibling.py", "import cmet_studio.project_io.store"),
    Violation("layers", "face/planted_sibling2.py", "import cmet_studio.emotion.planted_goal"),
    Violation("layers", "speech/planted_sibling3.py", "import cmet_studio.face.types"),
    Violation("layers", "render/planted_cli.py", "import cmet_studio.cli.planted_goal"),
    Violation("layers", "engine/planted_lazy.py", "def f():\n    import cmet_studio.app"),
    Violation(
        "layers",
        "core/planted_typing.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import cmet_studio.domain.time",
    ),
    Violation("light", "domain/planted_numpy.py", "import numpy"),
    Violation("light", "project_io/planted_av.py", "def f():\n    import av"),
    Violation("light", "core/planted_torch.py", "from torch import nn"),
    Violation("home-of-av", "render/planted_av2.py", "import av"),
    Violation("home-of-av", "cli/planted_sound.py", "import sounddevice"),
    Violation("home-of-mediapipe", "engine/faces/mesh/planted_mp.py", "import mediapipe"),
    Violation("home-of-funasr", "training/planted_funasr.py", "import funasr"),
    Violation("no-direct-torch", "cli/planted_torch2.py", "def f():\n    import torch"),
    Violation("no-direct-torch", "app/planted_torch3.py", "import torch.nn"),
    Violation("edits-through-app", "ui/planted_edits.py", "from cmet_studio.domain import edits"),
    Violation("no-direct-torch", "ui/planted_torch4.py", "def f():\n    import torch"),
    Violation("layers", "app/planted_ui.py", "import cmet_studio.ui.planted_goal"),
    Violation("qt", "app/planted_qt.py", "import PySide6.QtCore"),
    Violation("qt", "cli/planted_plot.py", "import pyqtgraph"),
    Violation("qt", "service/planted_qt2.py", "import PySide6.QtCore"),
    Violation("no-direct-torch", "service/planted_torch5.py", "def f():\n    import torch"),
    Violation("layers", "app/planted_service.py", "import cmet_studio.service.wire"),
    # These two contracts are about single files: the copies of those are written over.
    Violation("client-alone", "service/client.py", "import cmet_studio.core.errors"),
    Violation("supervisor-light", "service/supervisor.py", "def f():\n    import uvicorn"),
    Violation("acyclic", "core/planted_a.py", "import cmet_studio.core.planted_b"),
    Violation("acyclic", "core/planted_b.py", "import cmet_studio.core.planted_a"),
    Violation("face-models", "render/planted_mesh.py", "import cmet_studio.engine.faces.mesh"),
    Violation("face-models", "engine/planted_mesh2.py", "import cmet_studio.engine.faces.mesh"),
    Violation("training-apart", "training/planted_up.py", "import cmet_studio.render.planted_goal"),
    Violation("app-apart", "app/planted_train.py", "import cmet_studio.training.planted_goal"),
    Violation("app-apart", "render/planted_eval.py", "import cmet_studio.evaluation.planted_goal"),
)  # fmt: skip
TARGETS = ("render", "emotion", "cli", "training", "evaluation")


def contracts() -> dict[str, str]:
    """Names of the contracts by id."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        listed = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return {contract["id"]: contract["name"] for contract in listed}


def copy_package(to: Path) -> Path:
    """Copy the package's code and the tools' settings; returns the package's folder."""
    only_code = shutil.ignore_patterns("__pycache__", "*.npz", "*.safetensors")
    shutil.copytree(ROOT / "cmet_studio", to / "cmet_studio", ignore=only_code)
    shutil.copy(ROOT / "pyproject.toml", to)
    return to / "cmet_studio"


def lint(folder: Path) -> tuple[int, str]:
    """Run import-linter on the copy; returns its exit status and report."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report on a copy with all violations in it."""
    folder = tmp_path_factory.mktemp("planted")
    package = copy_package(folder)
    for room in TARGETS:
        (package / room / "planted_goal.py").write_text("", "utf-8")
    for violation in VIOLATIONS:
        (package / violation.file).write_text(violation.code + "\n", "utf-8")
    status, report = lint(folder)
    assert status == 1, report
    return report


def section(report: str, contract: str) -> str:
    """What the report says about one broken contract."""
    details = report.partition("Broken contracts\n")[2]
    heading = re.escape(contracts()[contract])
    found = re.search(rf"^{heading}\n-+\n(.*?)(?=^[^\n]+\n-+\n|\Z)", details, re.M | re.S)
    return found[1] if found else ""


def test_the_contracts_hold(tmp_path: Path) -> None:
    copy_package(tmp_path)
    status, report = lint(tmp_path)
    assert status == 0, report
    assert report.count(" KEPT") == len(contracts())


def test_every_contract_is_put_to_the_test() -> None:
    assert {violation.contract for violation in VIOLATIONS} == set(contracts())


@pytest.mark.parametrize("violation", VIOLATIONS, ids=lambda v: f"{v.contract}: {v.file}")
def test_a_violation_turns_its_contract_red(planted: str, violation: Violation) -> None:
    assert f"{contracts()[violation.contract]} BROKEN" in planted
    assert re.search(rf"\b{violation.module}\b", section(planted, violation.contract)), planted


def test_a_new_room_has_to_choose_its_layer(tmp_path: Path) -> None:
    room = copy_package(tmp_path) / "attic"
    room.mkdir()
    (room / "__init__.py").write_text("", "utf-8")
    status, report = lint(tmp_path)
    assert status == 1
    assert "attic" in section(report, "layers")
