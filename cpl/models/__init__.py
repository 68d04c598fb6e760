"""What the list and its making hold."""

from cpl.models.certificate_events import AffectedEntry, BodyStatement, CertificateEvent, EventReport
from cpl.models.certificate_life import CertificateChange, RenewalAction
from cpl.models.certificates import AssuranceCertificate, Body, CertificateCoverage
from cpl.models.dcc_lists import (
    CountRow,
    DccListVersion,
    DeployedCombination,
    EligibleProductCombination,
    EligibleRow,
    PendingRow,
    WithheldCombination,
)
from cpl.models.determinations import AuthorityOrder, BindingDetermination, PanelDecision, SscAdvice
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
from cpl.models.edition_deltas import EditionDelta
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
from cpl.models.estate import EstateClaim
from cpl.models.expiry_notices import ExpiryDigest, ExpiryNotice
from cpl.models.freshness import FreshnessStatement
from cpl.models.list_changes import ListChange
from cpl.models.matrix import MatrixPair, MatrixSpecification, MatrixVersion
from cpl.models.provisions import CertificateProvision
from cpl.models.relays import RelayedNotice
from cpl.models.reviews import (
    CorrectionRequest,
    RaisedWarning,
    SubmissionGroup,
    SubmissionQuery,
    SubmissionVersion,
    Upload,
)
from cpl.models.security_characteristics import (
    GbcsMapping,
    MaintenanceEnd,
    Mitigation,
    ScVersion,
    SecurityCharacteristic,
)
from cpl.models.submissions import Submission, SubmissionCertificate
from cpl.models.subscriptions import Subscription
from cpl.models.update_digests import HeldUpdate
from cpl.models.webhook import WebhookCall, WebhookPause

__all__ = [
    "AffectedEntry",
    "AssuranceCertificate",
    "AuthorityOrder",
    "BindingDetermination",
    "Body",
    "BodyStatement",
    "CertificateChange",
    "CertificateCoverage",
    "CertificateEvent",
    "CertificateProvision",
    "CorrectionRequest",
    "CountRow",
    "DccListVersion",
    "DeployedCombination",
    "DeviceModel",
    "Edition",
    "EditionDelta",
    "EditionForm",
    "EditionLimb",
    "EditionPlacement",
    "EligibleCombination",
    "EligibleCombinationMember",
    "EligibleProductCombination",
    "EligibleRow",
    "EstateClaim",
    "EventReport",
    "ExpiryDigest",
    "ExpiryNotice",
    "FreshnessStatement",
    "GbcsMapping",
    "Generation",
    "HeldUpdate",
    "ListChange",
    "ListImport",
    "ListingPeriod",
    "MaintenanceEnd",
    "MatrixPair",
    "MatrixSpecification",
    "MatrixVersion",
    "Mitigation",
    "PanelDecision",
    "PendingRow",
    "PhysicalDeviceType",
    "PublicationRequest",
    "PublishedEntry",
    "RaisedWarning",
    "Receipt",
    "ReceiptHoldback",
    "RelayedNotice",
    "RenewalAction",
    "RequiredCertificate",
    "ScVersion",
    "SecurityCharacteristic",
    "SigningKey",
    "SpecType",
    "SscAdvice",
    "Submission",
    "SubmissionCertificate",
    "SubmissionGroup",
    "SubmissionQuery",
    "SubmissionVersion",
    "Subscription",
    "Upload",
    "WebhookCall",
    "WebhookPause",
    "WithheldCombination",
]
