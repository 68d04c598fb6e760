"""Telling the DCC and the Parties, and writing down when each limb is done (Section F2.8(a) and (c))."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.db.models.functions import Least

from cpl.models import Edition, EditionLimb, HeldUpdate
from cpl.notices import dcc_organisations, digest_contacts, edition_context, notice_contacts, parties_told_of
from cpl.rules.publication import PublicationFacts, dcc_limb, parties_limb
from cpl.rules.submissions import clean_reason
from cpl.services.locks import hold_placement
from cpl.services.publication.digests import hold_update, send_digests
from cpl.services.publication.duties import discharge_limb
from secgov.accounts.models import Contact, Organisation, User
from secgov.accounts.permissions import Duty, require
from secgov.errors import Refusal
from secgov.journal import services as journal
from secgov.journal.actors import SYSTEM
from secgov.journal.models import Notice
from secgov.journal.nudge import nudge

TO_DCC, TO_PARTIES = "cpl/edition_provided", "cpl/edition_issued"
DCC_TASK = "publication:no-dcc"


@dataclass(frozen=True, slots=True)
class PartiesProgress:
    """How far the Parties have been notified: `told` of `total`, and those still missing."""

    total: int
    told: int
    missing: tuple[Organisation, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """One organisation's notice of an edition: whether it stands in its inbox, and when it reached it otherwise.

    `in_digest` says that the first mail to be accepted was a digest, `held` that one is still to be.
    """

    organisation: Organisation
    notice: Notice | None
    mailed_at: dt.datetime | None
    otherwise_at: dt.datetime | None
    in_digest: bool = False
    held: bool = False

    @property
    def at(self) -> dt.datetime | None:
        """The instant at which the organisation was notified; None until then."""
        instants = [each for each in (self.mailed_at, self.otherwise_at) if each]
        return max(min(instants), self.notice.given_at) if self.notice and instants else None


def complete_limbs(*, at: dt.datetime) -> int:
    """Carry every placed edition to the DCC and the Parties as far as it will go; give how many limbs were done.

    May run twice, late, or beside itself: each is told once, each limb is done once. Imported editions have no limbs.
    An address that chose a digest is mailed of several editions at once, in time for the earliest (A-70).
    """
    done = 0
    unfinished = list(
        Edition.objects.placed()
        .filter(imported_from=None)
        .annotate(limbs_done=Count("limbs", filter=~Q(limbs__limb=EditionLimb.Limb.WEBSITE)))
        .filter(limbs_done__lt=2)
        .select_related("previous", "placement")
        .order_by("number")
    )
    for edition in unfinished:
        name = f"Edition {edition} of the Central Products List"
        _tell(edition, dcc_organisations(), TO_DCC, "F2.8(a)", f"{name} is available to you", at)
        _tell(edition, parties_told_of(edition), TO_PARTIES, "F2.8(c)", f"{name} is out", at)
    send_digests(at=at)
    for edition in unfinished:
        done += _finish_dcc(edition, at) + _finish_parties(edition, at)
    nudge("journal.send_messages")
    return done


def parties_progress(edition: Edition) -> PartiesProgress:
    """Say how many of the Parties have been notified of an edition, and which have not. Section F2.8(c)"""
    told = who_is_told(edition, parties_told_of(edition), TO_PARTIES)
    missing = tuple(each.organisation for each in told if each.at is None)
    return PartiesProgress(total=len(told), told=len(told) - len(missing), missing=missing)


def who_is_told(edition: Edition, organisations: Iterable[Organisation], template: str) -> list[Told]:
    """Give each organisation with its notice of the edition, in two queries. `template` is TO_DCC or TO_PARTIES."""
    notices = {
        notice.organisation_id: notice
        for notice in Notice.objects.filter(
            subject_type=Edition._meta.label_lower, subject_id=str(edition.pk), template=template
        ).annotate(
            mailed_at=Least(Min("messages__sent_at"), Min("held_updates__message__sent_at")),
            digest_at=Min("held_updates__message__sent_at"),
            held=Exists(HeldUpdate.objects.open().filter(notice=OuterRef("pk"))),
        )
    }
    return [
        Told(
            organisation,
            notice := notices.get(organisation.pk),
            notice.mailed_at if notice else None,
            notice.other_channel_at if notice else None,
            in_digest=bool(notice and notice.digest_at and notice.digest_at == notice.mailed_at),
            held=bool(notice and notice.held),
        )
        for organisation in organisations
    ]


@transaction.atomic
def record_other_channel(
    *, notice: Notice, by: User, at: dt.datetime, how: str, told_at: dt.datetime | None = None
) -> Notice:
    """Record that a person told an organisation by another channel, how, and when. Section F2.8(c)

    Takes the notice that did not arrive by mail; `told_at` is now where it is not given. Raises Refusal for a blank
    `how`, a time to come, or a notice already recorded so.
    """
    notice = Notice.objects.select_for_update().select_related("organisation").get(pk=notice.pk)
    grant = require(by, Duty.RECORD_OTHER_CHANNEL)
    how, told_at = clean_reason(how), told_at or at
    if not notice.given_at <= told_at <= at:
        raise Refusal(
            "That time is still to come." if told_at > at else "That is before the notice was made.",
            clause=notice.clause,
            field="told_at",
            remedy="Give the time at which it was told.",
        )
    if notice.other_channel_at is not None:
        raise Refusal(
            f"It is recorded already that {notice.organisation} was told otherwise.", clause=notice.clause
        )
    journal.record_other_channel(notice=notice, channel=how, at=told_at)
    journal.close_task(key=f"no-contact:{notice.pk}", at=at, reason=how)
    journal.record(
        actor=grant.actor, at=at, verb="cpl.notice.given_otherwise", subject=notice, clause=notice.clause, reason=how,
        after={"organisation": notice.organisation.name, "told_at": told_at},
    )  # fmt: skip
    nudge("cpl.complete_limbs")
    return Notice.objects.get(pk=notice.pk)


def _tell(
    edition: Edition, organisations: Any, template: str, clause: str, title: str, at: dt.datetime
) -> None:
    """Give each organisation its notice, one transaction each; mend those that no mail can reach any more."""
    context = None
    for told in who_is_told(edition, organisations.prefetch_related("contacts"), template):
        if told.at is not None or told.held or (told.notice and told.notice.messages.waiting().exists()):
            continue
        context = context or edition_context(edition)
        with transaction.atomic():
            later = digest_contacts(told.organisation) if template == TO_PARTIES else []
            waits = {each.email for each in later}
            recipients = [
                each
                for each in notice_contacts(told.organisation, Contact.Purpose.UPDATES)
                if each not in waits
            ]
            notice = journal.give_notice(
                organisation_id=told.organisation.pk, recipients=recipients, template=template, context=context, title=title,
                clause=clause, subject=edition, key=f"{template}:{edition.number}", at=at,
                mailed_later=bool(later),
            )  # fmt: skip
            for contact in later:
                hold_update(notice=notice, contact=contact, edition=edition, at=at)
            # A contact that was mended since is written to as well; who was written to is not written to again.
            for address in recipients:
                journal.enqueue(
                    template=template, recipient=address, context=context, at=at, notice=notice,
                    key=f"{notice.key}:{told.organisation.pk}:{address}",
                )  # fmt: skip
            if recipients or later:
                journal.close_task(
                    key=f"no-contact:{notice.pk}", at=at, reason="It has a notice contact now."
                )


def _finish_dcc(edition: Edition, at: dt.datetime) -> bool:
    told = who_is_told(edition, dcc_organisations(), TO_DCC)
    if not told:
        journal.open_task(
            key=DCC_TASK, title="There is no DCC to provide the list to", clause="F2.8(a)", at=at,
            detail="Admit the DCC as an organisation of the kind DCC, with a notice contact.",
        )  # fmt: skip
        return False
    journal.close_task(key=DCC_TASK, at=at, reason="The DCC is there.")
    instants = [each.at for each in told if each.at]
    facts = PublicationFacts(
        edition=edition.number, available_to_dcc=True, dcc_told=len(instants) == len(told)
    )
    if not dcc_limb(facts).met:
        return False
    return _finish(
        edition, EditionLimb.Limb.DCC, "F2.8(a)", "cpl.edition.provided", max([edition.placement.placed_at, *instants]),
        "The extract is available to the DCC, and the DCC has been told its number, digest and link.",
        {"manifest_sha256": edition.manifest_sha256, "notices": [each.notice.pk for each in told if each.notice]},
    )  # fmt: skip


def _finish_parties(edition: Edition, at: dt.datetime) -> bool:
    told = who_is_told(edition, parties_told_of(edition), TO_PARTIES)
    facts = PublicationFacts(
        edition=edition.number,
        parties=frozenset(str(each.organisation.pk) for each in told),
        noticed=frozenset(str(each.organisation.pk) for each in told if each.notice),
        mailed=frozenset(str(each.organisation.pk) for each in told if each.mailed_at),
        otherwise_told=frozenset(str(each.organisation.pk) for each in told if each.otherwise_at),
    )
    if not parties_limb(facts).met:
        return False
    last = max([each.at for each in told if each.at], default=at)
    otherwise = sum(each.mailed_at is None for each in told)
    return _finish(
        edition, EditionLimb.Limb.PARTIES, "F2.8(c)", "cpl.edition.parties_notified", last,
        "Every Party has its notice, by mail or by another channel that a person recorded.",
        {"parties": len(told), "by_mail": len(told) - otherwise, "otherwise": otherwise}
        | ({"in_digest": digests} if (digests := sum(each.in_digest for each in told)) else {}),
    )  # fmt: skip


@transaction.atomic
def _finish(
    edition: Edition,
    limb: str,
    clause: str,
    verb: str,
    done_at: dt.datetime,
    reason: str,
    evidence: dict[str, Any],
) -> bool:
    """Write that a limb is done, as of the instant at which it truly was, and discharge what it owed."""
    hold_placement()
    if EditionLimb.objects.filter(edition=edition, limb=limb).exists():
        return False
    EditionLimb.objects.create(edition=edition, limb=limb, done_at=done_at, evidence=evidence)
    act = journal.record(
        actor=SYSTEM, at=done_at, verb=verb, subject=edition, clause=clause, reason=reason, after=evidence
    )
    discharge_limb(edition, clause, act=act, at=done_at)
    return True
