"""What every test gets: user folders of its own, the shared real data if it is there."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["media_fixtures", "sound_fixtures"]

_SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


# No test asserts timing; CI draws the same examples every time.
settings.register_profile("cmet", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("cmet")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=15, help="moments at which the app is killed")


@pytest.fixture(autouse=True)
def _own_user_folders(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CMET_STUDIO_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="session")
def session_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home for tests that share analyses: a clip is tracked once a session.

    Such tests override ``_own_user_folders`` with it; a fixture of the session only asks for it.
    """
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CMET_STUDIO_HOME", str(home))
        yield home


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real clips and speech, beside the checkout."""
    if not _SHARED.is_dir():
        pytest.skip("no shared data beside this checkout")
    return _SHARED


@pytest.fixture(scope="session")
def shared_reference() -> Path:
    """Parity fixture and key lists of the published networks, beside the checkout."""
    folder = _SHARED.parent / "reference"
    if not folder.is_dir():
        pytest.skip("no shared reference beside this checkout")
    return folder
