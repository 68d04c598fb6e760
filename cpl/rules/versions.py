"""The version pair: SMETS or CHTS version, and GBCS version.

Appendix Z 2.1(d)  SMETS2+ only: the SMETS or CHTS version, and in each case the
    GBCS version, for which the Device Model has Assurance Certificates. CHTS if,
    and only if, it is a Communications Hub. One entry for each pair.
Appendix Z 2.1(e)  SMETS1 only: Version 1.2 of SMETS, for every Physical Device
    Type; the published list writes "GBCS Version 0.0" where there is none.

Reading: the published list writes SMETS 1.2 on SMETS1 hubs too, so the rule that
hubs carry CHTS is one for SMETS2+ alone.
"""

import re

from cpl.rules.device_types import COMMUNICATIONS_HUB, NAMES
from secgov.errors import Refusal

SMETS1 = "SMETS1"
SMETS2_PLUS = "SMETS2+"
GENERATIONS = (SMETS1, SMETS2_PLUS)
SMETS = "SMETS"
CHTS = "CHTS"
SPEC_TYPES = (SMETS, CHTS)
SMETS1_SPEC_VERSION = "1.2"
"""Appendix Z 2.1(e)."""
SMETS1_GBCS_VERSION = "0.0"
"""The published list's placeholder: there is no GBCS for SMETS1."""

_NUMBER = r"(?:0|[1-9][0-9]?)\.[0-9]{1,2}"
_VERSION = re.compile(rf"\s*V?\s*({_NUMBER})\s*\Z", re.IGNORECASE | re.ASCII)
_SPECIFICATION = re.compile(rf"\s*(SMETS|CHTS)\s+V({_NUMBER})\s*\Z", re.ASCII)
_GBCS = re.compile(rf"\s*GBCS\s+Version\s+({_NUMBER})\s*\Z", re.ASCII)


def clean_spec_type(text: str) -> str:
    """Give the Technical Specification, "SMETS" or "CHTS". Appendix Z 2.1(d)

    Raises Refusal (field ``spec_type``) for anything else.
    """
    tidy = text.strip().upper()
    if tidy not in SPEC_TYPES:
        raise Refusal(
            f"“{text.strip()}” is not a Technical Specification of this list."
            if tidy
            else "The Technical Specification is missing.",
            clause="Z2.1(d)",
            field="spec_type",
            remedy="Choose CHTS for a SMETS2+ Communications Hub, SMETS for everything else.",
        )
    return tidy


def clean_spec_version(text: str) -> str:
    """Give a SMETS or CHTS version as "4.2". Appendix Z 2.1(d)

    Takes "4.2" or "V4.2". Raises Refusal (field ``spec_version``).
    """
    return _clean_version(text, "spec_version", "SMETS or CHTS version", "4.2")


def clean_gbcs_version(text: str) -> str:
    """Give a GBCS version as "3.2". Appendix Z 2.1(d)

    Takes "3.2" or "V3.2". Raises Refusal (field ``gbcs_version``).
    """
    return _clean_version(text, "gbcs_version", "GBCS version", "3.2")


def generation_of(spec_type: str, spec_version: str) -> str:
    """Tell the generation from the specification: SMETS 1.2 is SMETS1. Section F2.1

    One list holds both generations; gives "SMETS1" or "SMETS2+".
    """
    return SMETS1 if (spec_type, spec_version) == (SMETS, SMETS1_SPEC_VERSION) else SMETS2_PLUS


def spec_type_for(device_type: str) -> str:
    """Tell which Technical Specification a SMETS2+ device of a type is built to. Appendix Z 2.1(d)

    Takes a type's code: "CHTS" for a Communications Hub, "SMETS" for everything else.
    """
    return CHTS if device_type == COMMUNICATIONS_HUB else SMETS


def check_version_pair(
    *, device_type: str, spec_type: str, spec_version: str, gbcs_version: str, generation: str = ""
) -> tuple[Refusal, ...]:
    """Check the version pair against the type and generation. Appendix Z 2.1(d)

    Takes cleaned values; ``generation`` is what the submitter said, or "" to
    derive it. Gives every Refusal, none when the pair may stand.
    """
    if generation and generation not in GENERATIONS:
        return (
            Refusal(
                f"“{generation}” is not a generation of Device Models.",
                clause="F2.1",
                field="generation",
                remedy="Choose SMETS1 or SMETS2+.",
            ),
        )
    if (generation or generation_of(spec_type, spec_version)) == SMETS1:
        return _check_smets1_pair(spec_type, spec_version, gbcs_version)
    return _check_smets2_pair(device_type, spec_type, spec_version, gbcs_version)


