"""Reading what the Panel's system sends to your own address when an edition is out.

It is signed like a manifest, by the same keys. It says only that there is something to pull: pull it, and judge that.
"""

from dataclasses import dataclass

from cpl_client.verify import NotGenuine, TrustedKey, edition_order, open_signed, read_keys

ANNOUNCEMENT_TYPE = "cpl-webhook"
LIST_NAME = "CPL"


@dataclass(frozen=True, slots=True)
class Announcement:
    """That an edition is available. The same `id` again is the same announcement, sent again."""

    id: str
    edition: str
    manifest_sha256: str
    environment: str


def read_announcement(body: bytes, key_set: bytes, *, environment: str | None = None) -> Announcement:
    """Give what a call says, once its signature by a trusted key is right; raises NotGenuine.

    `key_set` is the JWK set that you trust; `environment` None expects the one of the key that signed.
    """
    keys: dict[str, TrustedKey] = read_keys(key_set)
    said, signer = open_signed(body, keys=keys, kind=ANNOUNCEMENT_TYPE, what="announcement")
    if said.get("list") != LIST_NAME or said.get("environment") != (environment or signer.environment):
        raise NotGenuine("environment", "The announcement is of another list, or of a test list.")
    try:
        edition_order(said["edition"])
        return Announcement(said["id"], said["edition"], said["manifest_sha256"], said["environment"])
    except (KeyError, TypeError, ValueError) as error:
        raise NotGenuine("manifest", "The announcement is signed but does not say what it must.") from error
