"""The engine process: what a window or a plug-in host asks over loopback, and who starts it.

``client`` imports nothing of ours and may be copied elsewhere; ``supervisor`` runs in the process
that wants an engine; everything else runs in the engine process. Only ``cli`` and ``ui`` import
this room. No Qt, and no torch before a picture is to be changed.
"""
