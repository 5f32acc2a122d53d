"""The tables of the first version."""

import sqlalchemy as sa
from alembic import op

from data.migrations.triggers import create_audit_triggers, drop_audit_triggers
from data.types import Json, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("entity_id", sa.String(), nullable=False),
        sa.Column("before", Json, nullable=True),
        sa.Column("after", Json, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_log_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_log_actor"), ["actor"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_log_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_log_entity"), ["entity"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_log_entity_id"), ["entity_id"], unique=False)

    op.create_table(
        "conversation_versions",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("snapshot", Json, nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("conversation_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversation_versions_conversation_id"), ["conversation_id"], unique=False)

    op.create_table(
        "edge_cases",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edge_case_key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("boundary", sa.String(), nullable=False),
        sa.Column("stress_factors", Json, nullable=True),
        sa.Column("crisis_protocol", Json, nullable=True),
        sa.Column("referrals", Json, nullable=True),
        sa.Column("resolution_strategy", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("edge_case_key"),
    )
    with op.batch_alter_table("edge_cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_edge_cases_category"), ["category"], unique=False)

    op.create_table(
        "emotional_arcs",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("arc_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("start_emotion", sa.String(), nullable=False),
        sa.Column("start_intensity_min", sa.Float(), nullable=True),
        sa.Column("start_intensity_max", sa.Float(), nullable=True),
        sa.Column("end_emotion", sa.String(), nullable=False),
        sa.Column("end_intensity_min", sa.Float(), nullable=True),
        sa.Column("end_intensity_max", sa.Float(), nullable=True),
        sa.Column("milestones", Json, nullable=True),
        sa.Column("strategy", sa.String(), nullable=False),
        sa.Column("principles", Json, nullable=True),
        sa.Column("phrases", Json, nullable=True),
        sa.Column("techniques", Json, nullable=True),
        sa.Column("avoid", Json, nullable=True),
        sa.Column("typical_turns_min", sa.Integer(), nullable=True),
        sa.Column("typical_turns_max", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("arc_key"),
    )
    with op.batch_alter_table("emotional_arcs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_emotional_arcs_tier"), ["tier"], unique=False)

    op.create_table(
        "export_logs",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("export_id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("scope", Json, nullable=True),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("options", Json, nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("manifest", Json, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("export_id"),
    )
    with op.batch_alter_table("export_logs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_logs_at"), ["at"], unique=False)

    op.create_table(
        "generation_jobs",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("order", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("settings", Json, nullable=True),
        sa.Column("cap_microusd", sa.Integer(), nullable=True),
        sa.Column("pause_after_tier", sa.Boolean(), nullable=False),
        sa.Column("notify", Json, nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("stop_requested", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("estimated_cost_microusd", sa.Integer(), nullable=False),
        sa.Column("actual_cost_microusd", sa.Integer(), nullable=False),
        sa.Column("reserved_microusd", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("results_summary", Json, nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'paused', 'completed', 'failed', 'cancelled')",
            name="job_status_is_known",
        ),
        sa.CheckConstraint("reserved_microusd >= 0", name="reserved_is_not_negative"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("generation_jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_generation_jobs_status"), ["status"], unique=False)

    op.create_table(
        "generation_logs",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("template_version_id", sa.Integer(), nullable=True),
        sa.Column("parameters", Json, nullable=True),
        sa.Column("request", Json, nullable=True),
        sa.Column("response", sa.String(), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("stop_reason", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cache_creation_input_tokens", sa.Integer(), nullable=False),
        sa.Column("cache_read_input_tokens", sa.Integer(), nullable=False),
        sa.Column("cost_microusd", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("error_class", sa.String(), nullable=False),
        sa.Column("error_message", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("generation_logs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_generation_logs_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_generation_logs_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_generation_logs_job_id"), ["job_id"], unique=False)

    op.create_table(
        "imports",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("header", Json, nullable=True),
        sa.Column("counts", Json, nullable=True),
        sa.Column("warnings", Json, nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_imports_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_imports_sha256"), ["sha256"], unique=False)

    op.create_table(
        "packs",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pack_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("advisor", Json, nullable=True),
        sa.Column("taxonomy", Json, nullable=True),
        sa.Column("settings", Json, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("pack_key"),
    )
    op.create_table(
        "personas",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("persona_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("archetype", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("career_stage", sa.String(), nullable=False),
        sa.Column("life_situation", sa.String(), nullable=False),
        sa.Column("occupation", sa.String(), nullable=False),
        sa.Column("income", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("financial_background", sa.String(), nullable=False),
        sa.Column("experience_level", sa.String(), nullable=False),
        sa.Column("risk_tolerance", sa.String(), nullable=False),
        sa.Column("decision_style", sa.String(), nullable=False),
        sa.Column("communication_style", sa.String(), nullable=False),
        sa.Column("emotional_baseline", sa.String(), nullable=False),
        sa.Column("goals", Json, nullable=True),
        sa.Column("concerns", Json, nullable=True),
        sa.Column("language_patterns", Json, nullable=True),
        sa.Column("typical_questions", Json, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("persona_key"),
    )
    op.create_table(
        "prompt_templates",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("instructions", sa.String(), nullable=False),
        sa.Column("placeholders", Json, nullable=True),
        sa.Column("response_schema", Json, nullable=True),
        sa.Column("arc_or_family", sa.String(), nullable=False),
        sa.Column("start_emotion_pattern", sa.String(), nullable=False),
        sa.Column("end_emotion_pattern", sa.String(), nullable=False),
        sa.Column("typical_turn_count", sa.String(), nullable=False),
        sa.Column("structural_pattern", sa.String(), nullable=False),
        sa.Column("applicable_personas", Json, nullable=True),
        sa.Column("applicable_emotions", Json, nullable=True),
        sa.Column("reference_conversation_ids", Json, nullable=True),
        sa.Column("target_count", sa.Integer(), nullable=True),
        sa.Column("quality_profile", Json, nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.CheckConstraint("share >= 0 AND share <= 1", name="share_is_a_share"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("template_id", "version"),
    )
    with op.batch_alter_table("prompt_templates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prompt_templates_arc_or_family"), ["arc_or_family"], unique=False)
        batch_op.create_index(batch_op.f("ix_prompt_templates_content_hash"), ["content_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_prompt_templates_is_active"), ["is_active"], unique=False)
        batch_op.create_index(batch_op.f("ix_prompt_templates_stage"), ["stage"], unique=False)
        batch_op.create_index(batch_op.f("ix_prompt_templates_template_id"), ["template_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_prompt_templates_tier"), ["tier"], unique=False)

    op.create_table(
        "scenarios",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scenario_key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("setup", sa.String(), nullable=False),
        sa.Column("complexity", sa.String(), nullable=False),
        sa.Column("primary_emotions", Json, nullable=True),
        sa.Column("secondary_concerns", Json, nullable=True),
        sa.Column("arc", Json, nullable=True),
        sa.Column("desired_outcome", sa.String(), nullable=False),
        sa.Column("learning_objectives", Json, nullable=True),
        sa.Column("expert_review", Json, nullable=True),
        sa.Column("seed_prompt", sa.String(), nullable=False),
        sa.Column("chunk_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("scenario_key"),
    )
    with op.batch_alter_table("scenarios", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scenarios_category"), ["category"], unique=False)

    op.create_table(
        "topics",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content_category", sa.String(), nullable=False),
        sa.Column("topic_cluster", sa.String(), nullable=False),
        sa.Column("complexity", sa.String(), nullable=False),
        sa.Column("key_concepts", Json, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("topic_key"),
    )
    with op.batch_alter_table("topics", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_topics_content_category"), ["content_category"], unique=False)
        batch_op.create_index(batch_op.f("ix_topics_topic_cluster"), ["topic_cluster"], unique=False)

    op.create_table(
        "workers",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("worker_key", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("heartbeat_at", UtcDateTime(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.Column("has_key", sa.Boolean(), nullable=False),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        sa.Column("message", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("worker_key"),
    )
    with op.batch_alter_table("workers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_workers_heartbeat_at"), ["heartbeat_at"], unique=False)

    op.create_table(
        "conversations",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pack_key", sa.String(), nullable=False),
        sa.Column("persona_id", sa.String(), nullable=False),
        sa.Column("persona_type", sa.String(), nullable=False),
        sa.Column("persona_name", sa.String(), nullable=False),
        sa.Column("client_profile", Json, nullable=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("topic_key", sa.String(), nullable=False),
        sa.Column("topic_description", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("arc_id", sa.String(), nullable=False),
        sa.Column("scenario_id", sa.String(), nullable=False),
        sa.Column("edge_case_id", sa.String(), nullable=False),
        sa.Column("tier_batch", sa.String(), nullable=False),
        sa.Column("starting_emotion", sa.String(), nullable=False),
        sa.Column("starting_intensity", sa.Float(), nullable=True),
        sa.Column("ending_emotion", sa.String(), nullable=False),
        sa.Column("ending_intensity", sa.Float(), nullable=True),
        sa.Column("arc_description", sa.String(), nullable=False),
        sa.Column("content_category", sa.String(), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("tone", sa.String(), nullable=False),
        sa.Column("role_pair", sa.String(), nullable=False),
        sa.Column("topic_cluster", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("target_turns", sa.Integer(), nullable=True),
        sa.Column("turn_count", sa.Integer(), nullable=False),
        sa.Column("sentence_count", sa.Integer(), nullable=False),
        sa.Column("word_count", sa.Integer(), nullable=False),
        sa.Column("session_context", sa.String(), nullable=False),
        sa.Column("conversation_phase", sa.String(), nullable=False),
        sa.Column("expected_outcome", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("ready_for_training", sa.Boolean(), nullable=False),
        sa.Column("quality_score", sa.Float(), nullable=True),
        sa.Column("rubric_overall", sa.Float(), nullable=True),
        sa.Column("rubric_empathy", sa.Float(), nullable=True),
        sa.Column("rubric_clarity", sa.Float(), nullable=True),
        sa.Column("rubric_appropriateness", sa.Float(), nullable=True),
        sa.Column("rubric_brand_voice", sa.Float(), nullable=True),
        sa.Column("rubric_domain", sa.Float(), nullable=True),
        sa.Column("rubric_sources", Json, nullable=True),
        sa.Column("generation_method", sa.String(), nullable=False),
        sa.Column("generation_source", sa.String(), nullable=False),
        sa.Column("template_version_id", sa.Integer(), nullable=True),
        sa.Column("parameters", Json, nullable=True),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("generated_at", UtcDateTime(), nullable=True),
        sa.Column("generation_duration_ms", sa.Integer(), nullable=True),
        sa.Column("estimated_cost_microusd", sa.Integer(), nullable=True),
        sa.Column("actual_cost_microusd", sa.Integer(), nullable=True),
        sa.Column("error_message", sa.String(), nullable=False),
        sa.Column("is_seed_example", sa.Boolean(), nullable=False),
        sa.Column("use_for_variations", sa.Boolean(), nullable=False),
        sa.Column("variation_count_target", sa.Integer(), nullable=True),
        sa.Column("variation_of", sa.String(), nullable=False),
        sa.Column("split", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("chunk_id", sa.String(), nullable=False),
        sa.Column("human_reviewed", sa.Boolean(), nullable=False),
        sa.Column("reviewed_by", sa.String(), nullable=False),
        sa.Column("reviewed_at", UtcDateTime(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("reviewer_notes", sa.String(), nullable=False),
        sa.Column("verdict_reason", sa.String(), nullable=False),
        sa.Column("assigned_to", sa.String(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("extra", Json, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('planned', 'queued', 'generating', 'generated', 'reviewed', 'approved', 'needs_edit', 'rejected', 'failed')",
            name="status_is_known",
        ),
        sa.CheckConstraint("ending_intensity >= 0 AND ending_intensity <= 1", name="ending_intensity_is_a_share"),
        sa.CheckConstraint("quality_score >= 1 AND quality_score <= 10", name="quality_score_is_1_to_10"),
        sa.CheckConstraint(
            "rubric_appropriateness >= 1 AND rubric_appropriateness <= 5",
            name="rubric_appropriateness_is_1_to_5",
        ),
        sa.CheckConstraint("rubric_brand_voice >= 1 AND rubric_brand_voice <= 5", name="rubric_brand_voice_is_1_to_5"),
        sa.CheckConstraint("rubric_clarity >= 1 AND rubric_clarity <= 5", name="rubric_clarity_is_1_to_5"),
        sa.CheckConstraint("rubric_domain >= 1 AND rubric_domain <= 5", name="rubric_domain_is_1_to_5"),
        sa.CheckConstraint("rubric_empathy >= 1 AND rubric_empathy <= 5", name="rubric_empathy_is_1_to_5"),
        sa.CheckConstraint("rubric_overall >= 1 AND rubric_overall <= 5", name="rubric_overall_is_1_to_5"),
        sa.CheckConstraint("starting_intensity >= 0 AND starting_intensity <= 1", name="starting_intensity_is_a_share"),
        sa.ForeignKeyConstraint(
            ["template_version_id"],
            ["prompt_templates.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conversation_id"),
        sa.UniqueConstraint("number"),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index("conversations_by_created", ["created_at"], unique=False)
        batch_op.create_index("conversations_by_updated", ["updated_at"], unique=False)
        batch_op.create_index(
            "conversations_overview",
            [
                "status",
                "tier",
                "persona_id",
                "starting_emotion",
                "ending_emotion",
                "content_category",
                "intent",
                "tone",
                "role_pair",
                "topic_cluster",
                "outcome",
                "arc_id",
                "needs_review",
                "quality_score",
                "generation_method",
                "number",
            ],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_conversations_arc_id"), ["arc_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_assigned_to"), ["assigned_to"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_chunk_id"), ["chunk_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_content_category"), ["content_category"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_conversation_phase"), ["conversation_phase"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_edge_case_id"), ["edge_case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_ending_emotion"), ["ending_emotion"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_generation_method"), ["generation_method"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_import_id"), ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_intent"), ["intent"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_is_seed_example"), ["is_seed_example"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_model"), ["model"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_needs_review"), ["needs_review"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_outcome"), ["outcome"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_pack_key"), ["pack_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_persona_id"), ["persona_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_persona_name"), ["persona_name"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_persona_type"), ["persona_type"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_quality_score"), ["quality_score"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_ready_for_training"), ["ready_for_training"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_role_pair"), ["role_pair"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_scenario_id"), ["scenario_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_split"), ["split"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_starting_emotion"), ["starting_emotion"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_status"), ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_template_version_id"), ["template_version_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_tier"), ["tier"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_tier_batch"), ["tier_batch"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_tone"), ["tone"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_topic"), ["topic"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_topic_cluster"), ["topic_cluster"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_topic_key"), ["topic_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_variation_of"), ["variation_of"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_verdict_reason"), ["verdict_reason"], unique=False)

    op.create_table(
        "conversation_metadata",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.conversation_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conversation_id", "key"),
    )
    op.create_table(
        "conversation_turns",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("turn_number", sa.Integer(), nullable=False),
        sa.Column("system_prompt", sa.String(), nullable=True),
        sa.Column("user_input", sa.String(), nullable=False),
        sa.Column("user_intent", sa.String(), nullable=True),
        sa.Column("target_response", sa.String(), nullable=False),
        sa.Column("word_count", sa.Integer(), nullable=False),
        sa.Column("sentence_count", sa.Integer(), nullable=False),
        sa.Column("response_structure_type", sa.String(), nullable=True),
        sa.Column("positive_indicators", Json, nullable=True),
        sa.Column("neutral_indicators", Json, nullable=True),
        sa.Column("negative_indicators", Json, nullable=True),
        sa.Column("difficulty_level", sa.String(), nullable=True),
        sa.Column("key_learning_objective", sa.String(), nullable=True),
        sa.Column("demonstrates_skills", Json, nullable=True),
        sa.Column("emotional_progression_target", sa.String(), nullable=True),
        sa.Column("conversation_history", Json, nullable=True),
        sa.Column("rubric", Json, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("extra", Json, nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.conversation_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conversation_id", "turn_number"),
        sa.UniqueConstraint("turn_id"),
    )
    op.create_table(
        "generation_queue",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("template_version_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("lease_owner", sa.String(), nullable=False),
        sa.Column("lease_expires_at", UtcDateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("partial_text", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("error_dismissed", sa.Boolean(), nullable=False),
        sa.Column("estimated_cost_microusd", sa.Integer(), nullable=False),
        sa.Column("actual_cost_microusd", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="item_status_is_known"
        ),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.conversation_id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["job_id"], ["generation_jobs.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["template_version_id"],
            ["prompt_templates.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("generation_queue", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_generation_queue_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_generation_queue_job_id"), ["job_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_generation_queue_status"), ["status"], unique=False)
        batch_op.create_index(
            "one_open_item_per_conversation",
            ["conversation_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('queued', 'running')"),
            postgresql_where=sa.text("status IN ('queued', 'running')"),
        )
        batch_op.create_index("queue_by_status_and_position", ["status", "position"], unique=False)

    op.create_table(
        "quality_metrics",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=False),
        sa.Column("checker_version", sa.String(), nullable=False),
        sa.Column("profile", Json, nullable=True),
        sa.Column("parts", Json, nullable=True),
        sa.Column("findings", Json, nullable=True),
        sa.Column("total_turns", sa.Integer(), nullable=True),
        sa.Column("total_sentences", sa.Integer(), nullable=True),
        sa.Column("total_words", sa.Integer(), nullable=True),
        sa.Column("average_words_per_sentence", sa.Float(), nullable=True),
        sa.Column("has_complete_emotional_context", sa.Boolean(), nullable=True),
        sa.Column("has_emotional_progression", sa.Boolean(), nullable=True),
        sa.Column("emotional_indicator_count", sa.Integer(), nullable=True),
        sa.Column("has_primary_strategy", sa.Boolean(), nullable=True),
        sa.Column("has_strategy_rationale", sa.Boolean(), nullable=True),
        sa.Column("technique_count", sa.Integer(), nullable=True),
        sa.Column("sentences_analyzed", sa.Integer(), nullable=True),
        sa.Column("sentences_with_word_rationale", sa.Integer(), nullable=True),
        sa.Column("word_choice_rationale_completeness", sa.Float(), nullable=True),
        sa.Column("all_required_fields_complete", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.conversation_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conversation_id"),
    )
    op.create_table(
        "emotional_contexts",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("primary_emotion", sa.String(), nullable=True),
        sa.Column("primary_confidence", sa.Float(), nullable=True),
        sa.Column("secondary_emotion", sa.String(), nullable=True),
        sa.Column("secondary_confidence", sa.Float(), nullable=True),
        sa.Column("tertiary_emotion", sa.String(), nullable=True),
        sa.Column("tertiary_confidence", sa.Float(), nullable=True),
        sa.Column("intensity", sa.Float(), nullable=True),
        sa.Column("valence", sa.String(), nullable=True),
        sa.Column("valence_class", sa.String(), nullable=False),
        sa.Column("indicators", Json, nullable=True),
        sa.Column("previous_emotion", sa.String(), nullable=True),
        sa.Column("current_emotion", sa.String(), nullable=True),
        sa.Column("progression", Json, nullable=True),
        sa.Column("progression_description", sa.String(), nullable=True),
        sa.Column("intensity_change", sa.Float(), nullable=True),
        sa.Column("risk_level", sa.String(), nullable=True),
        sa.Column("engagement_readiness", sa.String(), nullable=True),
        sa.Column("knowledge_level", sa.String(), nullable=True),
        sa.Column("trust_level", sa.String(), nullable=True),
        sa.Column("client_needs", Json, nullable=True),
        sa.Column("red_flags", Json, nullable=True),
        sa.Column("extra", Json, nullable=True),
        sa.CheckConstraint("intensity >= 0 AND intensity <= 1", name="intensity_is_a_share"),
        sa.CheckConstraint("intensity_change >= -1 AND intensity_change <= 1", name="intensity_change_in_range"),
        sa.CheckConstraint("primary_confidence >= 0 AND primary_confidence <= 1", name="primary_confidence_is_a_share"),
        sa.CheckConstraint(
            "secondary_confidence >= 0 AND secondary_confidence <= 1", name="secondary_confidence_is_a_share"
        ),
        sa.CheckConstraint(
            "tertiary_confidence >= 0 AND tertiary_confidence <= 1", name="tertiary_confidence_is_a_share"
        ),
        sa.ForeignKeyConstraint(["turn_id"], ["conversation_turns.turn_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("turn_id"),
    )
    with op.batch_alter_table("emotional_contexts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_emotional_contexts_primary_emotion"), ["primary_emotion"], unique=False)
        batch_op.create_index(batch_op.f("ix_emotional_contexts_valence_class"), ["valence_class"], unique=False)

    op.create_table(
        "response_breakdowns",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("sentence_number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("function", sa.String(), nullable=True),
        sa.Column("emotional_purpose", sa.String(), nullable=True),
        sa.Column("technique", sa.String(), nullable=True),
        sa.Column("teaches_model", sa.String(), nullable=True),
        sa.Column("word_choice_rationale", Json, nullable=True),
        sa.Column("psychological_principle", sa.String(), nullable=True),
        sa.Column("stylistic_note", sa.String(), nullable=True),
        sa.Column("extra", Json, nullable=True),
        sa.ForeignKeyConstraint(["turn_id"], ["conversation_turns.turn_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("turn_id", "sentence_number"),
    )
    with op.batch_alter_table("response_breakdowns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_response_breakdowns_turn_id"), ["turn_id"], unique=False)

    op.create_table(
        "response_strategies",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("turn_id", sa.String(), nullable=False),
        sa.Column("primary_strategy", sa.String(), nullable=True),
        sa.Column("primary_rationale", sa.String(), nullable=True),
        sa.Column("secondary_strategies", Json, nullable=True),
        sa.Column("tone", sa.String(), nullable=True),
        sa.Column("tone_rationale", sa.String(), nullable=True),
        sa.Column("pacing", sa.String(), nullable=True),
        sa.Column("pacing_class", sa.String(), nullable=False),
        sa.Column("tactical_choices", Json, nullable=True),
        sa.Column("avoid_tactics", Json, nullable=True),
        sa.Column("specific_techniques", Json, nullable=True),
        sa.Column("extra", Json, nullable=True),
        sa.ForeignKeyConstraint(["turn_id"], ["conversation_turns.turn_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("turn_id"),
    )
    with op.batch_alter_table("response_strategies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_response_strategies_pacing_class"), ["pacing_class"], unique=False)
        batch_op.create_index(batch_op.f("ix_response_strategies_primary_strategy"), ["primary_strategy"], unique=False)

    op.create_table(
        "stage_outputs",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("output", Json, nullable=True),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("repaired", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["generation_queue.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "stage"),
    )
    create_audit_triggers(op.get_bind())


def downgrade() -> None:
    drop_audit_triggers(op.get_bind())
    op.drop_table("stage_outputs")
    with op.batch_alter_table("response_strategies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_response_strategies_primary_strategy"))
        batch_op.drop_index(batch_op.f("ix_response_strategies_pacing_class"))

    op.drop_table("response_strategies")
    with op.batch_alter_table("response_breakdowns", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_response_breakdowns_turn_id"))

    op.drop_table("response_breakdowns")
    with op.batch_alter_table("emotional_contexts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_emotional_contexts_valence_class"))
        batch_op.drop_index(batch_op.f("ix_emotional_contexts_primary_emotion"))

    op.drop_table("emotional_contexts")
    op.drop_table("quality_metrics")
    with op.batch_alter_table("generation_queue", schema=None) as batch_op:
        batch_op.drop_index("queue_by_status_and_position")
        batch_op.drop_index(
            "one_open_item_per_conversation",
            sqlite_where=sa.text("status IN ('queued', 'running')"),
            postgresql_where=sa.text("status IN ('queued', 'running')"),
        )
        batch_op.drop_index(batch_op.f("ix_generation_queue_status"))
        batch_op.drop_index(batch_op.f("ix_generation_queue_job_id"))
        batch_op.drop_index(batch_op.f("ix_generation_queue_conversation_id"))

    op.drop_table("generation_queue")
    op.drop_table("conversation_turns")
    op.drop_table("conversation_metadata")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversations_verdict_reason"))
        batch_op.drop_index(batch_op.f("ix_conversations_variation_of"))
        batch_op.drop_index(batch_op.f("ix_conversations_topic_key"))
        batch_op.drop_index(batch_op.f("ix_conversations_topic_cluster"))
        batch_op.drop_index(batch_op.f("ix_conversations_topic"))
        batch_op.drop_index(batch_op.f("ix_conversations_tone"))
        batch_op.drop_index(batch_op.f("ix_conversations_tier_batch"))
        batch_op.drop_index(batch_op.f("ix_conversations_tier"))
        batch_op.drop_index(batch_op.f("ix_conversations_template_version_id"))
        batch_op.drop_index(batch_op.f("ix_conversations_status"))
        batch_op.drop_index(batch_op.f("ix_conversations_starting_emotion"))
        batch_op.drop_index(batch_op.f("ix_conversations_split"))
        batch_op.drop_index(batch_op.f("ix_conversations_scenario_id"))
        batch_op.drop_index(batch_op.f("ix_conversations_role_pair"))
        batch_op.drop_index(batch_op.f("ix_conversations_ready_for_training"))
        batch_op.drop_index(batch_op.f("ix_conversations_quality_score"))
        batch_op.drop_index(batch_op.f("ix_conversations_persona_type"))
        batch_op.drop_index(batch_op.f("ix_conversations_persona_name"))
        batch_op.drop_index(batch_op.f("ix_conversations_persona_id"))
        batch_op.drop_index(batch_op.f("ix_conversations_pack_key"))
        batch_op.drop_index(batch_op.f("ix_conversations_outcome"))
        batch_op.drop_index(batch_op.f("ix_conversations_needs_review"))
        batch_op.drop_index(batch_op.f("ix_conversations_model"))
        batch_op.drop_index(batch_op.f("ix_conversations_is_seed_example"))
        batch_op.drop_index(batch_op.f("ix_conversations_intent"))
        batch_op.drop_index(batch_op.f("ix_conversations_import_id"))
        batch_op.drop_index(batch_op.f("ix_conversations_generation_method"))
        batch_op.drop_index(batch_op.f("ix_conversations_ending_emotion"))
        batch_op.drop_index(batch_op.f("ix_conversations_edge_case_id"))
        batch_op.drop_index(batch_op.f("ix_conversations_document_id"))
        batch_op.drop_index(batch_op.f("ix_conversations_conversation_phase"))
        batch_op.drop_index(batch_op.f("ix_conversations_content_category"))
        batch_op.drop_index(batch_op.f("ix_conversations_chunk_id"))
        batch_op.drop_index(batch_op.f("ix_conversations_assigned_to"))
        batch_op.drop_index(batch_op.f("ix_conversations_arc_id"))
        batch_op.drop_index("conversations_overview")
        batch_op.drop_index("conversations_by_updated")
        batch_op.drop_index("conversations_by_created")

    op.drop_table("conversations")
    with op.batch_alter_table("workers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_workers_heartbeat_at"))

    op.drop_table("workers")
    with op.batch_alter_table("topics", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_topics_topic_cluster"))
        batch_op.drop_index(batch_op.f("ix_topics_content_category"))

    op.drop_table("topics")
    with op.batch_alter_table("scenarios", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scenarios_category"))

    op.drop_table("scenarios")
    with op.batch_alter_table("prompt_templates", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prompt_templates_tier"))
        batch_op.drop_index(batch_op.f("ix_prompt_templates_template_id"))
        batch_op.drop_index(batch_op.f("ix_prompt_templates_stage"))
        batch_op.drop_index(batch_op.f("ix_prompt_templates_is_active"))
        batch_op.drop_index(batch_op.f("ix_prompt_templates_content_hash"))
        batch_op.drop_index(batch_op.f("ix_prompt_templates_arc_or_family"))

    op.drop_table("prompt_templates")
    op.drop_table("personas")
    op.drop_table("packs")
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_imports_sha256"))
        batch_op.drop_index(batch_op.f("ix_imports_at"))

    op.drop_table("imports")
    with op.batch_alter_table("generation_logs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_generation_logs_job_id"))
        batch_op.drop_index(batch_op.f("ix_generation_logs_item_id"))
        batch_op.drop_index(batch_op.f("ix_generation_logs_conversation_id"))

    op.drop_table("generation_logs")
    with op.batch_alter_table("generation_jobs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_generation_jobs_status"))

    op.drop_table("generation_jobs")
    with op.batch_alter_table("export_logs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_export_logs_at"))

    op.drop_table("export_logs")
    with op.batch_alter_table("emotional_arcs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_emotional_arcs_tier"))

    op.drop_table("emotional_arcs")
    with op.batch_alter_table("edge_cases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_edge_cases_category"))

    op.drop_table("edge_cases")
    with op.batch_alter_table("conversation_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversation_versions_conversation_id"))

    op.drop_table("conversation_versions")
    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_log_entity_id"))
        batch_op.drop_index(batch_op.f("ix_audit_log_entity"))
        batch_op.drop_index(batch_op.f("ix_audit_log_at"))
        batch_op.drop_index(batch_op.f("ix_audit_log_actor"))
        batch_op.drop_index(batch_op.f("ix_audit_log_action"))

    op.drop_table("audit_log")
