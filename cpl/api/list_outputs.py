"""The lists from the DCC in the API's description, as they are sent and as they are read."""

from rest_framework import serializers

from cpl.rules.smets1_lists import STATUSES


class Device(serializers.Serializer):
    """A SMETS1 device: what it says of itself."""

    device_type = serializers.CharField()
    manufacturer = serializers.CharField()
    model = serializers.CharField()
    hardware_version = serializers.CharField()
    hardware_revision = serializers.CharField()
    firmware_version = serializers.CharField()


class DeployedSent(serializers.Serializer):
    """A combination of Device Models, each by its entry number, current or removed."""

    entries = serializers.ListField(child=serializers.CharField())
    type_2_devices = serializers.ListField(child=serializers.CharField(), required=False)


class EligibleSent(serializers.Serializer):
    """A combination that the DCC can serve, with the evidence of its testing."""

    reference = serializers.CharField()
    provider = serializers.CharField(help_text="The communications service provider.")
    devices = Device(many=True)
    evidence = serializers.CharField()
    equivalent_of = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="The reference of the combination that was tested in its place.",
    )
    first_added_on = serializers.CharField(
        required=False, allow_blank=True, help_text="Only the first list may bring earlier dates."
    )


class PendingSent(serializers.Serializer):
    """A combination that is considered, or in development or testing."""

    reference = serializers.CharField()
    provider = serializers.CharField()
    devices = Device(many=True)
    status = serializers.ChoiceField(STATUSES)
    confidential = serializers.BooleanField(
        required=False, help_text="true refuses the list: leave the row out."
    )


class CountSent(serializers.Serializer):
    """How many Devices and Smart Metering Systems of an entry a Supplier has."""

    entry = serializers.CharField()
    supplier = serializers.CharField()
    devices = serializers.IntegerField(min_value=0)
    systems = serializers.IntegerField(min_value=0)


class DeployedRows(serializers.Serializer):
    """A whole Deployed Products List."""

    rows = DeployedSent(many=True)


class EligibleRows(serializers.Serializer):
    """A whole Eligible list."""

    rows = EligibleSent(many=True)


class PendingRows(serializers.Serializer):
    """A whole Pending list."""

    rows = PendingSent(many=True)


class CountRows(serializers.Serializer):
    """All counts."""

    rows = CountSent(many=True)


class About(serializers.Serializer):
    """A version of a list; nulls where there is none yet, or for a dry run."""

    list = serializers.ChoiceField(["deployed", "eligible", "pending", "counts"])
    version = serializers.IntegerField(allow_null=True)
    sha256 = serializers.RegexField(
        r"^[0-9a-f]{64}$", allow_null=True,
        help_text="Of what the DCC sent; where something of it is withheld since, of the public rows as the Website's CSV "
        "file gives them. Null for a Supplier that reads its own counts.",
    )  # fmt: skip
    rows = serializers.IntegerField()
    added = serializers.IntegerField(allow_null=True)
    gone = serializers.IntegerField(allow_null=True)
    received_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)


class ListTaken(About):
    """What became of a list that was sent."""

    created = serializers.BooleanField(help_text="Whether this is a new version.")
    remarks = serializers.ListField(child=serializers.CharField())


class Page(About):
    """A page of rows of one version."""

    next = serializers.URLField(allow_null=True)


class DeployedRow(DeployedSent):
    """A row with its number."""

    row = serializers.IntegerField()


class EligibleRow(EligibleSent):
    """A row with its number."""

    row = serializers.IntegerField()
    first_added_on = serializers.DateField()


class PendingRow(serializers.Serializer):
    """A row with its number."""

    row = serializers.IntegerField()
    reference = serializers.CharField()
    provider = serializers.CharField()
    devices = Device(many=True)
    status = serializers.ChoiceField(STATUSES)


class CountRow(CountSent):
    """A row with its number."""

    row = serializers.IntegerField()


class DeployedPage(Page):
    """A page of the Deployed Products List."""

    results = DeployedRow(many=True)


class EligiblePage(Page):
    """A page of the Eligible list."""

    results = EligibleRow(many=True)


class PendingPage(Page):
    """A page of the Pending list."""

    results = PendingRow(many=True)


class CountPage(Page):
    """A page of counts."""

    results = CountRow(many=True)
