"""The tables of target ranges: every number, every window, and what may stand beside what."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import pytest

from tdmcli.domain.target_range import Fit, Situation, find_default, fit
from tdmcli.tables.builder import build_row, build_rows, load_toml
from tdmcli.tables.location import data_folder
from tdmcli.tables.rows import IndicationRow, Population, RangeKind, TargetRow

if TYPE_CHECKING:
    from pathlib import Path

TRANSPLANTS = ("kidney", "kidney-pancreas", "liver", "heart", "lung")
OTHERS = (
    "autoimmune-hepatitis",
    "gvhd",
    "ild",
    "inflammatory-bowel-disease",
    "lupus-nephritis",
    "membranous-nephropathy",
    "nephrotic-syndrome",
    "paediatric-srns",
    "psoriasis",
    "rheumatoid-arthritis",
    "ulcerative-colitis",
)
INDICATIONS = tuple(sorted(TRANSPLANTS + OTHERS))
WITHOUT_DEFAULT = (
    "autoimmune-hepatitis",
    "gvhd",
    "inflammatory-bowel-disease",
    "psoriasis",
    "rheumatoid-arthritis",
    "ulcerative-colitis",
)

CO_THERAPIES = {"mmf", "azathioprine", "steroids", "everolimus", "sirolimus", "none"}
INDUCTIONS = {"il2ra", "antibody", "none"}
PRODUCTS = {"astagraf-xl", "envarsus-xr", "envarsus", "advagraf", "prograf", "intravenous"}

INFUSION = "heart-eu-label-child-infusion"  # the only level of a transplant's tables that is no trough

DAY_OF = {"0": 0, "2w": 14, "3w": 21, "4w": 28, "6w": 42, "1m": 30, "2m": 60, "3m": 90, "6m": 180, "12m": 365}
WINDOW = re.compile(r"-(?P<start>\d+[wm]?)-(?P<end>\d+[wm]|on)$")
# The first day of a situation whose source starts later than the transplant.
LATE_STARTS = {"liver-droracle-825653-monotherapy": 365}

# Row id -> kind, low, high. Typed from the evidence, not from the tables.
NUMBERS: dict[str, tuple[str, str, str]] = {
    "kidney-seed-0-1m": ("target", "8", "12"),
    "kidney-seed-1-3m": ("target", "6", "9"),
    "kidney-seed-3m-on": ("target", "4", "8"),
    "kidney-iatdmct-2019-low-risk": ("target", "4", "12"),
    "kidney-iatdmct-2019-everolimus-0-2m": ("target", "4", "7"),
    "kidney-iatdmct-2019-everolimus-2m-on": ("target", "2", "4"),
    "kidney-us-label-azathioprine-0-3m": ("label_range", "7", "20"),
    "kidney-us-label-azathioprine-3-12m": ("label_range", "5", "15"),
    "kidney-us-label-mmf-0-12m": ("label_range", "4", "11"),
    "kidney-us-label-child-0-12m": ("label_range", "5", "20"),
    "kidney-us-label-envarsus-xr-de-novo-0-1m": ("label_range", "6", "11"),
    "kidney-us-label-envarsus-xr-de-novo-1m-on": ("label_range", "4", "11"),
    "kidney-us-label-envarsus-xr-converted": ("label_range", "4", "11"),
    "kidney-us-label-astagraf-xl-1-6m": ("label_range", "5", "15"),
    "kidney-us-label-astagraf-xl-6m-on": ("label_range", "5", "10"),
    "kidney-eu-label-early": ("outer", "10", "20"),
    "kidney-eu-label-maintenance": ("outer", "5", "15"),
    "kidney-eu-label-ceiling": ("outer", "0", "20"),
    "kidney-pancreas-seed-0-1m": ("target", "8", "12"),
    "kidney-pancreas-seed-1-3m": ("target", "6", "9"),
    "kidney-pancreas-seed-3m-on": ("target", "4", "8"),
    "kidney-pancreas-eu-label-ceiling": ("outer", "0", "20"),
    "liver-seed-0-1m": ("target", "6", "9"),
    "liver-seed-1-3m": ("target", "4", "8"),
    "liver-seed-3-12m": ("target", "4", "6"),
    "liver-seed-12m-on": ("target", "3", "5"),
    "liver-easl-2024-0-1m": ("target", "6", "10"),
    "liver-easl-2024-1m-on": ("target", "4", "8"),
    "liver-seed-lupus-0-1m": ("target", "6", "10"),
    "liver-seed-lupus-1m-on": ("target", "4", "8"),
    "liver-droracle-825653-renal-sparing-0-1m": ("target", "4", "7"),
    "liver-droracle-825653-renal-sparing-1m-on": ("target", "3", "5"),
    "liver-droracle-825653-monotherapy-12m-on": ("target", "4", "6"),
    "liver-us-label-steroids-0-12m": ("label_range", "5", "20"),
    "liver-us-label-child-0-12m": ("label_range", "5", "20"),
    "liver-eu-label-early": ("outer", "5", "20"),
    "liver-eu-label-maintenance": ("outer", "5", "15"),
    "liver-eu-label-ceiling": ("outer", "0", "20"),
    "heart-seed-0-3m": ("target", "9", "12"),
    "heart-seed-3-6m": ("target", "8", "9"),
    "heart-seed-6-12m": ("target", "6", "8"),
    "heart-seed-12m-on": ("target", "4", "8"),
    "heart-us-label-0-3m": ("label_range", "10", "20"),
    "heart-us-label-3m-on": ("label_range", "5", "15"),
    "heart-us-label-child-0-12m": ("label_range", "5", "20"),
    "heart-eu-label-early": ("outer", "10", "20"),
    "heart-eu-label-maintenance": ("outer", "5", "15"),
    "heart-eu-label-ceiling": ("outer", "0", "20"),
    "lung-seed-0-3m": ("target", "10", "12"),
    "lung-seed-3-12m": ("target", "8", "10"),
    "lung-seed-12m-on": ("target", "6", "8"),
    "lung-us-label-0-3m": ("label_range", "10", "15"),
    "lung-us-label-3-12m": ("label_range", "8", "12"),
    "lung-us-label-child-0-2w": ("label_range", "10", "20"),
    "lung-us-label-child-2w-12m": ("label_range", "10", "15"),
    "lung-droracle-825653-overall": ("outer", "5", "15"),
    "lung-eu-label-ceiling": ("outer", "0", "20"),
    "lupus-nephritis-seed-maintenance": ("target", "4", "6"),
    "lupus-nephritis-seed-low-dose-mean": ("observed_mean", "3", "6"),
    "lupus-nephritis-seed-japan-mean": ("observed_mean", "3.9", "3.9"),
    "lupus-nephritis-seed-case-series-mean": ("observed_mean", "3", "6.6"),
    "nephrotic-syndrome-seed-induction": ("target", "5", "10"),
    "nephrotic-syndrome-seed-maintenance": ("target", "2", "6"),
    "nephrotic-syndrome-seed-partial-responder": ("target", "5", "10"),
    "paediatric-srns-seed-lupus": ("target", "5", "7"),
    "paediatric-srns-seed-nephrotic": ("target", "5", "10"),
    "autoimmune-hepatitis-seed-mean": ("observed_mean", "6", "6"),
    "ild-seed": ("target", "5", "10"),
    "ild-seed-lupus": ("target", "5", "10"),
    "membranous-nephropathy-seed-induction": ("target", "5", "10"),
    "membranous-nephropathy-seed-maintenance": ("target", "2", "6"),
    "membranous-nephropathy-seed-partial-responder": ("target", "5", "10"),
    "membranous-nephropathy-trial-induction": ("target", "5", "10"),
    "membranous-nephropathy-trial-maintenance": ("target", "2", "5"),
    "membranous-nephropathy-droracle-455536-induction": ("target", "5", "10"),
    "membranous-nephropathy-droracle-455536-maintenance": ("target", "4", "6"),
    "membranous-nephropathy-cohort-2017": ("target", "4", "8"),
    "ulcerative-colitis-cohort-2015": ("target", "10", "15"),
    "kidney-us-label-astagraf-xl-0-1m": ("label_range", "7", "15"),
    "kidney-rotterdam-0-2w": ("target", "10", "15"),
    "kidney-rotterdam-2-4w": ("target", "8", "12"),
    "kidney-rotterdam-4w-on": ("target", "5", "10"),
    "kidney-leiden-0-6w": ("target", "10", "15"),
    "kidney-leiden-6w-on": ("target", "4", "9"),
    "kidney-dekaf-0-3m": ("target", "8", "12"),
    "kidney-dekaf-3-6m": ("target", "6", "10"),
    "kidney-oslo": ("target", "3", "7"),
    "kidney-brisbane": ("target", "7", "8"),
    "kidney-song-2019-0-3m": ("target", "5", "10"),
    "kidney-song-2019-3-12m": ("target", "4", "8"),
    "kidney-rotterdam-child-0-3w": ("target", "10", "15"),
    "kidney-rotterdam-child-3w-on": ("target", "7", "12"),
    "heart-eu-label-child-infusion": ("label_range", "15", "25"),
    "heart-droracle-427734-early": ("target", "10", "15"),
    "heart-droracle-427734-long-term": ("target", "5", "10"),
    "heart-droracle-427734-overall": ("outer", "5", "15"),
    "lung-droracle-825653-early": ("target", "10", "15"),
    "lung-droracle-825653-long-term": ("target", "5", "10"),
    "lung-droracle-672994-from-ciclosporin": ("target", "5", "15"),
    "gvhd-bbmt-2012-infusion": ("target", "10", "20"),
    "gvhd-droracle-592372": ("target", "10", "20"),
    "gvhd-bbmt-2012-grade-0-to-1-mean": ("observed_mean", "17.3", "17.3"),
    "gvhd-bbmt-2012-grade-2-to-4-mean": ("observed_mean", "15.9", "15.9"),
    "gvhd-yao-2022-cyclophosphamide-overall": ("outer", "0", "10"),
    "gvhd-droracle-592372-ceiling": ("outer", "0", "20"),
    "inflammatory-bowel-disease-clinic-page": ("target", "5", "10"),
    "inflammatory-bowel-disease-low-dose-overall": ("outer", "2", "10"),
    "rheumatoid-arthritis-low-dose-overall": ("outer", "2", "10"),
    "psoriasis-low-dose-overall": ("outer", "2", "10"),
}

# Indication, day after transplant, low and high of the seed's row: the middle and both sides of each boundary.
SEED_DEFAULTS = [
    *(("kidney", day, 8, 12) for day in (0, 10, 29)),
    *(("kidney", day, 6, 9) for day in (30, 40, 89)),
    *(("kidney", day, 4, 8) for day in (90, 120, 4000)),
    *(("kidney-pancreas", day, 8, 12) for day in (0, 10, 29)),
    *(("kidney-pancreas", day, 6, 9) for day in (30, 40, 89)),
    *(("kidney-pancreas", day, 4, 8) for day in (90, 120, 4000)),
    *(("liver", day, 6, 9) for day in (0, 10, 29)),
    *(("liver", day, 4, 8) for day in (30, 45, 89)),
    *(("liver", day, 4, 6) for day in (90, 200, 364)),
    *(("liver", day, 3, 5) for day in (365, 400, 4000)),
    *(("heart", day, 9, 12) for day in (0, 60, 89)),
    *(("heart", day, 8, 9) for day in (90, 120, 179)),
    *(("heart", day, 6, 8) for day in (180, 200, 364)),
    *(("heart", day, 4, 8) for day in (365, 400, 4000)),
    *(("lung", day, 10, 12) for day in (0, 30, 89)),
    *(("lung", day, 8, 10) for day in (90, 200, 364)),
    *(("lung", day, 6, 8) for day in (365, 400, 4000)),
]

# Situation (the id without its window), day, low and high; None where the source says nothing for that day.
OTHER_WINDOWS = [
    *(("kidney-us-label-azathioprine", day, (7, 20)) for day in (0, 89)),
    *(("kidney-us-label-azathioprine", day, (5, 15)) for day in (90, 364)),
    ("kidney-us-label-azathioprine", 365, None),
    *(("kidney-us-label-mmf", day, (4, 11)) for day in (0, 364)),
    ("kidney-us-label-mmf", 365, None),
    *(("kidney-us-label-child", day, (5, 20)) for day in (0, 364)),
    ("kidney-us-label-child", 365, None),
    *(("kidney-us-label-envarsus-xr-de-novo", day, (6, 11)) for day in (0, 29)),
    *(("kidney-us-label-envarsus-xr-de-novo", day, (4, 11)) for day in (30, 4000)),
    *(("kidney-us-label-astagraf-xl", day, (7, 15)) for day in (0, 29)),
    *(("kidney-us-label-astagraf-xl", day, (5, 15)) for day in (30, 179)),
    *(("kidney-us-label-astagraf-xl", day, (5, 10)) for day in (180, 4000)),
    *(("kidney-rotterdam", day, (10, 15)) for day in (0, 13)),
    *(("kidney-rotterdam", day, (8, 12)) for day in (14, 27)),
    *(("kidney-rotterdam", day, (5, 10)) for day in (28, 4000)),
    *(("kidney-leiden", day, (10, 15)) for day in (0, 41)),
    *(("kidney-leiden", day, (4, 9)) for day in (42, 4000)),
    *(("kidney-dekaf", day, (8, 12)) for day in (0, 89)),
    *(("kidney-dekaf", day, (6, 10)) for day in (90, 179)),
    ("kidney-dekaf", 180, None),
    *(("kidney-song-2019", day, (5, 10)) for day in (0, 89)),
    *(("kidney-song-2019", day, (4, 8)) for day in (90, 364)),
    ("kidney-song-2019", 365, None),
    *(("kidney-rotterdam-child", day, (10, 15)) for day in (0, 20)),
    *(("kidney-rotterdam-child", day, (7, 12)) for day in (21, 4000)),
    *(("kidney-iatdmct-2019-everolimus", day, (4, 7)) for day in (0, 59)),
    *(("kidney-iatdmct-2019-everolimus", day, (2, 4)) for day in (60, 4000)),
    *(("liver-us-label-steroids", day, (5, 20)) for day in (0, 364)),
    ("liver-us-label-steroids", 365, None),
    *(("liver-us-label-child", day, (5, 20)) for day in (0, 364)),
    ("liver-us-label-child", 365, None),
    *(("liver-easl-2024", day, (6, 10)) for day in (0, 29)),
    *(("liver-easl-2024", day, (4, 8)) for day in (30, 4000)),
    *(("liver-seed-lupus", day, (6, 10)) for day in (0, 29)),
    *(("liver-seed-lupus", day, (4, 8)) for day in (30, 4000)),
    *(("liver-droracle-825653-renal-sparing", day, (4, 7)) for day in (0, 29)),
    *(("liver-droracle-825653-renal-sparing", day, (3, 5)) for day in (30, 4000)),
    ("liver-droracle-825653-monotherapy", 364, None),
    *(("liver-droracle-825653-monotherapy", day, (4, 6)) for day in (365, 4000)),
    *(("heart-us-label", day, (10, 20)) for day in (0, 89)),
    *(("heart-us-label", day, (5, 15)) for day in (90, 4000)),
    *(("heart-us-label-child", day, (5, 20)) for day in (0, 364)),
    ("heart-us-label-child", 365, None),
    *(("lung-us-label", day, (10, 15)) for day in (0, 89)),
    *(("lung-us-label", day, (8, 12)) for day in (90, 364)),
    ("lung-us-label", 365, None),
    *(("lung-us-label-child", day, (10, 20)) for day in (0, 13)),
    *(("lung-us-label-child", day, (10, 15)) for day in (14, 364)),
    ("lung-us-label-child", 365, None),
]

# Indication, phase, low and high of the default where there is no transplant.
PHASE_DEFAULTS = [
    ("lupus-nephritis", "maintenance", 4, 6),
    ("paediatric-srns", None, 5, 7),
    ("ild", None, 5, 10),
    ("nephrotic-syndrome", "induction", 5, 10),
    ("nephrotic-syndrome", "maintenance", 2, 6),
    ("nephrotic-syndrome", "partial-responder", 5, 10),
    ("membranous-nephropathy", "induction", 5, 10),
    ("membranous-nephropathy", "maintenance", 2, 6),
    ("membranous-nephropathy", "partial-responder", 5, 10),
]


def _path(stem: str) -> Path:
    return data_folder() / "targets" / f"{stem}.toml"


@cache
def _indication(stem: str) -> IndicationRow:
    return build_row(IndicationRow, load_toml(_path(stem))["indication"], f"{stem}.toml [indication]")


@cache
def _rows(stem: str) -> tuple[TargetRow, ...]:
    return build_rows(TargetRow, load_toml(_path(stem))["target"], f"{stem}.toml")


def _all_rows() -> list[TargetRow]:
    return [row for stem in INDICATIONS for row in _rows(stem)]


def _start(row: TargetRow) -> int:
    return 0 if row.from_day is None else row.from_day


def _covers(row: TargetRow, day: int) -> bool:
    return _start(row) <= day and (row.to_day is None or day < row.to_day)


def _situations() -> dict[str, list[TargetRow]]:
    found: dict[str, list[TargetRow]] = {}
    for row in _all_rows():
        found.setdefault(WINDOW.sub("", row.id), []).append(row)
    return found


def _words(name: str) -> str:
    return re.sub(r"[\s/_-]+", " ", name)


def test_the_files_are_the_known_indications() -> None:
    """No table of targets appears or vanishes unnoticed."""
    assert tuple(sorted(path.stem for path in (data_folder() / "targets").iterdir())) == INDICATIONS


@pytest.mark.parametrize("stem", INDICATIONS)
def test_file_holds_one_indication_and_its_rows(stem: str) -> None:
    """Each file loads strictly, is named after its indication and holds nothing else."""
    assert set(load_toml(_path(stem))) == {"indication", "target"}
    assert _indication(stem).id == stem
    assert _indication(stem).transplant is (stem in TRANSPLANTS)
    assert _rows(stem)


def test_row_ids_are_unique_and_begin_with_their_indication() -> None:
    """An id names one row in all files, in kebab case, and says which indication it is of."""
    ids = [row.id for row in _all_rows()]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row_id) for row_id in ids)
    assert all(row.id.startswith(f"{stem}-") or row.id == stem for stem in INDICATIONS for row in _rows(stem))


def test_names_of_indications_are_unique() -> None:
    """No id or alias leads to two indications, and aliases are lower-case."""
    owner: dict[str, str] = {}
    for stem in INDICATIONS:
        aliases = _indication(stem).aliases
        assert len(aliases) == len(set(aliases))
        for name in (stem, *aliases):
            assert name == name.lower().strip()
            assert owner.setdefault(_words(name), stem) == stem


def test_every_source_is_known() -> None:
    """Each row's source stands in sources.toml, and the locator says where in it."""
    known = set(load_toml(data_folder() / "sources.toml")["source"])
    assert sorted({row.source for row in _all_rows()} - known) == []
    assert all(row.locator.strip() for row in _all_rows())


