"""Clip and plan in, frames out; preview and export are one function. For app and up."""
