"""Runs `python -m tdmcli`."""

from tdmcli.cli.app import app

if __name__ == "__main__":
    app(prog_name="tdmcli")
