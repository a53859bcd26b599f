"""Notices: what went wrong or was done, in one sentence, with the way out. No modal errors."""

from cmet_studio.ui.notices.notice import Level, Notice

__all__ = ["Level", "Notice"]
