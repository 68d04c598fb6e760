"""Documents on the Secretariat's desk: what there is, whose, how confidential, and who took it."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from secgov.documents.models import Classification, Document, Reading
from secgov.documents.rules import megabytes
from secgov.documents.services import read_document
from secgov.documents.web import download
from secgov.journal import clock
from secgov.journal.desk import RegisterAdmin, identifier, tag

KINDS = {
    Classification.WHITE: "",
    Classification.GREEN: "good",
    Classification.AMBER: "warn",
    Classification.RED: "bad",
}


class ReadingsInline(admin.TabularInline):
    """Who took a document, and when."""

    model = Reading
    fields = ("read_by", "read_at")
    readonly_fields = fields
    extra = 0
    can_delete = False
    verbose_name_plural = "who took it"

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Taking a document writes this down by itself."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What is written down stays."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Whoever has a desk reads them."""
        return self.admin_site.has_permission(request)


@admin.register(Document)
class DocumentAdmin(RegisterAdmin):
    """Every document, with a link to take it; taking one that is not White is written down."""

    list_display = (
        "name",
        "level",
        "media_type",
        "size",
        "organisation",
        "uploaded_by",
        "uploaded_at",
        "taken",
        "take",
    )
    list_filter = ("classification", "media_type")
    search_fields = ("name", "organisation__name", "content__sha256")
    date_hierarchy = "uploaded_at"
    list_select_related = ("organisation", "uploaded_by")
    inlines = (ReadingsInline,)
    fields = (
        "name",
        "media_type",
        "size",
        "level",
        "organisation",
        "uploaded_by",
        "uploaded_at",
        "digest",
        "take",
    )

    def get_urls(self) -> list[URLPattern]:
        """Add the address from which a document is taken."""
        take = self.admin_site.admin_view(self.take_view)
        return [path("<int:pk>/take/", take, name="documents_document_take"), *super().get_urls()]

    def take_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand the document out, and note who took it."""
        document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
        return download(document, read_document(document=document, by=request.user, at=clock.now()))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        """Bring along how large each is and how often it was taken, without its bytes."""
        rows = super().get_queryset(request).known_to(request.user)
        return rows.with_size().annotate(times=Count("readings"))

    @admin.display(description="size", ordering="size")
    def size(self, document: Document) -> str:
        """How large it is."""
        return megabytes(document.size)

    @admin.display(description="taken", ordering="times")
    def taken(self, document: Document) -> str:
        """How often it was taken; that of a White one is not written down."""
        if document.classification == Classification.WHITE:
            return "not written down"
        return f"{document.times} {'time' if document.times == 1 else 'times'}"

    @admin.display(description="classification", ordering="classification")
    def level(self, document: Document) -> SafeString:
        """Its level under the Information Policy."""
        return tag(KINDS[Classification(document.classification)], document.get_classification_display())

    @admin.display(description="SHA-256")
    def digest(self, document: Document) -> SafeString:
        """The hash of its bytes."""
        return identifier(document.content_id)

    @admin.display(description="file")
    def take(self, document: Document) -> SafeString:
        """A link to the file itself; a reserved one is handed out with what it belongs to alone."""
        if document.is_reserved:
            return format_html("{}", "with what it belongs to")
        return format_html(
            '<a href="{}">Download</a>', reverse("admin:documents_document_take", args=[document.pk])
        )


@admin.register(Reading)
class ReadingAdmin(RegisterAdmin):
    """Who took which document, and when."""

    list_display = ("document", "read_by", "read_at")
    search_fields = ("document__name", "read_by__name", "read_by__username")
    date_hierarchy = "read_at"
    list_select_related = ("document", "read_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reading]:
        """Only those of documents of which the person knows."""
        return super().get_queryset(request).filter(document__in=Document.objects.known_to(request.user))
