"""The Library panel (``panel``): emotions and their takes, presets, performers' neutral speech.

``tree`` shows them, ``commands`` are the edits (functions of the editor), ``imports`` brings sound
files in, ``record`` the microphone, ``trim`` a take's in and out.
"""

EMOTION_MIME = "application/x-cmet-emotion"
"""What is dragged onto the timeline: an emotion's id, UTF-8."""
