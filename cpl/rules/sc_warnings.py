"""What looks wrong about the Security Characteristics that a submission names.

SC Methodology 5.4  A version that Table 4 of Schedule 11 does not map to the GBCS version submitted.
SC Methodology 6.16  Another version than the one that was newest when certification began.

Each warns and none refuses: whoever submits puts it right, or says why it is right. Where the register knows nothing of
a version, or nobody gave the day on which certification began, there is nothing to warn of.
"""

from collections.abc import Sequence
from datetime import date

from cpl.rules.device_identity import DeviceIdentity
from cpl.rules.security_characteristics import goes_with, read_number
from cpl.rules.versions import SMETS1
from cpl.rules.warnings import SubmissionWarning


def version_warning(
    *, name: str, named: str, expected: str, commenced_on: date | None
) -> SubmissionWarning | None:
    """Warn of another version than expected when certification began. SC Methodology 6.16

    Takes the certificate's name, the version it names, the one expected ("" for not known) and the day.
    """
    number = read_number(named)
    if not expected or commenced_on is None or (number is not None and str(number) == expected):
        return None
    return SubmissionWarning(
        "sc-version",
        "SC-6.16",
        "certificates",
        f"{name} names another version of Security Characteristics than expected",
        f"{name} names version {named}.",
        f"Certification began on {commenced_on.day} {commenced_on:%B %Y}; version {expected} was the newest then published.",
        (name, named, expected, commenced_on.isoformat()),
    )


def mapping_warning(
    device: DeviceIdentity, *, name: str, named: str, mapped: Sequence[str]
) -> SubmissionWarning | None:
    """Warn of a version that does not go with the GBCS version submitted. SC Methodology 5.4"""
    if device.generation == SMETS1 or goes_with(device.gbcs_version, mapped=mapped) is not False:
        return None
    return SubmissionWarning(
        "sc-gbcs",
        "SC-5.4",
        "certificates",
        f"{name} names Security Characteristics that go with other GBCS versions",
        f"{name} names version {named}; the submission says GBCS {device.gbcs_version}.",
        f"Version {named} goes with GBCS {', '.join(mapped)}.",
        (name, named, device.gbcs_version, *mapped),
    )
