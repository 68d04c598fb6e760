"""What the pages of proposals share: whose they are, and who may change them."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from secgov.accounts.models import Organisation, User
from secgov.accounts.permissions import Duty, organisations_of
from ssc.models import Proposal
from ssc.services.proposal_rows import owner_grant


def visible_proposal(request: HttpRequest, pk: int) -> Proposal:
    """Give a proposal that the person may see; any other does not exist here."""
    rows = Proposal.objects.visible_to(request.user).select_related(
        "organisation", "affected", "original", "created_by"
    )
    return get_object_or_404(rows, pk=pk)


def owns(user: User, proposal: Proposal) -> bool:
    """Whether a person may change a proposal's form: its organisation's people, or whoever keys it in."""
    return owner_grant(proposal, user) is not None


def organisations_for(user: User, duty: Duty) -> QuerySet[Organisation]:
    """The organisations for which a person may do a duty, as rows to choose from."""
    return Organisation.objects.filter(pk__in=[each.pk for each in organisations_of(user, duty)])
