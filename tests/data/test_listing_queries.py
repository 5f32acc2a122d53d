"""Listings, facets and counts agree with each other whichever way they are run."""

import sqlite3
import time
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite

from core.browse import Browser
from core.query import parse
from core.settings.fields import Settings
from data import conversations, listing
from data.conversations import matching_ids
from data.engines import Database


def _browser(settings: Settings, tmp_path: Path, query: str = "") -> Browser:
    browser = Browser(Path(settings.database), tmp_path / "state")
    browser.set_view(parse(query))
    return browser


async def test_both_ways_of_running_a_listing_agree(settings: Settings, tmp_path: Path) -> None:
    database = Database(Path(settings.database))
    for query in ("", "persona:marcus", "tier:1 -persona:david", "is:remaining roth", "number:20..30 sort:-number"):
        browser = _browser(settings, tmp_path, query)
        ids = browser.ids()
        rows = browser.page(ids)
        async with database.read() as session:
            assert await matching_ids(session, parse(query)) == [rows[i].conversation_id for i in ids], query
        browser.close()
    await database.close()


def test_the_plan_is_complete(settings: Settings, tmp_path: Path) -> None:
    browser = _browser(settings, tmp_path)
    overview = browser.overview()
    assert (overview.total, overview.remaining) == (100, 90)
    assert overview.by_tier == {"template": 40, "scenario": 35, "edge_case": 15, "seed": 10}
    for name in ("category", "intent", "tone", "role", "cluster", "outcome", "persona", "start", "end"):
        values = dict(browser.facets(parse(""))[name])
        assert "" not in values, name
        assert sum(values.values()) == 100, name
    browser.close()


def test_facet_counts_follow_the_other_filters_but_not_their_own(settings: Settings, tmp_path: Path) -> None:
    browser = _browser(settings, tmp_path)
    facets = browser.facets(parse("persona:marcus tier:1"))
    assert dict(facets["persona"])["jennifer"] > 0  # one may still add a value of the same dimension
    assert sum(count for _, count in facets["tone"]) == len(_browser(settings, tmp_path, "persona:marcus tier:1").ids())
    browser.close()


def test_unmeasured_scores_come_last_in_both_directions(settings: Settings, tmp_path: Path) -> None:
    with sqlite3.connect(settings.database) as connection:
        connection.execute("update conversations set quality_score = number % 10 + 1 where number between 11 and 20")
    connection.close()
    for query in ("sort:score", "sort:-score"):
        browser = _browser(settings, tmp_path, query)
        ids = browser.ids()
        rows = browser.page(ids[:100])
        measured = [rows[i].quality_score is not None for i in ids]
        assert measured == sorted(measured, reverse=True)
        browser.close()


def test_a_search_word_is_taken_literally(settings: Settings, tmp_path: Path) -> None:
    for query, found in (("100%", 0), ('"401(k)"', 1), ("_", 100), ("ROTH", 2)):
        browser = _browser(settings, tmp_path, query)
        assert (len(browser.ids()) > 0) == (found > 0), query
        browser.close()


def test_the_next_start_replays_the_last_view_without_the_orm(settings: Settings, tmp_path: Path) -> None:
    browser = _browser(settings, tmp_path, "persona:david")
    browser.remember(query="persona:david")
    again = Browser(Path(settings.database), tmp_path / "state")
    assert again.restore()
    assert again.view_state["query"] == "persona:david"
    assert again.ids() == browser.ids()
    browser.close()
    again.close()


def test_a_damaged_view_cache_only_costs_the_slower_start(settings: Settings, tmp_path: Path) -> None:
    browser = _browser(settings, tmp_path)
    browser.remember()
    (file,) = (tmp_path / "state").glob("view-*.json")
    file.write_text("{")
    assert not Browser(Path(settings.database), tmp_path / "state").restore()
    browser.close()


def test_review_order_is_flagged_then_worst_then_unmeasured_then_plan_order(settings: Settings, tmp_path: Path) -> None:
    scores = {21: 8.25, 22: None, 23: 3.0, 24: 8.25, 25: 9.5, 26: 8.125}
    with sqlite3.connect(settings.database) as connection:
        for number, score in scores.items():
            connection.execute(
                "update conversations set status = 'generated', quality_score = ?, needs_review = ? where number = ?",
                (score, number in (22, 25), number),
            )
    connection.close()
    browser = _browser(settings, tmp_path, "is:to_review sort:review")
    ids = browser.ids()
    rows = browser.page(ids)
    assert [rows[i].number for i in ids] == [25, 22, 23, 26, 21, 24]
    worst = browser.next_worst(rows[ids[2]], ids)
    assert worst is not None and rows[worst].number == 26  # the walk by verdicts knows the same order
    browser.set_view(parse("sort:review"))
    everything = browser.ids()
    assert [one for one in everything if one in ids] == list(ids)
    browser.close()


