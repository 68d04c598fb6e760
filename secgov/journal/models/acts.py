"""Acts and the seals that chain them: insert only, for ever."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Cast, Now

from secgov.journal.guards import INSERT_ONLY


class CurrentTransaction(models.Func):
    """The number of the transaction that writes the row, by the database's own count."""

    function = "pg_current_xact_id"
    template = "%(function)s()"
    output_field = models.TextField()


class Act(models.Model):
    """One thing that somebody did, or the system did by itself, and under which clause (TR-10)."""

    at = models.DateTimeField("took effect at", db_index=True)
    recorded_at = models.DateTimeField(db_default=Now(), db_index=True, editable=False)
    transaction_id = models.BigIntegerField(
        db_default=Cast(Cast(CurrentTransaction(), models.TextField()), models.BigIntegerField()),
        editable=False,
    )
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="acts")
    actor_role = models.CharField(max_length=40)
    actor_organisation = models.CharField(max_length=200, blank=True)
    verb = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    subject_name = models.CharField(max_length=200)
    clause = models.CharField(max_length=40, blank=True)
    rule_version = models.CharField(max_length=120, blank=True)
    reason = models.TextField()
    public_reason = models.TextField(blank=True)
    before = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]
        indexes = [
            models.Index(
                fields=["subject_type", "subject_id", "transaction_id"], name="journal_act_subject_idx"
            ),
            models.Index(fields=["verb", "at"], name="journal_act_verb_idx"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="journal_act_has_reason",
                violation_error_message="Every act has a reason.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_name}"


class Seal(models.Model):
    """A link of the chain: one hash over the acts since the last seal and over that seal's hash."""

    previous = models.OneToOneField("self", models.PROTECT, null=True, related_name="next")
    # The database's own instant: a rehearsal's clock must not move the window in which acts are looked for.
    sealed_at = models.DateTimeField(db_default=Now(), editable=False)
    acts = models.PositiveIntegerField("number of acts")
    sha256 = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-id"]
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"Seal {self.pk}"


class SealedAct(models.Model):
    """Which seal holds an act, and where in it. An act committed late falls into a later seal, never through the net."""

    act = models.OneToOneField(Act, models.PROTECT, primary_key=True, related_name="sealed")
    seal = models.ForeignKey(Seal, models.PROTECT, related_name="members")

    class Meta:
        triggers = [INSERT_ONLY]

    def __str__(self) -> str:
        return f"Act {self.pk} in seal {self.seal_id}"
