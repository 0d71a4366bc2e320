"""The troughs that published fold changes predict: in order, of exposure alone, never a product of two."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdmcli.domain.prediction_by_fold import AREAS, LEVELS, NOT_OF_EXPOSURE, predict_trough, predict_troughs
from tdmcli.tables.interaction_rows import MagnitudeRow
from tdmcli.tables.readers import read_interactions

LEVEL = st.decimals("0.5", "60", places=1)
FOLD = st.decimals("0.03", "70", places=2)
OF_EXPOSURE = st.sampled_from(sorted(AREAS | LEVELS))
ANY = st.sampled_from(sorted(AREAS | LEVELS | NOT_OF_EXPOSURE))


def size(low: Decimal, high: Decimal, measure: str = "trough", *, on_top_of: str | None = None) -> MagnitudeRow:
    """Return a published size."""
    return MagnitudeRow(measure, low, high, "c", "p", "s", "l", on_top_of=on_top_of)


@given(LEVEL, FOLD, FOLD, OF_EXPOSURE)
def test_a_larger_fold_never_predicts_a_lower_level(level: Decimal, one: Decimal, other: Decimal, measure: str) -> None:
    """Of two folds of exposure the larger one predicts the higher trough, or the same where they are equal."""
    small, large = sorted((one, other))
    low, high = (predict_trough(level, size(fold, fold, measure)) for fold in (small, large))
    assert low is not None
    assert high is not None
    assert (low.low_ng_ml < high.low_ng_ml) == (small < large)
    assert low.high_ng_ml <= high.high_ng_ml


@given(LEVEL, st.lists(st.tuples(FOLD, FOLD, ANY), max_size=6))
def test_a_drug_spans_its_own_folds_and_no_more(level: Decimal, folds: list[tuple[Decimal, Decimal, str]]) -> None:
    """The summary is the lowest to the highest of the single predictions: folds are never multiplied or averaged."""
    rows = [size(min(one, other), max(one, other), measure) for one, other, measure in folds]
    usable = [row for row in rows if row.measure not in NOT_OF_EXPOSURE]
    found = predict_troughs(level, rows)
    if not usable:
        assert found is None
        return
    assert found is not None
    assert found.low_ng_ml == level * min(row.low for row in usable)
    assert found.high_ng_ml == level * max(row.high for row in usable)


@given(LEVEL, st.lists(st.tuples(FOLD, OF_EXPOSURE), min_size=1, max_size=5), FOLD)
def test_one_more_study_never_narrows_the_range(
    level: Decimal, folds: list[tuple[Decimal, str]], more: Decimal
) -> None:
    """A further published fold widens the range or leaves it."""
    rows = [size(fold, fold, measure) for fold, measure in folds]
    before, after = predict_troughs(level, rows), predict_troughs(level, [*rows, size(more, more)])
    assert before is not None
    assert after is not None
    assert after.low_ng_ml <= before.low_ng_ml <= before.high_ng_ml <= after.high_ng_ml


@pytest.mark.parametrize("measure", [*sorted(NOT_OF_EXPOSURE), "half-life", "volume"])
def test_no_other_measure_predicts(measure: str) -> None:
    """A peak, a clearance, a dose, or a measure that nobody listed predicts nothing."""
    assert predict_trough(Decimal(8), size(Decimal(3), Decimal(3), measure)) is None


def test_a_size_on_top_of_another_drug_predicts_nothing() -> None:
    """A fold that counts from a level with an inhibitor does not count from one without."""
    assert predict_trough(Decimal(8), size(Decimal(2), Decimal(2), on_top_of="fluconazole")) is None


def test_every_measure_of_the_tables_is_sorted() -> None:
    """Each measure in the tables is of a level, of an area or of neither, and none is in two of the lists."""
    used = {size.measure for row in read_interactions() for size in row.magnitudes}
    assert used == AREAS | LEVELS | NOT_OF_EXPOSURE
    assert not AREAS & LEVELS
    assert not (AREAS | LEVELS) & NOT_OF_EXPOSURE


def test_folds_of_exposure_go_the_way_of_their_drug() -> None:
    """Predicted from the tables, a drug that raises predicts no fall, but where a study found none."""
    disagreeing = {("early-2016", "metronidazole"), ("nishimoto-2017", "caspofungin")}
    for row in read_interactions():
        for one in row.magnitudes:
            found = predict_trough(Decimal(10), one)
            if found is None or (one.source, row.id) in disagreeing:
                continue
            up = (row.direction or row.effect) == "raises"
            assert found.low_ng_ml > 10 if up else found.high_ng_ml < 10, (row.id, one.measure)


def test_sizes_above_their_number_are_open() -> None:
    """More than tenfold, or 2.3-fold or more: the upper end is said to be open, and nowhere else."""
    open_ = {(row.id, str(one.high)) for row in read_interactions() for one in row.magnitudes if one.open_ended}
    assert open_ == {
        ("nirmatrelvir-ritonavir", "10"),
        ("clarithromycin", "10"),
        ("erythromycin", "10"),
        ("amlodipine", "2.3"),
    }
    for row in read_interactions():
        for one in row.magnitudes:
            assert bool(one.open_ended) == any(word in one.condition for word in ("more than ten", "or more"))
            assert (one.on_top_of is not None) == ("on top of" in one.condition)
