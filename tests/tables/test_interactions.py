"""The interaction tables against their rules, and their numbers against the evidence that they came from."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from itertools import chain

import pytest

from tdmcli.domain.interaction import direction_of
from tdmcli.errors import BadFile
from tdmcli.tables.builder import build_row, build_rows, load_toml
from tdmcli.tables.interaction_rows import AdviceRow, Direction, Effect, InteractionRow, MagnitudeRow
from tdmcli.tables.location import data_folder
from tdmcli.tables.rows import HowRead, SourceKind, SourceRow

FILES = sorted((data_folder() / "interactions").glob("*.toml"))
STRONG_INHIBITORS = (
    "voriconazole",
    "posaconazole",
    "itraconazole",
    "ketoconazole",
    "clarithromycin",
    "ritonavir",
    "telaprevir",
    "boceprevir",
)
MODERATE_INHIBITORS = ("fluconazole", "erythromycin", "diltiazem", "verapamil", "amiodarone")
STRONG_INDUCERS = ("rifampin", "rifabutin", "phenytoin", "carbamazepine", "phenobarbital", "st john's wort")
EU_IN_VITRO = (
    "bromocriptine",
    "cortisone",
    "dapsone",
    "ergotamine",
    "gestodene",
    "lidocaine",
    "mephenytoin",
    "miconazole",
    "midazolam",
    "nilvadipine",
    "norethisterone",
    "quinidine",
    "tamoxifen",
    "troleandomycin",
)
EU_STRONG = (
    "ketoconazole",
    "fluconazole",
    "itraconazole",
    "voriconazole",
    "isavuconazole",
    "erythromycin",
    "ritonavir",
    "nelfinavir",
    "saquinavir",
    "telaprevir",
    "boceprevir",
    "ombitasvir/paritaprevir/ritonavir",
    "letermovir",
    "cobicistat",
    "nilotinib",
    "imatinib",
)
EU_LISTED = (
    "clotrimazole",
    "clarithromycin",
    "josamycin",
    "nifedipine",
    "nicardipine",
    "diltiazem",
    "verapamil",
    "danazol",
    "ethinylestradiol",
    "omeprazole",
    "lansoprazole",
    "nefazodone",
    "ciclosporin",
    "grapefruit",
)

# drug, measure, source, low, high: as labels.md and literature.md have them
PUBLISHED = [
    ("voriconazole", "AUC", "drugs-com-azoles", "3.2", "3.2"),
    ("voriconazole", "Cmax", "drugs-com-azoles", "2.2", "2.2"),
    ("voriconazole", "AUC", "vfend-label", "3", "3"),
    ("voriconazole", "dose needed without / with", "kramer-2011", "2.77", "2.77"),
    ("posaconazole", "AUC", "noxafil-label", "4.58", "4.58"),
    ("posaconazole", "Cmax", "noxafil-label", "2.21", "2.21"),
    ("itraconazole", "dose needed without / with", "kramer-2011", "1.76", "1.76"),
    ("ketoconazole", "AUC", "drugs-com-azoles", "2.9", "2.9"),
    ("isavuconazole", "AUC", "townsend-isavuconazole", "2.25", "2.25"),
    ("caspofungin", "C12", "cancidas-label", "0.74", "0.74"),
    ("nifedipine", "C0/D", "hellopharmacist-nifedipine", "1.73", "1.73"),
    ("amlodipine", "AUC", "drugs-com-amlodipine", "2.3", "2.3"),
    ("nirmatrelvir/ritonavir", "oral bioavailability", "nirmatrelvir-model-2023", "18.7", "18.7"),
    ("nirmatrelvir/ritonavir", "trough", "naganawa-2024", "10", "10"),
    ("nirmatrelvir/ritonavir", "mean level", "michigan-nirmatrelvir", "1.6", "1.8"),
    ("lopinavir/ritonavir", "AUC", "jain-2003", "9.7", "9.7"),
    ("darunavir/ritonavir", "AUC/dose", "erba-2023", "33", "33"),
    ("darunavir/cobicistat", "AUC/dose", "erba-2023", "17", "22"),
    ("nelfinavir", "dose needed without / with", "label-us-2013", "16", "16"),
    ("telaprevir", "AUC", "label-us-2013", "70", "70"),
    ("telaprevir", "Cmax", "label-us-2013", "9.3", "9.3"),
    ("boceprevir", "AUC", "label-us-2013", "17", "17"),
    ("boceprevir", "Cmax", "label-us-2013", "9.9", "9.9"),
    ("viekira", "AUC", "daa-review-2019", "57", "57"),
    ("zepatier", "AUC", "drugs-com-elbasvir", "1.43", "1.43"),
    ("zepatier", "C24", "drugs-com-elbasvir", "1.7", "1.7"),
    ("zepatier", "Cmax", "drugs-com-elbasvir", "0.6", "0.6"),
    ("maviret", "AUC", "daa-review-2019", "1.45", "1.45"),
    ("letermovir", "AUC", "kropeit-2017", "1.78", "1.78"),
    ("letermovir", "Cmax", "kropeit-2017", "1.7", "1.7"),
    ("maribavir", "AUC", "pescovitz-2009", "1.51", "1.51"),
    ("maribavir", "C12", "pescovitz-2009", "1.57", "1.57"),
    ("cannabidiol", "AUC", "cannabidiol-phase-1", "3.1", "3.1"),
    ("cannabidiol", "Cmax", "cannabidiol-phase-1", "4.2", "4.2"),
    ("rifampicin", "AUC (oral)", "hebert-1999", "0.33", "0.33"),
    ("st johns wort", "AUC", "hebert-2004", "0.65", "0.65"),
    ("st johns wort", "AUC/dose", "mai-2003", "0.42", "0.42"),
    ("omeprazole", "AUC0-6", "miedziaszczyk-2024", "1.16", "1.16"),
    ("metronidazole", "dose-normalised level", "early-2016", "0.96", "0.96"),
    ("schisandra", "AUC/dose", "zhou-2026", "1.37", "1.37"),
    ("antacid", "AUC", "label-us-2013", "1.21", "1.21"),
    ("antacid", "Cmax", "label-us-2013", "0.9", "0.9"),
    ("antacid", "Cmax", "drugs-com-antacid", "1.1", "1.1"),
    ("voriconazole", "Cmax", "vfend-label", "2", "2"),
    ("voriconazole", "C/D", "kawazoe-2006", "4.5", "4.5"),
    ("voriconazole", "C/D", "guarascio-2013", "2", "2"),
    ("clarithromycin", "level", "drugs-com-macrolides", "10", "10"),
    ("erythromycin", "level", "drugs-com-macrolides", "10", "10"),
    ("verapamil", "level", "empathia-verapamil", "2", "3"),
    ("ensitrelvir", "trough", "naganawa-2024", "3", "3"),
    ("nirmatrelvir/ritonavir", "clearance", "nirmatrelvir-model-2023", "0.35", "0.35"),
    ("maribavir", "Cmax", "pescovitz-2009", "1.38", "1.38"),
    ("cannabidiol", "AUC", "cannabidiol-ascpt-2024", "3.2", "3.2"),
    ("cannabidiol", "Cmax", "cannabidiol-ascpt-2024", "4.5", "4.5"),
    ("cannabidiol", "dose-normalised level", "leino-2019", "3", "3"),
    ("schisandra", "apparent clearance", "zhou-2026", "0.731", "0.731"),
    ("schisandra", "apparent clearance", "xiang-2025", "0.81", "0.81"),
    ("calcium channel blocker", "apparent clearance", "passey-2011", "0.94", "0.94"),
    ("lansoprazole", "AUC0-8", "itagaki-2004", "1.48", "1.48"),
]
# drug, measure, source, and the published change in per cent
PERCENT = [
    ("ketoconazole", "apparent clearance", "drugs-com-azoles", "-66"),
    ("isavuconazole", "AUC", "townsend-isavuconazole", "125"),
    ("viekira", "AUC", "dmd-daa-table", "5613"),
    ("zepatier", "AUC", "daa-review-2019", "43"),
    ("maviret", "AUC", "dmd-daa-table", "45"),
    ("rifampicin", "clearance", "hebert-1999", "47"),
    ("st johns wort", "apparent clearance", "hebert-2004", "68"),
    ("caspofungin", "C12", "cancidas-label", "-26"),
    ("antacid", "AUC", "label-us-2013", "21"),
    ("antacid", "Cmax", "label-us-2013", "-10"),
    ("antacid", "Cmax", "drugs-com-antacid", "10"),
    ("metronidazole", "trough", "droracle-metronidazole", "52"),
]
# drug, measure, source, and the two published figures whose ratio the fold change is
DERIVED = [
    ("voriconazole", "dose needed without / with", "kramer-2011", "4.85", "1.75"),
    ("itraconazole", "dose needed without / with", "kramer-2011", "5.74", "3.26"),
    ("fluconazole", "dose needed without / with", "drugs-com-azoles", "100", "44"),
    ("ketoconazole", "AUC", "drugs-com-azoles", "100", "34"),
    ("nifedipine", "C0/D", "hellopharmacist-nifedipine", "2.6", "1.5"),
    ("lopinavir/ritonavir", "AUC", "jain-2003", "301", "31"),
    ("nirmatrelvir/ritonavir", "trough", "nirmatrelvir-model-2023", "96.4", "4.2"),
    ("grapefruit", "trough", "fukatsu-2006", "47.4", "4.7"),
    ("diltiazem", "trough", "diltiazem-case", "55", "12.9"),
    ("st johns wort", "AUC", "hebert-2004", "198.7", "306.9"),
    ("st johns wort", "AUC/dose", "mai-2003", "75.9", "180"),
    ("st johns wort", "dose needed without / with", "mai-2003", "4.5", "8"),
    ("omeprazole", "AUC0-6", "miedziaszczyk-2024", "63.07", "54.23"),
    ("omeprazole", "level", "omeprazole-year", "9.2", "7.27"),
    ("schisandra", "AUC/dose", "zhou-2026", "1", "0.731"),
    ("schisandra", "AUC/dose", "xiang-2025", "1", "0.81"),
    ("calcium channel blocker", "AUC/dose", "passey-2011", "1", "0.94"),
    ("caspofungin", "C/D", "nishimoto-2017", "672.4", "575.6"),
    ("ketoconazole", "oral bioavailability", "drugs-com-azoles", "30", "14"),
    ("darunavir/ritonavir", "apparent clearance", "erba-2023", "0.2", "6.7"),
    ("rifampicin", "oral bioavailability", "hebert-1999", "7", "14.4"),
    ("rifampicin", "oral bioavailability", "label-us-2013", "7", "14"),
    ("rifampicin", "clearance", "label-us-2013", "0.053", "0.036"),
]


@cache
def _rows() -> tuple[InteractionRow, ...]:
    """Return every row of every file."""
    tables = ((path, load_toml(path)) for path in FILES)
    return tuple(
        chain.from_iterable(build_rows(InteractionRow, table["interaction"], path.name) for path, table in tables)
    )


@cache
def _sources() -> dict[str, SourceRow]:
    """Return every source by its id."""
    tables = load_toml(data_folder() / "sources.toml")["source"]
    return {key: build_row(SourceRow, {"id": key, **table}, f"sources.toml {key}") for key, table in tables.items()}


def _find(name: str) -> InteractionRow:
    """Return the one row that a name belongs to."""
    (row,) = [row for row in _rows() if name in row.names]
    return row


def _advice(row: InteractionRow) -> tuple[AdviceRow, ...]:
    """Return all advice of a row."""
    return (*row.start, *row.stop, *row.organ_advice)


def _strength(row: InteractionRow, view: str) -> set[str]:
    """Return what one view calls a row."""
    return {strength.value for strength in row.strengths if strength.view == view}


def _cited(row: InteractionRow) -> set[str]:
    """Return the ids of all sources of a row."""
    return _cited_for_numbers(row) | {advice.source for advice in _advice(row)}


def _cited_for_numbers(row: InteractionRow) -> set[str]:
    """Return the ids of the sources of strengths, magnitudes, factor, first level and fading time."""
    single = (row.dose_factor, row.first_level, row.fading)
    cited = {part.source for part in single if part is not None}
    cited |= {strength.source for strength in row.strengths}
    return cited | {item.source for item in row.magnitudes}


def _texts(row: InteractionRow) -> list[str]:
    """Return every text of a row that an answer may show."""
    texts = [advice.text for advice in _advice(row)]
    texts += [text for item in row.magnitudes for text in (item.measure, item.condition, item.population)]
    texts += [strength.locator for strength in row.strengths]
    texts += [item.locator for item in row.magnitudes]
    texts += [advice.locator for advice in _advice(row)]
    texts += [row.group, row.mechanism, *([row.note] if row.note else [])]
    if row.dose_factor is not None and row.dose_factor.note is not None:
        texts.append(row.dose_factor.note)
    return texts


def _magnitude(name: str, measure: str, source: str) -> list[MagnitudeRow]:
    """Return the magnitudes of one drug, measure and source."""
    return [item for item in _find(name).magnitudes if (item.measure, item.source) == (measure, source)]


def test_files_load() -> None:
    """Every file is a list of rows and nothing else, and the strict builder takes each."""
    assert FILES
    for path in FILES:
        assert set(load_toml(path)) == {"interaction"}
    assert len(_rows()) > 70


def test_ids_unique() -> None:
    """No id stands twice over all files, and each is kebab-case."""
    ids = [row.id for row in _rows()]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row_id) for row_id in ids)


def test_names_unique_and_lower_case() -> None:
    """No name belongs to two rows or stands twice, and all are lower case without stray spaces."""
    names = [name for row in _rows() for name in row.names]
    assert sorted(names) == sorted(set(names))
    assert all(name == name.lower().strip() and "  " not in name for name in names)


def test_sources_exist() -> None:
    """Every source that a row cites is in sources.toml."""
    for row in _rows():
        assert _cited(row) <= set(_sources()), row.id


def test_every_row_rests_on_more_than_policy() -> None:
    """No row stands on the project's own policy alone."""
    for row in _rows():
        assert _cited(row) - {"policy"}, row.id


