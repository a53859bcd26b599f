"""CMET Studio: keyframe what a face feels, on footage that is already shot.

Rooms and who may import whom: ``docs/architecture.md``.
"""

__version__ = "0.1.0"
