"""The settings dialog: one page per table of ``core.settings``; what is changed holds at once."""
