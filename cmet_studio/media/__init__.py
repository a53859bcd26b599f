"""Probe, read and write media: the only home of av (and, for the microphone, sounddevice)."""
