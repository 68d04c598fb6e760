"""Who plays in a story of a listing."""

from dataclasses import dataclass

from cpl.models import EligibleCombination, EligibleCombinationMember, Submission
from secgov.accounts.models import Organisation, Role, User
from tests.factories import people


@dataclass
class Cast:
    """A manufacturer, its rival, the Secretariat and the Approver."""

    maker: Organisation
    manufacturer: User
    rival: User
    secretariat: User
    approver: User


def cast() -> Cast:
    """Make the people of a listing."""
    maker = people.organisation("Tarnwick Gas Meters")
    code_body = people.organisation("Code administrator", Organisation.Kind.CODE_BODY)
    return Cast(
        maker=maker,
        manufacturer=people.person(Role.MANUFACTURER, maker),
        rival=people.person(Role.MANUFACTURER),
        secretariat=people.person(Role.SECRETARIAT, code_body),
        approver=people.person(Role.APPROVER, code_body),
    )


def eligible_combination(submission: Submission) -> EligibleCombination:
    """A SMETS1 eligible combination that holds a submission's device."""
    combination = EligibleCombination.objects.create(
        communications_service_provider="North",
        evidence_reference="PPCT-1",
        first_added_on=people.LONG_AGO.date(),
    )
    names = [
        field.name
        for field in EligibleCombinationMember._meta.get_fields()
        if field.name not in ("id", "combination")
    ]
    EligibleCombinationMember.objects.create(
        combination=combination, **{name: getattr(submission, name) for name in names}
    )
    return combination
