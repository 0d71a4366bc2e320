"""Tacrolimus rules and arithmetic: pure functions and frozen dataclasses.

Nothing here opens a file, reads a clock or prints; rows of tables are handed in.
"""