def test_every_row_has_the_numbers_of_its_source() -> None:
    """All rows, and only these, ship, each with the kind, low and high that were typed from the evidence."""
    found = {row.id: (str(row.kind), row.low_ng_ml, row.high_ng_ml) for row in _all_rows()}
    assert found == {row_id: (kind, Decimal(low), Decimal(high)) for row_id, (kind, low, high) in NUMBERS.items()}


@pytest.mark.parametrize(("stem", "day", "low", "high"), SEED_DEFAULTS)
def test_seed_row_is_the_default_of_its_day(stem: str, day: int, low: int, high: int) -> None:
    """The default after a transplant is the seed's range, on both sides of each boundary."""
    (row,) = [row for row in _rows(stem) if row.default and _covers(row, day)]
    assert (row.low_ng_ml, row.high_ng_ml, row.source) == (Decimal(low), Decimal(high), "seed-smolecule")
    assert row.population is Population.ADULT


@pytest.mark.parametrize(("situation", "day", "expected"), OTHER_WINDOWS)
def test_label_and_guideline_windows(situation: str, day: int, expected: tuple[int, int] | None) -> None:
    """A label's or guideline's range stands on the days its source gives, and on no other."""
    rows = [row for row in _situations()[situation] if _covers(row, day)]
    numbers = [] if expected is None else [(Decimal(expected[0]), Decimal(expected[1]))]
    assert [(row.low_ng_ml, row.high_ng_ml) for row in rows] == numbers
    assert not any(row.default for row in rows)


