"""What the face mesh is: which landmarks are neighbours, and where they lie on a still portrait.

For making the mesh face model's neutral head; the tracker needs neither.
"""

import numpy as np
import numpy.typing as npt

from cmet_studio.core.quiet import quiet_stderr


def neighbours() -> frozenset[tuple[int, int]]:
    """Pairs of the 468 mesh landmarks that share an edge of the face mesh."""
    # Imported here and below: it takes seconds, and light commands never need it.
    from mediapipe.python.solutions.face_mesh_connections import FACEMESH_TESSELATION

    return frozenset((int(a), int(b)) for a, b in FACEMESH_TESSELATION)


def still_landmarks(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Landmarks of the one large face of a photograph, by mediapipe's ready-made FaceMesh.

    Args:
        rgb: (h, w, 3).

    Returns: (478, 3) x, y, z in pixels, axes as in ``Face.landmarks``.
    """
    with quiet_stderr():
        from mediapipe.python.solutions.face_mesh import FaceMesh

        with FaceMesh(static_image_mode=True, refine_landmarks=True) as mesh:
            found = mesh.process(rgb).multi_face_landmarks[0].landmark
    height, width = rgb.shape[:2]
    return np.array([(p.x * width, p.y * height, p.z * width) for p in found])
