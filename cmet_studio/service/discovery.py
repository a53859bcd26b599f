"""Where plug-in hosts find the engine: a file that only its user can read."""

import json
import os
from pathlib import Path

from cmet_studio.core.paths import data_dir
from cmet_studio.service.wire import PROTOCOL


def discovery_file() -> Path:
    """Port, token and process number of the engine that was started last."""
    return data_dir() / "runtime" / "engine.json"


def announce(port: int, token: str) -> Path:
    """Write the discovery file, readable by this user only."""
    path = discovery_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    said = {"protocol": PROTOCOL, "port": port, "token": token, "pid": os.getpid()}
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    # Born with its rights: a moment of being readable by others would be enough.
    descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(said, file)
    unfinished.replace(path)
    return path


def withdraw() -> None:
    """Remove the discovery file unless another engine has written it since."""
    path = discovery_file()
    try:
        if json.loads(path.read_text("utf-8")).get("pid") == os.getpid():
            path.unlink()
    except (OSError, ValueError, AttributeError):
        return
