"""Source documents come in from every shape with all their dimensions, or not at all, and can be taken back."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from source_documents import DIMENSIONS, TEXTS, flat, write_csv

from core.chunks.filtering import filter_of
from core.chunks.reading import read_source
from core.errors import ImportFileError
from core.services import Services

Tree = dict[str, Any]
Write = Callable[..., Path]


async def everything(services: Services) -> list[Tree]:
    """What is stored of every chunk, as far as all shapes can say it."""
    ids = await services.chunks.ids()
    page = await services.chunks.page(ids)
    found = []
    for row_id in ids:
        chunk = await services.chunks.get(page[row_id].chunk_id)
        found.append(
            {
                "id": chunk.chunk_id,
                "document": (chunk.document_id, chunk.document_title),
                "text": chunk.text,
                "title": chunk.title,
                "section": chunk.section,
                "categories": chunk.categories,
                "primary": chunk.primary_category,
                "dimensions": {d.name: (d.value, d.number, d.confidence) for d in chunk.dimensions},
                "example": chunk.is_example,
            }
        )
    return found


def shapes(tree: Tree, folder: Path) -> dict[str, Path]:
    """The same documents in the shapes that people have."""
    tables = flat(tree)
    lines = "\n".join(json.dumps(document) for document in tree["documents"])
    (folder / "documents.jsonl").write_text(lines, encoding="utf-8")
    (folder / "flat.json").write_text(json.dumps(tables), encoding="utf-8")
    (folder / "tables").mkdir()
    for name, rows in tables.items():
        write_csv(folder / "tables" / f"{name}.csv", rows)
    return {"lines": folder / "documents.jsonl", "flat": folder / "flat.json", "folder": folder / "tables"}


@pytest.mark.parametrize("shape", ["lines", "flat", "folder"])
async def test_every_shape_brings_the_same(
    services: Services, tree: Tree, write: Write, tmp_path: Path, shape: str
) -> None:
    first = await services.chunks.run(str(write(tree)))
    expected = await everything(services)
    await services.imports.undo(first.import_id)
    report = await services.chunks.run(str(shapes(tree, tmp_path)[shape]))
    assert (report.chunks, report.documents, report.measured) == (3, 2, 62)
    assert await everything(services) == expected
    assert expected[0]["example"]
    assert not expected[1]["example"]


async def test_an_import_in_parts_says_that_it_is_not_over_and_is_taken_back_when_it_fails(
    services: Services, tree: Tree, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.chunks.storing.PART", 1)
    told: list[list[str]] = []

    def stop(done: int, total: int) -> None:
        with sqlite3.connect(services.settings.database) as other:  # another program, between two parts
            told.append([row[0] for row in other.execute("SELECT warnings FROM imports ORDER BY id")])
            assert other.execute("SELECT count(*) FROM chunks").fetchone() == (done,)
        other.close()
        if len(told) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await services.chunks.run(str(write(tree)), on_progress=stop)
    assert ["broken off" in warnings for (warnings,) in told] == [True, True]
    assert (await services.chunks.ids(), await services.imports.list()) == ([], ())
    report = await services.chunks.run(str(write(tree)))
    (entry,) = await services.imports.list()
    assert (report.chunks, entry.warnings) == (3, report.warnings)


async def test_all_sixty_dimensions_are_kept_as_they_are(services: Services, tree: Tree, write: Write) -> None:
    await services.chunks.run(str(write(tree)))
    chunk = await services.chunks.get("D1#1")
    found = {d.name: d.value for d in chunk.dimensions}
    assert found == {name: "true" if value is True else str(value) for name, value in DIMENSIONS.items()}
    assert [d.number for d in chunk.dimensions][:3] == [0.56, 0.55, 0.54]
    assert chunk.extra == {"page": 7, "document": {"author": "Ann"}}
    other = (await services.chunks.get("D1#2")).dimensions
    assert [(d.name, d.value, d.number, d.confidence) for d in other] == [("clarity", "0.9", 0.9, 0.8)]


async def test_columns_of_a_single_table_that_are_not_known_are_dimensions(services: Services, tmp_path: Path) -> None:
    rows = [
        {
            "Chunk ID": n,
            "Chunk Text": text,
            "Doc Title": "Guide",
            "Category": "Tax",
            "tags": "how to; fear",
            "Clarity": n,
        }
        for n, text in enumerate(TEXTS)
    ]
    await services.chunks.run(str(write_csv(tmp_path / "one.csv", rows)))
    chunk = await services.chunks.get("2")
    assert chunk.categories == ("Tax", "how to", "fear")
    assert [(d.name, d.number) for d in chunk.dimensions] == [("Clarity", 2.0)]
    assert (chunk.meaning.content_category, chunk.meaning.intent) == ("tax", "get_advice")


async def test_a_dry_run_says_what_would_come_in_and_stores_nothing(
    services: Services, tree: Tree, write: Write
) -> None:
    report = await services.chunks.preview(str(write(tree)))
    told = "\n".join(report.lines())
    assert "Would import 3 chunks of 2 documents with 62 values of 61 dimensions" in told
    assert "Retirement Planning → retirement" in told
    assert "Quantum gardening → nothing" in told
    assert await services.chunks.ids() == []
    assert await services.imports.list() == ()


async def test_what_is_here_already_is_left_out_by_id_and_by_text(services: Services, tree: Tree, write: Write) -> None:
    await services.chunks.run(str(write(tree)))
    with pytest.raises(ImportFileError, match="all of its 3 chunks are here already"):
        await services.chunks.run(str(write(tree)))
    more = json.loads(json.dumps(tree))
    more["documents"][1]["chunks"] += [
        {"chunk_id": "D2#2", "text": f"  {TEXTS[0]}\n"},
        {"chunk_id": "D2#3", "text": "Something new to say."},
    ]
    report = await services.chunks.run(str(write(more)))
    assert (report.chunks, report.known, report.repeated, report.new_documents) == (1, 3, 1, 0)
    assert "D2#2 repeats D1#1 word for word: left out" in report.warnings
    more["documents"][0]["chunks"][0]["text"] = "Another text under the same id."
    with pytest.raises(ImportFileError, match="chunk D1#1 is here already with another text"):
        await services.chunks.preview(str(write(more)))


async def test_an_import_is_taken_back_as_a_whole_unless_its_chunks_are_in_use(
    services: Services, tree: Tree, write: Write
) -> None:
    report = await services.chunks.run(str(write(tree)))
    (entry,) = await services.imports.list()
    assert (entry.counts["kind"], entry.counts["chunks"], entry.file) == ("chunks", 3, "sources.json")
    await services.chunks.link(["D1#1"], ["fp_marcus_007"])
    with pytest.raises(ImportFileError, match="chunk D1#1 was linked since"):
        await services.imports.undo(report.import_id)
    await services.chunks.unlink(["D1#1"], ["fp_marcus_007"])
    await services.chunks.mark(["D1#2"], is_example=True)
    with pytest.raises(ImportFileError, match="chunk D1#2 was marked since") as refused:
        await services.imports.undo(report.import_id)
    assert "--no-example" in refused.value.hint
    await services.chunks.mark(["D1#2"], is_example=False)
    undone = await services.imports.undo(report.import_id)
    assert undone.sentence() == f"Took import {report.import_id} back: 3 chunks and 2 documents removed"
    assert await services.chunks.ids(filter_of("mortgage")) == []
    again = await services.chunks.run(str(write(tree)))
    assert again.chunks == 3
    assert len(await services.chunks.ids(filter_of("mortgage"))) == 1


@pytest.mark.parametrize("long", ["", " and what follows from it" * 8])
async def test_categories_of_a_document_may_stand_in_one_text_and_are_found_by_it(
    services: Services, write: Write, long: str
) -> None:
    document = {"document_id": "d", "title": "T", "document_categories": f"Roth conversion{long}; Tax"}
    await services.chunks.run(str(write({"documents": [{**document, "chunks": [{"text": "Convert in low years."}]}]})))
    names = [f"Roth conversion{long}", "Tax"]
    assert sorted(name for name, _, _ in await services.chunks.categories()) == names
    assert [len(await services.chunks.ids(filter_of(categories=[name]))) for name in names] == [1, 1]


async def test_chunks_that_are_numbered_anew_in_each_document_get_ids_of_their_own(
    services: Services, write: Write
) -> None:
    tree = {"documents": [{"id": d, "chunks": [{"id": 1, "text": f"{d} {TEXTS[0]}"}]} for d in ("A", "B")]}
    await services.chunks.run(str(write(tree)))
    page = await services.chunks.page(await services.chunks.ids())
    assert [chunk.chunk_id for chunk in page.values()] == ["1", "B#1"]
    flat_tables = {
        "chunks": [{"id": 1, "chunk_id": 2, "text": "one"}, {"id": 2, "chunk_id": 3, "text": "two"}],
        "chunk_dimensions": [{"chunk_id": 2, "name": "clarity", "value": 1}],
    }
    with pytest.raises(ImportFileError, match="several chunks are called '2'"):
        await services.chunks.preview(str(write(flat_tables)))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"chunks": [{"text": "a", "x": NaN}]}', "line 1, column 32: NaN is not JSON"),
        ('{"chunks": [{"text": "a", "text": "b"}]}', "the key 'text' stands twice"),
        ('{"chunks": [{"chunk_id": 1, "text": ""}]}', r"chunks\[0\]: the chunk has no text"),
        ('{"chunks": [{"chunk_id": 1, "text": "a"}, {"chunk_id": 1, "text": "b"}]}', "chunk 1 stands already at"),
        ('{"chunks": [{"chunk_id": [1], "text": "a"}]}', "is no id"),
        ('{"chunks": [{"text": "a", "Text": "b"}]}', "two columns mean text"),
        ('{"chunks": [{"text": "a\\u0000"}]}', "NUL"),
        ('{"chunks": [{"text": "\\ud800"}]}', "half a character"),
        ('{"chunks": {"text": "a"}}', "chunks is no list"),
        ('{"documents": [], "chunks": []}', "holds no chunk"),
        ('{"training_pairs": []}', "holds no documents and no chunks; it has: training_pairs"),
        (
            '{"chunks": [{"text": "a"}], "chunk_dimensions": [{"chunk_id": "z", "name": "n", "value": 1}]}',
            "no chunk 'z'",
        ),
        ('{"documents": [{"id": 1}, {"id": 1}]}', "document 1 stands already at"),
        ("[" * 200 + "]" * 200, "nested too deeply"),
        ('{"chunks": [{"text": "a"', "cut off"),
        ("", "is empty"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(write: Write, content: str, says: str) -> None:
    path = write(content)
    with pytest.raises(ImportFileError) as caught:
        read_source(str(path))
    assert re.search(says, caught.value.message), caught.value.message
    assert "sources.json" in caught.value.message


def test_other_encodings_and_ragged_tables_are_refused(tmp_path: Path) -> None:
    latin = tmp_path / "latin.csv"
    latin.write_bytes("id,text\n1,café!".encode("latin-1"))
    with pytest.raises(ImportFileError, match="line 2, column 6: the byte 0xE9 is not UTF-8"):
        read_source(str(latin))
    ragged = tmp_path / "ragged.csv"
    ragged.write_text("id,text\n1,a,b\n", encoding="utf-8")
    with pytest.raises(ImportFileError, match="line 2: it has 3 fields, the heading has 2"):
        read_source(str(ragged))
    with pytest.raises(ImportFileError, match=r"holds no chunks\.csv"):
        read_source(str(tmp_path))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["text", "id", "chunks", "documents", "dimensions", "name", "value", "tags", "chunk_id", "x y"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(_VALUES)
def test_whatever_stands_in_a_file_is_read_or_refused_in_a_sentence(tmp_path: Path, value: Any) -> None:
    path = tmp_path / "any.json"
    path.write_text(json.dumps({"documents": [value], "chunks": [value, {"text": "a"}]}), encoding="utf-8")
    try:
        incoming = read_source(str(path))
    except ImportFileError as error:
        assert error.message.startswith(("any.json", str(path)))
    else:
        assert incoming.chunks
