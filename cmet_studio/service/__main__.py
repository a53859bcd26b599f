"""``python -m cmet_studio.service``: the engine as a child process.

Its parent writes a token and a line's end to its standard input, and keeps the pipe open: when it
closes, the parent is gone and the engine ends. It answers with one line of JSON on its standard
output, ``{"port": ..., "protocol": ...}``, and says nothing after that.
"""

import json
import logging
import sys
import time
from pathlib import Path

from cmet_studio.app.host import Host
from cmet_studio.app.job_notes import left_behind, more_to_come
from cmet_studio.core.paths import cache_dir
from cmet_studio.core.settings import EngineSettings, load_settings, settings_file
from cmet_studio.project_io.unfinished import sweep
from cmet_studio.render.frame_store import FrameStore
from cmet_studio.service import discovery
from cmet_studio.service.job_routes import bring_back
from cmet_studio.service.server import EngineServer, in_background, raise_file_limit
from cmet_studio.service.wire import PROTOCOL

_LONGEST_TOKEN = 200
_SWITCH_S = 0.001
_ENDING_S, _SEE_AGAIN_S = 20.0, 0.5


def main() -> int:
    """Serve until asked to stop or left alone."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    token = sys.stdin.readline(_LONGEST_TOKEN + 1).strip()
    if not 16 <= len(token) <= _LONGEST_TOKEN:
        sys.stderr.write("The engine is started by CMET Studio: it needs a token.\n")
        return 2
    raise_file_limit()
    # An answer that is at hand must not wait long while another thread computes.
    sys.setswitchinterval(_SWITCH_S)
    sweep()  # an engine before this one may have been killed while it wrote
    settings, _ = load_settings(settings_file())
    host = Host(settings.engine.cache_mb << 20, _store(settings.engine))
    bring_back(host, left_behind())
    in_background(lambda: _wait_for_more(host), "left behind")
    server = EngineServer(host, token)

    def until_alone() -> None:
        while sys.stdin.read(4096):
            pass
        server.stop()

    def ready() -> None:
        discovery.announce(server.port, token)
        sys.stdout.write(json.dumps({"port": server.port, "protocol": PROTOCOL}) + "\n")
        sys.stdout.flush()

    in_background(until_alone, "parent")
    try:
        server.run(ready)
    finally:
        discovery.withdraw()
        host.close()
    return 0


def _store(settings: EngineSettings) -> FrameStore | None:
    """Where frames that are slow to make are kept."""
    if not settings.disk_cache_mb:
        return None
    chosen = settings.disk_cache_folder
    folder = Path(chosen) / "CMET frames" if chosen else cache_dir() / "frames"
    return FrameStore(folder, settings.disk_cache_mb << 20)


def _wait_for_more(host: Host) -> None:
    """Bring back what an engine leaves that is just ending: its application was killed."""
    until = time.monotonic() + _ENDING_S
    while time.monotonic() < until and more_to_come():
        time.sleep(_SEE_AGAIN_S)
        bring_back(host, left_behind())


if __name__ == "__main__":
    sys.exit(main())
