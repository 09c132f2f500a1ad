"""The log, file by file."""
