"""A determination as the rules judge it, read from the rows; and who might be obliged by a plan (Appendix Z 6.2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from cpl.models import DeviceModel, EstateClaim
from cpl.rules.estate import GAS, IMPORT
from cpl.services.dcc_list_contents import counts_for
from secgov.accounts.models import Organisation
from ssc.models import Case, Determination
from ssc.rules import determinations as rules
from ssc.rules.plans import Period

TEXTS = (
    "security_implications", "consumer_consequences", "weighing", "devices_unknown_reason", "ncsc_information",
    "reasons", "minute_reference",
)  # fmt: skip
PERIODS = (
    "proposal_days", "proposal_unit", "proposal_starts_on", "approval_days", "approval_unit", "approval_starts_on",
)  # fmt: skip
FIELDS = (*TEXTS, *PERIODS, "ncsc_provided_none", "outcome", "with_plan", "determined_on")
"""What the secretary writes; documents, clause and the Parties obliged are given apart."""


def party_of(organisation: Organisation) -> rules.Party:
    """Give an organisation as the rules see it: as what it might be obliged."""
    roles = {
        rules.DCC: organisation.kind == Organisation.Kind.DCC,
        IMPORT: organisation.is_party and organisation.is_import_supplier,
        GAS: organisation.is_party and organisation.is_gas_supplier,
    }
    return rules.Party(
        organisation.pk, organisation.name, frozenset(role for role, held in roles.items() if held)
    )


def candidates_for(model: DeviceModel) -> list[Organisation]:
    """Give the Parties on whom a plan for a Device Model can be imposed. Appendix Z 6.2(c)

    By role alone: those known to have such Devices are told apart by `known_suppliers_of`.
    """
    roles = set(rules.obliged_roles(device_type=model.device_type, generation=model.generation))
    parties = Organisation.objects.parties().order_by("name")
    return [each for each in parties if party_of(each).roles & roles]


def known_suppliers_of(model: DeviceModel) -> set[int]:
    """Give the keys of those candidates that are known to have Devices of a model: by their own estate, or the DCC's counts.

    The DCC itself is known to have every Communications Hub.
    """
    candidates = {each.pk for each in candidates_for(model)}
    if rules.is_automatic(device_type=model.device_type, generation=model.generation):
        return candidates
    claims = EstateClaim.objects.current().filter(device_model=model)
    counted = counts_for(None).filter(device_model=model, devices__gt=0)
    known = {*claims.values_list("organisation", flat=True), *counted.values_list("organisation", flat=True)}
    return candidates & known


def devices_known(model: DeviceModel) -> bool:
    """Whether the DCC's newest counts say how many Devices of a model there are. Appendix Z 6.2(a)"""
    return counts_for(None).filter(device_model=model).exists()


def considered(row: Determination, obliged: Iterable[Organisation], *, today: dt.date) -> rules.Considered:
    """Give a determination as the rules judge it today, with the Parties named. Appendix Z 6.2"""
    model = row.case.device_model
    return rules.Considered(
        clause=row.clause,
        devices_known=devices_known(model),
        ncsc_information=bool(row.ncsc_information.strip() or row.ncsc_document_id),
        ncsc_provided_none=row.ncsc_provided_none,
        outcome=row.outcome,
        with_plan=row.with_plan,
        device_type=model.device_type,
        generation=model.generation,
        obliged=tuple(party_of(each) for each in obliged),
        proposal=Period(row.proposal_days, row.proposal_unit, row.proposal_starts_on),
        approval=Period(row.approval_days, row.approval_unit, row.approval_starts_on),
        determined_on=row.determined_on,
        struck_on=min(
            (each.event.occurred_on for each in row.case.events.select_related("event")), default=None
        ),
        today=today,
        **{name: getattr(row, name) for name in TEXTS if name != "ncsc_information"},
    )


def values_of(row: Determination) -> dict[str, Any]:
    """Give all that a determination says, as the Chair sees it and its digest binds. TR-10"""
    return {
        "case": row.case.reference,
        "entry": str(row.case.device_model),
        "clause": row.clause,
        "supplements": row.supplements_id,
        **{name: getattr(row, name) for name in FIELDS},
        "ncsc_document": row.ncsc_document.content_id if row.ncsc_document else "",
        "minute": row.minute.content_id if row.minute else "",
        "obliged": sorted(each.name for each in row.obliged.all()),
        "version": row.version,
    }


def digest_of(row: Determination) -> str:
    """Give the digest of exactly what a determination says. TR-10"""
    return rules.digest_of(values_of(row))


def may_still_remove(case: Case) -> Determination | None:
    """Give the determination after which the SSC may still determine removal, or None. Appendix Z 6.4"""
    row = (
        case.determinations.filter(state=Determination.State.CONFIRMED, binding__isnull=False)
        .select_related("binding")
        .order_by("-pk")
        .first()
    )
    stands = any(
        each.event.overtaken_at is None and each.event.state in ("unconfirmed", "confirmed")
        for each in case.events.select_related("event")
    )
    if row and row.binding and rules.may_still_remove(
        outcome=row.outcome, with_plan=bool(row.with_plan), binds=row.binding.state == "binding", event_stands=stands
    ):  # fmt: skip
        return row
    return None