def test_no_number_from_policy() -> None:
    """Strengths, magnitudes, factors and first levels never cite policy; one fading time does, and says so."""
    assert [row.id for row in _rows() if "policy" in _cited_for_numbers(row)] == ["amiodarone"]


def test_no_label_claims_to_be_read() -> None:
    """No label is given as read itself: only copies and quotations of labels were seen."""
    labels = [source for source in _sources().values() if source.kind is SourceKind.LABEL]
    assert labels
    assert all(source.read in {HowRead.COPY, HowRead.SECONDARY} for source in labels)


def test_factor_only_for_voriconazole_and_posaconazole() -> None:
    """Only these two carry a dose factor, one third, each from its own source."""
    factors = {row.id: row.dose_factor for row in _rows() if row.dose_factor is not None}
    assert {key: (item.multiply, item.divide, item.source) for key, item in factors.items()} == {
        "voriconazole": (1, 3, "label-us-prograf-quoted"),
        "posaconazole": (1, 3, "seed-ild"),
    }
    assert "not read" in (factors["posaconazole"].note or "")


def test_first_level_only_where_the_seed_says_it() -> None:
    """The first level on day 1 to 3 stands on the seed's eight strong inhibitors and nowhere else."""
    first = {row.id: row.first_level for row in _rows() if row.first_level is not None}
    assert set(first) == set(STRONG_INHIBITORS)
    assert {(item.from_day, item.to_day, item.source) for item in first.values()} == {(1, 3, "seed-ild")}


