"""A Supplier's estate: saying which Device Models it supplies, taking one over from another, ending a claim (F2.6)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from cpl.models import DeviceModel, EstateClaim, ListingPeriod
from cpl.notices import notice_contacts
from cpl.rules import estate as rules
from cpl.rules.submissions import clean_reason
from cpl.upload_reading import check_file, read_lines
from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, Grant, require
from secgov.errors import Conflict, Refusal
from secgov.journal import services as journal
from secgov.journal.nudge import nudge
from secgov.time_rules import london_day

CLAUSE = "F2.6"
TAKEN_OVER = "cpl/estate_taken_over"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What keeps one row of a file from being taken."""

    row: int
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class EstateReport:
    """What became of a file: the claims made, how many stood already, and what is wrong; with a problem nothing is made."""

    made: int
    standing: int
    problems: tuple[RowProblem, ...]


@transaction.atomic
def claim_model(
    *, organisation: Organisation, entry: int, role: str, since: dt.date, by: User, at: dt.datetime,
    taken_over_from: Organisation | None = None,
) -> EstateClaim:  # fmt: skip
    """Say that an organisation supplies a Device Model, in a role, since a day. Section F2.6(b)

    With `taken_over_from` that organisation's claim in the same role ends the same day, and it is told; where it made
    none, nothing of it changes. Raises NotPermitted, Refusal (field `entry`, `role`, `since`), and Conflict where the
    claim stands already.
    """
    grant = _hold(organisation, by)
    [model] = _listed([entry]).values() or [None]
    _check(entry, model, role, since, at)
    if (
        EstateClaim.objects.current()
        .filter(organisation=organisation, device_model=entry, role=role)
        .exists()
    ):
        raise Conflict(f"Entry {entry:06d} stands in the estate already.")
    before = _take(organisation, taken_over_from, entry, role, since, grant, at) if taken_over_from else None
    claim = _make(organisation, entry, role, since, by, at, before)
    journal.record(
        actor=grant.actor, at=at, verb="cpl.estate.claimed", subject=claim, clause=CLAUSE,
        reason=f"{organisation} says that it supplies this Device Model.",
        after={"entry": entry, "role": role, "since": since, "taken_over": before is not None},
    )  # fmt: skip
    return claim


