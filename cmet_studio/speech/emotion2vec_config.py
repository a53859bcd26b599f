"""The configuration of an installed emotion2vec model, parsed before funasr sees it.

funasr evaluates part of the file as Python and lets it name other files and remote code; so only
plain numbers and words get through, and the layer table is parsed and written anew.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cmet_studio.core.errors import EngineError
from cmet_studio.speech.encoders import DIM

_HINT = "Install emotion2vec+ large again from its publisher."
_MAX_BYTES = 1 << 18
_MAX_NUMBER = 1e6
_WORDS = re.compile(r"[A-Za-z0-9_ .\-]{0,64}")
_LAYERS = re.compile(r"\[((?:\(\d{1,4},\d{1,3},\d{1,3}\),?)+)\](?:\*(\d{1,2}))?")
_LAYER = re.compile(r"\((\d+),(\d+),(\d+)\)")
_MAX_LAYERS = 16
_MAX_DEPTH = 64
_MAX_NODES = 2000


def load_model_config(path: Path) -> dict[str, Any]:
    """Read ``config.yaml``.

    Returns: funasr's ``model_conf`` for its class ``Emotion2vec``.
    Raises: EngineError if it is damaged, is for another model, or holds anything but settings.
    """
    import yaml  # type: ignore[import-untyped]  # comes with funasr, which is what needs it

    if path.stat().st_size > _MAX_BYTES:
        raise EngineError(f"The file {path.name} is not a model's configuration.", _HINT)
    try:
        whole: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, RecursionError, yaml.YAMLError) as error:
        raise EngineError(f"The file {path.name} cannot be parsed.", _HINT) from error
    if not isinstance(whole, dict) or whole.get("model") != "Emotion2vec":
        raise EngineError(f"The file {path.name} does not describe an emotion2vec model.", _HINT)
    config: Any = whole.get("model_conf")
    try:
        audio: dict[str, Any] = config["modalities"]["audio"]
        spec = str(audio["feature_encoder_spec"])
        size, depth = int(config["embed_dim"]), int(config["depth"])
        prenet = int(audio["prenet_depth"])
    except (KeyError, TypeError, ValueError) as error:
        raise EngineError(f"The file {path.name} lacks settings of the model.", _HINT) from error
    if size != DIM:
        raise EngineError(
            f"The installed model gives {size} numbers per take, not {DIM}.",
            "Install the 'plus large' model; the smaller ones live in another space.",
        )
    if not 0 <= depth <= _MAX_DEPTH or not 0 <= prenet <= _MAX_DEPTH:
        raise EngineError(f"The file {path.name} asks for an impossible model.", _HINT)
    audio["feature_encoder_spec"] = "[]"
    plain = _Settings(path).plain(config)
    plain["modalities"] = {"audio": plain["modalities"]["audio"]}
    plain["modalities"]["audio"]["feature_encoder_spec"] = repr(_layers(spec, path))
    return dict(plain)


class _Settings:
    """Copies settings, letting nothing through but numbers, words, lists and mappings."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = _MAX_NODES  # aliases can make a small file stand for a huge tree

    def plain(self, value: Any) -> Any:
        """Raises: EngineError for anything else."""
        self._left -= 1
        if self._left < 0:
            raise EngineError(f"The file {self._path.name} holds too much.", _HINT)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float) and abs(value) <= _MAX_NUMBER:
            return value
        if isinstance(value, str) and (_WORDS.fullmatch(value) or value == "[]"):
            return value
        if isinstance(value, list):
            return [self.plain(item) for item in value]
        if isinstance(value, Mapping):
            return {str(self.plain(str(key))): self.plain(item) for key, item in value.items()}
        raise EngineError(
            f"The file {self._path.name} holds more than settings ({value!r:.60}).", _HINT
        )


def _layers(spec: str, path: Path) -> list[tuple[int, int, int]]:
    """Parse the convolution table, e.g. ``[(512, 10, 5)] + [(512, 3, 2)] * 4``.

    Returns: (channels, kernel, stride) per layer.
    """
    layers: list[tuple[int, int, int]] = []
    for term in re.sub(r"\s", "", spec).split("+"):
        found = _LAYERS.fullmatch(term)
        if found is None:
            raise EngineError(f"The file {path.name} has an unreadable layer table.", _HINT)
        group = [(int(a), int(b), int(c)) for a, b, c in _LAYER.findall(found.group(1))]
        layers += group * int(found.group(2) or 1)
    if not 0 < len(layers) <= _MAX_LAYERS or any(min(layer) < 1 for layer in layers):
        raise EngineError(f"The file {path.name} has an impossible layer table.", _HINT)
    return layers
