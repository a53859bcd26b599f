"""EDTalk's generator: encoder, heads, directions, and its decoder in two forms.

``Generator`` is the published network with the published keys and arithmetic; ``FastGenerator``
gives the same numbers with the work that never changes left out. Imported by ``engine``,
``app`` (to install and to measure) and ``training``.
"""
