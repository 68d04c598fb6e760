"""When an Approver's act on a certificate alone makes it valid.

Section F2.5  A certificate is valid that identifies its Device Models and type, keeps to the six
    years unless it is a CPA Certificate, and has what Appendix Z 2.1(f) and (g) ask of it.

Reading: two people stand behind a valid certificate (chart 5): the Secretariat attests what it saw, and an
Approver confirms it, by approving a listing under it or on the certificate alone. The second way serves
entries of an imported list, which are on the list already.
"""

from cpl.rules.certificates import RECORDED, Certificate, validity_limbs
from cpl.rules.limbs import check_limbs
from cpl.rules.list_changes import SECOND_ROLE
from secgov.errors import Refusal


def check_validatable(certificate: Certificate) -> None:
    """Refuse to find a certificate valid that lacks something. Section F2.5

    Takes its facts. Raises Refusal or Refusals, with clause, field and remedy; one that is decided already is told first.
    """
    if certificate.state != RECORDED:
        raise Refusal(
            f"The certificate is {certificate.state} already: there is nothing to confirm.", clause="F2.5"
        )
    check_limbs(validity_limbs(certificate))


def check_confirmed_by_another(*, attested_by: str, by: str, role: str, four_eyes: bool = True) -> None:
    """Refuse the confirmation by the person who attested, or in another role than Approver. Section F2.5

    Takes the keys of two people, and the role in which the second acts. With ``four_eyes`` off one person may do
    both; the journal says so. Raises Refusal.
    """
    if four_eyes and (attested_by == by or role != SECOND_ROLE):
        raise Refusal(
            "You attested this certificate, so a second person has to confirm it."
            if attested_by == by
            else "The second person confirms as Approver.",
            clause="F2.5",
            remedy="Ask an Approver to look at it.",
        )
