"""The Keys table: every key as a row that can be typed into and read aloud."""
