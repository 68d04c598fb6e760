"""The incompatibility matrix: kept by the Secretariat, published whole, every Party told once (Theme I)."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from cpl.models import MatrixVersion
from cpl.services import matrix
from secgov.accounts.models import Contact, Organisation, Role
from secgov.errors import Conflict, NotPermitted, Refusal
from secgov.journal.models import Act, Message, Notice, Obligation
from tests.factories import people

pytestmark = pytest.mark.django_db
AT = dt.datetime(2027, 1, 15, 10, 0, tzinfo=dt.UTC)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def secretariat():
    """A person of the Secretariat."""
    return people.person(
        Role.SECRETARIAT, people.organisation("Code administrator", Organisation.Kind.CODE_BODY)
    )


@pytest.fixture
def parties():
    """Two Parties, one with a contact."""
    found = [people.organisation(name, Organisation.Kind.PARTY) for name in ("Ayle Energy", "Brock Power")]
    Contact.objects.create(organisation=found[0], email="notices@ayle.example")
    return found


def fresh(version):
    """The row as it stands."""
    return MatrixVersion.objects.get(pk=version.pk)


def add(version, by, specification, spec_version="1.0", gbcs_version="1.0"):
    """Add a version of a specification to the draft."""
    return matrix.add_specification(
        version=version, by=by, at=AT, revision=fresh(version).revision, specification=specification,
        spec_version=spec_version, gbcs_version=gbcs_version,
    )  # fmt: skip


def say(version, by, first, second, value="incompatible", **more):
    """Say something of two versions."""
    matrix.say_of_pair(
        version=version, by=by, at=AT, revision=fresh(version).revision, first=first, second=second, value=value,
        **{"source": "TSIRS 12", **more},
    )  # fmt: skip


def publish(version, by, summary="The first matrix."):
    """Publish the draft."""
    return matrix.publish_matrix(
        version=version, by=by, at=AT, revision=fresh(version).revision, summary=summary
    )


@pytest.fixture
def published(secretariat):
    """A published matrix: a hub incompatible with a meter, under constraints with a gas meter."""
    version = matrix.begin_matrix(by=secretariat, at=AT)
    hub, esme, gsme = (add(version, secretariat, name) for name in ("CHTS", "ESMETS", "GSMETS"))
    say(version, secretariat, esme, hub)
    say(version, secretariat, hub, gsme, "constrained", constraint_text="Not over 868 MHz.")
    return publish(version, secretariat)


@pytest.mark.clause("F2.11(a)", "F2.11(b)", "F2.12(a)")
def test_matrix_reads_the_same_both_ways_on_the_page_and_in_the_api(published):
    page = Client().get("/matrix/").content.decode()
    assert page.count("Incompatible</span>") == 2 and page.count("Constraints</span>") == 2
    assert "Not over 868 MHz." in page and "TSIRS 12" in page and "cannot inter-operate fully" in page
    body = Client().get("/api/v1/incompatibility-matrix/").json()
    assert (body["version"], len(body["versions"]), len(body["pairs"])) == (1, 3, 2)
    assert body["pairs"][0]["a"]["specification"] == "CHTS" and body["pairs"][0]["value"] == "incompatible"
    assert "Not over 868 MHz." in Client().get("/matrix/?as=csv").content.decode()
    assert Client().get("/matrix/?as=xlsx").content.startswith(b"PK")


def test_page_before_the_first_version_says_so():
    assert "not been published yet" in Client().get("/matrix/").content.decode()
    assert Client().get("/api/v1/incompatibility-matrix/").json()["version"] is None
    for path in ("/matrix/?version=1", "/matrix/?version=x", "/api/v1/incompatibility-matrix/?version=1"):
        assert Client().get(path).status_code == 404


@pytest.mark.clause("F2.11-0")
def test_change_makes_a_new_version_and_the_old_one_is_still_there(published, secretariat):
    second = matrix.begin_matrix(by=secretariat, at=AT)
    assert matrix.begin_matrix(by=secretariat, at=AT) == second, "one draft at a time"
    hub, esme, _ = second.specifications.all()
    say(second, secretariat, hub, esme, "not known")
    assert Client().get("/api/v1/incompatibility-matrix/").json()["version"] == 1, (
        "a draft is nobody's business"
    )
    publish(second, secretariat, "The pair was looked at again.")
    assert matrix.changes_since(fresh(second)) == {"added": 0, "changed": 0, "unsaid": 1}
    assert len(Client().get("/api/v1/incompatibility-matrix/").json()["pairs"]) == 1
    assert len(Client().get("/api/v1/incompatibility-matrix/?version=1").json()["pairs"]) == 2
    assert "Earlier version" in Client().get("/matrix/?version=1").content.decode()


@pytest.mark.clause("F2.13")
def test_parties_are_told_once_of_many_edits_in_the_transaction_that_publishes(secretariat, parties):
    version = matrix.begin_matrix(by=secretariat, at=AT)
    hub, esme, esme2 = (
        add(version, secretariat, *each) for each in (("CHTS",), ("ESMETS",), ("ESMETS", "2.0"))
    )
    say(version, secretariat, hub, esme)
    say(version, secretariat, hub, esme2)
    assert not Notice.objects.exists()
    publish(version, secretariat)
    assert sorted(Notice.objects.values_list("organisation__name", flat=True)) == [
        "Ayle Energy",
        "Brock Power",
    ]
    assert (
        Message.objects.filter(recipient="notices@ayle.example", template="cpl/matrix_published").count() == 1
    )
    [owed] = Obligation.objects.filter(clause="F2.13")
    assert owed.discharged_at == AT
    assert Act.objects.get(verb="cpl.matrix.published").after == {"added": 2, "changed": 0, "unsaid": 0}


@pytest.mark.clause("F2.12(b)")
def test_version_with_two_gbcs_versions_has_two_rows_and_none_twice(secretariat):
    version = matrix.begin_matrix(by=secretariat, at=AT)
    add(version, secretariat, "ESMETS", "4.2", "3.2")
    add(version, secretariat, "ESMETS", "4.2", "4.0")
    assert len(matrix.versions_in(version)) == 2
    for wrong in (
        ("ESMETS", "V4.2", "4.0"),
        ("KETTLE", "1.0", "1.0"),
        ("CHTS", "x", "1.0"),
        ("CHTS", "1.0", ""),
    ):
        with pytest.raises(Refusal):
            add(version, secretariat, *wrong)


@pytest.mark.clause("F2.11(a)")
def test_pair_is_of_two_versions_and_constraints_have_their_text(secretariat):
    version = matrix.begin_matrix(by=secretariat, at=AT)
    hub, esme = add(version, secretariat, "CHTS"), add(version, secretariat, "ESMETS")
    for wrong in (
        {"second": hub}, {"value": "maybe"}, {"value": "constrained"}, {"source": " "}, {"constraint_text": "some"},
    ):  # fmt: skip
        with pytest.raises(Refusal):
            say(version, secretariat, hub, **{"second": esme, **wrong})
    say(version, secretariat, esme, hub)
    say(version, secretariat, hub, esme, "compatible")
    assert [pair.value for pair in version.pairs.all()] == ["compatible"]
    matrix.remove_specification(row=hub, by=secretariat, at=AT, revision=fresh(version).revision)
    assert version.pairs.count() == 0 and version.specifications.count() == 1


def test_only_the_secretariat_edits_and_only_what_it_saw(secretariat, published):
    for role in (Role.APPROVER, Role.AUDITOR, Role.DCC, Role.SUPPLIER):
        with pytest.raises(NotPermitted):
            matrix.begin_matrix(by=people.person(role), at=AT)
    version = matrix.begin_matrix(by=secretariat, at=AT)
    add(version, secretariat, "PPMIDTS")
    with pytest.raises(Conflict):
        matrix.publish_matrix(
            version=version, by=secretariat, at=AT, revision=version.revision, summary="Late."
        )
    with pytest.raises(Conflict):
        add(published, secretariat, "PPMIDTS")
    with pytest.raises(Refusal):
        publish(version, secretariat, " ")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cpl_matrixversion SET summary = 'other'",
        "UPDATE cpl_matrixpair SET source = 'other'",
        "DELETE FROM cpl_matrixpair",
        "DELETE FROM cpl_matrixversion",
        "UPDATE cpl_matrixspecification SET spec_version = '9.9'",
    ],
)
def test_published_version_is_never_changed(published, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_secretariat_keeps_the_matrix_on_its_desk(secretariat, parties):
    desk = Client()
    desk.force_login(secretariat, backend=BACKEND)
    assert "Begin a new version" in desk.get("/admin/cpl/matrixversion/").content.decode()
    page = desk.post("/admin/cpl/matrixversion/begin/").headers["Location"]
    version = MatrixVersion.objects.get()

    def edit(name, **values):
        return desk.post(
            f"{page.removesuffix('change/')}edit/{name}/", {"revision": fresh(version).revision, **values}
        )

    for specification in ("CHTS", "ESMETS"):
        done = edit("specification", specification=specification, spec_version="1.0", gbcs_version="1.0")
        assert done.status_code == 302
    hub, esme = version.specifications.all()
    assert "about which nothing is said: 1" in desk.get(page).content.decode()
    assert edit("pair", first=hub.pk, second=hub.pk, value="incompatible", source="x").status_code == 422
    assert edit("pair", first=hub.pk, second=esme.pk, value="incompatible", source="x").status_code == 302
    assert edit("publish", summary="").status_code == 422
    assert edit("publish", summary="The first matrix.", revision=1).status_code == 409
    assert edit("publish", summary="The first matrix.").status_code == 302
    assert "It is never changed" in desk.get(page).content.decode()
    assert Notice.objects.count() == 2
    assert "Matrix version 1" in desk.get("/admin/cpl/matrixversion/").content.decode()


def test_each_edit_of_the_matrix_says_what_is_missing_and_what_was_done(secretariat):
    desk = Client()
    desk.force_login(secretariat, backend=BACKEND)
    version = matrix.begin_matrix(by=secretariat, at=AT)
    hub, esme = add(version, secretariat, "CHTS"), add(version, secretariat, "ESMETS")

    def edit(name, **said):
        said["revision"] = fresh(version).revision
        return desk.post(f"/admin/cpl/matrixversion/{version.pk}/edit/{name}/", said, follow=True)

    pair = {"first": hub.pk, "second": esme.pk, "value": "incompatible"}
    for name, said, words in (
        ("pair", pair, "Name the document or the decision."),
        ("pair", {"value": "incompatible"}, "Choose a version."),
        ("specification", {"specification": "CHTS"}, "Give the version, for example 4.2."),
        ("publish", {}, "Say what changed"),
    ):
        refused = edit(name, **said)
        assert refused.status_code == 422 and words in refused.content.decode()
    for name, said, words in (
        ("pair", pair | {"source": "TSIRS 12"}, f"{hub} and {esme}: incompatible."),
        ("pair", pair | {"value": "not known"}, f"{hub} and {esme}: not known."),
        (
            "specification",
            {"specification": "CHTS", "spec_version": "1.6", "gbcs_version": "4.0"},
            "is added.",
        ),
        ("remove", {"row": hub.pk}, f"{hub} is taken out"),
    ):
        done = edit(name, **said)
        assert done.status_code == 200 and words in done.content.decode()


def test_approver_reads_the_draft_and_has_no_buttons(secretariat):
    version = matrix.begin_matrix(by=secretariat, at=AT)
    desk = Client()
    desk.force_login(people.person(Role.APPROVER), backend=BACKEND)
    page = desk.get(f"/admin/cpl/matrixversion/{version.pk}/change/")
    assert page.status_code == 200 and "Publish, and tell" not in page.content.decode()
    assert desk.post("/admin/cpl/matrixversion/begin/").status_code == 403
