"""Which of the tracker's landmarks are neighbours."""


def neighbours() -> frozenset[tuple[int, int]]:
    """Pairs of the 468 mesh landmarks that share an edge of the face mesh."""
    # Imported here: it takes seconds, and light commands never need it.
    from mediapipe.python.solutions.face_mesh_connections import FACEMESH_TESSELATION

    return frozenset((int(a), int(b)) for a, b in FACEMESH_TESSELATION)