@pytest.mark.parametrize(("stem", "phase", "low", "high"), PHASE_DEFAULTS)
def test_default_of_a_phase(stem: str, phase: str | None, low: int, high: int) -> None:
    """Where there is no transplant, each phase has one default, the seed's, with no window in days."""
    (row,) = [row for row in _rows(stem) if row.default and row.phase == phase]
    assert (row.low_ng_ml, row.high_ng_ml) == (Decimal(low), Decimal(high))
    assert row.source.startswith("seed-")
    assert (row.from_day, row.to_day) == (None, None)


@pytest.mark.parametrize("stem", TRANSPLANTS)
def test_exactly_one_default_a_day(stem: str) -> None:
    """From the day of the transplant to beyond ten years exactly one row is the default."""
    rows = [row for row in _rows(stem) if row.default]
    assert all(sum(_covers(row, day) for row in rows) == 1 for day in range(4001))


@pytest.mark.parametrize("stem", OTHERS)
def test_defaults_without_a_transplant(stem: str) -> None:
    """One default a phase where phases decide, else one in all, and none where no seed gives a target."""
    phases = [row.phase for row in _rows(stem) if row.default]
    if stem in WITHOUT_DEFAULT:
        assert phases == []
    elif _indication(stem).phase_decides:
        assert tuple(phases) == _indication(stem).phases
    else:
        assert len(phases) == 1


