"""What the API answers, for its schema. The answers themselves are made as plain data, which is faster."""

from rest_framework import serializers

from cpl.models import Body, PublishedEntry, Receipt
from cpl.rules.device_types import DEVICE_TYPES
from cpl.rules.differences import KINDS_OF_DIFFERENCE

TYPE_NAMES = [each.name for each in DEVICE_TYPES]


class Image(serializers.Serializer):
    """The Manufacturer Image of an entry (Z2.1(h))."""

    creator = serializers.CharField(allow_null=True)
    descriptor = serializers.CharField(allow_null=True)
    hash = serializers.RegexField(r"^[0-9A-F]{64}$")


class Listed(serializers.Serializer):
    """Since when an entry is on the list; an imported one knows only by when it was."""

    vars()["from"] = serializers.DateField(allow_null=True)
    known_by = serializers.DateField(allow_null=True)


class Removed(serializers.Serializer):
    """When, under which clause and why an entry was marked removed (Z6.11)."""

    on = serializers.DateField(allow_null=True)
    clause = serializers.CharField(allow_null=True)
    public_reason = serializers.CharField(allow_null=True)


class Certificate(serializers.Serializer):
    """An Assurance Certificate of an entry (Z2.1(f), Z2.1(g))."""

    body = serializers.ChoiceField(Body.choices)
    number = serializers.CharField()
    standard = serializers.CharField()
    standard_version = serializers.CharField(allow_null=True)
    date = serializers.DateField(allow_null=True)
    date_kind = serializers.ChoiceField(["expiry", "renewal"], allow_null=True)
    sc_version = serializers.CharField(allow_null=True)
    governing = serializers.BooleanField()


class Entry(serializers.Serializer):
    """An entry as the `json` form of an edition holds it."""

    entry = serializers.RegexField(r"^[0-9]{6,}$")
    status = serializers.ChoiceField(PublishedEntry.Status.values)
    device_type = serializers.ChoiceField(TYPE_NAMES)
    manufacturer = serializers.RegexField(r"^[0-9A-F]{4}$")
    model = serializers.RegexField(r"^[0-9A-F]{4}$")
    hardware_version = serializers.RegexField(r"^[0-9A-F]{2}$")
    hardware_revision = serializers.RegexField(r"^[0-9A-F]{2}$")
    device_model = serializers.RegexField(r"^[0-9A-F]{8}$")
    firmware_version = serializers.RegexField(r"^[0-9A-F]{8}$")
    specification = serializers.CharField()
    gbcs = serializers.CharField()
    image = Image(allow_null=True)
    listed = Listed()
    removed = Removed(allow_null=True)
    certificates = Certificate(many=True)
    fir = serializers.RegexField(r"^[0-9]{6,}$", allow_null=True)


class EntryPage(serializers.Serializer):
    """Entries in ascending number, of one edition."""

    edition = serializers.CharField(
        allow_null=True, help_text="The edition that says so; null before the first."
    )
    as_of = serializers.DateField(required=False, help_text="The day asked about, where one was.")
    known_at = serializers.DateTimeField(required=False, help_text="The instant asked about, where one was.")
    results = Entry(many=True)
    next = serializers.URLField(allow_null=True)


class HeldBack(serializers.Serializer):
    """That the DCC has not loaded an entry, in its own words. The entry is on the list, or removed, all the same."""

    since = serializers.DateTimeField(help_text="When the DCC first said so, without a break until now.")
    edition = serializers.CharField(help_text="Of which edition it first said so.")
    reason = serializers.CharField()


class HeldBackEntry(HeldBack):
    """The same, with the entry's number."""

    entry = serializers.RegexField(r"^[0-9]{6,}$")


class HeldBackPage(serializers.Serializer):
    """Entries that are held back, by number."""

    results = HeldBackEntry(many=True)
    next = serializers.URLField(allow_null=True)


class EntryAnswer(serializers.Serializer):
    """One entry, and the edition that says so."""

    edition = serializers.CharField()
    as_of = serializers.DateField(required=False, help_text="The day asked about, where one was.")
    known_at = serializers.DateTimeField(required=False, help_text="The instant asked about, where one was.")
    entry = Entry()
    held_back = HeldBack(
        allow_null=True, help_text="Where the DCC holds the entry back now; null for another time."
    )


class Previous(serializers.Serializer):
    """The edition before, bound by its manifest's digest."""

    edition = serializers.CharField()
    manifest_sha256 = serializers.CharField()


class EditionForm(serializers.Serializer):
    """A form of an edition."""

    name = serializers.ChoiceField(["csv", "full", "json"])
    profile = serializers.IntegerField()
    bytes = serializers.IntegerField()
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}$")
    rows = serializers.IntegerField()
    href = serializers.URLField()


