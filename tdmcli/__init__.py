"""Therapeutic drug monitoring of tacrolimus on the command line."""

__version__ = "0.1.0"