def test_situations_have_neither_gap_nor_overlap() -> None:
    """Within one source's situation the windows follow each other, from day 0 or the named late start."""
    situations = _situations()
    assert set(LATE_STARTS) <= set(situations)
    for situation, rows in situations.items():
        ordered = sorted(rows, key=_start)
        assert _start(ordered[0]) == LATE_STARTS.get(situation, 0), situation
        assert all(one.to_day == other.from_day for one, other in pairwise(ordered)), situation
        assert len({(row.source, row.kind, row.population, row.co_therapy, row.products) for row in rows}) == 1, (
            situation
        )


def test_rows_that_mean_the_same_never_overlap() -> None:
    """Two rows of one source for the same people and regimen never hold on the same day."""
    for stem in INDICATIONS:
        for one, other in combinations(_rows(stem), 2):
            if _situation_key(one) == _situation_key(other):
                first, second = sorted((one, other), key=_start)
                assert first.to_day is not None, (one.id, other.id)
                assert first.to_day <= _start(second), (one.id, other.id)


def _situation_key(row: TargetRow) -> tuple[object, ...]:
    who = (row.source, row.kind, row.population, row.phase)
    return (*who, row.co_therapy, row.not_with, row.induction, row.products, row.condition)


def test_window_in_the_id_is_the_window_of_the_row() -> None:
    """`-3-12m` in an id means days 90 to 365; an id without a window has none in the row."""
    for row in _all_rows():
        match = WINDOW.search(row.id)
        if match is None:
            assert (row.from_day, row.to_day) == (None, None), row.id
            continue
        start, end = match["start"], match["end"]
        if start.isdigit() and start != "0":
            start += end[-1]
        assert row.from_day == DAY_OF[start], row.id
        assert row.to_day == (None if end == "on" else DAY_OF[end]), row.id


