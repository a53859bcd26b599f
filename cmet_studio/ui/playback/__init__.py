"""Playback: the clock (sound, or a silent timer), the frames fetched ahead of it, and J K L."""
