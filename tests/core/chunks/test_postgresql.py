"""A PostgreSQL database is read as it is: wide or long dimensions, names that are about right, in a read-only
transaction, and without its password in anything that is kept or shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from source_documents import TEXTS

from core.chunks.filtering import filter_of
from core.chunks.reading import read_source
from core.chunks.sources import redacted_source, source_label
from core.errors import ImportFileError
from core.services import Services

SECRETS = ("s3cret", "p%40ss", "p@ss")


def test_a_url_is_named_without_what_is_secret() -> None:
    labels = {
        "postgresql://ann:pw1234@db.example:5433/docs?sslmode=require&password=pw5678#x": (
            "postgresql://ann@db.example:5433/docs"
        ),
        "postgres://db/docs": "postgresql://db/docs",
        "postgresql:///docs?host=/tmp&password=pw1234": "postgresql:///docs",
        "postgresql://ann:pw@1234/5@db/docs": "a PostgreSQL URL",
        "postgresql://ann:pw1234@db/docs?x=pw@1234": "postgresql://ann@db/docs",
        "/data/chunks.json": "/data/chunks.json",
    }
    assert {source: source_label(source) for source in labels} == labels
    told = redacted_source("password pw 12 or pw%2012 failed", "postgresql://a:pw%2012@h/d")
    assert told == "password *** or *** failed"
    with pytest.raises(ImportFileError, match="The PostgreSQL URL cannot be read") as caught:
        read_source("postgresql://ann:pw@1234/5@db/docs")
    assert "1234" not in str(caught.value) + caught.value.hint


def test_without_the_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(ImportFileError, match="needs psycopg") as caught:
        read_source("postgresql://db/docs")
    assert "brightrun[postgresql]" in caught.value.hint


@pytest.fixture
def filled(postgres: str) -> Iterator[Any]:
    """Makes tables on the server, and takes them away after the test."""
    import psycopg

    def make(*statements: Any) -> str:
        with psycopg.connect(postgres, autocommit=True) as connection:
            for statement in statements:
                connection.execute(*statement) if isinstance(statement, tuple) else connection.execute(statement)
        return postgres

    yield make
    make("DROP SCHEMA public CASCADE", "DROP SCHEMA IF EXISTS other CASCADE", "CREATE SCHEMA public")


def wide(chunks: int) -> list[Any]:
    """Tables as a module that categorises documents has them: sixty columns of dimensions, ids of its own, runs."""
    columns = [f"measure_{n:02} double precision" for n in range(40)] + [f"word_{n:02} text" for n in range(19)]
    names = [column.split()[0] for column in columns]
    documents = max(1, chunks // 25)
    return [
        "CREATE TABLE documents (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), title text, content text,"
        " primary_category text, created_at timestamptz DEFAULT now(), number int)",
        "CREATE TABLE document_categories (document_id uuid, category_name text, is_primary boolean)",
        "CREATE TABLE chunks (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), chunk_id text, document_id uuid,"
        " chunk_text text, section_heading text, char_start int, token_count int, embedding bytea)",
        f"CREATE TABLE chunk_dimensions (id uuid DEFAULT gen_random_uuid(), chunk_id uuid, run_id uuid,"
        f' {", ".join(columns)}, "Key Terms" text[], generated_at timestamptz DEFAULT now())',
        "INSERT INTO documents (title, content, primary_category, number) SELECT 'Guide ' || n, 'all of it',"
        f" 'Retirement Planning', n FROM generate_series(1, {documents}) n",
        "INSERT INTO document_categories SELECT id, 'Market volatility', false FROM documents",
        "INSERT INTO chunks (chunk_id, document_id, chunk_text, section_heading, char_start, token_count, embedding)"
        " SELECT 'C' || n, (SELECT id FROM documents d WHERE d.number = 1 + n % "
        f"{documents}), 'Chunk ' || n || '. {TEXTS[0]}', 'Part ' || n % 5, n, 30, '\\x00ff'"
        f" FROM generate_series(1, {chunks}) n",
        f'INSERT INTO chunk_dimensions (chunk_id, {", ".join(names)}, "Key Terms") SELECT id, '
        + ", ".join("random()" for _ in range(40))
        + ", "
        + ", ".join(f"'word {n} ' || chunk_id" for n in range(19))
        + ", ARRAY['roth', 'tax'] FROM chunks",
    ]


@pytest.mark.slow
async def test_sixty_columns_of_dimensions_come_in_whole(services: Services, filled: Any) -> None:
    url = filled(*wide(60))
    report = await services.chunks.preview(url)
    assert (report.chunks, report.documents, report.measured, len(report.dimensions)) == (60, 2, 3600, 60)
    assert report.categories == {"Retirement Planning": "retirement"}
    report = await services.chunks.run(url)
    chunk = await services.chunks.get("C7")
    assert len(chunk.dimensions) == 60
    assert {d.name: d.value for d in chunk.dimensions}["Key Terms"] == '["roth", "tax"]'
    assert {d.name: d.value for d in chunk.dimensions}["word_03"] == "word 3 C7"
    assert (chunk.section, chunk.tokens, chunk.text) == ("Part 2", 30, f"Chunk 7. {TEXTS[0]}")
    assert chunk.meaning.topic_cluster == "long_term_investing"
    assert any("vectors or bytes" in warning for warning in report.warnings)


@pytest.mark.slow
async def test_long_rows_and_several_runs_keep_the_newest_value(services: Services, filled: Any) -> None:
    url = filled(
        "CREATE TABLE documents (doc_id int, name text)",
        "CREATE TABLE chunks (doc_id int, chunk_id int, content text)",
        "CREATE TABLE chunk_dimensions (chunk_id int, dimension_name text, score numeric, confidence real,"
        " created_at timestamptz)",
        "INSERT INTO documents VALUES (1, 'Guide')",
        ("INSERT INTO chunks VALUES (1, 10, %s)", (TEXTS[0],)),
        "INSERT INTO chunk_dimensions VALUES (10, 'clarity', 0.9, 0.5, now()), (10, 'clarity', 0.4, 0.5,"
        " now() - interval '1 day'), (10, 'is_good', 1, null, now())",
    )
    await services.chunks.run(url)
    chunk = await services.chunks.get("10")
    assert {d.name: d.number for d in chunk.dimensions} == {"clarity": 0.9, "is_good": 1.0}
    assert {d.name: d.confidence for d in chunk.dimensions}["clarity"] == 0.5
    assert chunk.is_example


@pytest.mark.slow
async def test_the_password_is_nowhere(services: Services, filled: Any, caplog: pytest.LogCaptureFixture) -> None:
    url = filled(*wide(5))
    report = await services.chunks.run(url)
    listed = str([str(entry) for entry in await services.imports.list()])
    shown = [report.sentence(), *report.lines(), caplog.text, listed]
    for wrong in (url.replace("reader", "nobody"), url.replace("s3cret", "s3cretX"), url.replace("/postgres", "/none")):
        with pytest.raises(ImportFileError) as caught:
            await services.chunks.run(wrong)
        assert caught.value.__cause__ is None
        shown.append(str(caught.value) + caught.value.hint)
    for text in shown:
        assert not any(secret in text for secret in SECRETS), text
    stored = b"".join(file.read_bytes() for file in Path(services.settings.database).parent.glob("brightrun.db*"))
    assert not any(secret.encode() in stored for secret in SECRETS)
    assert b"postgresql://reader@127.0.0.1" in stored


@pytest.mark.slow
async def test_nothing_can_be_written_and_missing_tables_are_said(services: Services, filled: Any) -> None:
    url = filled("CREATE TABLE documents (id int)")
    with pytest.raises(ImportFileError, match="has no table chunks that you may read"):
        await services.chunks.preview(url)
    # A view that would write when it is read: the transaction refuses.
    url = filled(
        "CREATE TABLE seen (n int)",
        "CREATE FUNCTION note() RETURNS text LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO seen VALUES (1); RETURN 'x'; END $$",
        "CREATE VIEW chunks AS SELECT 1 AS id, note() AS text",
    )
    with pytest.raises(ImportFileError, match="read-only transaction"):
        await services.chunks.preview(url)
    filled("DROP VIEW chunks", "CREATE SCHEMA other", "CREATE TABLE other.chunks (id int, text text)")
    url = filled("INSERT INTO other.chunks VALUES (1, 'in another schema')")
    assert (await services.chunks.preview(url)).chunks == 1


@pytest.mark.slow
async def test_thousands_of_chunks_come_in_and_are_found_again(services: Services, filled: Any) -> None:
    url = filled(*wide(2_000))
    report = await services.chunks.run(url)
    assert (report.chunks, report.measured) == (2_000, 120_000)
    wishes: list[dict[str, Any]] = [
        {"text": "roth account"},
        {"dimensions": ["measure_03>0.5"]},
        {"dimensions": ["measure_03>=0", "word_05=word 5 C77"]},
        {"text": "taxed", "categories": ["market volatility"], "dimensions": ["measure_10<0.2"]},
    ]
    for wish in wishes:
        assert await services.chunks.ids(filter_of(**wish)), wish
