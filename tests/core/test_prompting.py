"""Prompts render strictly, templates are immutable versions, and every planned row has exactly one template."""

from pathlib import Path

import pytest
from sqlalchemy import update

from core.errors import TemplateError
from core.pack.places import PROMPTS
from core.prompting.files import read_template, read_templates, split_parts
from core.prompting.rendering import placeholders, render
from core.prompting.resolving import render_prompt, resolve
from core.prompting.store import pack_context
from core.services import Services
from data import conversations, templates
from data.criteria import Criteria


def test_only_braced_names_are_placeholders() -> None:
    text = "Pay $145K or $name, $$5 and ${topic}."
    assert placeholders(text) == {"topic"}
    assert render(text, {"topic": "debt"}, what="x") == "Pay $145K or $name, $$5 and debt."


def test_values_are_never_rendered_again() -> None:
    assert render("${a}", {"a": "${b} $x {{y}}"}, what="x") == "${b} $x {{y}}"


@pytest.mark.parametrize(
    ("text", "values", "says"),
    [
        ("${topic}", {}, r"\$\{topic\} is not known"),
        ("${topic}", {"topic": "  "}, r"\$\{topic\} has no value"),
        ("ok\n${Not a name}", {}, "Line 2"),
    ],
)
def test_an_unresolved_placeholder_refuses_to_send_and_is_named(text: str, values: dict[str, str], says: str) -> None:
    with pytest.raises(TemplateError, match=says):
        render(text, values, what="fp_x")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.replace("+++\n", "", 1), "no front matter"),
        (lambda t: t.replace("${topic}", "${topik}"), r"\$\{topik\} without declaring"),
        (lambda t: t.replace("--- user ---", ""), "lacks the line"),
        (lambda t: t.replace('name = "', 'nmae = "', 1), "name"),
        (lambda t: t.replace("version = 1", "version = one", 1), "front matter"),
    ],
)
def test_a_bad_template_file_is_refused_with_its_name(tmp_path: Path, change: object, says: str) -> None:
    path = tmp_path / "bad.md"
    path.write_text(change((PROMPTS / "tier1_generic.md").read_text()))  # type: ignore[operator]
    with pytest.raises(TemplateError, match=says) as caught:
        read_template(path)
    assert "bad.md" in caught.value.message


async def test_every_planned_row_renders_and_its_prefix_is_the_same_for_its_template(services: Services) -> None:
    prefixes: dict[int, set[str]] = {}
    tokens = []
    async with services.database.read() as session:
        pack = await pack_context(session)
        active = await templates.active(session, "dialogue")
        ids = await conversations.matching_ids(session, Criteria(states=("remaining",)))
        rows = await conversations.get_many(session, ids)
    assert len(rows) == 90
    for row in rows.values():
        template = resolve(row, active)
        assert template["tier"] == row["tier"]
        assert template["arc_or_family"] in ("", row["arc_id"])
        prompt, values = render_prompt(row, template, pack)
        assert row["conversation_id"] not in prompt.user  # names and texts, never ids
        assert values["client_name"] in prompt.user
        prefixes.setdefault(template["id"], set()).add(prompt.system)
        tokens.append(prompt.tokens)
        assert prompt.prefix_tokens >= 512
    assert all(len(found) == 1 for found in prefixes.values())
    assert sum(tokens) / len(tokens) < 6000


async def test_a_row_without_template_is_refused_and_two_families_are_ambiguous(services: Services) -> None:
    async with services.database.read() as session:
        active = await templates.active(session, "dialogue")
        row = await conversations.get(session, "fp_marcus_007")
    assert row is not None
    with pytest.raises(TemplateError, match="no active template"):
        resolve(row, [t for t in active if t["tier"] != "template"])
    own = resolve(row, active)
    with pytest.raises(TemplateError, match="several templates fit"):
        resolve(row, [own, {**own, "template_id": "another"}])


async def test_two_versions_are_drawn_by_share_and_the_same_for_the_same_row(services: Services) -> None:
    async with services.database.read() as session:
        active = await templates.active(session, "dialogue")
        rows = await conversations.get_many(session, await conversations.matching_ids(session, Criteria()))
    row = rows["fp_marcus_007"]
    own = resolve(row, active)
    pair = [{**own, "id": 1, "share": 0.8}, {**own, "id": 2, "share": 0.2}]
    drawn = [resolve({**row, "conversation_id": f"c{i}"}, pair)["id"] for i in range(500)]
    assert 0.1 < drawn.count(2) / 500 < 0.3
    assert drawn == [resolve({**row, "conversation_id": f"c{i}"}, pair)["id"] for i in range(500)]


async def test_a_changed_file_is_a_new_version_and_the_old_one_stays(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "tier1_generic.md"
    path.write_text((PROMPTS / "tier1_generic.md").read_text().replace("--- user ---", "Be brief.\n--- user ---"))
    changed = read_template(path)
    async with services.database.write() as session:
        added = await templates.add_version(session, changed.row())
        assert await templates.add_version(session, changed.row()) is None
        active = await templates.active(session, "dialogue")
    assert added is not None
    assert added[1] == 2
    assert [t["version"] for t in active if t["template_id"] == "tier1_generic"] == [2]
    async with services.database.read() as session:
        assert await templates.count(session) == len(read_templates()) + 1


def test_every_dialogue_template_has_both_parts() -> None:
    for template in read_templates():
        if template.front.stage == "dialogue":
            system, user = split_parts(template.text)
            assert system
            assert "<conversation_plan>" in user
            assert "Turns: ${target_turns}" in user


async def test_what_the_dataset_says_too_often_is_named_in_the_prompt(services: Services) -> None:
    async with services.database.write() as session:
        rows = await conversations.matching_ids(session, Criteria(states=("seed",)))
        for conversation_id in rows[:3]:
            await session.execute(
                update(conversations.TURNS)
                .where(conversations.TURNS.c.conversation_id == conversation_id, conversations.TURNS.c.turn_number == 1)
                .values(target_response="My word, the kettle is on again and so are we.")
            )
    async with services.database.read() as session:
        pack = await pack_context(session)
        active = await templates.active(session, "dialogue")
        row = await conversations.get(session, "fp_marcus_007")
    assert row is not None
    prompt, _ = render_prompt(row, resolve(row, active), pack)
    assert "kettle is on again" in prompt.user
    assert "kettle" not in prompt.system  # the cached part stays the same
