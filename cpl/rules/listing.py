"""When a Device Model may be added to the Central Products List.

Section F2.1  (a) A SMETS2+ Device Model is on the list once the Panel has received
    all Assurance Certificates required for its Physical Device Type; (b) a SMETS1
    one once it has received all information that the CPL Requirements Document
    asks for: no certificate is required, and none is asked for.
Appendix Z 2.1  (c) new firmware is a new entry; (d) the certificates are held for
    this very version pair; (h) an image has all its items or none.
Section F2.17  The details of Section F2.15 come with the submission.
PPCT Report 4.1.2  A SMETS1 Device Model is added only once it is part of an
    eligible product combination.
Z6-R1  A SMETS2+ Device Model that was removed returns by a new submission that
    names its entry; a SMETS1 one removed under Appendix Z 6.8 by reinstatement.

The same limbs are judged twice: when the listing is proposed, and again, now, when
a second person approves it. A certificate counts when it is in force that day, or
attested and awaiting this very approval.

Reading: the eligible combination may be set aside by the Panel with a reason (A-36).
A Device Model keeps its number when it returns (A-15, A-24).
"""

from dataclasses import dataclass
from datetime import date

from cpl.rules.certificates import (
    BODIES,
    BODY_NAMES,
    INVALID,
    KIND_NAMES,
    KINDS,
    VOID,
    Certificate,
    awaits_approval,
    is_covered,
    is_current,
    is_in_force,
    relevant_date,
    validity_limbs,
)
from cpl.rules.device_identity import DeviceIdentity
from cpl.rules.image import NO_IMAGE, Image, read_image
from cpl.rules.limbs import Limb, check_limbs, limb, unmet
from cpl.rules.versions import SMETS1, gbcs_text, specification_text
from firmware_repo.rules.release import read_release


@dataclass(frozen=True, slots=True)
class FormerListing:
    """An entry of the same Device Model that was removed: its number and the closing clause's key.

    ``closing_clause`` is "" where an imported entry does not say why it was removed.
    """

    number: str
    closing_clause: str = ""


@dataclass(frozen=True, slots=True)
class ListingFacts:
    """Everything that decides whether a Device Model may be listed.

    ``required`` are the bodies required that day; ``certificates`` those offered;
    ``release`` the four details by field name, as held. ``warnings_open`` are the
    warnings without an answer. ``eligible`` says whether an eligible combination
    holds the model that day, ``override_reason`` why the Panel lists it without.
    ``relists`` is the number of the entry the submission names as its own, with
    ``relists_identity`` that entry's identity text; ``former`` a removed entry of
    the same Device Model, ``listed_as`` the number of an entry that is on the list
    with the same identity.
    """

    device: DeviceIdentity
    required: frozenset[str] = frozenset()
    certificates: tuple[Certificate, ...] = ()
    image: Image = NO_IMAGE
    release: tuple[tuple[str, str], ...] = ()
    warnings_open: tuple[str, ...] = ()
    eligible: bool = False
    override_reason: str = ""
    relists: str = ""
    relists_identity: str = ""
    former: FormerListing | None = None
    listed_as: str = ""


def listing_limbs(facts: ListingFacts, *, on: date) -> tuple[Limb, ...]:
    """Judge every limb of a listing, for the page that shows them. Section F2.1

    Takes the facts and a London date; gives each limb, met or not, in the order
    of the clauses.
    """
    evidence = (
        (eligible_limb(facts),)
        if facts.device.generation == SMETS1
        else tuple(certificate_limb(facts, body, on=on) for body in BODIES if body in facts.required)
    )
    return (
        *evidence,
        image_limb(facts.image),
        release_limb(facts),
        identity_limb(facts),
        *return_limbs(facts),
        warnings_limb(facts),
    )


def what_is_lacking(facts: ListingFacts, *, on: date) -> tuple[Limb, ...]:
    """Say clause by clause what a listing still lacks; nothing when it may go ahead. Section F2.1"""
    return unmet(listing_limbs(facts, on=on))


