"""The Export dialog (``dialog``): what to write, where to, what will be done and how long it takes.

``wish`` holds the choices as a value and puts them into words.
"""
