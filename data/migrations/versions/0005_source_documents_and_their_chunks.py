"""Source documents: their categories, chunks and dimensions, and the conversations that draw on them."""

import sqlalchemy as sa
from alembic import op

from data import chunk_search
from data.types import Json, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _recorded() -> list[sa.Column[object]]:
    return [
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "documents",
        *_recorded(),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("primary_category", sa.String(), nullable=False),
        sa.Column("extra", Json, nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("document_id"),
    )
    op.create_index("ix_documents_title", "documents", ["title"])
    op.create_index("ix_documents_import_id", "documents", ["import_id"])
    op.create_table(
        "document_categories",
        *_recorded(),
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("extra", Json, nullable=True),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("document", "name_key", "is_primary"),
    )
    op.create_index("document_categories_by_name", "document_categories", ["name_key", "document"])
    op.create_table(
        "chunks",
        *_recorded(),
        sa.Column("chunk_id", sa.String(), nullable=False),
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_hash", sa.String(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=True),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("marked_by", sa.String(), nullable=False),
        sa.Column("marked_at", UtcDateTime(), nullable=True),
        sa.Column("extra", Json, nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("chunk_id"),
    )
    op.create_index("chunks_in_order", "chunks", ["document", "position", "id"])
    for column in ("text_hash", "is_example", "import_id"):
        op.create_index(f"ix_chunks_{column}", "chunks", [column])
    op.create_table(
        "chunk_dimensions",
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("value_key", sa.String(), nullable=False),
        sa.Column("number", sa.Float(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["chunk"], ["chunks.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chunk", "name"),
        sqlite_with_rowid=False,
    )
    op.create_index("chunk_dimensions_by_value", "chunk_dimensions", ["name", "value_key"])
    op.create_index("chunk_dimensions_by_number", "chunk_dimensions", ["name", "number"])
    op.create_table(
        "chunk_links",
        *_recorded(),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("position >= 0", name="position_counts"),
        sa.ForeignKeyConstraint(["chunk"], ["chunks.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.conversation_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conversation_id", "chunk"),
    )
    op.create_index("ix_chunk_links_chunk", "chunk_links", ["chunk"])
    if op.get_bind().dialect.name == "sqlite":
        chunk_search.follow(op.get_bind())


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        chunk_search.drop(op.get_bind())
    for table in ("chunk_links", "chunk_dimensions", "chunks", "document_categories", "documents"):
        op.drop_table(table)
