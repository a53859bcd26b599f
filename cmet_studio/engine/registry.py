"""Face models by name. Strings, so that nothing heavy is imported before it is needed."""

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from cmet_studio.core.errors import BadInput
from cmet_studio.engine.protocol import FaceModel, Restorable, Restorer

_BUILT_IN = {
    "mesh": "cmet_studio.engine.faces.mesh.model:MeshFace",
    "edtalk": "cmet_studio.engine.faces.edtalk.model:EdTalkFace",
    "edtalk-reference": "cmet_studio.engine.faces.edtalk.reference:EdTalkReference",
}
_ENTRY_POINTS = "cmet_studio.face_models"
_RESTORERS = {"sharpen": "cmet_studio.engine.restorers:Sharpen"}
_RESTORER_ENTRY_POINTS = "cmet_studio.restorers"


def _targets(built_in: Mapping[str, str], group: str) -> dict[str, str]:
    foreign = {point.name: point.value for point in entry_points(group=group)}
    return {**foreign, **built_in}


def face_model_names() -> tuple[str, ...]:
    """Names of all face models, the embedded ones first."""
    return tuple(dict.fromkeys([*_BUILT_IN, *_targets(_BUILT_IN, _ENTRY_POINTS)]))


def restorer_names() -> tuple[str, ...]:
    """Names of all restorers, the embedded ones first."""
    return tuple(dict.fromkeys([*_RESTORERS, *_targets(_RESTORERS, _RESTORER_ENTRY_POINTS)]))


def can_dub(name: str) -> bool:
    """Whether the lips of a face model can follow another recording; loads no weights.

    Raises: BadInput if there is no such face model.
    """
    return hasattr(_face_model_class(name), "lips")


def make_face_model(name: str, device: str = "cpu", restorer: str = "") -> FaceModel:
    """Load a face model.

    Args:
        name: one of ``face_model_names``.
        device: a torch device name, as ``engine.device.choose`` gives it.
        restorer: one of ``restorer_names``; none if empty.

    Raises:
        BadInput: if there is no such face model or restorer, or it takes none.
        EngineError: if its weights are missing or it cannot run on ``device``.
    """
    chosen = make_restorer(restorer) if restorer else None
    model: FaceModel = _face_model_class(name)(device=device)
    if chosen is not None:
        if not isinstance(model, Restorable):
            raise BadInput(
                f"The engine '{name}' takes no restorer: it draws no faces, it moves the clip's.",
                "Leave --restorer out, or choose --engine edtalk.",
            )
        model.restorer = chosen
    return model


def make_restorer(name: str) -> Restorer:
    """Load a restorer.

    Raises: BadInput if there is none of this name.
    """
    targets = _targets(_RESTORERS, _RESTORER_ENTRY_POINTS)
    if name not in targets:
        raise BadInput(
            f"There is no restorer '{name}'.", f"Choose one of: {', '.join(restorer_names())}."
        )
    restorer: Restorer = _attribute(targets[name])()
    return restorer


def _face_model_class(name: str) -> Any:
    targets = _targets(_BUILT_IN, _ENTRY_POINTS)
    if name not in targets:
        raise BadInput(
            f"There is no engine '{name}'.", f"Choose one of: {', '.join(face_model_names())}."
        )
    return _attribute(targets[name])


def _attribute(target: str) -> Any:
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)
