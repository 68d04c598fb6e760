"""The list on the Secretariat's desk: rows to read, and work pages whose buttons call one service each."""

from cpl.admin import certificates, corrections, devices, editions, list_changes, reference, submissions

__all__ = ["certificates", "corrections", "devices", "editions", "list_changes", "reference", "submissions"]
