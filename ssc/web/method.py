"""How Security Characteristics change, for everybody; and the guidance that use cases became (SC-2, SC-7.2)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ssc.models import Guidance
from ssc.rules.proposal_form import REASONS
from ssc.rules.proposals import CATEGORIES, CRITERIA

GLOSSARY = (
    ("CPA", "Commercial Product Assurance: the scheme under which NCSC certifies, at Foundation grade."),
    ("Mitigation", "What prevents or hinders an attack: DEV is built in, VER is tested, DEP is done in operation."),
    ("NCSC", "The CPA Authority and Certification Body. It alone signs off and publishes Security Characteristics."),
    ("Principal Version", "The first part of a number. It follows a change of SMETS or GBCS, after a SEC consultation."),
    ("Proposer", "Whoever raises a proposal: a manufacturer, a laboratory, a trade body, a Party."),
    ("SC Modification Request", "The one form in which new or changed Security Characteristics are asked for."),
    ("Security Characteristics", "The security requirements for a kind of equipment, as NCSC publishes them; SC for short."),
    ("SSC", "The Security Sub-Committee of the SEC Panel. It maintains Security Characteristics and decides on proposals."),
    ("Sub-Version", "The second part of a version’s number. The newest when a certification begins is the one to use."),
    ("Use case", "A case of refurbishing Devices, raised in the same form; its outcome is guidance."),
)  # fmt: skip


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """Explain the method to anybody, without a sign-in. SC Methodology 2(a), SC Methodology 2(d) and SC Methodology 2.1"""
    context = {
        "reasons": REASONS,
        "criteria": CRITERIA,
        "categories": CATEGORIES,
        "glossary": GLOSSARY,
        "issued": Guidance.objects.select_related("proposal"),
    }
    return render(request, "ssc/public/method.html", context)


@require_safe
def guidance(request: HttpRequest, pk: int) -> HttpResponse:
    """Show guidance on Device refurbishment that was issued. SC Methodology 7.2"""
    return render(request, "ssc/public/guidance.html", {"row": get_object_or_404(Guidance, pk=pk)})