def _hold(organisation: Organisation, by: User) -> Grant:
    """Give the membership by which a person keeps this estate; of two presses at one instant the second waits and sees."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    return require(by, Duty.KEEP_ESTATE, organisation, hidden=True)


@transaction.atomic
def end_claim(*, claim: EstateClaim, by: User, at: dt.datetime, reason: str) -> EstateClaim:
    """Say that an organisation supplies a Device Model no longer, from today. Section F2.6(b)

    Raises NotPermitted (hidden), Refusal for no reason, Conflict where it ended already.
    """
    claim = (
        EstateClaim.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=claim.pk)
    )
    grant = require(by, Duty.KEEP_ESTATE, claim.organisation, hidden=True)
    if claim.ended_on is not None:
        raise Conflict("This claim has ended already.")
    _end(claim, max(london_day(at), claim.since), clean_reason(reason, clause=CLAUSE))
    journal.record(
        actor=grant.actor, at=at, verb="cpl.estate.ended", subject=claim, clause=CLAUSE, reason=claim.end_reason,
        after={"entry": claim.device_model_id, "role": claim.role, "ended_on": claim.ended_on},
    )  # fmt: skip
    return claim


@transaction.atomic
def claim_from_file(
    *, organisation: Organisation, name: str, data: bytes, by: User, at: dt.datetime
) -> EstateReport:
    """Make a claim of every row of a CSV or XLSX file, all of them or none. Section F2.6(b)

    The first row names the columns entry, role and since. What stands already is passed over. Raises NotPermitted, and
    Refusal (field `file`) for what is no such table; what is wrong with single rows stands in the report.
    """
    grant = _hold(organisation, by)
    check_file(name, data)
    rows, problems = _read(name, data)
    listed = _listed([each.entry for each in rows])
    standing = set(
        EstateClaim.objects.current().filter(organisation=organisation).values_list("device_model", "role")
    )
    claims: list[EstateClaim] = []
    seen: set[tuple[int, str]] = set()
    for row in rows:
        try:
            _check(row.entry, listed.get(row.entry), row.role, row.since, at)
        except Refusal as refusal:
            problems.append(_problem(row.row, refusal))
            continue
        if (row.entry, row.role) in standing | seen:
            continue
        seen.add((row.entry, row.role))
        claims.append(
            EstateClaim(
                organisation=organisation, device_model_id=row.entry, role=row.role, since=row.since, claimed_at=at,
                claimed_by=by,
            )
        )  # fmt: skip
    if problems:
        return EstateReport(0, 0, tuple(sorted(problems, key=lambda each: each.row)))
    EstateClaim.objects.bulk_create(claims)
    if claims:
        journal.record(
            actor=grant.actor, at=at, verb="cpl.estate.claimed_by_file", subject=organisation, clause=CLAUSE,
            reason=f"{organisation} says that it supplies these Device Models.",
            after={"claims": [[each.device_model_id, each.role, each.since] for each in claims]},
        )  # fmt: skip
    return EstateReport(len(claims), len(rows) - len(claims), ())


def _read(name: str, data: bytes) -> tuple[list[rules.EstateRow], list[RowProblem]]:
    rows: list[rules.EstateRow] = []
    problems: list[RowProblem] = []
    lines = read_lines(name, data)
    header = next(lines, None)
    columns = rules.read_header([str(cell) for cell in header.cells] if header else [])
    for line in lines:
        try:
            rows.append(rules.read_row(line.row, [_shown(cell) for cell in line.cells], columns))
        except Refusal as refusal:
            problems.append(_problem(line.row, refusal))
    return rows, problems


def _shown(cell: object) -> object:
    """A number in a cell is taken as it shows: entry numbers are often typed without their zeros."""
    return cell if isinstance(cell, str | dt.date) else getattr(cell, "shown", cell)


def _problem(row: int, refusal: Refusal) -> RowProblem:
    return RowProblem(row, refusal.field, f"{refusal.message} {refusal.remedy}".strip())


def _listed(entries: Iterable[int]) -> dict[int, DeviceModel]:
    periods = (
        ListingPeriod.objects.open().filter(device_model__in=set(entries)).select_related("device_model")
    )
    return {period.device_model_id: period.device_model for period in periods}


def _check(entry: int, model: DeviceModel | None, role: str, since: dt.date, at: dt.datetime) -> None:
    if model is None:
        raise Refusal(
            f"Entry {entry:06d} is not on the list.",
            clause="F2.6(b)",
            field="entry",
            remedy="Give a Current entry.",
        )
    rules.check_claim(
        entry=f"{entry:06d}",
        device_type=model.device_type,
        role=role,
        is_listed=True,
        since=since,
        today=london_day(at),
    )


def _make(
    organisation: Organisation, entry: int, role: str, since: dt.date, by: User, at: dt.datetime, before: EstateClaim | None
) -> EstateClaim:  # fmt: skip
    claim = EstateClaim(
        organisation=organisation, device_model_id=entry, role=role, since=since, claimed_at=at, claimed_by=by,
        taken_over_from=before,
    )  # fmt: skip
    claim.full_clean()
    claim.save()
    return claim


def _end(claim: EstateClaim, on: dt.date, reason: str) -> None:
    claim.ended_on, claim.end_reason = on, reason
    claim.full_clean()
    claim.save(update_fields=["ended_on", "end_reason"])


def _take(
    organisation: Organisation, other: Organisation, entry: int, role: str, since: dt.date, grant: Grant, at: dt.datetime
) -> EstateClaim | None:  # fmt: skip
    """End the other's claim from the day on which the new one begins, and tell it."""
    claim = (
        EstateClaim.objects.current()
        .select_for_update()
        .filter(organisation=other, device_model=entry, role=role)
        .exclude(organisation=organisation)
        .first()
    )
    if claim is None:
        return None
    _end(claim, max(since, claim.since), f"{organisation} has taken it over.")
    journal.record(
        actor=grant.actor, at=at, verb="cpl.estate.taken_over", subject=claim, clause=CLAUSE, reason=claim.end_reason,
        after={"entry": entry, "role": role, "by": organisation.name},
    )  # fmt: skip
    journal.give_notice(
        organisation_id=other.pk, recipients=notice_contacts(other), template=TAKEN_OVER,
        context={
            "entry": f"{entry:06d}", "by": organisation.name, "role": rules.ROLES[role],
            "since": f"{since.day} {since:%B %Y}",
        },
        title=f"{organisation} has taken entry {entry:06d} over from your estate", clause=CLAUSE, subject=claim,
        key=f"estate:{claim.pk}", at=at,
    )  # fmt: skip
    nudge("journal.send_messages")
    return claim


def suppliers_beside(organisation: Organisation) -> Sequence[Organisation]:
    """Give the other Suppliers, from whom a model may be taken over."""
    rows = Organisation.objects.parties().filter(party_category__in=["large_supplier", "small_supplier"])
    return list(rows.exclude(pk=organisation.pk).order_by("name"))
