"""A centre's protocol: it wins where it speaks, says so, and is never used when anything is wrong with it."""

from __future__ import annotations

import hashlib
import json
import subprocess
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tdmcli.errors import BadFile
from tdmcli.records.protocol import check_protocol, read_protocol
from tdmcli.records.protocol_checks import ANSWERING
from tdmcli.tables import readers
from tdmcli.tables.overlay import put_in_force

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Said = subprocess.CompletedProcess[str]

HEAD = 'name = "Test centre"\nversion = "7"\n'
KIDNEY = """
[[target]]
id = "own-kidney"
indication = "kidney"
kind = "target"
low_ng_ml = 7
high_ng_ml = 9
from_day = 30
to_day = 90
population = "adult"
"""
OWN_DAYS = """
[[policy.next_level]]
release = "immediate"
after = "change"
from_days = 3
to_days = 3
reason = "day 3"
"""
ADJUST = "adjust --level 4 --dose 3 --every 12 --product prograf --indication kidney --days 40 --as-of 2026-11-21"
QUESTIONS = (
    "target kidney --days 40",
    ADJUST,
    "interact fluconazole",
    "neurotox tremor",
    "cdratio --level 6 --dose 4 --every 12 --product prograf --days 90",
    "monitor kidney",
    "explain own-kidney",
    "sources policy",
)


@pytest.fixture(autouse=True)
def _bundled_again() -> Iterator[None]:
    yield
    put_in_force(None)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a protocol and returns its path."""

    def _write(text: str, name: str = "centre.toml", head: str = HEAD) -> Path:
        path = tmp_path / name
        path.write_text(head + text, encoding="utf-8")
        return path

    return _write


def _json(said: Said) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(said.stdout)
    return answer


def _faults(path: Path) -> list[str]:
    return [one.text for one in check_protocol(path, "test").faults]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_says_which_protocol_it_used(
    question: str, ask: Callable[..., Said], write: Callable[..., Path]
) -> None:
    """Name, version and the sha256 of the file stand in the text, the note and the JSON of every command."""
    path = write(KIDNEY)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    words = [*question.split(), "--protocol", str(path)]
    used = _json(ask(*words, "--json"))["tool"]["protocol"]
    assert (used["name"], used["version"], used["sha256"]) == ("Test centre", "7", digest)
    for form in ("plain", "note", "markdown"):
        text = " ".join(ask(*words, "--format", form, width=200).stdout.split())
        assert "Test centre" in text
        assert digest in text


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("named", ["option", "variable"])
def test_a_broken_protocol_never_falls_back(
    question: str, named: str, ask: Callable[..., Said], write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a fault anywhere in it the answer is exit 3 and null data, whatever was asked."""
    path = write(KIDNEY.replace("low_ng_ml = 7", "low_ng_ml = 12"))
    more = ["--protocol", str(path)] if named == "option" else []
    if named == "variable":
        monkeypatch.setenv("TDMCLI_PROTOCOL", str(path))
    said = ask(*question.split(), *more, "--json", again=1)
    answer = _json(said)
    assert (said.returncode, answer["code"], answer["data"]) == (3, "BAD_PROTOCOL", None)
    assert "centre.toml, line 8: [[target]] 1 'own-kidney'" in answer["message"]


@pytest.mark.parametrize("name", ["missing.toml", "folder", "empty-folder"])
def test_a_protocol_that_is_not_there_is_an_error(name: str, ask: Callable[..., Said], tmp_path: Path) -> None:
    """A name that leads nowhere, or to no TOML file, is exit 3, not the bundled tables."""
    if name != "missing.toml":
        (tmp_path / name).mkdir()
    said = ask("target", "kidney", "--days", "40", "--protocol", str(tmp_path / name))
    assert (said.returncode, said.stdout) == (3, "")


def test_a_refusal_says_the_protocol_too(ask: Callable[..., Said], write: Callable[..., Path]) -> None:
    """A refused answer rests on the protocol as well, and says so in its JSON."""
    said = ask("target", "kidney", "--protocol", str(write(KIDNEY)), "--json")
    assert (said.returncode, _json(said)["code"]) == (4, "MISSING_TIME")
    assert _json(said)["tool"]["protocol"]["name"] == "Test centre"


