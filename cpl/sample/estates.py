"""Sample estates: two Suppliers, each with some of the list's Device Models, made by the service as in life."""

import datetime as dt

from cpl.models import DeviceModel, ListingPeriod
from cpl.rules.estate import GAS, IMPORT, roles_for
from cpl.services.estate import claim_model
from secgov.accounts.models import User
from secgov.accounts.permissions import Duty, organisations_of
from secgov.time_rules import london_day

EVERY = 3
"""One model in so many stays with nobody, for the Secretariat's list."""


def load_estates(*, people: dict[str, User], at: dt.datetime) -> None:
    """Give the two sample Suppliers models in turn; a third of them nobody claims."""
    suppliers = [people["supplier"], people["supplier2"]]
    listed = DeviceModel.objects.filter(periods__in=ListingPeriod.objects.open()).order_by("number")
    since = london_day(at) - dt.timedelta(days=400)
    for place, model in enumerate(listed):
        if place % EVERY == len(suppliers):
            continue
        person = suppliers[place % EVERY]
        role = next((each for each in (IMPORT, GAS) if each in roles_for(model.device_type)), None)
        [organisation] = organisations_of(person, Duty.KEEP_ESTATE)[:1]
        if role:
            claim_model(organisation=organisation, entry=model.pk, role=role, since=since, by=person, at=at)