def _check_smets1_pair(spec_type: str, spec_version: str, gbcs_version: str) -> tuple[Refusal, ...]:
    """Force the constant of SMETS1. Appendix Z 2.1(e)"""
    refusals = []
    if (spec_type, spec_version) != (SMETS, SMETS1_SPEC_VERSION):
        refusals.append(
            Refusal(
                f"A SMETS1 Device Model is listed with Version 1.2 of SMETS, not {spec_type} {spec_version}.",
                clause="Z2.1(e)",
                field="spec_type" if spec_type != SMETS else "spec_version",
                remedy="Give SMETS 1.2, or choose SMETS2+ if that is what the Device Model is.",
            )
        )
    if gbcs_version != SMETS1_GBCS_VERSION:
        refusals.append(
            Refusal(
                f"No GBCS version applies to a SMETS1 Device Model, but {gbcs_version} was given.",
                clause="Z2.1(e)",
                field="gbcs_version",
                remedy="Give 0.0, which is how the list writes that there is none.",
            )
        )
    return tuple(refusals)


def _check_smets2_pair(
    device_type: str, spec_type: str, spec_version: str, gbcs_version: str
) -> tuple[Refusal, ...]:
    refusals = []
    hub = device_type == COMMUNICATIONS_HUB
    if hub != (spec_type == CHTS):
        refusals.append(
            Refusal(
                f"A SMETS2+ {NAMES[device_type]} is built to {CHTS if hub else SMETS}, not to {spec_type}.",
                clause="Z2.1(d)",
                field="spec_type",
                remedy=f"Choose {CHTS if hub else SMETS}, or correct the Physical Device Type.",
            )
        )
    if spec_type == SMETS and spec_version.startswith(("0.", "1.")):
        refusals.append(
            Refusal(
                f"SMETS {spec_version} is not a version that a SMETS2+ Device Model can be built to.",
                clause="Z2.1(d)",
                field="spec_version",
                remedy="Give the SMETS version on the certificate, 2.0 or later; for SMETS1 give 1.2.",
            )
        )
    if gbcs_version == SMETS1_GBCS_VERSION:
        refusals.append(
            Refusal(
                "A SMETS2+ Device Model needs its GBCS version; 0.0 stands for none.",
                clause="Z2.1(d)",
                field="gbcs_version",
                remedy="Give the GBCS version for which the Device Model is certified.",
            )
        )
    return tuple(refusals)


def specification_text(spec_type: str, spec_version: str) -> str:
    """Write the specification as the published list does: "CHTS V1.0". Appendix Z 2.1(d)"""
    return f"{spec_type} V{spec_version}"


def gbcs_text(gbcs_version: str) -> str:
    """Write the GBCS version as the published list does: "GBCS Version 1.0". Appendix Z 2.1(d)"""
    return f"GBCS Version {gbcs_version}"


def parse_specification(text: str) -> tuple[str, str]:
    """Read "CHTS V1.0 " from a published list into ("CHTS", "1.0"). Appendix Z 2.1(d)

    Blanks at the ends are dropped, as the published list has some. Raises Refusal
    (field ``spec_version``).
    """
    if not (found := _SPECIFICATION.match(text)):
        raise Refusal(
            f"“{text.strip()}” is not a specification version.",
            clause="Z2.1(d)",
            field="spec_version",
            remedy="Write it like “SMETS V4.2” or “CHTS V1.3”.",
        )
    return found[1], found[2]


def parse_gbcs(text: str) -> str:
    """Read "GBCS Version 1.1  " from a published list into "1.1". Appendix Z 2.1(d)

    Raises Refusal (field ``gbcs_version``).
    """
    if not (found := _GBCS.match(text)):
        raise Refusal(
            f"“{text.strip()}” is not a GBCS version.",
            clause="Z2.1(d)",
            field="gbcs_version",
            remedy="Write it like “GBCS Version 3.2”.",
        )
    return found[1]


def _clean_version(text: str, field: str, name: str, example: str) -> str:
    if not (found := _VERSION.match(text)):
        raise Refusal(
            f"“{text.strip()}” is not a {name}." if text.strip() else f"The {name} is missing.",
            clause="Z2.1(d)",
            field=field,
            remedy=f"Write it like {example}.",
        )
    return found[1]