def test_display_rules() -> None:
    """Texts keep the rules of display: no trailing zero, bare point, micro or comparison sign, no Latin frequency."""
    for row in _rows():
        for text in _texts(row):
            assert text.isascii(), text
            assert not re.search(r"\d\.\d*0(?!\d)", text), text
            assert not re.search(r"(?<![\d])\.\d", text), text
            assert not re.search(r"[<>~^`\[\]]", text), text
            assert not re.search(r"\b(bd|bid|tid|qd|od|qid|ug|mg/day/kg)\b", text, re.IGNORECASE), text
            assert text == text.strip(), text


def test_advice_short() -> None:
    """Every advice is one short text that ends like a sentence."""
    for row in _rows():
        for advice in _advice(row):
            assert 5 < len(advice.text) <= 220, advice.text
            assert advice.text.endswith("."), advice.text


def test_advice_says_a_thing_once() -> None:
    """No row says the same thing twice from the same source."""
    for row in _rows():
        for part in (row.start, row.stop, row.organ_advice):
            said = [(advice.organ, advice.text, advice.source) for advice in part]
            assert len(said) == len(set(said)), row.id


def test_a_dated_advice_says_its_day_in_words() -> None:
    """Days stand only where the text names them: a day, a start, at once, in advance, before the first dose."""
    first_day = r"before the first dose|at the start|at once|in advance|from the start|cut to one third"
    for row in _rows():
        for advice in _advice(row):
            if advice.from_day is None:
                continue
            days = {str(advice.from_day), str(advice.to_day)}
            named = days <= set(re.findall(r"\d+", advice.text)) and "day" in advice.text
            assert named or (days == {"0"} and re.search(first_day, advice.text)), advice.text
            assert advice.kind is not None, advice.text


