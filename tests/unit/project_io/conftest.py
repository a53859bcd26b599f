"""A project file that is in order, to be spoilt by tests."""

import json
from pathlib import Path
from typing import Any

import pytest

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "projects"


@pytest.fixture
def golden() -> Path:
    return GOLDEN


@pytest.fixture
def data() -> dict[str, Any]:
    """The data of a whole project of the current schema."""
    loaded: dict[str, Any] = json.loads((GOLDEN / "v1.cmet").read_text("utf-8"))
    return loaded
