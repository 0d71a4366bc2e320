"""From a patient file to a history: one clear line for the first fault, with file, line and key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from tdmcli.domain.history import (
    DrugPeriod,
    Event,
    History,
    LevelRecord,
    Measured,
    RegimenPeriod,
    Symptom,
    day_of,
    noon,
)
from tdmcli.domain.regimen import Regimen
from tdmcli.domain.units import clean, make_level
from tdmcli.errors import BadFile
from tdmcli.records.faults import fault, first_fault
from tdmcli.records.patient_file import LAB_TESTS, LevelEntry, PatientFile, RegimenEntry
from tdmcli.records.reading import Document, read_document
from tdmcli.records.values import zone_named
from tdmcli.tables.readers import read_policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import tzinfo
    from decimal import Decimal
    from pathlib import Path

    from tdmcli.tables.product_rows import ProductRow


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """A patient's history with the file it came from: name and sha256."""

    file_name: str
    sha256: str
    history: History


def read_patient(path: Path, products: Iterable[ProductRow], molecular_weight: Decimal) -> PatientRecord:
    """Return the history that a patient file holds.

    Args:
        path: the file.
        products: the rows that a regimen's product must be one of.
        molecular_weight: of tacrolimus, g/mol, for levels in nmol/L.

    Raises:
        BadFile: it can't be read, or says something it must not.

    """
    return patient_of(read_document(path), products, molecular_weight)


def patient_of(document: Document, products: Iterable[ProductRow], molecular_weight: Decimal) -> PatientRecord:
    """Return the history that a document holds; arguments as of `read_patient`.

    Raises:
        EntryFault: an entry says something it must not.

    """
    zone = _zone(document)
    try:
        entries = PatientFile.model_validate(document.tables, context={"zone": zone})
    except ValidationError as error:
        raise first_fault(document, error) from None
    by_name = {name: product for product in products for name in (product.id, *product.aliases)}
    maker = _Maker(document, zone or UTC, by_name, molecular_weight)
    return PatientRecord(document.name, document.sha256, maker.history(entries))


def _zone(document: Document) -> tzinfo | None:
    patient = document.tables.get("patient")
    if not isinstance(patient, dict) or "time_zone" not in patient:
        return None
    try:
        return zone_named(patient["time_zone"])
    except ValueError as error:
        raise fault(document, ("patient", "time_zone"), str(error)) from None


