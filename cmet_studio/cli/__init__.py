"""The command line: parses words, calls ``app.commands``, prints. Light to import."""
