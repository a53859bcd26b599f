"""The Jobs panel (``panel``): everything that takes long, with progress and a way to stop it.

``row`` shows one job; panels that work by themselves (imports) use it too, so that every long thing
looks and behaves the same way. ``words`` says how far a job is, ``pace`` how
long an export takes on this computer.
"""