@pytest.mark.parametrize(
    "days",
    [
        {"from_day": 3},
        {"to_day": 3},
        {"kind": "level"},
        {"from_day_of": "start"},
        {"from_day": 5, "to_day": 3},
        {"from_day": -1, "to_day": 3},
        {"from_day": 0, "to_day": 99999},
        {"from_day": 1, "to_day": 2, "kind": "someday"},
    ],
)
def test_days_that_can_not_be_are_refused(days: dict[str, object]) -> None:
    """Days stand together, run forward and within ten years; what belongs to a day stands beside one."""
    with pytest.raises(BadFile):
        build_row(AdviceRow, {"text": "Measured.", "source": "s", "locator": "l", **days}, "a test")


def test_organ_only_in_organ_advice() -> None:
    """An organ stands on organ advice and never on advice that holds for all."""
    for row in _rows():
        assert all(advice.organ is None for advice in (*row.start, *row.stop)), row.id
        assert all(advice.organ for advice in row.organ_advice), row.id


def test_no_internal_row_ids_in_text() -> None:
    """No text points at a row number of the evidence files."""
    for row in _rows():
        for text in _texts(row):
            assert not re.search(r"\b(30[89]\d|310[0-6]|41[4-7]\d|labels\.md|literature\.md)\b", text), text


