"""What the application's own database role may do, given anew after every migration."""

from django.conf import settings
from django.db import connection
from psycopg2 import sql

INSERT_ONLY_TABLES = (
    "journal_act",
    "journal_seal",
    "journal_sealedact",
    "documents_content",
    "documents_document",
    "documents_reading",
    "cpl_edition",
    "cpl_editiondelta",
    "cpl_editionform",
    "cpl_editionlimb",
    "cpl_editionplacement",
    "cpl_listimport",
    "cpl_publicationrequest",
    "cpl_freshnessstatement",
    "cpl_receipt",
    "cpl_receiptholdback",
    "cpl_affectedentry",
    "cpl_bodystatement",
    "cpl_eventreport",
    "cpl_renewalaction",
    "cpl_certificateprovision",
    "cpl_countrow",
    "cpl_deployedcombination",
    "cpl_eligibleproductcombination",
    "cpl_eligiblerow",
    "cpl_pendingrow",
    "cpl_withheldcombination",
    "ssc_authorityadvice",
    "cpl_mitigation",
    "cpl_scversion",
    "ssc_caseevent",
    "ssc_casefact",
    "ssc_casenote",
    "ssc_commentanswer",
    "ssc_compliancefinding",
    "ssc_impactpaper",
    "ssc_informationreply",
    "ssc_interoperabilitynotice",
    "ssc_slotmove",
    "ssc_testresult",
    "ssc_vulnerabilitynotification",
    "ssc_groupcontribution",
    "ssc_grouppaper",
    "ssc_termsofreference",
    "ssc_undertaking",
    "ssc_milestone",
    "ssc_milestoneevidence",
    "ssc_plancomment",
    "ssc_planperiod",
    "ssc_guidance",
    "ssc_ncscview",
    "ssc_proposaladvice",
    "ssc_proposalreport",
    "ssc_proposalversion",
    "ssc_schedule",
    "ssc_signoff",
    "ssc_stageentry",
    "ssc_progressreport",
    "ssc_progressrequest",
    "ssc_remedyclaim",
    "ssc_schemereview",
)
"""No UPDATE, no DELETE: direct SQL with the application's role is refused whatever triggers say."""

COLUMN_UPDATES = {"cpl_signingkey": ("valid_to",)}
"""Of these tables only the named columns may be updated: a key's validity may end, the key itself never changes."""

DELETE_TABLES = (
    "django_session",
    "axes_accessattempt",
    "axes_accessattemptexpiration",
    "axes_accesslog",
    "axes_accessfailurelog",
    "account_emailaddress",
    "account_emailconfirmation",
    "mfa_authenticator",
    "oauth2_provider_accesstoken",
    "oauth2_provider_refreshtoken",
    "oauth2_provider_grant",
    "oauth2_provider_idtoken",
    "cpl_submissioncertificate",
    "cpl_eligiblecombinationmember",
    "cpl_publishedentry",
    "cpl_matrixpair",
    "cpl_matrixspecification",
)
"""Housekeeping, and a draft's own rows: nothing else is ever deleted."""


def grant_application_role() -> bool:
    """Give the application's role its rights in this database; False where it is the owner or does not exist."""
    role = settings.DATABASE_APP_ROLE
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user = %s, EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s)", [role, role]
        )
        is_owner, exists = cursor.fetchone()
        if is_owner or not exists:
            return False
        name = sql.Identifier(role)
        present = set(connection.introspection.table_names(cursor))
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}",
            "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
        ):
            cursor.execute(sql.SQL(statement).format(name))
        for table in present.intersection(INSERT_ONLY_TABLES):
            cursor.execute(sql.SQL("REVOKE UPDATE ON {} FROM {}").format(sql.Identifier(table), name))
        for table in present.intersection(COLUMN_UPDATES):
            columns = sql.SQL(", ").join(map(sql.Identifier, COLUMN_UPDATES[table]))
            cursor.execute(sql.SQL("REVOKE UPDATE ON {} FROM {}").format(sql.Identifier(table), name))
            cursor.execute(
                sql.SQL("GRANT UPDATE ({}) ON {} TO {}").format(columns, sql.Identifier(table), name)
            )
        for table in present.intersection(DELETE_TABLES):
            cursor.execute(sql.SQL("GRANT DELETE ON {} TO {}").format(sql.Identifier(table), name))
        cursor.execute(sql.SQL("REVOKE INSERT, UPDATE ON django_migrations FROM {}").format(name))
    return True
