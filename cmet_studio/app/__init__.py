"""The program without a window: one open project and the catalogue of what can be done to it.

Menus, command line and tests share it. Imports heavy rooms inside functions, so that listing keys
does not load torch.
"""
