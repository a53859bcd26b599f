"""Learning connectors and encoders, and making what ships under ``models/``.

Imported by ``cli`` alone, inside its commands. Imports ``engine`` and below, never ``render`` or
``app``; a sibling of ``evaluation``, neither imports the other.
"""
