"""Find, track and describe faces: detection, landmarks, shots, pose, identity.

The only home of mediapipe (and, for warping small crops, cv2). Imported by ``engine``, ``render``,
``app`` and ``cli``; imports ``media`` and ``core`` only. Everything here is deterministic: the same
pictures give the same bits, whoever asks and wherever the asking began.

The way of the data: ``analyse`` pulls pictures through ``shots`` (where are the cuts) into
``track`` (``detect`` finds boxes, ``mesh`` puts 478 points on them), ``identity`` says which pieces
of track belong to which performer, ``assemble`` bridges short gaps, smooths (``smooth``), measures
head pose (``pose``) and decides how much of an edit each frame can carry (``strength``).
"""
