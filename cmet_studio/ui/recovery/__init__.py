"""After a crash, or when a clip is gone: ``dialog`` offers unsaved edits, ``relink`` finds
the clip again.
"""
