"""Views that people saved: a filter with its order and columns, under a name."""

from typing import Any

from sqlmodel import Field

from data.types import Recorded, json_field


class SavedView(Recorded, table=True):
    """A filter with its order and columns. `query` is in the query language without the order, `sort` as after
    `sort:`."""

    __tablename__ = "saved_views"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    query: str = ""
    sort: str = "number"
    columns: list[Any] | None = json_field()
    by: str = ""