def test_derived_is_said() -> None:
    """A fold change worked out from two figures says that it is derived."""
    for name, measure, source, _, _ in DERIVED:
        assert any("derived" in item.condition for item in _magnitude(name, measure, source)), (name, measure)


@pytest.mark.parametrize(("name", "measure", "source", "low", "high"), PUBLISHED)
def test_published_magnitude(name: str, measure: str, source: str, low: str, high: str) -> None:
    """A published fold change stands as the evidence has it."""
    found = {(item.low, item.high) for item in _magnitude(name, measure, source)}
    assert (Decimal(low), Decimal(high)) in found


@pytest.mark.parametrize(("name", "measure", "source", "above", "below"), DERIVED)
def test_derived_magnitude(name: str, measure: str, source: str, above: str, below: str) -> None:
    """A derived fold change is the ratio of the two figures, rounded."""
    ratio = Decimal(above) / Decimal(below)
    (item,) = _magnitude(name, measure, source)
    assert item.low == item.high
    exponent = item.low.as_tuple().exponent
    assert isinstance(exponent, int)
    assert item.low == round(ratio, -exponent)


@pytest.mark.parametrize(("name", "measure", "source", "percent"), PERCENT)
def test_percent_magnitude(name: str, measure: str, source: str, percent: str) -> None:
    """A change published in per cent stands as the fold that it is: 57 % more is 1.57."""
    fold = 1 + Decimal(percent) / 100
    assert fold in {item.low for item in _magnitude(name, measure, source)}


def test_clearance_of_darunavir_with_cobicistat() -> None:
    """Two clearances against one without: a range of folds, from 1/22 to 1/17 as the evidence rounds them."""
    (item,) = _magnitude("darunavir/cobicistat", "apparent clearance", "erba-2023")
    assert item.low == round(Decimal("0.3") / Decimal("6.7"), 3)
    assert item.high == round(Decimal("0.4") / Decimal("6.7"), 2)
    assert "1/22 to 1/17" in item.condition


