"""The document as frozen values (time, project) and functions over it (curves, edits, history).

Imports only ``core``; every room may import it. No Qt, torch, numpy or av here.
"""
