"""The project on disk: file format, upgrades, atomic writing, finding the clip again.

Imports ``domain`` and ``core`` only; ``media`` and ``networks`` stand beside it, everything above
may import it. Every foreign file is hostile until parsed: this is the border.
"""

from cmet_studio.project_io.files import load_project, save_project
from cmet_studio.project_io.upgrades import SCHEMA

__all__ = ["SCHEMA", "load_project", "save_project"]
