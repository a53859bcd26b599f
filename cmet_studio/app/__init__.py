"""The program without a window: one open project and the catalogue of what can be done to it.

Menus, command line and tests share it. Imports heavy rooms inside functions, so that listing keys
does not load torch. No Qt, no torch.

- The command line's project: ``workspace`` (a file that is edited in place), ``commands``.
- The window's project: ``document`` (history, journal, lock), ``editing`` (its edits), ``save_as``,
  ``relinking``, ``earlier`` and ``what_changed`` (versions).
- Speech: ``takes``, ``recording``, ``say``, ``vectors`` (what emotions amount to), ``library``
  (what is said about them), ``emotion_plot``, ``user_library``.
- Files: ``session`` (a face model with analyses and plans), ``rendering``, ``dialogue``.
- The engine process: ``host`` holds the open document; ``preview`` is the engine thread, with
  ``planned`` (one revision's frames), ``lanes`` (who waits), ``ahead`` (what nobody asked for yet),
  ``source_frames``, ``analyses`` and ``listening`` (slow work beside it), ``face_look``,
  ``measured``; ``jobs``, ``job_notes`` and ``long_work`` are its queue, ``events`` what it says.
- The demo and figures: ``demo``, ``demo_clip``, ``contact_sheet``, ``benches``.
"""
