"""The picture: where it lies (``geometry``), how it is drawn (``canvas``), the panel around it."""