def check_listable(facts: ListingFacts, *, on: date) -> None:
    """Refuse a listing that lacks anything, naming all of it. Section F2.1

    Raises Refusal, or Refusals when several limbs are not met. Called both when a
    listing is proposed and when it is approved, each time with the facts of that
    instant.
    """
    check_limbs(listing_limbs(facts, on=on))


def certificate_limb(facts: ListingFacts, body: str, *, on: date) -> Limb:
    """Judge whether one required body's certificate is there. Section F2.1(a), Appendix Z 2.1(d)

    In force that day, or attested and awaiting this approval; and covering this
    very Device Model with this version pair.
    """
    kind = KIND_NAMES[KINDS[body]]
    asks = f"A {kind} of the {BODY_NAMES[body]} covers this Device Model."
    if body == "NCSC":
        asks = f"A {kind} issued by NCSC covers this Device Model."
    offered = [each for each in facts.certificates if each.body == body]
    if not offered:
        return Limb(
            "F2.1(a)",
            asks,
            f"No {kind} has been received.",
            f"Record the {kind} and the Device Models it names.",
        )
    troubles = [_trouble(each, facts.device, on=on) for each in offered]
    if any(trouble is None for trouble in troubles):
        return Limb("F2.1(a)", asks)
    # One offered certificate that fails is explained; of several, the last recorded.
    clause, lacks, remedy = next(trouble for trouble in reversed(troubles) if trouble)
    return Limb(clause, asks, lacks, remedy)


def usable_certificates(facts: ListingFacts, *, on: date) -> tuple[Certificate, ...]:
    """Give the offered certificates that a listing may rely on that day. Section F2.1(a)

    Those among them that are still ``recorded`` become valid with the approval.
    """
    return tuple(each for each in facts.certificates if _trouble(each, facts.device, on=on) is None)


def eligible_limb(facts: ListingFacts) -> Limb:
    """Judge whether a SMETS1 model is part of an eligible combination. PPCT Report 4.1.2"""
    return limb(
        "PPCT-4.1.2",
        "The Device Model is part of a SMETS1 eligible product combination, or the Panel says why not.",
        facts.eligible or bool(facts.override_reason.strip()),
        "No SMETS1 eligible product combination holds this Device Model.",
        remedy="Wait for the DCC’s next Eligible list, or record the Panel’s reason for listing it without.",
        field="override_reason",
    )


def image_limb(image: Image) -> Limb:
    """Judge whether an image has creator, descriptor and Hash, or none of them. Appendix Z 2.1(h)"""
    _, refusals = read_image(
        {
            "image_creator": image.image_creator,
            "image_descriptor": image.image_descriptor,
            "image_hash": image.image_hash,
        }
    )
    return Limb(
        refusals[0].clause if refusals else "Z2.1(h)",
        "The Manufacturer Image has its creator, descriptor and Hash, or there is no image.",
        " ".join(each.message for each in refusals),
        refusals[0].remedy if refusals else "",
        refusals[0].field if refusals else "",
    )


def release_limb(facts: ListingFacts) -> Limb:
    """Judge whether the Firmware Information Repository's details are complete. Section F2.17"""
    _, refusals = read_release(dict(facts.release))
    return Limb(
        "F2.17",
        "The Manufacturer’s contact details and the release notes have been supplied.",
        " ".join(each.message for each in refusals),
        refusals[0].remedy if refusals else "",
        refusals[0].field if refusals else "",
    )


def identity_limb(facts: ListingFacts) -> Limb:
    """Judge whether the Device Model is on the list already. Appendix Z 2.1(c)"""
    return limb(
        "Z2.1(c)",
        "The Device Model is not on the list already.",
        not facts.listed_as,
        f"The same Device Model is on the list as entry {facts.listed_as}.",
        remedy=f"Reject the submission as a duplicate of entry {facts.listed_as}.",
    )