def test_a_clearance_says_which_way_the_level_goes() -> None:
    """A fold change of clearance says what it does to the level, which goes the other way."""
    found = [item for row in _rows() for item in row.magnitudes if "clearance" in item.measure]
    assert len(found) == 10
    for item in found:
        assert ("the level rises" if item.high < 1 else "the level falls") in item.condition


@pytest.mark.parametrize(
    ("name", "source", "words"),
    [
        ("voriconazole", "pai-2003", "90 %"),
        ("amiodarone", "amiodarone-case", "cut by half"),
        ("rifampicin", "drugs-com-rifabutin", "ten times"),
        (
            "phenytoin",
            "phenytoin-cases-2013",
            "300 to 400 mg/day for 2 to 3 days brought them from above 30 to below 15",
        ),
        ("viekira", "daa-review-2019", "0.5 mg every 7 days"),
        ("prezista", "erba-2023", "0.5 mg every 10 to 11 days"),
        ("kaletra", "jain-2003", "0.5 or 1 mg a week"),
        ("grapefruit", "grapefruit-trial-2009", "1.56 or 10.33 ng/mL"),
        ("diltiazem", "kothari-2004", "214 mg/day"),
        ("letermovir", "letermovir-lung-azole", "no change of dose was needed"),
        ("sirolimus", "asrani-2014", "deaths 20 % and graft loss 26.4 %, without it 8 % and 12.5 %"),
        ("sirolimus", "asrani-2014", "20.4 % against 7.2 % (p = 0.006)"),
        ("sirolimus", "asrani-2014", "8 % against 3 % (p = 0.065)"),
        ("sirolimus", "asrani-2014", "sirolimus 15 mg, then 5 mg/day to levels of 4 to 11 with tacrolimus at 3 to 7"),
        ("sirolimus", "ahfs-drugslib", "excess deaths, graft loss and hepatic artery thrombosis"),
        ("st johns wort", "mai-2003", "8 mg/day with it and 4.5 mg/day before"),
        ("nelfinavir", "label-us-2013", "Avoid unless the benefit outweighs"),
        ("letermovir", "prevymis-label", "during the course"),
        ("live vaccines", "label-us-generic", "before transplant"),
    ],
)
def test_numbers_and_rules_in_advice(name: str, source: str, words: str) -> None:
    """A figure that is no fold change stands in the advice of the source that gives it."""
    assert [advice for advice in _advice(_find(name)) if advice.source == source and words in advice.text]


@pytest.mark.parametrize("name", [*sorted(set(STRONG_INHIBITORS) - {"posaconazole"}), "rifampin", "rifabutin"])
def test_action_of_the_2013_change(name: str) -> None:
    """Each drug that the US change of 2013 names carries what it says to do."""
    (advice,) = [one for one in _find(name).start if one.source == "fda-slc-2013" and "5.13" in one.locator]
    assert advice.text == "The dose is adjusted and the trough monitored."


@pytest.mark.parametrize("name", EU_IN_VITRO)
def test_in_vitro_list(name: str) -> None:
    """Each name of the label's list from the test tube says so, claims no effect and counts in no check."""
    row = _find(name)
    assert (row.effect, direction_of(row), row.inhibitor) == (Effect.UNKNOWN, None, False)
    assert _strength(row, "EU") == {"in vitro"}
    assert row.magnitudes == ()
    assert row.dose_factor is None


def test_magnitudes_that_come_several_to_a_source() -> None:
    """Doses, genotypes and weeks that one source tells apart all stand, in order."""
    assert [item.low for item in _magnitude("fluconazole", "trough", "drugs-com-azoles")] == [
        Decimal("3.1"),
        Decimal("1.4"),
    ]
    assert [item.low for item in _magnitude("diltiazem", "AUC/dose", "susomboon-2022")] == [
        Decimal("1.44"),
        Decimal("1.25"),
    ]
    assert [item.low for item in _magnitude("letermovir", "C/D", "letermovir-cohort-92")] == [
        Decimal("1.55"),
        Decimal("1.8"),
    ]
    assert [item.low for item in _magnitude("lansoprazole", "AUC0-8", "itagaki-2004")] == [
        Decimal("1.48"),
        Decimal("1.81"),
        Decimal("1.29"),
    ]