def test_an_own_range_is_the_default_and_the_bundled_ones_stand_beside(
    ask: Callable[..., Said], write: Callable[..., Path]
) -> None:
    """The protocol's range is the default of target, adjust and neurotox; the seed's row is shown, not used."""
    more = ("--protocol", str(write(KIDNEY)), "--json")
    data = _json(ask("target", "kidney", "--days", "40", *more))["data"]
    assert (data["default"]["id"], data["default"]["source"]) == ("own-kidney", "protocol")
    assert "kidney-seed-1-3m" in {row["id"] for row in data["rows"]}
    assert _json(ask(*ADJUST.split(), *more))["data"]["target"]["aim_ng_ml"] == 8
    neurotox = ["neurotox", "tremor", "--level", "8.5", "--organ", "kidney", "--days", "40"]
    assert _json(ask(*neurotox, *more))["data"]["target_low_ng_ml"] == 7


@pytest.mark.parametrize(
    ("question", "default"),
    [
        ("target kidney --days 29", "kidney-seed-0-1m"),
        ("target kidney --days 90", "kidney-seed-3m-on"),
        ("target liver --days 40", "liver-seed-1-3m"),
        ("target kidney --days 40 --population child", "kidney-us-label-child-0-12m"),
    ],
)
def test_where_the_protocol_is_silent_the_answer_says_so(
    question: str, default: str, ask: Callable[..., Said], write: Callable[..., Path]
) -> None:
    """Outside the protocol's days, organ or population the bundled default stands, with PROTOCOL_SILENT."""
    answer = _json(ask(*question.split(), "--protocol", str(write(KIDNEY)), "--json"))
    assert answer["data"]["default"]["id"] == default
    assert "PROTOCOL_SILENT" in {one["code"] for one in answer["warnings"]}


def test_two_own_ranges_that_nothing_chooses_between_are_refused(
    ask: Callable[..., Said], write: Callable[..., Path]
) -> None:
    """With one range for MMF and one for azathioprine, adjust asks; naming the drug decides."""
    rows = "".join(
        KIDNEY.replace("own-kidney", f"own-{drug}").replace("low_ng_ml = 7", f"low_ng_ml = {low}")
        + f'co_therapy = ["{drug}"]\n'
        for drug, low in (("mmf", 5), ("azathioprine", 6))
    )
    path = write(rows)
    said = ask(*ADJUST.split(), "--protocol", str(path), "--json")
    assert (said.returncode, _json(said)["code"]) == (4, "MISSING_TARGET")
    decided = _json(ask("target", "kidney", "--days", "40", "--with", "mmf", "--protocol", str(path), "--json"))
    assert decided["data"]["default"]["id"] == "own-mmf"


@pytest.mark.parametrize(
    ("condition", "more", "default"),
    [
        ('co_therapy = ["everolimus"]', "", "kidney-seed-1-3m"),
        ('co_therapy = ["everolimus"]', "--with everolimus", "own-kidney"),
        ('induction = ["il2ra"]', "", "kidney-seed-1-3m"),
        ('induction = ["il2ra"]', "--induction il2ra", "own-kidney"),
        ('release = "prolonged"', "", "kidney-seed-1-3m"),
        ('release = "prolonged"', "--product advagraf", "own-kidney"),
        ('products = ["advagraf"]', "", "kidney-seed-1-3m"),
        ('products = ["advagraf"]', "--product prograf", "kidney-seed-1-3m"),
        ('products = ["advagraf"]', "--product advagraf", "own-kidney"),
        ('co_therapy = ["mmf"]', "--with mmf --population adult", "own-kidney"),
    ],
)
def test_a_range_on_a_condition_is_used_only_when_it_was_stated(
    condition: str, more: str, default: str, ask: Callable[..., Said], write: Callable[..., Path]
) -> None:
    """A range made for everolimus, an induction or a product never stands for a patient of whom that was not said."""
    words = f"target kidney --days 40 {more}".split()
    answer = _json(ask(*words, "--protocol", str(write(KIDNEY + condition + "\n")), "--json"))
    assert answer["data"]["default"]["id"] == default
    silent = {one["code"] for one in answer["warnings"]} & {"PROTOCOL_SILENT"}
    assert bool(silent) is (default != "own-kidney")


