import subprocess
import sys
from pathlib import Path

import pytest

from cmet_studio.core.errors import EngineError
from cmet_studio.ui.launch import check_display, is_for_window

HEAVY = ("torch", "mediapipe", "funasr", "cv2", "transformers")


@pytest.mark.parametrize(
    ("words", "window"),
    [
        ([], True),
        (["clip.mp4"], True),
        (["work/film.cmet"], True),
        (["doctor"], False),
        (["--help"], False),
        (["new", "clip.mp4"], False),
        (["render"], False),
    ],
)
def test_what_opens_the_window(words: list[str], window: bool) -> None:
    assert is_for_window(words) is window


def test_a_file_without_suffix_opens_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "clip").write_bytes(b"")
    assert is_for_window([str(tmp_path / "clip")])


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_no_display_is_an_error_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(EngineError, match="no display"):
        check_display()


def test_the_windows_process_stays_light() -> None:
    """With everything the window loads, and a clip's reader and sound, no model library comes."""
    code = (
        "import sys\n"
        "import cmet_studio.__main__, cmet_studio.ui.studio, cmet_studio.ui.settings.dialog\n"
        "from cmet_studio.ui.docks import PLACES\n"
        "from importlib import import_module\n"
        "for place in PLACES:\n"
        "    import_module('cmet_studio.ui.' + place.panel.split(':')[0])\n"
        "import cmet_studio.media.reader, cmet_studio.media.player, cmet_studio.media.devices\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "[]"
