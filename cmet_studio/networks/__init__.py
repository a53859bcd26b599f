"""Neural modules and the reading of their weights; nothing else. Training and inference share them.

Imported by ``speech``, ``engine``, ``render``, ``training`` and ``evaluation``. Imports only
``core``; knows nothing of clips, projects or emotions.
"""
