"""Face models by name. Strings, so that nothing heavy is imported before it is needed."""

from importlib import import_module
from importlib.metadata import entry_points

from cmet_studio.core.errors import BadInput
from cmet_studio.engine.protocol import FaceModel

_BUILT_IN = {
    "mesh": "cmet_studio.engine.faces.mesh.model:MeshFace",
    "edtalk": "cmet_studio.engine.faces.edtalk.model:EdTalkFace",
    "edtalk-reference": "cmet_studio.engine.faces.edtalk.reference:EdTalkReference",
}
_ENTRY_POINTS = "cmet_studio.face_models"
DEFAULT = "mesh"


def _targets() -> dict[str, str]:
    foreign = {point.name: point.value for point in entry_points(group=_ENTRY_POINTS)}
    return {**foreign, **_BUILT_IN}


def face_model_names() -> tuple[str, ...]:
    """Names of all face models, the embedded ones first."""
    return tuple(dict.fromkeys([*_BUILT_IN, *_targets()]))


def make_face_model(name: str, device: str = "cpu") -> FaceModel:
    """Load a face model.

    Args:
        name: one of ``face_model_names``.
        device: a torch device name, as ``engine.device.choose`` gives it.

    Raises:
        BadInput: if there is no such face model.
        EngineError: if its weights are missing or it cannot run on ``device``.
    """
    targets = _targets()
    if name not in targets:
        raise BadInput(
            f"There is no engine '{name}'.", f"Choose one of: {', '.join(face_model_names())}."
        )
    module, _, attribute = targets[name].partition(":")
    model: FaceModel = getattr(import_module(module), attribute)(device=device)
    return model