class _Maker:
    """Turns checked entries into the domain's shapes, with the checks between rows (R36, R54, R55)."""

    def __init__(
        self, document: Document, zone: tzinfo, products: dict[str, ProductRow], molecular_weight: Decimal
    ) -> None:
        self._document = document
        self._zone = zone
        self._products = products
        self._molecular_weight = molecular_weight

    def history(self, entries: PatientFile) -> History:
        """Return the history, its rows sorted by time."""
        patient, condition, transplant = entries.patient, entries.condition, entries.transplant
        start = transplant.date if transplant else condition.start if condition else None
        if patient.birth_date and start and patient.birth_date > start:
            raise self._fault(("patient", "birth_date"), "is after the transplant or the start of treatment")
        self._check_weights(entries)
        self._check_hematocrits(entries)
        self._check_once("weights", "measured", [one.measured for one in entries.weights])
        target = entries.target
        weights = [Measured(one.measured, one.kg, noon(one.measured, self._zone)) for one in entries.weights]
        levels = self._levels(entries.levels, start)
        return History(
            patient_id=patient.id,
            zone=self._zone,
            birth_date=patient.birth_date,
            weight_kg=patient.weight_kg,
            height_cm=patient.height_cm,
            sex=patient.sex,
            cyp3a5=entries.genotype.cyp3a5 if entries.genotype else None,
            cyp3a4=entries.genotype.cyp3a4 if entries.genotype else None,
            donor_cyp3a5=entries.genotype.donor_cyp3a5 if entries.genotype else None,
            indication=transplant.organ if transplant else condition.indication if condition else None,
            start_date=start,
            phase=condition.phase if condition else None,
            target_ng_ml=(target.low_ng_ml, target.high_ng_ml) if target else None,
            target_reason=target.reason if target else None,
            regimens=self._regimens(entries.regimens),
            levels=levels,
            drugs=tuple(
                sorted(
                    (self._drug(number, one) for number, one in enumerate(entries.drugs)),
                    key=lambda drug: (drug.start, drug.name),
                )
            ),
            events=tuple(sorted((Event(one.at, one.kind) for one in entries.events), key=lambda one: one.at)),
            symptoms=tuple(
                sorted(
                    (Symptom(one.noted, one.name) for one in entries.symptoms), key=lambda one: (one.noted, one.name)
                )
            ),
            weights=tuple(sorted(weights, key=lambda one: one.day)),
            labs=self._labs(entries),
        )

    def _fault(self, place: Sequence[str | int], what: str) -> BadFile:
        return fault(self._document, place, what)

    def _drug(self, number: int, entry: Any) -> DrugPeriod:
        if entry.stop is not None and entry.stop < entry.start:
            raise self._fault(("drugs", number, "stop"), "is before its start")
        return DrugPeriod(entry.name, entry.start, entry.stop)

    def _check_once(self, table: str, key: str, times: Sequence[object]) -> None:
        """Refuse a second entry of one time: which of two values holds is not guessed (R54)."""
        seen: set[object] = set()
        for number, moment in enumerate(times):
            if moment in seen:
                raise self._fault((table, number, key), "is the time of another entry too: keep one")
            seen.add(moment)

    def _check_weights(self, entries: PatientFile) -> None:
        """Refuse a weight that no patient has (R29)."""
        limits = read_policy().weight
        given: list[tuple[tuple[str | int, ...], Decimal | None]] = [
            (("patient", "weight_kg"), entries.patient.weight_kg)
        ]
        given += [(("weights", number, "kg"), one.kg) for number, one in enumerate(entries.weights)]
        for place, kg in given:
            if kg is not None and not limits.lowest_kg <= kg <= limits.highest_kg:
                raise self._fault(place, f"must be within {limits.lowest_kg} to {limits.highest_kg} kg [policy]")

    def _check_hematocrits(self, entries: PatientFile) -> None:
        """Refuse a haematocrit that no patient has: mostly a fraction for per cent."""
        policy = read_policy().level
        low, high = policy.hematocrit_lowest_percent, policy.hematocrit_highest_percent
        for number, one in enumerate(entries.labs):
            if one.hematocrit_percent is not None and not low <= one.hematocrit_percent <= high:
                what = f"must be within {low} to {high} per cent [policy], such as 36 and not 0.36"
                raise self._fault(("labs", number, "hematocrit_percent"), what)

    def _regimens(self, entries: tuple[RegimenEntry, ...]) -> tuple[RegimenPeriod, ...]:
        periods = []
        started: set[tuple[datetime, str]] = set()
        for number, entry in enumerate(entries):
            product = self._products.get(entry.product.casefold())
            if product is None:
                known = ", ".join(sorted({one.id for one in self._products.values()}))
                raise self._fault(("regimens", number, "product"), f"is not a known product; known: {known}")
            if (entry.start, entry.product) in started:
                raise self._fault(("regimens", number, "start"), "is the start of another regimen too: keep one")
            started.add((entry.start, entry.product))
            if entry.stop is not None and entry.stop <= entry.start:
                raise self._fault(("regimens", number, "stop"), "is not after its start")
            try:
                regimen = Regimen(entry.intakes_mg, entry.interval_h, product)
            except ValueError as error:
                raise self._fault(("regimens", number, "intakes_mg"), f"is not a regimen: {error}") from None
            route = product.route if product.route != "oral" else entry.route
            periods.append(RegimenPeriod(entry.start, regimen, str(route), entry.stop))
        return tuple(sorted(periods, key=lambda period: period.start))

    def _levels(self, entries: tuple[LevelEntry, ...], start: date | None) -> tuple[LevelRecord, ...]:
        records: dict[datetime, LevelRecord] = {}
        corrections = [(one.corrects, number) for number, one in enumerate(entries) if one.corrects is not None]
        for moment, number in corrections:
            if any(moment == other and number > earlier for other, earlier in corrections):
                raise self._fault(("levels", number, "corrects"), "is corrected by another entry too: keep one")
        times = {self._moment(one.taken) for one in entries}
        order = sorted(range(len(entries)), key=lambda number: (entries[number].corrects is not None, number))
        for number in order:
            record = self._level(number, entries[number])
            key = record.taken
            if start is not None and day_of(key, self._zone) < start:
                what = "is before the transplant or the start of treatment"
                raise self._fault(("levels", number, "taken"), what)
            if record.corrects is not None and record.corrects not in times:
                raise self._fault(("levels", number, "corrects"), "is the time of no entry")
            if key in records and record.corrects is None:
                same = records[key].level.text == record.level.text
                what = "is the same entry twice" if same else "is the time of another entry with another value"
                first = next(n for n in order if self._moment(entries[n].taken) == key) + 1
                advice = f"keep one, or mark it with corrects (the other is number {first})"
                raise self._fault(("levels", number, "taken"), f"{what}: {advice}")
            twin = next((one for one in records.values() if one.taken == key), None)
            if twin is not None and record.corrects != key:
                what = "is the time of another entry, which it does not correct"
                raise self._fault(("levels", number, "taken"), what)
            old = next((one for one in records.values() if one.taken == record.corrects), None)
            if old is not None:
                record = _inherited(record, old, entries[number])
            records[key if record.corrects is None else _after(key, records)] = record
        return tuple(sorted(records.values(), key=lambda record: record.taken))

    def _level(self, number: int, entry: LevelEntry) -> LevelRecord:
        value, censor = entry.value
        taken = self._moment(entry.taken)
        if entry.last_dose is not None and entry.last_dose > taken:
            raise self._fault(("levels", number, "last_dose"), "is after the sample was taken")
        return LevelRecord(
            taken=taken,
            level=make_level(value, censor, entry.unit, self._molecular_weight),
            untimed=not isinstance(entry.taken, datetime),
            last_dose=entry.last_dose,
            assay=entry.assay,
            lab=entry.lab,
            flags=tuple(clean(flag) for flag in entry.flags),
            corrects=self._moment(entry.corrects) if entry.corrects is not None else None,
        )

    def _moment(self, moment: Any) -> datetime:
        """Return a time; a day alone stands at its noon and is marked as untimed."""
        return moment if isinstance(moment, datetime) else noon(moment, self._zone)

    def _labs(self, entries: PatientFile) -> tuple[tuple[str, Measured], ...]:
        found: list[tuple[str, Measured]] = []
        for entry in entries.labs:
            day = day_of(entry.taken, self._zone) if isinstance(entry.taken, datetime) else entry.taken
            values = ((test, getattr(entry, test)) for test in LAB_TESTS)
            found.extend(
                (test, Measured(day, value, self._moment(entry.taken))) for test, value in values if value is not None
            )
        seen = [(test, one.at) for test, one in found]
        if len(set(seen)) < len(seen):
            raise self._fault(("labs", 0), "have one test twice at the same time: keep one")
        return tuple(sorted(found, key=lambda one: (one[1].at, one[0])))


def _inherited(record: LevelRecord, old: LevelRecord, entry: LevelEntry) -> LevelRecord:
    """Return a correction with what it does not say of the sample: its flags, and at the same time its last dose."""
    flags = record.flags if "flags" in entry.model_fields_set else old.flags
    last_dose = record.last_dose or (old.last_dose if old.taken == record.taken else None)
    return replace(record, flags=flags, last_dose=last_dose)


def _after(key: datetime, records: dict[datetime, LevelRecord]) -> datetime:
    """Return a key of its own for a correction, which bears the same time as what it corrects."""
    while key in records:
        key = key.replace(microsecond=key.microsecond + 1)
    return key
