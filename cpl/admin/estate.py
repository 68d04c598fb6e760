"""Estates on the Secretariat's desk: who says that they supply what, and the Device Models that nobody claims."""

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from cpl.admin.decisions import draw
from cpl.models import EstateClaim
from cpl.services.estate_rows import nobodys_models
from secgov.journal import clock
from secgov.journal.desk import RegisterAdmin, identifier, tag

PAGE = 100


@admin.register(EstateClaim)
class EstateClaimAdmin(RegisterAdmin):
    """Every claim, those that ended among them."""

    list_display = ("entry", "organisation", "role", "standing", "since", "ended_on", "end_reason")
    list_filter = ("role", ("ended_on", admin.EmptyFieldListFilter))
    search_fields = ("=device_model__number", "organisation__name")
    date_hierarchy = "since"
    list_select_related = ("organisation",)
    change_list_template = "admin/cpl/estate_claims.html"

    @admin.display(description="entry", ordering="device_model")
    def entry(self, claim: EstateClaim) -> SafeString:
        """The entry claimed."""
        return identifier(f"{claim.device_model_id:06d}")

    @admin.display(description="state", ordering="ended_on")
    def standing(self, claim: EstateClaim) -> SafeString:
        """Whether it holds."""
        return tag("gone", "Ended") if claim.ended_on else tag("good", "Claimed")

    def get_urls(self) -> list[URLPattern]:
        """Add the list of what nobody claims."""
        nobody = self.admin_site.admin_view(require_safe(self.nobody))
        return [path("nobody/", nobody, name="cpl_estateclaim_nobody"), *super().get_urls()]

    def nobody(self, request: HttpRequest) -> HttpResponse:
        """List the Device Models for whose renewal nobody answers (F2.6(b))."""
        models = nobodys_models(on=clock.today()).select_related("manufacturer")
        found = Paginator(models, PAGE).get_page(request.GET.get("page"))
        return draw(request, "admin/cpl/estate_nobody.html", {"page": found})
