"""Templates as people work with them: a changed file is a version, two versions share rows, each is judged apart."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from core.engine.orders import Order
from core.errors import NotFoundError, TemplateError
from core.pack.places import PROMPTS
from core.services import Services
from core.status import Verdict
from core.templates.service import TemplateService
from core.templates.versions import Results, TemplateVersion, ranked, verdict_on
from data import audit
from data.conversations import CONVERSATIONS

SHAME = "tier1_shame_to_acceptance"


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders are written, nobody works on them."""
    monkeypatch.setattr("core.engine.launch.start_worker", lambda database: "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the files that a test may change."""
    return Path(shutil.copytree(PROMPTS, tmp_path / "prompts"))


@pytest.fixture
def templates(services: Services, folder: Path) -> TemplateService:
    return TemplateService(services.database, "tester", folder)


def change(folder: Path, template_id: str = SHAME, line: str = "Write a little slower than usual.") -> None:
    path = folder / f"{template_id}.md"
    path.write_text(path.read_text() + f"\n{line}\n")


async def test_a_changed_file_adds_a_version_and_says_what_changed(templates: TemplateService, folder: Path) -> None:
    assert await templates.reload() == []
    change(folder)
    (found,) = await templates.reload()
    assert (found.template_id, found.former, found.version) == (SHAME, 1, 2)
    assert found.what == "2 lines added, 0 removed"
    new, old = await templates.versions(SHAME)
    assert (new.version, new.is_active, old.is_active) == (2, True, False)
    first, second, difference = await templates.difference(SHAME)
    assert (first, second) == (1, 2)
    assert [line.text for line in difference.lines if line.kind == "new"][-1] == "Write a little slower than usual."
    assert await templates.reload() == []  # the file is the newest version now


async def test_a_changed_range_and_placeholder_are_told_in_words(templates: TemplateService, folder: Path) -> None:
    path = folder / f"{SHAME}.md"
    text = path.read_text().replace("turns = [3, 5]", "turns = [3, 6]", 1)
    path.write_text(text)
    (found,) = await templates.reload()
    assert found.what == "range turns: 3 to 5 → 3 to 6"


async def test_a_file_that_cannot_be_read_changes_nothing(templates: TemplateService, folder: Path) -> None:
    change(folder)
    (folder / "tier2_generic.md").write_text("nonsense")
    with pytest.raises(TemplateError, match="tier2_generic"):
        await templates.reload()
    assert [v.version for v in await templates.versions(SHAME)] == [1]


async def test_two_active_versions_share_the_rows_by_row_and_job(
    services: Services, templates: TemplateService, folder: Path
) -> None:
    change(folder, "tier1_generic")
    await templates.reload()
    for version in await templates.versions():
        if version.tier == "template" and version.arc_or_family:
            await templates.deactivate(version.template_id, version.version)
    await templates.share("tier1_generic", {1: 0.5, 2: 0.5})
    proposal = await services.generation.propose(Order("all"))
    drawn = {r.conversation_id: r.template_version for r in proposal.rows if r.tier == "template"}
    assert len(drawn) == 40
    assert 10 <= list(drawn.values()).count(2) <= 30
    again = await services.generation.propose(Order("all"))
    assert again.rows == proposal.rows  # what was shown is what will be ordered
    few = tuple(sorted(drawn))[:2]
    job = await services.generation.submit(
        await services.generation.propose(Order("selected", few)), cap_microusd=10**6
    )
    stored = {
        item["conversation_id"]: item["template_version_id"] for item in (await services.generation.job(job))["items"]
    }
    ids = {v.version: v.row_id for v in await templates.versions("tier1_generic")}
    assert stored == {name: ids[drawn[name]] for name in few}
    others = {r.conversation_id: r.template_version for r in (await services.generation.propose(Order("all"))).rows}
    left = [name for name in drawn if name not in few]
    assert any(others[name] != drawn[name] for name in left)  # another job draws anew


async def test_shares_follow_their_weights(services: Services, templates: TemplateService, folder: Path) -> None:
    change(folder)
    await templates.reload()
    await templates.share(SHAME, {1: 0.99, 2: 0.01})
    rows = (await services.generation.propose(Order("all"))).rows
    of_it = [row.template_version for row in rows if row.template == "From shame to acceptance"]
    assert len(of_it) == 8
    assert of_it.count(1) >= 7


async def test_what_is_active_is_audited(services: Services, templates: TemplateService, folder: Path) -> None:
    change(folder)
    await templates.reload()
    await templates.share(SHAME, {1: 0.7, 2: 0.3})
    await templates.activate(SHAME, 1)
    await templates.deactivate(SHAME, 1)
    async with services.database.read() as session:
        acts = await audit.entries(session, entity="template", entity_id=SHAME)
    assert [act["action"] for act in reversed(acts)] == ["reload", "share", "activate", "deactivate"]
    assert acts[2]["after"] == {"active": {"1": 0.7, "2": 0.3}}
    assert acts[0]["after"] == {"active": {}}
    assert {act["actor"] for act in acts} == {"tester"}


async def test_nothing_is_left_without_a_template(templates: TemplateService, folder: Path) -> None:
    for name, what in (("tier1_generic", "tier template"), ("annotation", "the stage annotation")):
        with pytest.raises(TemplateError, match=what):
            await templates.deactivate(name, 1)
    change(folder, "annotation")
    await templates.reload()
    with pytest.raises(TemplateError, match="only one version"):
        await templates.share("annotation", {1: 0.5, 2: 0.5})
    with pytest.raises(TemplateError, match="100 %"):
        await templates.share(SHAME, {1: 0.5})
    with pytest.raises(NotFoundError, match="no version 9"):
        await templates.activate(SHAME, 9)
    with pytest.raises(NotFoundError, match="There is no template"):
        await templates.text("tier1_sham")


async def test_a_prompt_is_rendered_with_any_row_and_nothing_is_sent(
    services: Services, templates: TemplateService
) -> None:
    row = next(r for r in (await services.generation.propose(Order("all"))).rows if r.template.startswith("From shame"))
    rendered = await templates.render(SHAME, None, row.conversation_id)
    assert rendered.is_usual
    assert row.topic in rendered.prompt.user
    assert "${" not in rendered.prompt.system + rendered.prompt.user
    assert not (await templates.render("tier2_generic", 1, row.conversation_id)).is_usual
    assert "judg" in (await templates.render("judge", 1, "fp_marcus_002")).prompt.system.lower()
    with pytest.raises(TemplateError, match="has no text yet"):
        await templates.render("annotation", 1, row.conversation_id)
    with pytest.raises(TemplateError, match="filled from a call"):
        await templates.render("repair", 1, row.conversation_id)


async def test_each_version_has_its_verdicts_reasons_and_scores_with_practice_apart(
    services: Services, templates: TemplateService
) -> None:
    (version,) = await templates.versions(SHAME)
    names = ("fp_marcus_002", "fp_marcus_003", "fp_marcus_004")
    async with services.database.write() as session:
        made = {"template_version_id": version.row_id, "generation_method": "claude_api"}
        await session.execute(update(CONVERSATIONS).where(CONVERSATIONS.c.conversation_id.in_(names)).values(**made))
        await session.execute(
            update(CONVERSATIONS)
            .where(CONVERSATIONS.c.conversation_id == names[2])
            .values(generation_method="simulated")
        )
    await services.review.decide_many(names[:1], Verdict.REJECT, reason="wrong voice")
    (version,) = await templates.versions(SHAME)
    assert (version.live.rows, version.live.approved, version.live.rejected) == (2, 1, 1)
    assert version.live.approval == 0.5
    assert version.live.passed == 1.0
    assert version.practice.rows == 1
    assert version.reasons == (("wrong voice", 1),)
    assert version.shown is version.live


def _version(number: int, score: float, scored: int, *, active: bool = True) -> TemplateVersion:
    results = Results(rows=scored, scored=scored, score=score)
    return TemplateVersion(number, "t", number, "T", "template", "dialogue", "", active, 0.5, "", live=results)


def test_two_versions_are_compared_only_when_enough_rows_were_measured() -> None:
    assert verdict_on([_version(2, 9.0, 8), _version(1, 8.2, 9)]) == "v2 scores 0.8 higher than v1."
    assert verdict_on([_version(2, 9.0, 2), _version(1, 8.2, 9)]) == "v2 has 2 measured rows: 5 each say something."
    assert verdict_on([_version(2, 9.0, 8), _version(1, 8.2, 9, active=False)]) == ""
    new = _version(2, 0, 0)
    practised = replace(_version(1, 0, 0), practice=Results(rows=1, scored=1, score=9.0))
    assert verdict_on([new, practised]) == "v1 has 1 measured row: 5 each say something."
    assert "cannot be compared" in verdict_on([_version(2, 9.0, 8), practised])
    assert [v.version for v in ranked([_version(1, 8.2, 9), _version(2, 9.0, 8)])] == [2, 1]
