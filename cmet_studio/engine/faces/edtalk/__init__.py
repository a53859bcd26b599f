"""The paper's own face model: EDTalk's networks on a crop, composed into the frame by difference.

Reached only through ``engine.registry``.
"""
