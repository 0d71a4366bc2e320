#!/usr/bin/env bash
# Runs the suite on the newest Typer, beyond the bound of pyproject.toml, and reports. From 0.29 on every command loads
# pydantic, so the tests that forbid it are left out.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --editable '.[test]'
"$folder/bin/python" -m pip install --quiet --upgrade --no-deps typer
"$folder/bin/python" -m pip list | grep -i '^typer '
"$folder/bin/python" -m pytest --quiet -k 'not heavy_library and not packaging'
