"""From speech embeddings to semantic vectors, presets and schedules; what emotions look like.

numpy only, no torch. Imported by ``engine``, ``render``, ``training``, ``evaluation``, ``app`` and
``cli``; imports ``domain`` and ``core``.
"""