def test_direction_fits_magnitudes() -> None:
    """Inducers stand below 1 and inhibitors above (clearance the other way), save a peak or a disagreeing cohort."""
    disagreeing = {("early-2016", "dose-normalised level"), ("nishimoto-2017", "C/D")}
    for row in _rows():
        direction = row.direction or row.effect
        for item in row.magnitudes:
            if item.measure == "Cmax" or (item.source, item.measure) in disagreeing:
                continue
            assert direction in {"raises", "lowers"}, row.id
            above = (direction == "raises") != ("clearance" in item.measure)
            assert item.low > 1 if above else item.high < 1, (row.id, item.measure)


@pytest.mark.parametrize("name", STRONG_INHIBITORS)
def test_seed_strong_inhibitors(name: str) -> None:
    """Each strong inhibitor of the seed stands as strong there, raises the level and counts as an inhibitor."""
    row = _find(name)
    assert _strength(row, "seed") == {"strong"}
    assert row.effect is Effect.RAISES
    assert row.inhibitor


@pytest.mark.parametrize("name", MODERATE_INHIBITORS)
def test_seed_moderate_inhibitors(name: str) -> None:
    """Each moderate inhibitor of the seed stands as moderate there and carries no factor."""
    row = _find(name)
    assert _strength(row, "seed") == {"moderate"}
    assert row.effect is Effect.RAISES
    assert row.inhibitor
    assert row.dose_factor is None


@pytest.mark.parametrize("name", STRONG_INDUCERS)
def test_seed_strong_inducers(name: str) -> None:
    """Each strong inducer of the seed stands as strong there and lowers the level."""
    row = _find(name)
    assert _strength(row, "seed") == {"strong"}
    assert row.effect is Effect.LOWERS
    assert not row.inhibitor


@pytest.mark.parametrize(
    "name",
    [
        "grapefruit juice",
        "cannabidiol",
        "direct-acting antivirals",
        "mycophenolic acid",
        "sirolimus",
        "live vaccines",
        "potassium-sparing diuretics",
        "ace inhibitors",
        "angiotensin receptor blockers",
    ],
)
def test_other_seed_names(name: str) -> None:
    """Each other drug that the seed on lung disease names has a row that cites it."""
    assert "seed-ild" in _cited(_find(name))


@pytest.mark.parametrize("name", ["azole antifungals", "calcium channel blockers", "sirolimus"])
def test_neurotoxicity_seed_names(name: str) -> None:
    """Each drug or class that the seed on neurotoxicity names has a row that cites it."""
    assert "seed-neurotoxicity" in _cited(_find(name))


@pytest.mark.parametrize("name", EU_STRONG)
def test_eu_strong_list(name: str) -> None:
    """Each name of the EU label's strong list stands as strong in the EU view."""
    assert _strength(_find(name), "EU") == {"strong"}


@pytest.mark.parametrize("name", EU_LISTED)
def test_eu_list_without_split(name: str) -> None:
    """Each name of the EU list without strengths stands as listed and is not given a strength it does not have."""
    assert _strength(_find(name), "EU") == {"listed"}


def test_us_strong_only_where_read() -> None:
    """The US view calls strong exactly the seven drugs that the 2013 change names, and nothing mild or moderate."""
    strong = {row.id for row in _rows() if "strong" in _strength(row, "US")}
    assert strong == set(STRONG_INHIBITORS) - {"posaconazole"}
    assert not any(_strength(row, "US") & {"moderate", "mild-moderate"} for row in _rows())


def test_unverified_never_ships() -> None:
    """What the evidence marks unverified is not there: ratios, and drugs known from memory only."""
    assert not _find("amiodarone").magnitudes
    assert not _find("phenytoin").magnitudes
    assert Decimal("2.42") not in {item.low for item in _find("letermovir").magnitudes}
    assert {item.measure for item in _find("caspofungin").magnitudes} == {"C12", "C/D"}
    names = {name for row in _rows() for name in row.names}
    assert not names & {"chloramphenicol", "cimetidine"}
    assert "strong" not in {one.value for name in ("troleandomycin", "nefazodone") for one in _find(name).strengths}


