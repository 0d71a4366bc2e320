"""Every row of every table with its place and its sources, for `explain`, `sources` and the tests of the tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from tdmcli.tables import dosing_readers, model_readers, readers
from tdmcli.tables.builder import read_text
from tdmcli.tables.location import data_folder
from tdmcli.tables.overlay import SOURCE, in_force

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class IndexedRow(NamedTuple):
    """A row: its id, the file and the table that it stands in, and itself."""

    id: str
    file: str
    table: str
    row: Any

    @property
    def cited(self) -> tuple[tuple[str, str], ...]:
        """Return each source that the row or a part of it rests on, with the place in it; each pair once.

        A heading of the policy rests on the policy, on the protocol that changes it, and on what some of its rows are
        borrowed from.
        """
        found = dict.fromkeys(_cited(self.row))
        if self.table == "policy":
            changed = {} if self.file == "policy.toml" else {(SOURCE, self.id): None}
            found = {("policy", "data/policy.toml"): None} | changed | found
            found = {place: None for place in found if place not in {("policy", ""), (SOURCE, "")}}
        return tuple(found)


def _cited(part: Any) -> Iterator[tuple[str, str]]:
    if isinstance(part, tuple) and not hasattr(part, "_fields"):
        for inner in part:
            yield from _cited(inner)
        return
    for name in getattr(part, "_fields", ()):
        value = getattr(part, name)
        if name == "source" or name.endswith("_source"):
            yield value, getattr(part, "locator", "")
        else:
            yield from _cited(value)


def read_every_row() -> tuple[IndexedRow, ...]:
    """Return all rows of all tables that have an id, and the headings of the policy as `policy.<heading>`."""
    found: list[IndexedRow] = []

    overlay = in_force()

    def add(file: str, table: str, rows: Iterable[Any]) -> None:
        own = frozenset() if overlay is None else overlay.ids(table)
        found.extend(IndexedRow(row.id, "the protocol" if row.id in own else file, table, row) for row in rows)

    for name in readers.indication_ids():
        indication, targets = readers.read_indication(name)
        add(f"targets/{name}.toml", "indication", [indication])
        add(f"targets/{name}.toml", "target", targets)
    for file, rows in readers.read_interactions_by_file():
        add(file, "interaction", rows)
    co_therapies, inductions = readers.read_co_therapies()
    tests, thresholds = readers.read_monitoring()
    add("products.toml", "product", readers.read_products())
    add("cd_ratio.toml", "threshold_set", readers.read_threshold_sets())
    add("co_therapies.toml", "co_therapy", co_therapies)
    add("co_therapies.toml", "induction", inductions)
    add("neurotoxicity.toml", "symptom", readers.read_symptoms())
    add("neurotoxicity.toml", "factor", readers.read_factors())
    add("neurotoxicity.toml", "step", readers.read_steps())
    add("neurotoxicity.toml", "remark", readers.read_remarks())
    add("neurotoxicity.toml", "alternative", readers.read_alternatives())
    add("monitoring.toml", "test", tests)
    add("monitoring.toml", "threshold", thresholds)
    add("cautions.toml", "caution", readers.read_cautions())
    for name, whole in (
        ("starting_doses.toml", dosing_readers.read_starting_tables()),
        ("starting_algorithms.toml", dosing_readers.read_starting_algorithms()),
        ("body_size.toml", dosing_readers.read_body_size()),
        ("genotypes.toml", dosing_readers.read_genotypes()),
        ("sampling.toml", dosing_readers.read_sampling()),
    ):
        for table in whole._fields:
            add(name, table, getattr(whole, table))
    add("conversions.toml", "conversion", dosing_readers.read_conversions())
    add("conversions.toml", "not_interchangeable", dosing_readers.read_not_interchangeable())
    add("auc.toml", "auc_target", dosing_readers.read_auc_targets())
    add("auc.toml", "regression", dosing_readers.read_regressions())
    add("variability.toml", "variability_threshold", dosing_readers.read_variability_thresholds())
    for name in ("auc.toml", "variability.toml", "cd_ratio.toml"):
        add(name, "remark", dosing_readers.read_exposure_remarks(name))
    for name in model_readers.model_ids():
        add(f"models/{name}.toml", "model", [model_readers.read_model(name)])
    policy = readers.read_policy()
    for heading in policy._fields:
        own = overlay is not None and heading in overlay.policy
        file = "the protocol over policy.toml" if own else "policy.toml"
        found.append(IndexedRow(f"policy.{heading}", file, "policy", getattr(policy, heading)))
    return tuple(found)


_ID = re.compile(r'^id = "([^"]+)"$', re.MULTILINE)
_HEADING = re.compile(r"^\[\[?([a-z_]+)\]", re.MULTILINE)
_NOT_ROWS = {"tables.toml"}


def explained_ids() -> list[str]:
    """Return the ids of all rows and formulas, read off the text of the files: parsing all is too slow for TAB."""
    folder = data_folder()
    files = [path for path in folder.rglob("*.toml") if path.name not in _NOT_ROWS and path.parent.name != "examples"]
    found = {name for path in files for name in _ID.findall(read_text(path))}
    headings = {f"policy.{name}" for name in _HEADING.findall(read_text(folder / "policy.toml"))}
    return sorted(found | headings)