def test_a_source_that_is_named_does_not_state_a_condition(
    ask: Callable[..., Said], write: Callable[..., Path]
) -> None:
    """--source protocol asks for the protocol's ranges, not for one on a condition that was not stated."""
    path = write(KIDNEY + 'co_therapy = ["mmf"]\n')
    words = ["target", "kidney", "--days", "40", "--source", "protocol", "--protocol", str(path), "--json"]
    assert _json(ask(*words))["data"]["default"] is None
    assert _json(ask(*words, "--with", "mmf"))["data"]["default"]["id"] == "own-kidney"


def test_several_ranges_on_conditions_leave_neurotox_its_steps(
    ask: Callable[..., Said], write: Callable[..., Path]
) -> None:
    """Where a protocol's ranges can't be told apart, a seizure is graded all the same, without a range."""
    rows = "".join(KIDNEY.replace("own", drug) + f'co_therapy = ["{drug}"]\n' for drug in ("mmf", "azathioprine"))
    words = ["neurotox", "seizure", "--organ", "kidney", "--days", "40", "--json", "--protocol"]
    answer = _json(ask(*words, str(write(rows))))
    assert (answer["status"], answer["data"]["grade"], answer["data"]["target_low_ng_ml"]) == ("ok", "severe", None)


def test_a_touched_row_keeps_its_role(ask: Callable[..., Said], write: Callable[..., Path]) -> None:
    """A note on a label's row does not make it the default; a new number on the seed's row does decide."""
    note = '[[target]]\nid = "kidney-us-label-azathioprine-0-3m"\nindication = "kidney"\nnote = "x"\n'
    seed = '[[target]]\nid = "kidney-seed-1-3m"\nindication = "kidney"\nhigh_ng_ml = 8\n'
    data = _json(ask("target", "kidney", "--days", "40", "--protocol", str(write(note)), "--json"))["data"]
    assert data["default"]["id"] == "kidney-seed-1-3m"
    answer = _json(ask("target", "kidney", "--days", "40", "--protocol", str(write(seed, "seed.toml")), "--json"))
    used = answer["data"]["default"]
    assert (used["high_ng_ml"], used["source"], used["evidence"]) == (8, "protocol", "protocol")
    assert answer["warnings"] == []


def test_own_caps_strengths_and_days_decide(ask: Callable[..., Said], write: Callable[..., Path]) -> None:
    """A cap of 25 %, a cupboard without 5 mg and a check on day 3: each shows in the answer, and the cap is said."""
    path = write(
        KIDNEY
        + "[policy.dose]\nmax_increase_percent = 25\nequal_intakes = true\n"
        + OWN_DAYS
        + '[[product]]\nid = "prograf"\nstrengths_mg = [1]\n'
    )
    answer = _json(ask(*ADJUST.replace("--dose 3", "--dose 6").split(), "--protocol", str(path), "--json"))
    data = answer["data"]
    assert data["capped_daily_dose_mg"] == 15
    assert all(len(set(option["intakes_mg"])) == 1 for option in data["options"])
    assert {unit["strength_mg"] for units in data["proposal"]["units"] for unit in units} == {1}
    assert (data["next_level"]["from"], data["next_level"]["source"]) == ("2026-11-24", "protocol")
    assert "dose.max_increase_percent 25 (bundled 50)" in answer["tool"]["protocol"]["policy"]


def test_an_own_interaction_wins_under_every_name_it_lists(
    ask: Callable[..., Said], write: Callable[..., Path]
) -> None:
    """The centre's advice is shown for its drug; a drug that the tables lack is found."""
    row = '[[interaction]]\nid = "own-drug"\nnames = ["novelazole"]\ngroup = "g"\neffect = "raises"\nmechanism = "m"\n'
    start = '[[interaction.start]]\ntext = "Day 3, then weekly."\n'
    path = write('[[interaction]]\nid = "fluconazole"\n' + start + row + start)
    for drug in ("fluconazole", "diflucan", "novelazole"):
        (found,) = _json(ask("interact", drug, "--protocol", str(path), "--json"))["data"]["interactions"]
        assert [(one["text"], one["source"]) for one in found["advice"]] == [("Day 3, then weekly.", "protocol")]
    (brand,) = _json(ask("interact", "voriconazole", "--protocol", str(path), "--json"))["data"]["interactions"]
    assert brand["dose_factor"] is not None


