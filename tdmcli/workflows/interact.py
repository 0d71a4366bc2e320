"""What will this drug do? Class, direction, published size, what the source says to do, and when to measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tdmcli.domain.findings import Finding, refuse
from tdmcli.domain.interaction import find_drug, opposite
from tdmcli.domain.trough import check_size
from tdmcli.domain.units import clean
from tdmcli.errors import Code, WrongUsage
from tdmcli.tables.interaction_rows import Phase
from tdmcli.tables.readers import read_interactions, read_interactions_naming, read_policy
from tdmcli.workflows import asked as ask
from tdmcli.workflows.answer import Answer, Citations, warn
from tdmcli.workflows.drug_checks import unlisted
from tdmcli.workflows.factor_dose import adjusted_regimen
from tdmcli.workflows.facts import assumed, gather
from tdmcli.workflows.interact_data import InteractData, InteractionAnswer, InteractQuestion, ListedDrug
from tdmcli.workflows.interact_drug import drug_answer, unlisted_answer
from tdmcli.workflows.interaction_courses import courses_of
from tdmcli.workflows.interaction_plan import plan_steps
from tdmcli.workflows.other_drugs import others_of

if TYPE_CHECKING:
    from tdmcli.tables.interaction_rows import InteractionRow
    from tdmcli.workflows.facts import Facts


def answer_interact(question: InteractQuestion) -> Answer[InteractData]:
    """Return what each drug does, with a dose only where a source gives a factor.

    Raises:
        ExpectedError: nothing was asked, or no drug that was named is in the table.

    """
    ask.refuse_product_alone(question.asked)
    facts = gather(question.asked)
    citations = Citations()
    if question.whole_table and (question.drugs or question.organ or question.start or question.stop):
        raise WrongUsage("--list shows the whole table: leave out drugs, --organ and dates")
    if question.reverse:
        from tdmcli.workflows.reverse import answer_reverse

        return answer_reverse(question, facts)
    if question.asked.target is not None:
        raise WrongUsage("--target belongs to --reverse")
    if question.whole_table:
        return _whole_table(question, facts)
    if not question.drugs:
        raise WrongUsage("name at least one drug, or --list for the whole table")
    organ = _organ(question, facts)
    found, findings = _found(question.drugs)
    known = [row for _, row in found if row is not None]
    findings = tuple(one for one in facts.findings if one.code is Code.FLAG_WINS) + findings
    courses, date_findings = courses_of(question, facts, known)
    findings += date_findings
    others = {course.row.id: others_of(course, courses, facts) for course in courses}
    adjusted, dose_findings = adjusted_regimen([(one, others[one.row.id]) for one in courses], facts, citations)
    findings += dose_findings
    against = [direction for one in others.values() for direction in one.against]
    if opposite([*(course.moves(facts.today) for course in courses), *against]):
        findings += (Finding(Code.OPPOSITE_DIRECTIONS),)
    findings += _conflicts(known, organ)
    if facts.level is not None and facts.level_given:
        findings += check_size(facts.level, read_policy().level)
    by_row = {course.row.id: course for course in courses}
    answers = tuple(
        unlisted_answer(name)
        if row is None
        else drug_answer(name, by_row[row.id], others[row.id], organ, facts, citations)
        for name, row in found
    )
    predicted = {one.matched for one in answers if one.predicted is not None and one.predicted.low_ng_ml is not None}
    if predicted:
        from tdmcli.workflows.predicted_trough import level_findings

        findings += level_findings(facts, [one for one in courses if one.row.names[0] in predicted])
    data = InteractData(
        stopping=all(Phase.START not in one.phases for one in courses),
        organ=organ,
        interactions=answers,
        adjusted=adjusted,
        plan=plan_steps([(one, others[one.row.id]) for one in courses], facts.today, citations),
        table=(),
        regimen=facts.current.text if facts.current else None,
    )
    return Answer(
        command="interact",
        data=data,
        as_of=facts.now,
        warnings=warn(findings),
        sources=citations.cited(),
        inputs=facts.inputs | _own_inputs(question, organ),
        assumed=_assumed(facts, answers),
    )


def _found(
    names: tuple[str, ...],
) -> tuple[list[tuple[str, InteractionRow | None]], tuple[Finding, ...]]:
    """Return each name with its row, those that have none first, and that they have none.

    Raises:
        Refused: none of them has one.

    """
    rows = read_interactions_naming(names)
    found: list[tuple[str, InteractionRow | None]] = []
    for name in dict.fromkeys(names):
        row = find_drug(name, rows)
        if row is None or all(row is not other for _, other in found):
            found.append((name, row))
    found.sort(key=lambda one: one[1] is not None)
    unknown = tuple(unlisted(name) for name, row in found if row is None)
    if len(unknown) == len(found):
        said = ", ".join(finding.values["drug"] for finding in unknown)
        close = unknown[0].values["near"] if len(unknown) == 1 else ""
        raise refuse(Code.UNKNOWN_DRUG, known="tdmcli interact --list shows them", name=said, near=close)
    return found, unknown


def _assumed(facts: Facts, answers: tuple[InteractionAnswer, ...]) -> str | None:
    """Return what was not said of the level that troughs are predicted from (R24)."""
    if all(one.predicted is None or one.predicted.low_ng_ml is None for one in answers):
        return None
    return assumed(facts)


def _whole_table(question: InteractQuestion, facts: Facts) -> Answer[InteractData]:
    rows = sorted(read_interactions(), key=lambda row: (row.group, row.names[0]))
    table = tuple(ListedDrug(row.names[0], row.group, row.effect, row.names) for row in rows)
    data = InteractData(question.stopping, question.organ, (), None, (), table, None)
    return Answer(command="interact", data=data, as_of=facts.now, inputs=facts.inputs)


def _own_inputs(question: InteractQuestion, organ: str | None) -> dict[str, object]:
    """Return what only this command takes, as it was given (R62)."""
    inputs: dict[str, object] = {"asked": {"value": [clean(name) for name in question.drugs], "from": "arguments"}}
    if question.stopping:
        inputs["stopping"] = {"value": True, "from": "--stopping"}
    for name, day in (("start", question.start), ("stop", question.stop)):
        if day is not None:
            inputs[name] = {"value": day, "from": f"--{name}"}
    if question.organ is not None:
        inputs["organ"] = {"value": organ, "from": "--organ"}
    return inputs


def _organ(question: InteractQuestion, facts: Facts) -> str | None:
    return ask.find_indication(question.organ) if question.organ is not None else facts.indication


def _conflicts(known: list[InteractionRow], organ: str | None) -> tuple[Finding, ...]:
    return tuple(
        Finding(Code.SOURCES_CONFLICT, {"what": f"{row.names[0]} for {organ or 'an organ that was not named'}"})
        for row in known
        if row.organ_advice
    )
