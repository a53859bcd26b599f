"""The embedded face model: FACS action units as displacement fields on a landmark mesh.

Road of a frame: ``motion`` (``geometry`` fits the head, ``fields`` move it, ``lids`` and ``lips``
keep contact) -> ``warp`` (``raster`` draws the motion, ``shading`` the folds) -> ``eyes`` and
``mouth`` (what openings show) -> ``redraw`` (new samples). ``encoder`` reads units from landmarks.

Reached through ``engine.registry`` only.
"""
