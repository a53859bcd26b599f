"""The user's folders."""

from pathlib import Path

import pytest

from cmet_studio.core.errors import OutputError
from cmet_studio.core.paths import cache_dir, data_dir


def test_a_home_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CMET_STUDIO_HOME", str(tmp_path / "file" / "home"))
    for folder in (cache_dir, data_dir):
        with pytest.raises(OutputError, match="home"):
            folder()