def test_words_that_select_a_row_are_known() -> None:
    """Co-therapies, inductions, products and phases come from closed lists."""
    for stem in INDICATIONS:
        for row in _rows(stem):
            assert set(row.co_therapy) | set(row.not_with) <= CO_THERAPIES, row.id
            assert set(row.induction) <= INDUCTIONS, row.id
            assert set(row.products) <= PRODUCTS, row.id
            assert row.phase is None or row.phase in _indication(stem).phases, row.id
            assert not set(row.co_therapy) & set(row.not_with), row.id


def test_only_if_stated_rows_say_their_condition() -> None:
    """A row that waits for its condition names it, for the program and for the reader, and is never the default."""
    rows = [row for row in _all_rows() if row.only_if_stated]
    assert rows
    assert all(row.condition and (row.co_therapy or row.induction) and not row.default for row in rows)


BESIDE = {
    *("kidney-rotterdam-0-2w", "kidney-rotterdam-2-4w", "kidney-rotterdam-4w-on", "kidney-leiden-0-6w"),
    *("kidney-leiden-6w-on", "kidney-dekaf-0-3m", "kidney-dekaf-3-6m", "kidney-oslo", "kidney-brisbane"),
    *("kidney-song-2019-0-3m", "kidney-song-2019-3-12m", "kidney-rotterdam-child-0-3w", "kidney-rotterdam-child-3w-on"),
    "kidney-us-label-astagraf-xl-0-1m",
    *(INFUSION, "heart-droracle-427734-early", "heart-droracle-427734-long-term", "heart-droracle-427734-overall"),
    *("lung-droracle-825653-early", "lung-droracle-825653-long-term", "lung-droracle-672994-from-ciclosporin"),
}


