"""Listed Device Models with CPA Certificates that come to a date, and the daily run as of an instant."""

import datetime as dt

from cpl.models import AssuranceCertificate, DeviceModel, EstateClaim
from cpl.services import expiry
from secgov.accounts.models import Organisation, User
from secgov.time_rules import LONDON
from tests.factories import casts, devices, publishing

HUB = {"device_type": "communications_hub", "spec_type": "CHTS", "spec_version": "1.3"}


def at(day: str, time: str = "06:30") -> dt.datetime:
    """Give the instant at which London's clocks show a time."""
    return dt.datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=LONDON).astimezone(dt.UTC)


def expiring(
    cast: casts.Cast,
    *,
    on: str,
    listed_at: dt.datetime,
    number: str = "",
    expiry_date: bool = False,
    **values: object,
) -> AssuranceCertificate:
    """List a device under a CPA Certificate with that renewal date, or expiry date; give the certificate."""
    number = number or f"CPA-{on}-{AssuranceCertificate.objects.count()}"
    date = {"renews_on": None, "expires_on": dt.date.fromisoformat(on)} if expiry_date else {
        "renews_on": dt.date.fromisoformat(on)
    }  # fmt: skip
    issued = {"issued_on": dt.date(2024, 1, 5)}
    given = (
        devices.ZIGBEE | issued | {"number": f"ZIG-{number}"},
        devices.CPA | issued | {"number": number} | date,
    )
    values.setdefault("firmware_version", f"{DeviceModel.objects.count() + 1:08d}")
    publishing.listed(cast, at=listed_at, certificates=given, **values)
    return AssuranceCertificate.objects.get(number=number)


def claimed(
    certificate: AssuranceCertificate, organisation: Organisation, by: User, role: str = "gas"
) -> list[EstateClaim]:
    """Say that an organisation supplies every model under a certificate."""
    models = DeviceModel.objects.filter(coverage__certificate=certificate)
    return [
        EstateClaim.objects.create(
            organisation=organisation, device_model=model, role=role, since=dt.date(2024, 1, 5),
            claimed_at=devices.NOON, claimed_by=by,
        )
        for model in models
    ]  # fmt: skip


def run(day: str, time: str = "06:30") -> int:
    """Run the daily sweep as of an instant."""
    instant = at(day, time)
    return expiry.send_expiry_notices(clock=lambda: instant)


def stages(certificate: AssuranceCertificate) -> dict[str, str]:
    """Give the state of each stage of a certificate's newest date."""
    newest = certificate.expiry_notices.order_by("-relevant_on").first().relevant_on
    return {each.stage: each.state for each in certificate.expiry_notices.filter(relevant_on=newest)}