def return_limbs(facts: ListingFacts) -> tuple[Limb, ...]:
    """Judge the way back of a Device Model that was removed; none if it never was. Z6-R1"""
    limbs = []
    if facts.device.generation == SMETS1 and facts.former:
        limbs.append(
            limb(
                "Z6.9",
                "A SMETS1 Device Model removed under Appendix Z 6.8 returns only by reinstatement.",
                not facts.former.closing_clause.startswith("Z6.8"),
                f"Entry {facts.former.number} was removed under Appendix Z {facts.former.closing_clause[1:]}.",
                remedy=f"Ask the Panel to reinstate entry {facts.former.number}.",
            )
        )
    if facts.former:
        limbs.append(
            limb(
                "Z6-R1",
                "A Device Model that returns names the entry under which it was listed.",
                facts.relists == facts.former.number,
                f"This Device Model was listed before as entry {facts.former.number}, "
                f"but the submission names {facts.relists or 'no entry'}.",
                remedy=f"Name entry {facts.former.number}: the Device Model keeps its number.",
                field="relists",
            )
        )
    elif facts.relists:
        limbs.append(
            limb(
                "Z6-R1",
                "The entry named is a removed entry of this very Device Model.",
                False,
                f"Entry {facts.relists} is a different Device Model."
                if facts.relists_identity != facts.device.key
                else f"Entry {facts.relists} has not been removed.",
                remedy="Leave the entry out: a new Device Model receives a new number.",
                field="relists",
            )
        )
    return tuple(limbs)


def warnings_limb(facts: ListingFacts) -> Limb:
    """Judge whether every warning has been answered. Section F2.2"""
    return limb(
        "F2.2",
        "Every warning about the submission has been answered.",
        not facts.warnings_open,
        "Not answered yet: " + " ".join(facts.warnings_open),
        remedy="Say for each warning why the value is right, or send a query to the submitter.",
    )


def _trouble(certificate: Certificate, device: DeviceIdentity, *, on: date) -> tuple[str, str, str] | None:
    """Say why a listing may not rely on a certificate: clause, what is lacking, remedy."""
    name = f"{KIND_NAMES[KINDS[certificate.body]]} {certificate.number}"
    if certificate.state in (INVALID, VOID):
        return "F2.5", f"{name} is {certificate.state}.", "Record a certificate that is valid."
    if certificate.issued_on and on < certificate.issued_on:
        issued = certificate.issued_on
        return (
            "F2.5",
            f"{name} is issued only on {issued.day} {issued:%B %Y}.",
            "Compare the date with the certificate, or wait for that day.",
        )
    if not is_current(certificate, on=on):
        passed = relevant_date(certificate)
        if passed and passed < on:
            return (
                "F2.5",
                f"The date of {name}, {passed.day} {passed:%B %Y}, has passed.",
                "Record the renewed certificate, or a new one.",
            )
        return "F2.5", f"{name} is no longer in force.", "Record a certificate that is in force."
    if not is_covered(certificate, device.key, on=on):
        return _not_covered(certificate, name, device, on=on)
    if is_in_force(certificate, on=on) or awaits_approval(certificate, on=on):
        return None
    wanting = unmet(validity_limbs(certificate))[0]
    return wanting.clause, f"{name}: {wanting.lacks}", wanting.remedy


def _not_covered(
    certificate: Certificate, name: str, device: DeviceIdentity, *, on: date
) -> tuple[str, str, str]:
    if any(link.identity == device.key and not link.attested for link in certificate.coverage):
        return (
            "F2.5",
            f"{name} is said to name this Device Model, but nobody has attested that it does.",
            "Look at the certificate, and attest that it names this model.",
        )
    versions = [
        link.identity.split("|")[6:]
        for link in certificate.coverage
        if link.identity.rsplit("|", 3)[0] == device.device_key
        and (link.ended_on is None or on < link.ended_on)
    ]
    if versions:
        named = "; ".join(f"{specification_text(t, v)} with {gbcs_text(g)}" for t, v, g in versions)
        return (
            "Z2.1(d)",
            f"{name} names this Device Model with {named}, not with "
            f"{specification_text(device.spec_type, device.spec_version)} and {gbcs_text(device.gbcs_version)}.",
            "Correct the version pair, or record a certificate for this pair.",
        )
    return (
        "F2.5",
        f"{name} does not name this Device Model.",
        "Record a certificate that names this model with this hardware and firmware.",
    )
