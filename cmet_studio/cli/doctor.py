"""``doctor``: what is installed, which engines can run, and what to do about the rest."""

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version

import typer

from cmet_studio import __version__
from cmet_studio.cli import console
from cmet_studio.cli.options import Json
from cmet_studio.core.errors import CmetError


def doctor(
    json: Json = False,
) -> None:
    """Say what is installed, which engines can run, and what to do about the rest."""
    checks = [_check(name, probe) for name, probe in _PROBES.items()]
    if json:
        console.say_json(
            {
                "version": __version__,
                "checks": {name: {"ok": ok, "detail": said} for name, ok, said in checks},
            }
        )
    else:
        console.say(f"cmet-studio {__version__}")
        console.say_table(
            ("", "what", "state"),
            [("ok" if ok else "missing", name, said) for name, ok, said in checks],
        )
    if not all(ok for name, ok, _ in checks if name in _NEEDED):
        raise typer.Exit(2)


def _check(name: str, probe: Callable[[], str]) -> tuple[str, bool, str]:
    try:
        return name, True, probe()
    except CmetError as error:
        return name, False, str(error)
    except (ImportError, OSError) as error:
        return name, False, f"{error}. Run: pip install --force-reinstall cmet-studio"


def _torch() -> str:
    from cmet_studio.engine.device import available, described

    return f"torch {version('torch')}, devices: {', '.join(map(described, available()))}"


def _media() -> str:
    import_module("cmet_studio.media.source")
    return f"PyAV {version('av')}"


def _tracker() -> str:
    import_module("mediapipe")
    return f"mediapipe {version('mediapipe')}"


def _mesh() -> str:
    from cmet_studio.core.paths import model_file
    from cmet_studio.engine.registry import make_face_model
    from cmet_studio.networks.connector import load_connector

    info = make_face_model("mesh").info
    load_connector(model_file(info.connector))
    return f"{len(info.units)} units, {info.connector} (starter: small, embedded, no download)"


def _edtalk() -> str:
    from cmet_studio.engine.device import choose, described
    from cmet_studio.model_store.installed import installed_weights

    for name in ("edtalk", "edtalk-connector"):
        installed_weights(name)
    device = choose("auto", "edtalk")
    speed = "a frame takes about a second" if device == "cpu" else "half precision"
    return f"installed; runs on {described(device)}: {speed}"


def _dubbing() -> str:
    from cmet_studio.model_store.installed import installed_weights

    installed_weights("audio2lip")
    return "installed: render --engine edtalk --dialogue"


def _starter_encoder() -> str:
    from cmet_studio.speech.encoders import make_encoder

    return f"{make_encoder('starter').version} (tells strength well, kind roughly)"


def _emotion2vec() -> str:
    from cmet_studio.speech.encoders import make_encoder

    return make_encoder("emotion2vec").version


_PROBES: dict[str, Callable[[], str]] = {
    "torch": _torch,
    "media": _media,
    "face tracker": _tracker,
    "engine mesh": _mesh,
    "engine edtalk": _edtalk,
    "dubbing": _dubbing,
    "speech starter": _starter_encoder,
    "speech emotion2vec+ large": _emotion2vec,
}
_NEEDED = frozenset({"torch", "media", "face tracker", "engine mesh", "speech starter"})
