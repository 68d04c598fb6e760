"""What a submission needs, from draft to a proposed listing.

Section F2.17  Whoever submits Device details also supplies the details for the
    Firmware Information Repository; without them nothing is submitted. A person
    who is not a Party may submit.
Section F2.2  A submission is complete in its form: device, version pair, image.
X-2  How information is provided was not supplied; what is asked here is an
    assumption built on Section F2.1, Section F2.17 and Appendix Z 2.1.

Reading: the number is reserved when a draft is submitted, and stays burnt (A-24).
"""

from collections.abc import Collection, Mapping

from cpl.rules.device_identity import read_device
from cpl.rules.image import read_image
from firmware_repo.rules.manufacturer_names import clean_manufacturer_name
from firmware_repo.rules.release import CLEANERS, read_release
from firmware_repo.rules.text import clean_body
from secgov.errors import Refusal

FORM_FIELDS = {"email": "fir_email", "phone": "fir_phone", "address": "fir_address"}
"""How a submission names the contact details, beside the device's own fields."""
REASON_CAP = 4_000
"""Characters for a reason, a query or an answer."""


def what_submission_lacks(
    fields: Mapping[str, str], *, has_image: bool | None, declared: bool
) -> tuple[Refusal, ...]:
    """Say everything that keeps a draft from being submitted. Section F2.17 and Section F2.2

    Takes all fields by the submission's names, as written, whether there is an
    image (None where nobody has said), and whether the declaration was made. Gives every refusal, each with
    field, clause and remedy, in the order of the form; none when the draft may be
    submitted.
    """
    refusals = [*read_device(fields)[1]]
    try:
        clean_manufacturer_name(fields.get("manufacturer_name") or "")
    except Refusal as refusal:
        refusals.append(refusal)
    if has_image is None:
        refusals.append(
            Refusal(
                "It has not been said whether there is a Manufacturer Image.",
                clause="Z2.1(h)",
                field="has_image",
                remedy="Answer yes or no.",
            )
        )
    refusals += read_image(fields, has_image=bool(has_image))[1]
    refusals += release_refusals(fields)
    if not declared:
        refusals.append(
            Refusal(
                "The declaration has not been made.",
                clause="F2.17",
                field="declaration",
                remedy="Confirm that what you submit is true and complete.",
            )
        )
    return tuple(refusals)


def release_refusals(fields: Mapping[str, str]) -> tuple[Refusal, ...]:
    """Say what the details for the Firmware Information Repository lack. Section F2.17

    Takes the submission's fields by its own names; gives refusals that name those.
    """
    given = {field: fields.get(FORM_FIELDS.get(field, field)) or "" for field in CLEANERS}
    return tuple(
        Refusal(
            each.message,
            clause=each.clause,
            field=FORM_FIELDS.get(each.field, each.field),
            remedy=each.remedy,
        )
        for each in read_release(given)[1]
    )


def check_own_organisation(*, submitter: str, own: Collection[str]) -> None:
    """Refuse to review or approve what an organisation submitted, or asked, to which one belongs oneself. X-2

    Takes the key of the submitter's organisation, and those of every organisation of the person. Raises Refusal.
    """
    if submitter in own:
        raise Refusal(
            "This comes from your own organisation.",
            clause="F2.1",
            remedy="Leave it to a colleague of another organisation.",
        )


def check_not_of_group(group: str) -> None:
    """Refuse to submit a draft by itself that belongs to a group. Section F2.17

    Takes the group's reference, "" for a draft that belongs to none. Raises Refusal.

    Reading: devices that came in one file are one declaration, all or none of it; whoever
    wants to submit one of them alone takes it out of the group first (X-2).
    """
    if group:
        raise Refusal(
            f"This draft belongs to group {group}, which is submitted together.",
            clause="F2.17",
            remedy="Submit the group, or take this draft out of it first.",
        )


def clean_note(text: str, *, field: str, clause: str = "F2.2") -> str:
    """Give words that may be left out: "" for none, else as a reason is cleaned. TR-10

    Raises Refusal when over 4,000 characters, or with control or hidden characters.
    """
    return clean_reason(text, field=field, clause=clause) if text.strip() else ""


def clean_reason(text: str, *, field: str = "reason", clause: str = "F2.2") -> str:
    """Give a reason, a query or an answer, which nobody may leave blank. TR-10

    Raises Refusal when blank, over 4,000 characters, or with control characters.
    """
    return clean_body(text, field=field, clause=clause, name="the reason", cap=REASON_CAP)
