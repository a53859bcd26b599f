"""Probe, read and write media: the only home of av (and, for the microphone, sounddevice).

``source`` opens files, ``probe`` says what they are, ``index`` and ``reader`` give exact frames,
``convert`` makes RGB of them, ``writer`` puts edited frames and the untouched sound into a new
file, ``audio`` reads sound, ``synth`` makes clips. May be imported by every room above; knows only
``domain`` and ``core``.
"""
