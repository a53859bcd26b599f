"""Measures the real window with real events: ``python -m cmet_studio.ui.benches``.

The command line reaches it as a process of its own (``cmet-studio bench ui``).
"""
