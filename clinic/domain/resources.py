"""The names of what can be in use only once at a time."""

from __future__ import annotations


def of_person(person_id: str) -> str:
    """The resource that stands for someone with an account."""
    return f"person:{person_id}"


def of_beneficiary(beneficiary_id: str) -> str:
    """The resource that stands for someone helped."""
    return f"beneficiary:{beneficiary_id}"


def of_desk_work(person_id: str) -> str:
    """The resource that stands for somebody of a crew at its session: her shift holds her, this is whom she is with."""
    return f"with:{person_id}"