def test_an_own_interval_decides_what_is_due(
    ask: Callable[..., Said], write: Callable[..., Path], checkout: Path
) -> None:
    """Where the protocol gives an interval for a measure, the bundled interval of that measure makes nothing due."""
    example = str(checkout / "data" / "examples" / "nephrotic-month-4.toml")
    row = (
        '[[test]]\nid = "own-creatinine"\nname = "creatinine"\nwhen = "interval"\nmeasures = ["creatinine_umol_l"]\n'
        'text = "Every 90 days."\nindications = ["nephrotic-syndrome"]\nevery_to_days = 90\n'
    )
    words = ["monitor", "--patient", example, "--as-of", "2026-11-21", "--json"]

    def states(*more: str) -> dict[str, str | None]:
        tests = _json(ask(*words, *more))["data"]["tests"]
        return {one["id"]: one["state"] for one in tests if one["name"] == "creatinine" and one["when"] == "interval"}

    bundled = states()
    assert "overdue" in bundled.values()
    decided = states("--protocol", str(write(row)))
    assert decided.pop("own-creatinine") == "not-yet"
    assert set(decided.values()) <= {None, "recorded"}


def test_the_next_question_without_it_has_the_bundled_tables_again(
    ask: Callable[..., Said], write: Callable[..., Path]
) -> None:
    """In one process, a question with a protocol leaves nothing behind for the next one without."""
    plain = ask("target", "kidney", "--days", "40", "--json", again=2).stdout
    with_it = ask("target", "kidney", "--days", "40", "--protocol", str(write(KIDNEY)), "--json").stdout
    assert plain != with_it
    again = ask("target", "kidney", "--days", "40", "--json", again=3)
    assert json.loads(again.stdout)["data"] == json.loads(plain)["data"]
    assert json.loads(again.stdout)["tool"]["protocol"] is None


