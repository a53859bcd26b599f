"""The History panel (``panel``): every step by name; click one to go there."""