def test_rows_that_stand_beside_are_the_known_ones() -> None:
    """Centres' own practice and the like stand beside, name whose or when, and no seed's or consensus' row does."""
    assert {row.id for row in _all_rows() if row.beside} == BESIDE
    assert all(row.condition for row in _all_rows() if row.beside)


@pytest.mark.parametrize("stem", TRANSPLANTS)
@pytest.mark.parametrize("population", [None, *Population])
def test_rows_that_stand_beside_change_no_default(stem: str, population: Population | None) -> None:
    """With and without the rows that stand beside, the default is the same on every day, for adults and children."""
    rows = _rows(stem)
    without = tuple(row for row in rows if not row.beside)
    for day in range(400):
        situation = Situation(day=day, population=population)
        assert find_default(rows, situation) == find_default(without, situation)


def test_a_row_that_stands_beside_applies_once_its_source_is_named() -> None:
    """Unasked such a row waits; with its source named it fits like any other, its own conditions still heeded."""
    (row,) = [row for row in _rows("kidney") if row.id == "kidney-rotterdam-4w-on"]
    assert fit(row, Situation(day=40)) is Fit.NEEDS_STATING
    assert fit(row, Situation(day=40, source_named=True)) is Fit.MATCHES
    assert fit(row, Situation(day=20, source_named=True)) is Fit.OTHER_TIME
    child = Situation(day=40, population=Population.CHILD, source_named=True)
    assert fit(row, child) is Fit.CONTRADICTED