class Counts(serializers.Serializer):
    """How many entries an edition holds."""

    entries = serializers.IntegerField()
    current = serializers.IntegerField()
    removed = serializers.IntegerField()


class Limb(serializers.Serializer):
    """One of the three things that F2.8 asks, and when it was done."""

    limb = serializers.ChoiceField(["dcc", "website", "parties"])
    clause = serializers.CharField()
    done_at = serializers.DateTimeField(allow_null=True)


class Edition(serializers.Serializer):
    """An edition without its bytes."""

    edition = serializers.CharField()
    issued_at = serializers.DateTimeField()
    issued_on = serializers.DateField()
    imported = serializers.BooleanField(
        help_text="Taken over from an earlier published list; F2.8 did not apply."
    )
    superseded = serializers.BooleanField(help_text="A later edition has been issued.")
    counts = Counts()
    manifest_sha256 = serializers.RegexField(r"^[0-9a-f]{64}$")
    manifest = serializers.URLField()
    forms = EditionForm(many=True)
    previous = Previous(allow_null=True)
    limbs = Limb(many=True, help_text="None for an imported edition.")


class EditionPage(serializers.Serializer):
    """Editions, newest first."""

    results = Edition(many=True)
    next = serializers.URLField(allow_null=True)


class Change(serializers.Serializer):
    """A change of the list that an edition carries."""

    edition = serializers.CharField()
    entry = serializers.RegexField(r"^[0-9]{6,}$")
    kind = serializers.ChoiceField(
        KINDS_OF_DIFFERENCE,
        help_text="`updated`: it neither came nor went; what stands beside it, such as a certificate, did.",
    )
    clause = serializers.CharField()
    public_reason = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField()
    before = Entry(allow_null=True, help_text="As the edition before said it; null where it said nothing.")
    after = Entry(allow_null=True, help_text="As this edition says it.")


class ChangePage(serializers.Serializer):
    """Changes in the order in which editions carried them."""

    since = serializers.CharField()
    latest = serializers.CharField()
    results = Change(many=True)
    next = serializers.URLField(allow_null=True)


class EntryDifference(serializers.Serializer):
    """An entry as each of two editions writes it."""

    entry = serializers.RegexField(r"^[0-9]{6,}$")
    kind = serializers.ChoiceField(KINDS_OF_DIFFERENCE)
    before = Entry(allow_null=True, help_text="Null where the first edition has no such entry.")
    after = Entry(allow_null=True, help_text="Null where the second edition has no such entry.")


class ComparisonPage(serializers.Serializer):
    """What leads from one edition to another, by entry number."""

    first = serializers.CharField()
    second = serializers.CharField()
    results = EntryDifference(many=True)
    next = serializers.URLField(allow_null=True)


class Reason(serializers.Serializer):
    """A reason, with its clause."""

    clause = serializers.CharField()
    text = serializers.CharField()


class Status(serializers.Serializer):
    """Whether a Device is on the list, by which entries, and why."""

    on_cpl = serializers.BooleanField()
    entries = serializers.ListField(child=serializers.CharField())
    reasons = Reason(many=True)
    edition = serializers.CharField(
        allow_null=True, help_text="The edition that says so; null before the first."
    )


class ReceiptAnswer(serializers.Serializer):
    """The receipt that stands after a call."""

    edition = serializers.CharField()
    state = serializers.ChoiceField(Receipt.Kind.values)
    at = serializers.DateTimeField()
    recorded = serializers.BooleanField(
        help_text="Whether this call changed anything; the same receipt again does not."
    )
    superseded = serializers.BooleanField(help_text="A later edition has been issued.")


class Key(serializers.Serializer):
    """A public key as a JWK, with its validity and what its predecessor signed."""

    kty = serializers.CharField()
    crv = serializers.CharField()
    x = serializers.CharField()
    use = serializers.CharField()
    alg = serializers.CharField()
    kid = serializers.CharField()
    environment = serializers.CharField(required=False)
    valid_from = serializers.DateTimeField()
    valid_to = serializers.DateTimeField(allow_null=True)
    signed_by_predecessor = serializers.JSONField(allow_null=True)


class KeySet(serializers.Serializer):
    """The keys that sign manifests, newest first."""

    keys = Key(many=True)


class FieldProblem(serializers.Serializer):
    """What is wrong with one field."""

    field = serializers.CharField(allow_blank=True)
    message = serializers.CharField()
    clause = serializers.CharField(required=False, allow_blank=True)
    remedy = serializers.CharField(required=False, allow_blank=True)


class Problem(serializers.Serializer):
    """An error, as RFC 9457 writes it."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    clause = serializers.CharField(required=False)
    fields = FieldProblem(many=True, required=False)
