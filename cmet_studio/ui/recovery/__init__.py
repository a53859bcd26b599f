"""After a crash, or when a clip is gone.

``dialog`` offers the edits that were not saved, ``relink`` finds the clip again.
"""
