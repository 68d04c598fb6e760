"""Why an entry is, or is not, on the list."""

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cpl.models import DeviceModel, ListChange, PublishedEntry, Submission
from cpl.rules.device_types import COMMUNICATIONS_HUB
from cpl.rules.publication import format_edition
from cpl.rules.status import Reason
from cpl.services.status import explain_published, explain_submission
from cpl.web.grounds import grounds, shown_certificate
from firmware_repo.rules.release import clean_cpl_number
from secgov.clauses import spell
from secgov.errors import Refusal
from secgov.journal import clock


class Command(BaseCommand):
    """Says clause by clause why an entry is or is not on the list, by the newest edition, and what waits.

    Reads only. It is for operators: unlike the public pages it also names what no edition says yet.
    """

    help = "Say why an entry is, or is not, on the list, clause by clause."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the entry's number."""
        parser.add_argument("number", metavar="NUMBER")

    def handle(self, *args: Any, number: str, **options: Any) -> None:
        """Print the reasons, one a line, each with its clause."""
        try:
            entry_number = clean_cpl_number(number)
        except Refusal as refusal:
            raise CommandError(f"{refusal.message} {refusal.remedy}") from refusal
        entry = PublishedEntry.objects.select_related("edition").filter(pk=entry_number).first()
        self._published(entry) if entry else self._not_published(entry_number)
        for change in (
            ListChange.objects.filter(entry_number=entry_number).exclude(state="issued").order_by("id")
        ):
            self.stdout.write(f"{change}: {change.get_state_display().lower()}, {spell(change.clause)}.")

    def _published(self, entry: PublishedEntry) -> None:
        self.stdout.write(
            f"Entry {entry} is {entry.status} by edition {format_edition(entry.edition.number)}, "
            f"which last changed it: {entry.get_device_type_display()}, {entry.manufacturer_name} "
            f"{entry.manufacturer_identifier}, firmware {entry.firmware_version}."
        )
        today = max(clock.today(), entry.edition.issued_on)
        self._say(explain_published(entry, on=today).reasons)
        certificates = [shown_certificate(each, today) for each in entry.record["certificates"]]
        for ground in grounds(entry, certificates, today):
            self.stdout.write(f"{ground.answer}: {ground.says} ({spell(ground.clause)}).")
        if entry.device_type == COMMUNICATIONS_HUB:
            self.stdout.write(f"Its hub functions (CHF, GPF) are answered as it is ({spell('Z6.10')}).")

    def _say(self, reasons: Iterable[Reason]) -> None:
        for reason in reasons:
            self.stdout.write(f"{reason.text} ({spell(reason.clause)})")

    def _not_published(self, number: int) -> None:
        submission = Submission.objects.filter(entry_number=number).order_by("-id").first()
        if DeviceModel.objects.filter(pk=number).exists():
            self.stdout.write(f"Entry {number:06d} is listed, but no edition says so yet ({spell('F2.8')}).")
        elif submission:
            self.stdout.write(
                f"Entry {number:06d} is not on the list: the number is kept for {submission.reference}, "
                f"which is {submission.get_state_display().lower()} ({spell('F2.1')})."
            )
            self._say(explain_submission(submission, on=clock.today()))
        else:
            self.stdout.write(
                f"There is no entry {number:06d}, and no submission has its number ({spell('F2.1')})."
            )
