"""Rows of the desk that have a page of their own, which reads like a file; and those that a second person confirms there."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from cpl.admin.decisions import draw
from cpl.portal.event_forms import AgreeForm
from cpl.portal.judged import refuse
from cpl.web.records import Fact, Record, Work
from secgov.accounts.permissions import Duty, permitted
from secgov.errors import Refusal
from secgov.journal import clock
from secgov.journal.desk import RegisterAdmin, tag

DESK = "Secretariat"


class RecordAdmin(RegisterAdmin):
    """Rows that are read on a page of their own. A class says what it shows in `record`, and its states' tags in `kinds`."""

    kinds: ClassVar[dict[str, str]] = {}

    @admin.display(description="state", ordering="state")
    def standing(self, row: Any) -> SafeString:
        """The state as a word with its shape."""
        return tag(self.kinds[row.state], row.get_state_display())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:  # fmt: skip
        """Show one of them, with what is owed about it and what happened."""
        return self.page(request, self.row(request, object_id))

    def row(self, request: HttpRequest, key: object) -> Any:
        """Fetch the row that an address names, if it is and the person may see it; else there is no such page."""
        rows = self.get_queryset(request).select_related(*self.list_select_related or ())
        return get_object_or_404(rows, pk=key if str(key).isdigit() else None)

    def page(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Draw the row's page."""
        return draw(request, "cpl/record.html", self.record(row).context())

    def record(self, row: Any) -> Record:
        """What the page of a row says."""
        raise NotImplementedError

    def state_of(self, row: Any) -> tuple[str, str]:
        """The state's tag and words, as a page takes them."""
        return self.kinds[row.state], row.get_state_display()

    def crumbs(self) -> list[tuple[str, str]]:
        """The way to the page."""
        listed = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return [(reverse("admin:index"), DESK), (listed, capfirst(str(self.opts.verbose_name_plural)))]

    def link(self, row: Model, words: str, shown: object = None) -> Fact:
        """Lead to another row's page on the desk."""
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
        return Fact(words, str(shown or row), reverse(name, args=[row.pk]))


class SecondPersonAdmin(RecordAdmin):
    """Rows that one person recorded, and that another confirms or sends back on the row's page."""

    duty_of_second: ClassVar[Duty]
    question = "Your decision"
    waiting = "recorded"

    def get_urls(self) -> list[URLPattern]:
        """Add the second person's button."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_confirm"
        confirm = self.admin_site.admin_view(require_POST(self.confirm))
        return [path("<int:pk>/confirm/", confirm, name=name), *super().get_urls()]

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the second person's yes or no, with its reason; a refusal shows the page again."""
        row = self.row(request, pk)
        form = AgreeForm(request.POST)
        if form.is_valid():
            said = {name: form.cleaned_data[name] for name in ("version", "agree", "reason")}
            try:
                self.decide(row, by=request.user, at=clock.now(), **said)
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                messages.success(request, "Your decision is recorded.")
                return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", pk)
        return self.page(request, row, form)

    def decide(self, row: Any, **said: Any) -> None:
        """Call the service that takes the second person's word."""
        raise NotImplementedError

    def waits(self, row: Any) -> bool:
        """Say whether it waits for the second person."""
        return bool(row.state == self.waiting)

    def page(self, request: HttpRequest, row: Any, refused: AgreeForm | None = None) -> HttpResponse:
        """Draw the row's page and, while it waits, the form of whoever may be the second person."""
        record = self.record(row)
        if self.waits(row) and permitted(request.user, self.duty_of_second):
            form = refused or AgreeForm(initial={"version": row.version})
            action = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_confirm", args=[row.pk])
            record.works = [Work(self.question, action, form, "Record my decision")]
        return draw(request, "cpl/record.html", record.context(), status=422 if refused else 200)