SEED = '[[target]]\nid = "kidney-seed-1-3m"\nindication = "kidney"\n'
AVOID_KIDNEY = 'organ_advice = [{ text = "t", organ = "kidney", effect = "avoid" }]\n'
DRUG = '[[interaction]]\nid = "{}"\n'
NEW_DRUG = """
[[interaction]]
id = "{}"
names = ["{}"]
group = "g"
effect = "raises"
mechanism = "m"
start = [{{ text = "Day 3." }}]
"""
TEST = """
[[test]]
id = "own-magnesium"
name = "magnesium"
when = "interval"
measures = ["magnesium_mmol_l"]
text = "Every two weeks."
indications = ["kidney"]
every_to_days = 14
"""
PRODUCT = """
[[product]]
id = "our-tac"
name = "OurTac"
aliases = ["{}"]
release = "prolonged"
route = "oral"
form = "capsule"
strengths_mg = [1]
intervals_h = [24]
"""
FAULTS = [
    ("[[traget]]\nid = 'a'\n", "unknown table or key 'traget'"),
    (KIDNEY.replace("population", "populaton"), "unknown key 'populaton'"),
    (KIDNEY.replace('kind = "target"\n', ""), "missing key 'kind'"),
    (KIDNEY.replace("low_ng_ml = 7", "low_ng_ml = true"), "low_ng_ml: must be a number"),
    (KIDNEY.replace("low_ng_ml = 7", 'low_ng_ml = "7"'), "low_ng_ml: must be a number"),
    (KIDNEY.replace("low_ng_ml = 7", "low_ng_ml = nan"), "low_ng_ml: must be a finite number"),
    (KIDNEY.replace("high_ng_ml = 9", "high_ng_ml = 90"), "both limits must be within 1 to 30 ng/mL"),
    (KIDNEY.replace("low_ng_ml = 7", "low_ng_ml = 0.7"), "both limits must be within 1 to 30 ng/mL"),
    (KIDNEY.replace("to_day = 90", "to_day = 20"), "must run forward"),
    (KIDNEY.replace('"kidney"', '"kidny"'), "indication must be one of"),
    (KIDNEY.replace("own-kidney", "Own Kidney"), "id: small letters"),
    (KIDNEY + KIDNEY, "this id stands twice"),
    (
        KIDNEY + KIDNEY.replace("own-kidney", "other").replace("from_day = 30", "from_day = 60"),
        "same patients and days",
    ),
    (KIDNEY + 'co_therapy = ["mfm"]\n', "'mfm' is not known"),
    (KIDNEY + 'products = ["progaf"]\n', "'progaf' is not known"),
    (KIDNEY + 'phase = "late"\n', "is not a phase"),
    (KIDNEY + 'source = "label-us-prograf"\n', "rests on the protocol"),
    (KIDNEY.replace('"target"', '"label_range"'), "not a label_range"),
    (KIDNEY.replace('population = "adult"\n', ""), "missing key 'population'"),
    (KIDNEY + 'note = "a\\u001b[2Jb"\n', "some that can't be shown"),
    (KIDNEY + "valid_from = 2026-01-01\n", "written as a text"),
    (KIDNEY.replace("to_day = 90", "to_day = 99999999999"), "finite number of at most 9,999,999"),
    (KIDNEY.replace("high_ng_ml = 9", "high_ng_ml = 1e999999"), "finite number of at most 9,999,999"),
    (KIDNEY.replace('kind = "target"', "kind = []"), "kind: must be one of target"),
    ('[policy.target]\nlowest = "a"\n' + KIDNEY, "lowest: must be a number"),
    ("[policy.level]\nhigh = 29\ncritical = 28\n", "must not be above critical"),
    ("[[policy.sampling]]\ninterval_h = [12]\n", "each row needs interval_h"),
    ("[[policy.sampling]]\ninterval_h = 12\n" * 2, "two rows have the same interval_h"),
    (
        '[[policy.next_level]]\nrelease = "immediate"\nafter = "keep"\nfrom_days = 9\nto_days = 3\n',
        "not be after to_days",
    ),
    (DRUG.format("fluconazole") + 'effect = "unknown"\n', "effect of a bundled row can't be changed"),
    (DRUG.format("fluconazole") + "inhibitor = false\n", "inhibitor of a bundled row can't be changed"),
    (DRUG.format("nelfinavir") + 'names = ["nelfinavir"]\n', "the bundled names must stay: viracept"),
    (NEW_DRUG.format("own", "viracept"), "viracept is a name of nelfinavir in the tables"),
    (NEW_DRUG.format("own", "x1") + NEW_DRUG.format("own2", "x1"), "x1 is a name of own2 in this protocol too"),
    (NEW_DRUG.format("own", "x1") + "fading = {days = 9000}\n", "fading.days must be 1 to 365"),
    (NEW_DRUG.format("own", "x1") + '[[interaction.stop]]\ntxt = "a"\n', "stop 1: unknown key 'txt'"),
    (NEW_DRUG.format("own", "x1") + '[[interaction.stop]]\ntext = "a"\norgan = "kidny"\n', "stands under organ_advice"),
    (
        NEW_DRUG.format("own", "x1") + '[[interaction.organ_advice]]\ntext = "a"\norgan = "kidny"\n',
        "'kidny' is not known",
    ),
    (NEW_DRUG.format("own", "x1") + 'direction = "lowers"\n', "direction stands on a drug to avoid"),
    (NEW_DRUG.format("own", "x1") + AVOID_KIDNEY + "dose_factor = {multiply = 1, divide = 2}\n", "no factor on a drug"),
    (DRUG.format("nirmatrelvir-ritonavir") + 'note = "fine"\n', "a drug to avoid can't be changed"),
    (DRUG.format("voriconazole") + "dose_factor = {multiply = 99, divide = 100}\n", "not be more than the bundled 1/3"),
    (DRUG.format("voriconazole") + "first_level = {from_day = 5, to_day = 9}\n", "not be later than day 3"),
    (DRUG.format("fluconazole") + "magnitudes = []\n", "magnitudes of a bundled row can't be changed"),
    (SEED + 'co_therapy = ["mmf"]\n', "co_therapy of a bundled row can't be changed"),
    (SEED + "to_day = 200\n", "to_day of a bundled row can't be changed"),
    (KIDNEY + "default = true\n", "default can't be set"),
    (KIDNEY.replace('"kidney"', '"lupus-nephritis"'), "days count from a transplant"),
    (KIDNEY.replace('"own-kidney"', '"liver-seed-0-1m"'), "is a bundled row of liver"),
    ('[[threshold]]\nid = "creatinine-nephrotic-25"\nlimit = 900\n', "is a bundled row, which stays"),
    ('[[policy.next_level]]\nrelease = "immediate"\nafter = "keep"\nsource = "x"\n', "leave source out"),
    (PRODUCT.format("a1") + PRODUCT.format("a1").replace("our-tac", "tac-2"), "another product of this protocol too"),
    ('[[product]]\nid = "prograf"\nname = "Advagraf"\n', "name of a bundled row can't be changed"),
    (PRODUCT.format("a1").replace('"OurTac"', '"Envarsus"'), "Envarsus is a bundled product"),
    (KIDNEY.replace('id = "own-kidney"', "id = [1]"), "id: small letters"),
    (KIDNEY.replace("high_ng_ml = 9", "high_ng_ml = 1e1000001"), "finite number of at most 9,999,999"),
    (TEST.replace('"kidney"', '"kidny"'), "'kidny' is not known"),
    (TEST.replace("magnesium_mmol_l", "magnesiun"), "'magnesiun' is not known"),
    (TEST.replace("= 14", "= 3650"), "every_to_days must be 1 to 400"),
    ('[[product]]\nid = "envarsus"\nrelease = "immediate"\n', "release of a bundled row can't be changed"),
    (PRODUCT.format("prograf"), "prograf is a bundled product"),
    (PRODUCT.format("Our Tac"), "must be in small letters"),
    ('[[threshold_set]]\nid = "x"\n', "unknown table or key 'threshold_set'"),
    ("[policy.dose]\nmax_increase_percent = 5000\n", "max_increase_percent must be 5 to 100"),
    ("[policy.level]\ncritical = 600\n", "critical must be 25 to 60"),
    ("[policy.dose]\nmax_increase = 25\n", "unknown key 'max_increase'"),
    ("[policy.dosis]\nmax_increase_percent = 25\n", "unknown heading 'dosis'"),
    ("[[policy.sampling]]\nrefuse_before = 9\n", "each row needs interval_h"),
    ("[[policy.sampling]]\ninterval_h = 12\nrefuse_before = 1\n", "refuse_before must be 9 to 12"),
    ('[[product]]\nid = "prograf"\nstrengths_mg = [0.5, 50]\n', "50 mg is not a strength of this product"),
    ('[[product]]\nid = "prograff"\nstrengths_mg = [0.5]\n', "missing key 'name'"),
    ('[[case]]\nid = "c"\nask = "rm -rf x"\nexpect = {status = "ok"}\n', "must be a question"),
    ('[[case]]\nid = "c"\nask = "target kidney --json"\nexpect = {status = "ok"}\n', "leave --protocol"),
    ('[[case]]\nid = "c"\nask = "target kidney"\nexpect = {}\n', "expect must not be empty"),
    ('[source.mine]\ncitation = "c"\nkind = "label"\nread = "read"\n', "unknown table or key 'source'"),
    ('[[case]]\nid = "c"\nask = "target kidney"\nexpect.data = {}\n', "a part of expect is empty"),
    ('[[case]]\nid = "c"\nask = "target kidney --help"\nexpect.status = "ok"\n', "leave --protocol"),
    ('[[case]]\nid = "c"\nask = "target kidney"\nexpect.as_of = 07:30:00\n', "written as a text"),
]


