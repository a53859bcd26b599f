"""The embedded face model: FACS action units as displacement fields on a landmark mesh."""
