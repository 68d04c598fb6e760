"""What the list and its making hold."""

from cpl.models.certificates import AssuranceCertificate, Body, CertificateCoverage
from cpl.models.devices import (
    DeviceModel,
    EligibleCombination,
    EligibleCombinationMember,
    Generation,
    ListingPeriod,
    PhysicalDeviceType,
    RequiredCertificate,
    SpecType,
)
from cpl.models.editions import (
    Edition,
    EditionForm,
    EditionLimb,
    EditionPlacement,
    ListImport,
    PublicationRequest,
    PublishedEntry,
    Receipt,
    ReceiptHoldback,
    SigningKey,
)
from cpl.models.list_changes import ListChange
from cpl.models.reviews import (
    CorrectionRequest,
    RaisedWarning,
    SubmissionGroup,
    SubmissionQuery,
    SubmissionVersion,
    Upload,
)
from cpl.models.submissions import Submission, SubmissionCertificate

__all__ = [
    "AssuranceCertificate",
    "Body",
    "CertificateCoverage",
    "CorrectionRequest",
    "DeviceModel",
    "Edition",
    "EditionForm",
    "EditionLimb",
    "EditionPlacement",
    "EligibleCombination",
    "EligibleCombinationMember",
    "Generation",
    "ListChange",
    "ListImport",
    "ListingPeriod",
    "PhysicalDeviceType",
    "PublicationRequest",
    "PublishedEntry",
    "RaisedWarning",
    "Receipt",
    "ReceiptHoldback",
    "RequiredCertificate",
    "SigningKey",
    "SpecType",
    "Submission",
    "SubmissionCertificate",
    "SubmissionGroup",
    "SubmissionQuery",
    "SubmissionVersion",
    "Upload",
]
