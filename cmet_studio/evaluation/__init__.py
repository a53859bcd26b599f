"""Measuring connectors, encoders and face models: the figures of the model cards.

Imported by ``cli`` alone, inside its commands. Works from a weights file and test data, and imports
nothing of ``training``: what a connector was trained on stands in its file. Whether a face reads as
an emotion is asked of strangers' networks (``judge.py`` says what one is) in ``readability.py``.
"""