def test_every_row_of_a_label_names_its_dossier_row() -> None:
    """Above each row stands the row of the evidence dossier that it was made from, and of labels each is used."""
    for stem in INDICATIONS:
        text = _path(stem).read_text(encoding="utf-8")
        for row in _rows(stem):
            (comment,) = re.findall(rf"# (.*)\n\[\[target\]\]\nid = \"{row.id}\"", text)
            start = "labels.md " if row.source.startswith("label-") else "literature.md "
            assert comment.startswith(start), row.id
    everything = "".join(_path(stem).read_text(encoding="utf-8") for stem in INDICATIONS)
    named = {int(number) for number in re.findall(r"labels\.md (\d{4})", everything)}
    assert named == set(range(1001, 1027)) - {1017, 1018}


def test_everolimus_takes_the_seeds_kidney_rows_away() -> None:
    """With everolimus the general kidney rows do not stand; the consensus' own rows do."""
    for stem in ("kidney", "kidney-pancreas"):
        assert all(row.not_with == ("everolimus",) for row in _rows(stem) if row.default)
    rows = [row for row in _rows("kidney") if "everolimus" in row.co_therapy]
    assert {row.source for row in rows} == {"iatdmct-2019"}
    assert all(row.only_if_stated for row in rows)


def test_childrens_rows_are_apart() -> None:
    """Rows of a paediatric table say so, and a child is never given an adult's default after a transplant."""
    assert all(
        (row.population is Population.CHILD) == ("-child-" in row.id) for stem in TRANSPLANTS for row in _rows(stem)
    )
    assert _indication("paediatric-srns").population is Population.CHILD
    assert all(row.population is not Population.CHILD for stem in TRANSPLANTS for row in _rows(stem) if row.default)


