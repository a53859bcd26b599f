"""Models that are fetched, not shipped: the manifest, installing, checking, finding them.

Imported by ``engine`` and above. Files become safetensors once, when they are installed; what runs
afterwards never meets a pickle of somebody else.
"""
