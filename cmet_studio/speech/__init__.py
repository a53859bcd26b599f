"""Takes: importing recordings, judging them, finding speech in them, turning them into embeddings.

``takes`` copies recordings into a project, ``quality`` judges them, ``encoders`` names the speech
encoders (``starter`` ships with the program, ``emotion2vec`` is the real thing once installed),
``embeddings`` runs one over takes and caches by content, ``starter_lean`` lets the starter path
lean on a preset. The only home of funasr and webrtcvad. Sibling of ``face`` and ``emotion``, which
it never imports; render, app and the rooms above may import it.
"""