@pytest.mark.parametrize(("query", "reads_along"), [("sort:review", True), ("is:to_review sort:review", False)])
def test_only_the_whole_plan_is_read_along_the_index_of_review(
    settings: Settings, query: str, reads_along: bool
) -> None:
    statement = listing.list_ids(parse(query)).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with sqlite3.connect(settings.database) as connection:
        plan = str(connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall())
    connection.close()
    assert ("USING INDEX conversations_by_review" in plan) is reads_along, plan
    assert ("USE TEMP B-TREE FOR ORDER BY" in plan) is not reads_along, plan


def test_facets_counted_in_one_look_equal_those_counted_one_by_one(settings: Settings, tmp_path: Path) -> None:
    browser = _browser(settings, tmp_path)
    for query in ("roth", "persona:marcus -roth", "topic:debt"):
        together = browser.facets(parse(query))
        alone = {name: browser.facets(parse(query), [name])[name] for name in together}
        assert together == alone and sum(count for _, count in together["tone"]) > 0, query
    browser.close()


async def test_completeness_in_the_row_follows_its_figures_and_leaves_its_date(settings: Settings) -> None:
    database, one = Database(Path(settings.database)), "fp_marcus_002"

    async def stored(complete: bool | None) -> tuple[bool, bool, object]:
        async with database.write() as session:
            figures = await conversations.quality_of(session, one)
            if complete is None:
                await conversations.delete_text(session, one)
            elif figures is not None:
                figures |= {"all_required_fields_complete": complete}
                del figures["id"]
                if complete:
                    await conversations.put_quality(session, figures)
                else:
                    await conversations.put_qualities(session, [figures])
        async with database.read() as session:
            row = await conversations.get(session, one) or {}
            found = one in await conversations.matching_ids(session, parse("is:incomplete"))
        return row["annotation_complete"], found, row["updated_at"]

    before = (await stored(True))[2]
    assert await stored(False) == (False, True, before)
    assert await stored(True) == (True, False, before)
    assert (await stored(None))[0] is False
    await database.close()


def test_a_template_by_a_number_that_nothing_can_have_finds_nothing(settings: Settings, tmp_path: Path) -> None:
    for named in ("²", "x@²", "9" * 30, "9" * 5000, "x@" + "9" * 5000):
        browser = _browser(settings, tmp_path, f"template:{named}")
        assert not browser.ids(), named[:10]
        browser.close()


def test_what_is_excluded_leaves_all_the_others(settings: Settings, tmp_path: Path) -> None:
    with sqlite3.connect(settings.database) as connection:
        connection.execute(
            "update conversations set template_version_id = (select id from prompt_templates "
            "where template_id = 'tier1_generic') where number = 21"
        )
    connection.close()
    excluded = ("-template:tier1_generic", 99), ("template:tier1_generic", 1), ("-id:fp_marcus_002", 99)
    nothing = ('reason:""', 100), ('-reason:""', 0), ('template:""', 99), ('-template:""', 1)  # in quotation marks
    for query, left in (*excluded, *nothing):
        browser = _browser(settings, tmp_path, query)
        assert len(browser.ids()) == left, query
        assert sum(count for _, count in browser.facets(parse(query), ["tone"])["tone"]) == left, query
        browser.close()


def test_the_last_day_of_the_calendar_has_no_day_after_it_and_is_no_failure(settings: Settings, tmp_path: Path) -> None:
    for query, found in (("updated:>9999-12-31", 0), ("updated:<=9999-12-31", 100)):
        browser = _browser(settings, tmp_path, query)
        assert len(browser.ids()) == found, query
        browser.close()


def test_a_day_is_the_one_that_the_list_shows_in_the_zone_of_this_machine(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite3.connect(settings.database) as connection:
        connection.execute("update conversations set updated_at = '2026-11-21 01:30:00.000000' where number = 21")
    connection.close()
    try:
        for zone, day in (("UTC0", 21), ("PST8", 20), ("JST-9", 21)):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            for query, found in ((f"updated:2026-11-{day}", 1), (f"updated:<2026-11-{day}", 0)):
                browser = _browser(settings, tmp_path, f"number:21 {query}")
                assert len(browser.ids()) == found, (zone, query)
                browser.close()
    finally:
        monkeypatch.undo()
        time.tzset()


def test_an_amount_of_money_is_met_exactly(settings: Settings, tmp_path: Path) -> None:
    with sqlite3.connect(settings.database) as connection:
        connection.execute("update conversations set actual_cost_microusd = 70000 where number = 21")
    connection.close()
    for query, found in (("cost:0.07", 1), ("cost:>=0.07", 1), ("cost:>0.07", 0), (f"cost:<{'9' * 400}", 1)):
        browser = _browser(settings, tmp_path, query)
        assert len(browser.ids()) == found, query
        browser.close()
