"""The timeline: lanes over the clip's frames, and everything a hand can do to them.

``scale``, ``layout``, ``hit``, ``snap``, ``curve`` and ``gestures`` are free of widgets and tested
without one; ``paint*`` draw a ``Scene`` (a value) with a painter; ``view`` is the widget, ``panel``
what the window puts into its dock. ``commands*`` are functions of the editor for menus and keys.
"""
