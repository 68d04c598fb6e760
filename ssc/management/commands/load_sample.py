"""The sample list and sample people, for a first look."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from cpl.management.commands.load_sample_people import SIGN_INS
from cpl.models import DeviceModel
from cpl.sample import estates, events, lists, loading, people, register, stories
from secgov.journal import clock
from ssc.sample import cases, fast_tracks, groups, plans, proposals, referrals


class Command(BaseCommand):
    """Fills an empty database with the sample list, its certificates, people, and work in every stage. Only with DEBUG.

    All of it or nothing, but for the first edition and what the DCC says of it, which follow. A database that already
    holds a list is left as it is.
    """

    help = "Fill an empty database with sample data (only with DEBUG)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it, and say what was done."""
        people.require_debug()
        if DeviceModel.objects.exists():
            self.stdout.write("This database holds a list already; nothing was loaded.")
            return
        at = clock.now()
        with transaction.atomic():
            cast = people.load_people(at=at, sign_ins=SIGN_INS)
            register.load_register(by=cast["secretariat"], at=at, say=self.stdout.write)
            estates.load_estates(people=cast, at=at)
            stories.load_stories(people=cast, at=at)
            events.load_events(people=cast, at=at)
            lists.load_lists(people=cast, at=at)
            cases.load_cases(people=cast, at=at)
            plans.load_plans(people=cast, at=at)
            referrals.load_referrals(people=cast, at=at)
            proposals.load_proposals(people=cast, at=at)
            groups.load_groups(people=cast, at=at)
            fast_tracks.load_fast_tracks(people=cast, at=at)
        loading.load_loading(clock=clock.now)
        self.stdout.write("The sample list, its people and their work are here.")
