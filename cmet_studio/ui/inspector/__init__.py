"""The Inspector panel (``panel``): the selected keys, the emotion, the performer, the clip.

One page each (``key_page``, ``emotion_page``, ``performer_page``, ``clip_page``); ``figures`` are
what the engine says about an emotion, ``charts`` and ``map`` (pyqtgraph) draw them.
"""
