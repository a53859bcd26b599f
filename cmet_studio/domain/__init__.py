"""The document as frozen values, and functions over it. No Qt, torch, numpy or av here."""
