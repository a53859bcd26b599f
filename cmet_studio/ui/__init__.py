"""The desktop application: the only room that knows Qt; reaches models through the engine process.

``editor`` is the spine that every widget receives; ``engine_link`` talks to the engine process;
``actions`` is the catalogue of what keys and menus do; each tool has a folder of its own. Nothing
here imports torch, mediapipe or funasr, and edits of the document come from ``app``.
"""