@pytest.mark.parametrize(("text", "says"), FAULTS)
def test_lint_finds_a_planted_fault(text: str, says: str, write: Callable[..., Path]) -> None:
    """Each planted fault is found, with the file and a line, and the protocol is refused for use."""
    path = write(text)
    faults = _faults(path)
    assert any(says in one for one in faults), faults
    assert all(one.startswith("centre.toml, line ") for one in faults)
    with pytest.raises(BadFile):
        read_protocol(path, "--protocol")


def test_lint_finds_all_faults_at_once_with_their_lines(ask: Callable[..., Said], write: Callable[..., Path]) -> None:
    """Five faults in one file are five lines, each with its own line number, and exit code 3."""
    lines = (HEAD + KIDNEY).splitlines()
    lines[lines.index("low_ng_ml = 7")] = "low_ng_ml = true"
    lines[lines.index('kind = "target"')] = 'kind = "targt"'
    text = (
        "\n".join([*lines, "[policy.dose]", "max_increase_percent = 900", "[[product]]", 'id = "x"', "[oops]"]) + "\n"
    )
    path = write(text, head="")
    said = ask("protocol", "lint", str(path), "--json")
    data = _json(said)["data"]
    found = {one["line"]: one["says"] for one in data["faults"]}
    assert (said.returncode, data["valid"]) == (3, False)
    wanted = {"low_ng_ml = true", 'kind = "targt"', "max_increase_percent = 900", "[[product]]", "[oops]"}
    assert wanted <= {text.splitlines()[line - 1] for line in found}


