"""Clip and plan in, frames out: one function for preview and export. May be imported by app and up."""