def test_avoid_rows() -> None:
    """The rows to avoid are these, each with its direction."""
    avoid = {row.id: row.direction for row in _rows() if row.effect is Effect.AVOID}
    assert avoid == {
        "nirmatrelvir-ritonavir": Direction.RAISES,
        "nelfinavir": Direction.RAISES,
        "grapefruit": Direction.RAISES,
        "ciclosporin": Direction.RAISES,
    }
    sirolimus = next(row for row in _rows() if row.id == "sirolimus")
    by_organ = {one.organ: one.effect for one in sirolimus.organ_advice if one.effect is not None}
    assert by_organ == dict.fromkeys(("liver", "heart", "lung"), Effect.AVOID)


def test_r48_nirmatrelvir() -> None:
    """Nirmatrelvir/ritonavir: agreed before the first dose, held, no bare day 1 to 3, fading 10 days (SAFETY R48)."""
    row = _find("paxlovid")
    text = " ".join(advice.text for advice in row.start)
    assert row.start[0].text.startswith("Avoid")
    assert "close, regular levels" in text
    assert "before the first dose of the inhibitor" in text
    assert "held" in text
    assert "day 8 and 10" in text
    assert "transplant team's decision" in text
    assert row.first_level is None
    assert row.dose_factor is None
    assert row.fading is not None
    assert (row.fading.days, row.fading.source) == (10, "nirmatrelvir-model-2023")


@pytest.mark.parametrize(
    "name", ["ritonavir", "cobicistat", "kaletra", "prezista", "symtuza", "viekira", "telaprevir", "boceprevir"]
)
def test_strongest_regimens_name_the_centre_first(name: str) -> None:
    """The first advice on the strongest inhibitors is to agree the plan with the transplant centre."""
    row = _find(name)
    assert "transplant centre before the first dose" in row.start[0].text
    assert row.dose_factor is None


def test_sirolimus_by_organ() -> None:
    """Sirolimus says something for liver, heart, lung and kidney, and shows both seeds."""
    row = _find("rapamune")
    assert {advice.organ for advice in row.organ_advice} == {"liver", "heart", "lung", "kidney"}
    first: dict[str | None, str] = {}
    for advice in row.organ_advice:
        first.setdefault(advice.organ, advice.text)
    assert all(first[organ].startswith("Not recommended") for organ in ("liver", "heart", "lung"))
    assert "not established" in first["kidney"]
    assert {"seed-ild", "seed-neurotoxicity"} <= {advice.source for advice in row.start}


def test_inhibitor_flag() -> None:
    """Every row that raises the level, or is avoided for it, counts as an inhibitor, antacids apart; no other does."""
    for row in _rows():
        raises = Effect.RAISES in {row.effect, row.direction}
        assert row.inhibitor == (raises and row.id != "magnesium-aluminium-hydroxide"), row.id


def test_additive_toxicity_does_not_claim_a_level() -> None:
    """Drugs that only add toxicity read unknown and carry neither strength nor magnitude."""
    table = load_toml(data_folder() / "interactions" / "additive-toxicity.toml")["interaction"]
    for row in build_rows(InteractionRow, table, "additive-toxicity.toml"):
        assert row.effect is Effect.UNKNOWN, row.id
        assert row.strengths == (), row.id
        assert row.magnitudes == (), row.id


@pytest.mark.parametrize(
    ("name", "row_id"),
    [
        ("rifampin", "rifampicin"),
        ("cyclosporine", "ciclosporin"),
        ("st. john's wort", "st-johns-wort"),
        ("bactrim", "co-trimoxazole"),
        ("septrin", "co-trimoxazole"),
        ("paxlovid", "nirmatrelvir-ritonavir"),
        ("mavyret", "glecaprevir-pibrentasvir"),
        ("tildiem", "diltiazem"),
        ("epanutin", "phenytoin"),
        ("prilosec", "omeprazole"),
        ("myfortic", "mycophenolate"),
        ("norvir", "ritonavir"),
    ],
)
def test_spellings_and_brands(name: str, row_id: str) -> None:
    """UK and US spellings and brands reach their row."""
    assert _find(name).id == row_id