def test_a_name_and_a_version_are_needed(write: Callable[..., Path]) -> None:
    """An answer must be able to say which protocol it used."""
    assert len(_faults(write(KIDNEY, head=""))) == 2


def test_a_range_that_stands_beside_everolimus_is_a_remark(write: Callable[..., Path]) -> None:
    """A transplant's range that names no co-therapy is used beside everolimus too: lint says so, and it is no fault."""
    protocol = check_protocol(write(KIDNEY), "test")
    assert (protocol.faults, len(protocol.remarks)) == ((), 1)
    assert "beside everolimus too" in protocol.remarks[0].says
    assert check_protocol(write(KIDNEY + 'not_with = ["everolimus"]\n'), "test").remarks == ()


def test_a_folder_is_one_protocol(write: Callable[..., Path], tmp_path: Path) -> None:
    """Its files stand together; name and version in one of them; the digest is that of sha256sum over sha256sums."""
    write("", name="a.toml")
    write(KIDNEY, name="b.toml", head="")
    overlay = read_protocol(tmp_path, "--protocol").overlay
    listed = subprocess.run(["sha256sum", "a.toml", "b.toml"], cwd=tmp_path, capture_output=True, check=True).stdout
    assert (overlay.name, overlay.sha256) == ("Test centre", hashlib.sha256(listed).hexdigest())
    assert overlay.ids("target") == {"own-kidney"}
    write("[policy.dose]\nmax_increase_percent = 20\n", name="c.toml", head="")
    write("[policy.dose]\nmax_increase_percent = 30\n", name="d.toml", head="")
    assert any("stands in two files" in one for one in _faults(tmp_path))


def test_a_bundled_row_gives_what_a_partial_one_leaves_out(write: Callable[..., Path]) -> None:
    """A row of a bundled id changes only its keys, and says that the protocol is its source now."""
    path = write('[[target]]\nid = "kidney-seed-1-3m"\nindication = "kidney"\nhigh_ng_ml = 8\n')
    put_in_force(read_protocol(path, "test").overlay)
    row = next(one for one in readers.read_indication("kidney")[1] if one.id == "kidney-seed-1-3m")
    assert (str(row.low_ng_ml), str(row.high_ng_ml), row.source, row.to_day) == ("6", "8", "protocol", 90)


def test_new_writes_a_template_that_passes_everything(ask: Callable[..., Said], tmp_path: Path) -> None:
    """What `protocol new` writes is sound, its cases hold, and it is the same on stdout; a file is never replaced."""
    path = tmp_path / "ours.toml"
    assert ask("protocol", "new", str(path)).returncode == 0
    assert path.read_text(encoding="utf-8") == ask("protocol", "new").stdout
    assert ask("protocol", "lint", str(path)).returncode == 0
    tried = _json(ask("protocol", "test", str(path), "--json"))["data"]
    assert (tried["passed"], len(tried["cases"])) == (True, 3)
    path.write_text("mine", encoding="utf-8")
    assert ask("protocol", "new", str(path), again=1).returncode == 5
    assert path.read_text(encoding="utf-8") == "mine"


CASE = '[[case]]\nid = "c"\nask = "target kidney --days 40"\n'


@pytest.mark.parametrize(
    ("expect", "holds"),
    [
        ("expect.data.default.low_ng_ml = 7", True),
        ("expect.data.default.low_ng_ml = 7.0", True),
        ("expect.data.default.low_ng_ml = 6", False),
        ('expect.data.default.low_ng_ml = "7"', False),
        ("expect.data.default.low_ng_ml = true", False),
        ("expect.data.default.lowest = 7", False),
        ('expect.status = "ok"', True),
        ('expect.code = "CAPPED"', False),
        ('expect.warnings = ["CAPPED"]', False),
        ('expect.warnings = "CAPPED"', False),
        ("expect.warnings = []", True),
        ("expect.data.days_after_transplant = 40", True),
        ("expect.data.position = false", False),
    ],
)
def test_a_case_holds_only_if_the_answer_says_so(
    ask: Callable[..., Said], write: Callable[..., Path], *, expect: str, holds: bool
) -> None:
    """Numbers, texts, codes and missing keys are compared as they are; a case that does not hold is exit 3."""
    said = ask("protocol", "test", str(write(KIDNEY + CASE + expect + "\n")), "--json")
    data = _json(said)["data"]
    assert (data["passed"], said.returncode) == (holds, 0 if holds else 3)
    assert bool(data["cases"][0]["differences"]) is not holds


