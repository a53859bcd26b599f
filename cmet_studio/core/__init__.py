"""Errors, user paths, progress and cancellation. Knows nothing of the rest."""
