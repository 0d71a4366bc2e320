"""The readers of the population models: one file a model, read when it is asked for."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tdmcli.errors import BadFile, Code
from tdmcli.tables.builder import build_row
from tdmcli.tables.loading import load_table
from tdmcli.tables.location import data_folder

if TYPE_CHECKING:
    from tdmcli.tables.model_rows import ModelRow


def model_ids() -> tuple[str, ...]:
    """Return the ids of all models, which are the names of their files, in order."""
    return tuple(sorted(path.stem for path in (data_folder() / "models").glob("*.toml")))


@cache
def read_model(model_id: str) -> ModelRow:
    """Return a model; the id must be one of `model_ids`."""
    from tdmcli.tables.model_rows import ModelRow

    name = f"models/{model_id}.toml"
    row = build_row(ModelRow, load_table(name, {"model"})["model"], name)
    if row.id != model_id:
        message = f"{name}: the model's id must be the file's name"
        raise BadFile(message, Code.BAD_TABLE)
    return row