def test_a_case_that_expects_no_warning_fails_on_one(ask: Callable[..., Said], write: Callable[..., Path]) -> None:
    """An empty list of warnings says that there are none; a file without cases does not pass."""
    case = CASE.replace("target kidney --days 40", ADJUST) + "expect.warnings = []\n"
    assert ask("protocol", "test", str(write(KIDNEY + case))).returncode == 3
    assert ask("protocol", "test", str(write(KIDNEY, "none.toml"))).returncode == 3


def test_a_case_can_not_slip_out_of_the_protocol(ask: Callable[..., Said], write: Callable[..., Path]) -> None:
    """A question that ends in an option without its value is asked with the protocol all the same, and is an error."""
    path = write(KIDNEY + CASE.replace("--days 40", "--days") + 'expect.status = "error"\n')
    assert _json(ask("protocol", "test", str(path), "--json"))["data"]["passed"] is True


def test_a_large_protocol_takes_no_longer_than_it_must(write: Callable[..., Path]) -> None:
    """A thousand ranges are checked; more rows than that are one fault."""
    rows = [
        KIDNEY.replace("own-kidney", f"own-{n}")
        .replace("from_day = 30", f"from_day = {n}")
        .replace("to_day = 90", f"to_day = {n + 1}")
        for n in range(1000)
    ]
    assert _faults(write("".join(rows))) == []
    assert len(_faults(write("".join([*rows, KIDNEY]), "more.toml"))) == 1


def test_diff_says_each_change_in_words(ask: Callable[..., Said], write: Callable[..., Path]) -> None:
    """Against the bundled tables and between two protocols, each number that changes stands with both values."""
    old = write(KIDNEY + "[policy.dose]\nmax_increase_percent = 25\n", name="old.toml")
    new = write(KIDNEY.replace("high_ng_ml = 9", "high_ng_ml = 8.5"), name="new.toml")
    says = [one["says"] for one in _json(ask("protocol", "diff", str(old), "--json"))["data"]["changes"]]
    assert "policy dose.max_increase_percent: was 50, becomes 25" in says
    assert any("target own-kidney is new: 7-9 ng/mL, kidney, days 30 to 89, adult" in one for one in says)
    assert any("the bundled default there is 6-9 ng/mL" in one for one in says)
    says = [one["says"] for one in _json(ask("protocol", "diff", str(old), str(new), "--json"))["data"]["changes"]]
    assert sorted(says) == [
        "policy dose.max_increase_percent: was 25, becomes 50",
        "target own-kidney: high (ng/mL) was 9, becomes 8.5",
    ]
    assert _json(ask("protocol", "diff", str(old), str(old), "--json"))["data"]["changes"] == []


def test_bounds_name_every_number_of_the_policy() -> None:
    """Each number of the policy has its bounds, the bundled number lies in them, and no bound is for nothing."""
    policy = readers.raw_policy()
    bounds = {one.key: one for one in readers.read_bounds()}
    numbers: dict[str, list[tuple[Decimal, int]]] = {}
    for heading, part in policy.items():
        for row in part if isinstance(part, list) else [part]:
            for key, value in row.items():
                if isinstance(value, int | Decimal) and not isinstance(value, bool) and key != "interval_h":
                    numbers.setdefault(f"{heading}.{key}", []).append((Decimal(value), row.get("interval_h", 1)))
    assert set(numbers) == {key for key in bounds if not key.startswith("row.")}
    for key, values in numbers.items():
        for value, interval in values:
            share = interval if bounds[key].per_interval else 1
            assert bounds[key].lowest * share <= value <= bounds[key].highest * share, key


def test_the_answering_commands_of_cases_are_those_that_take_a_protocol(ask: Callable[..., Said]) -> None:
    """A case may ask just the commands that answer about a patient; each of them takes --protocol."""
    for command in ANSWERING:
        assert "--protocol" in ask(command, "--help").stdout
