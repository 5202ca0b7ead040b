"""A school or a building of one. Of its address nothing is kept here; those members are empty."""

from __future__ import annotations

from msgspec import Struct

from gradewire.actions.schools import AccountRow
from gradewire.dialects.schoology.shapes.links import Links


class School(Struct):
    id: str
    title: str
    address1: str
    address2: str
    city: str
    state: str
    postal_code: str
    country: str
    website: str
    phone: str
    fax: str
    building_code: str
    picture_url: str


class SchoolList(Struct):
    school: list[School]
    total: str
    links: Links


class BuildingList(Struct):
    building: list[School]
    total: str
    links: Links


def school(row: AccountRow) -> School:
    return School(
        id=str(row.id),
        title=row.name,
        address1="",
        address2="",
        city="",
        state="",
        postal_code="",
        country="",
        website="",
        phone="",
        fax="",
        building_code=row.sis_account_id or "",
        picture_url="",
    )
