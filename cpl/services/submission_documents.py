"""What is given together with a document: both or neither (Section F2.1, F2.2, Appendix Z 2.1(f))."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cpl.models import Submission, SubmissionCertificate
from cpl.services.drafts import put_certificate
from cpl.services.queries import answer_query
from secgov.accounts.models import User
from secgov.documents.models import Classification
from secgov.documents.services import store_document


@transaction.atomic
def give_certificate(
    *, submission: Submission, by: User, at: dt.datetime, version: int, values: Mapping[str, Any],
    upload: UploadedFile | None = None, classification: str = "", mapping: UploadedFile | None = None,
    certificate: SubmissionCertificate | None = None,
) -> SubmissionCertificate:  # fmt: skip
    """Add a certificate to a draft, or change one of it, and keep its document: both or neither. Appendix Z 2.1(f)

    Takes what `put_certificate` takes, the uploaded document (None keeps the one that is there) and its level under
    the Information Policy, and the manufacturer's mapping of the firmware names, kept as Amber and never published.
    Raises what `store_document` and `put_certificate` raise.
    """
    row = put_certificate(
        submission=submission, by=by, at=at, version=version, values=values, certificate=certificate
    )
    if upload is not None:
        row.document = store_document(
            upload=upload, classification=classification, organisation=submission.organisation, by=by, at=at
        )
        row.save(update_fields=["document"])
    if mapping is not None:
        row.mapping_evidence = store_document(
            upload=mapping,
            classification=Classification.AMBER,
            organisation=submission.organisation,
            by=by,
            at=at,
        )
        row.save(update_fields=["mapping_evidence"])
    return row


@transaction.atomic
def give_answer(
    *, submission: Submission, by: User, at: dt.datetime, version: int, text: str,
    upload: UploadedFile | None = None, classification: str = "",
) -> Submission:  # fmt: skip
    """Answer a question of the Secretariat, with a document that shows it or without. Section F2.2

    Takes what `answer_query` takes, the uploaded document and its level under the Information Policy. Raises what
    `store_document` and `answer_query` raise.
    """
    document = None
    if upload is not None:
        document = store_document(
            upload=upload, classification=classification, organisation=submission.organisation, by=by, at=at
        )
    return answer_query(submission=submission, by=by, at=at, version=version, text=text, document=document)
