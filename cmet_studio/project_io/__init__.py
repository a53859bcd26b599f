"""The project on disk: file format, upgrades, atomic writing, finding the clip again.

Imports ``domain`` and ``core`` only; ``media``, ``networks`` and everything above may be beside or
over it, never under it. Every foreign file is hostile until parsed: this is the border.
"""