def test_once_daily_rows_name_their_product() -> None:
    """A once-daily label's range is bound to its product, so it never answers for another."""
    for row in _all_rows():
        product = {"label-us-envarsus": ("envarsus-xr",), "label-us-astagraf": ("astagraf-xl",)}.get(row.source, ())
        assert row.products == (("intravenous",) if row.id in {INFUSION, "gvhd-bbmt-2012-infusion"} else product), (
            row.id
        )


def test_means_and_outer_ranges_are_no_targets() -> None:
    """The traps: a study's mean and 5-15 or a ceiling are marked as such, and the ng/dL slip is mended."""
    rows = {row.id: row for row in _all_rows()}
    not_aimed_at = {RangeKind.OBSERVED_MEAN, RangeKind.OUTER}
    assert all(
        (row.kind in not_aimed_at)
        == row.id.endswith(("-mean", "-ceiling", "-overall", "-eu-label-early", "-eu-label-maintenance"))
        for row in rows.values()
    )
    assert "ng/dL" in (rows["lupus-nephritis-seed-case-series-mean"].note or "")
    assert all(Decimal(2) <= row.low_ng_ml for row in rows.values() if row.kind not in not_aimed_at)
    assert all(row.high_ng_ml <= Decimal(20) for row in rows.values() if row.id != INFUSION)


def test_peculiar_rows_carry_their_note() -> None:
    """What a source leaves open or does oddly is said where the number stands."""
    notes = {row.id: row.note or "" for row in _all_rows()}
    assert "1 ng/mL" in notes["heart-seed-3-6m"]
    assert "widens" in notes["heart-seed-12m-on"]
    assert all("day 90" in notes[row_id] for row_id in ("lung-seed-0-3m", "lung-seed-3-12m"))
    assert "3 to 12" in notes["liver-seed-3-12m"]
    conditions = {row.id: row.condition or "" for row in _all_rows()}
    assert "above 7" in conditions["kidney-iatdmct-2019-low-risk"]
    assert all("[policy]" in (row.note or "") for stem in TRANSPLANTS for row in _rows(stem) if row.default)


@pytest.mark.parametrize("stem", INDICATIONS)
def test_prose_is_plain_ascii(stem: str) -> None:
    """Nothing in a table can be taken for markup or fail to print."""
    text = _path(stem).read_text(encoding="utf-8")
    assert text.isascii()
    assert not set("<>") & set(text)
