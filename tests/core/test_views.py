"""Views are saved under a name, opened by it, and are one line of text that means the same."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from core import views
from core.errors import NotFoundError, QueryError
from core.query import parse
from core.services import Services

QUERY = 'persona:marcus score:<6 "credit card" sort:-score'


async def test_a_saved_view_opens_by_its_name_with_order_and_columns(services: Services) -> None:
    await services.views.save("weak Marcus", parse(QUERY), ("number", "topic", "score"))
    line, columns = views.find(Path(services.settings.database), "Weak marcus")
    assert parse(line) == parse(QUERY)
    assert columns == ("number", "topic", "score")
    (view,) = await services.views.all()
    assert (view.name, view.sort, view.by) == ("weak Marcus", "-score", "tester")
    assert view.criteria == parse(QUERY)


async def test_a_name_is_replaced_only_when_that_is_meant(services: Services) -> None:
    await services.views.save("mine", parse("tier:1"))
    with pytest.raises(QueryError, match="There is a view 'mine' already, by tester"):
        await services.views.save(" mine ", parse("tier:2"))
    await services.views.save("mine", parse("tier:2"), replace_old=True)
    assert [view.query for view in await services.views.all()] == ["tier:scenario"]
    with pytest.raises(NotFoundError, match="Did you mean 'mine'"):
        await services.views.delete("mime")
    await services.views.delete("mine")
    assert await services.views.all() == []


@pytest.mark.parametrize("name", ["", "  ", "tier:1", 'a"b', "x" * 80, "a\x1b[31m"])
async def test_a_name_that_could_not_be_typed_is_refused(services: Services, name: str) -> None:
    with pytest.raises(QueryError):
        await services.views.save(name, parse(""))


def test_what_is_copied_opens_the_same_view_in_a_shell() -> None:
    program, option, line = shlex.split(views.command(parse(QUERY)))
    assert (program, option) == ("brightrun", "--view")
    assert parse(line) == parse(QUERY)


def test_without_such_a_name_the_text_is_a_query(tmp_path: Path) -> None:
    assert views.find(tmp_path / "none.db", "persona:david") == ("persona:david", None)
    with pytest.raises(QueryError) as caught:
        views.find(tmp_path / "none.db", "tier:1 scroe:6")
    assert caught.value.pointed == "tier:1 scroe:6\n       ^^^^^"


async def test_a_view_that_cannot_be_read_is_listed_and_goes_like_any_other(services: Services) -> None:
    view = await services.views.save("odd", parse("tier:1"))
    odd = view._replace(query="colour:red")
    assert odd.line == "colour:red"
    with pytest.raises(QueryError):
        assert odd.criteria
