"""The Library panel (``panel``): emotions and their takes, presets, performers' neutral speech.

``tree`` shows them, ``commands`` are the edits (functions of the editor), ``imports`` brings sound
files in, ``record`` the microphone, ``trim`` a take's in and out.
"""

EMOTION_MIME = "application/x-cmet-emotion"
"""What is dragged onto the timeline, UTF-8: an emotion's id, or ``PRESET_MARK`` and a preset."""
PRESET_MARK = "preset:"
"""An emotion's id never begins so."""
