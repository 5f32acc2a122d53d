CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE audit_log (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    at DATETIME NOT NULL,
    actor VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    entity VARCHAR NOT NULL,
    entity_id VARCHAR NOT NULL,
    "before" JSON,
    "after" JSON,
    note VARCHAR NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX ix_audit_log_action ON audit_log (action);

CREATE INDEX ix_audit_log_actor ON audit_log (actor);

CREATE INDEX ix_audit_log_at ON audit_log (at);

CREATE INDEX ix_audit_log_entity ON audit_log (entity);

CREATE INDEX ix_audit_log_entity_id ON audit_log (entity_id);

CREATE TABLE conversation_versions (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    conversation_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    reason VARCHAR NOT NULL,
    snapshot JSON,
    "by" VARCHAR NOT NULL,
    at DATETIME NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX ix_conversation_versions_conversation_id ON conversation_versions (conversation_id);

CREATE TABLE edge_cases (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    edge_case_key VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    category VARCHAR NOT NULL,
    boundary VARCHAR NOT NULL,
    stress_factors JSON,
    crisis_protocol JSON,
    referrals JSON,
    resolution_strategy VARCHAR NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (edge_case_key)
);

CREATE INDEX ix_edge_cases_category ON edge_cases (category);

CREATE TABLE emotional_arcs (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    arc_key VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    tier VARCHAR NOT NULL,
    start_emotion VARCHAR NOT NULL,
    start_intensity_min FLOAT,
    start_intensity_max FLOAT,
    end_emotion VARCHAR NOT NULL,
    end_intensity_min FLOAT,
    end_intensity_max FLOAT,
    milestones JSON,
    strategy VARCHAR NOT NULL,
    principles JSON,
    phrases JSON,
    techniques JSON,
    avoid JSON,
    typical_turns_min INTEGER,
    typical_turns_max INTEGER,
    PRIMARY KEY (id),
    UNIQUE (arc_key)
);

CREATE INDEX ix_emotional_arcs_tier ON emotional_arcs (tier);

CREATE TABLE export_logs (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    export_id VARCHAR NOT NULL,
    "by" VARCHAR NOT NULL,
    at DATETIME NOT NULL,
    scope JSON,
    format VARCHAR NOT NULL,
    options JSON,
    count INTEGER NOT NULL,
    path VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    manifest JSON,
    PRIMARY KEY (id),
    UNIQUE (export_id)
);

CREATE INDEX ix_export_logs_at ON export_logs (at);

CREATE TABLE generation_jobs (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    type VARCHAR NOT NULL,
    "order" VARCHAR NOT NULL,
    provider VARCHAR NOT NULL,
    settings JSON,
    cap_microusd INTEGER,
    pause_after_tier BOOLEAN NOT NULL,
    notify JSON,
    status VARCHAR NOT NULL,
    stop_requested VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    total INTEGER NOT NULL,
    done INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    estimated_cost_microusd INTEGER NOT NULL,
    actual_cost_microusd INTEGER NOT NULL,
    reserved_microusd INTEGER NOT NULL,
    started_at DATETIME,
    finished_at DATETIME,
    results_summary JSON, priority INTEGER DEFAULT '0' NOT NULL, warned_percent INTEGER DEFAULT '0' NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT job_status_is_known CHECK (status IN ('queued', 'running', 'paused', 'completed', 'failed', 'cancelled')),
    CONSTRAINT reserved_is_not_negative CHECK (reserved_microusd >= 0)
);

CREATE INDEX ix_generation_jobs_status ON generation_jobs (status);

CREATE TABLE generation_logs (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    job_id INTEGER,
    item_id INTEGER,
    conversation_id VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    attempt INTEGER NOT NULL,
    template_version_id INTEGER,
    parameters JSON,
    request JSON,
    response VARCHAR NOT NULL,
    status_code INTEGER,
    request_id VARCHAR NOT NULL,
    stop_reason VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_creation_input_tokens INTEGER NOT NULL,
    cache_read_input_tokens INTEGER NOT NULL,
    cost_microusd INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    error_class VARCHAR NOT NULL,
    error_message VARCHAR NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX ix_generation_logs_conversation_id ON generation_logs (conversation_id);

CREATE INDEX ix_generation_logs_item_id ON generation_logs (item_id);

CREATE INDEX ix_generation_logs_job_id ON generation_logs (job_id);

CREATE TABLE imports (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    "by" VARCHAR NOT NULL,
    at DATETIME NOT NULL,
    file VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    header JSON,
    counts JSON,
    warnings JSON,
    undone_at DATETIME,
    PRIMARY KEY (id)
);

CREATE INDEX ix_imports_at ON imports (at);

CREATE INDEX ix_imports_sha256 ON imports (sha256);

CREATE TABLE packs (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    pack_key VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    content_hash VARCHAR NOT NULL,
    advisor JSON,
    taxonomy JSON,
    settings JSON,
    PRIMARY KEY (id),
    UNIQUE (pack_key)
);

CREATE TABLE personas (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    persona_key VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    archetype VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    age INTEGER,
    career_stage VARCHAR NOT NULL,
    life_situation VARCHAR NOT NULL,
    occupation VARCHAR NOT NULL,
    income VARCHAR NOT NULL,
    family VARCHAR NOT NULL,
    financial_background VARCHAR NOT NULL,
    experience_level VARCHAR NOT NULL,
    risk_tolerance VARCHAR NOT NULL,
    decision_style VARCHAR NOT NULL,
    communication_style VARCHAR NOT NULL,
    emotional_baseline VARCHAR NOT NULL,
    goals JSON,
    concerns JSON,
    language_patterns JSON,
    typical_questions JSON,
    PRIMARY KEY (id),
    UNIQUE (persona_key)
);

CREATE TABLE prompt_templates (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    template_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    tier VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    text VARCHAR NOT NULL,
    instructions VARCHAR NOT NULL,
    placeholders JSON,
    response_schema JSON,
    arc_or_family VARCHAR NOT NULL,
    start_emotion_pattern VARCHAR NOT NULL,
    end_emotion_pattern VARCHAR NOT NULL,
    typical_turn_count VARCHAR NOT NULL,
    structural_pattern VARCHAR NOT NULL,
    applicable_personas JSON,
    applicable_emotions JSON,
    reference_conversation_ids JSON,
    target_count INTEGER,
    quality_profile JSON,
    is_active BOOLEAN NOT NULL,
    share FLOAT NOT NULL,
    content_hash VARCHAR NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT share_is_a_share CHECK (share >= 0 AND share <= 1),
    UNIQUE (template_id, version)
);

CREATE INDEX ix_prompt_templates_arc_or_family ON prompt_templates (arc_or_family);

CREATE INDEX ix_prompt_templates_content_hash ON prompt_templates (content_hash);

CREATE INDEX ix_prompt_templates_is_active ON prompt_templates (is_active);

CREATE INDEX ix_prompt_templates_stage ON prompt_templates (stage);

CREATE INDEX ix_prompt_templates_template_id ON prompt_templates (template_id);

CREATE INDEX ix_prompt_templates_tier ON prompt_templates (tier);

CREATE TABLE scenarios (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    scenario_key VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    category VARCHAR NOT NULL,
    setup VARCHAR NOT NULL,
    complexity VARCHAR NOT NULL,
    primary_emotions JSON,
    secondary_concerns JSON,
    arc JSON,
    desired_outcome VARCHAR NOT NULL,
    learning_objectives JSON,
    expert_review JSON,
    seed_prompt VARCHAR NOT NULL,
    chunk_id VARCHAR NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (scenario_key)
);

CREATE INDEX ix_scenarios_category ON scenarios (category);

CREATE TABLE topics (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    topic_key VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    content_category VARCHAR NOT NULL,
    topic_cluster VARCHAR NOT NULL,
    complexity VARCHAR NOT NULL,
    key_concepts JSON,
    PRIMARY KEY (id),
    UNIQUE (topic_key)
);

CREATE INDEX ix_topics_content_category ON topics (content_category);

CREATE INDEX ix_topics_topic_cluster ON topics (topic_cluster);

CREATE TABLE workers (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    worker_key VARCHAR NOT NULL,
    host VARCHAR NOT NULL,
    pid INTEGER NOT NULL,
    version VARCHAR NOT NULL,
    heartbeat_at DATETIME NOT NULL,
    running INTEGER NOT NULL,
    has_key BOOLEAN NOT NULL,
    stopped_at DATETIME,
    message VARCHAR NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (worker_key)
);

CREATE INDEX ix_workers_heartbeat_at ON workers (heartbeat_at);

CREATE TABLE conversations (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    conversation_id VARCHAR NOT NULL,
    number INTEGER NOT NULL,
    pack_key VARCHAR NOT NULL,
    persona_id VARCHAR NOT NULL,
    persona_type VARCHAR NOT NULL,
    persona_name VARCHAR NOT NULL,
    client_profile JSON,
    topic VARCHAR NOT NULL,
    topic_key VARCHAR NOT NULL,
    topic_description VARCHAR NOT NULL,
    tier VARCHAR NOT NULL,
    arc_id VARCHAR NOT NULL,
    scenario_id VARCHAR NOT NULL,
    edge_case_id VARCHAR NOT NULL,
    tier_batch VARCHAR NOT NULL,
    starting_emotion VARCHAR NOT NULL,
    starting_intensity FLOAT,
    ending_emotion VARCHAR NOT NULL,
    ending_intensity FLOAT,
    arc_description VARCHAR NOT NULL,
    content_category VARCHAR NOT NULL,
    intent VARCHAR NOT NULL,
    tone VARCHAR NOT NULL,
    role_pair VARCHAR NOT NULL,
    topic_cluster VARCHAR NOT NULL,
    outcome VARCHAR NOT NULL,
    target_turns INTEGER,
    turn_count INTEGER NOT NULL,
    sentence_count INTEGER NOT NULL,
    word_count INTEGER NOT NULL,
    session_context VARCHAR NOT NULL,
    conversation_phase VARCHAR NOT NULL,
    expected_outcome VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    needs_review BOOLEAN NOT NULL,
    ready_for_training BOOLEAN NOT NULL,
    quality_score FLOAT,
    rubric_overall FLOAT,
    rubric_empathy FLOAT,
    rubric_clarity FLOAT,
    rubric_appropriateness FLOAT,
    rubric_brand_voice FLOAT,
    rubric_domain FLOAT,
    rubric_sources JSON,
    generation_method VARCHAR NOT NULL,
    generation_source VARCHAR NOT NULL,
    template_version_id INTEGER,
    parameters JSON,
    model VARCHAR NOT NULL,
    generated_at DATETIME,
    generation_duration_ms INTEGER,
    estimated_cost_microusd INTEGER,
    actual_cost_microusd INTEGER,
    error_message VARCHAR NOT NULL,
    is_seed_example BOOLEAN NOT NULL,
    use_for_variations BOOLEAN NOT NULL,
    variation_count_target INTEGER,
    variation_of VARCHAR NOT NULL,
    split VARCHAR NOT NULL,
    document_id VARCHAR NOT NULL,
    chunk_id VARCHAR NOT NULL,
    human_reviewed BOOLEAN NOT NULL,
    reviewed_by VARCHAR NOT NULL,
    reviewed_at DATETIME,
    approved_by VARCHAR NOT NULL,
    approved_at DATETIME,
    reviewer_notes VARCHAR NOT NULL,
    verdict_reason VARCHAR NOT NULL,
    assigned_to VARCHAR NOT NULL,
    import_id INTEGER,
    extra JSON,
    version INTEGER NOT NULL, annotation_complete BOOLEAN DEFAULT 0 NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT status_is_known CHECK (status IN ('planned', 'queued', 'generating', 'generated', 'reviewed', 'approved', 'needs_edit', 'rejected', 'failed')),
    CONSTRAINT ending_intensity_is_a_share CHECK (ending_intensity >= 0 AND ending_intensity <= 1),
    CONSTRAINT quality_score_is_1_to_10 CHECK (quality_score >= 1 AND quality_score <= 10),
    CONSTRAINT rubric_appropriateness_is_1_to_5 CHECK (rubric_appropriateness >= 1 AND rubric_appropriateness <= 5),
    CONSTRAINT rubric_brand_voice_is_1_to_5 CHECK (rubric_brand_voice >= 1 AND rubric_brand_voice <= 5),
    CONSTRAINT rubric_clarity_is_1_to_5 CHECK (rubric_clarity >= 1 AND rubric_clarity <= 5),
    CONSTRAINT rubric_domain_is_1_to_5 CHECK (rubric_domain >= 1 AND rubric_domain <= 5),
    CONSTRAINT rubric_empathy_is_1_to_5 CHECK (rubric_empathy >= 1 AND rubric_empathy <= 5),
    CONSTRAINT rubric_overall_is_1_to_5 CHECK (rubric_overall >= 1 AND rubric_overall <= 5),
    CONSTRAINT starting_intensity_is_a_share CHECK (starting_intensity >= 0 AND starting_intensity <= 1),
    FOREIGN KEY(template_version_id) REFERENCES prompt_templates (id),
    UNIQUE (conversation_id),
    UNIQUE (number)
);

CREATE INDEX conversations_by_created ON conversations (created_at);

CREATE INDEX conversations_by_updated ON conversations (updated_at);

CREATE INDEX ix_conversations_arc_id ON conversations (arc_id);

CREATE INDEX ix_conversations_assigned_to ON conversations (assigned_to);

CREATE INDEX ix_conversations_chunk_id ON conversations (chunk_id);

CREATE INDEX ix_conversations_content_category ON conversations (content_category);

CREATE INDEX ix_conversations_conversation_phase ON conversations (conversation_phase);

CREATE INDEX ix_conversations_document_id ON conversations (document_id);

CREATE INDEX ix_conversations_edge_case_id ON conversations (edge_case_id);

CREATE INDEX ix_conversations_ending_emotion ON conversations (ending_emotion);

CREATE INDEX ix_conversations_generation_method ON conversations (generation_method);

CREATE INDEX ix_conversations_import_id ON conversations (import_id);

CREATE INDEX ix_conversations_intent ON conversations (intent);

CREATE INDEX ix_conversations_is_seed_example ON conversations (is_seed_example);

CREATE INDEX ix_conversations_model ON conversations (model);

CREATE INDEX ix_conversations_needs_review ON conversations (needs_review);

CREATE INDEX ix_conversations_outcome ON conversations (outcome);

CREATE INDEX ix_conversations_pack_key ON conversations (pack_key);

CREATE INDEX ix_conversations_persona_id ON conversations (persona_id);

CREATE INDEX ix_conversations_persona_name ON conversations (persona_name);

CREATE INDEX ix_conversations_persona_type ON conversations (persona_type);

CREATE INDEX ix_conversations_quality_score ON conversations (quality_score);

CREATE INDEX ix_conversations_ready_for_training ON conversations (ready_for_training);

CREATE INDEX ix_conversations_role_pair ON conversations (role_pair);

CREATE INDEX ix_conversations_scenario_id ON conversations (scenario_id);

CREATE INDEX ix_conversations_split ON conversations (split);

CREATE INDEX ix_conversations_starting_emotion ON conversations (starting_emotion);

CREATE INDEX ix_conversations_status ON conversations (status);

CREATE INDEX ix_conversations_template_version_id ON conversations (template_version_id);

CREATE INDEX ix_conversations_tier ON conversations (tier);

CREATE INDEX ix_conversations_tier_batch ON conversations (tier_batch);

CREATE INDEX ix_conversations_tone ON conversations (tone);

CREATE INDEX ix_conversations_topic ON conversations (topic);

CREATE INDEX ix_conversations_topic_cluster ON conversations (topic_cluster);

CREATE INDEX ix_conversations_topic_key ON conversations (topic_key);

CREATE INDEX ix_conversations_variation_of ON conversations (variation_of);

CREATE INDEX ix_conversations_verdict_reason ON conversations (verdict_reason);

CREATE TABLE conversation_metadata (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    conversation_id VARCHAR NOT NULL,
    "key" VARCHAR NOT NULL,
    value JSON NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(conversation_id) REFERENCES conversations (conversation_id) ON DELETE CASCADE,
    UNIQUE (conversation_id, "key")
);

CREATE TABLE conversation_turns (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    turn_id VARCHAR NOT NULL,
    conversation_id VARCHAR NOT NULL,
    turn_number INTEGER NOT NULL,
    system_prompt VARCHAR,
    user_input VARCHAR NOT NULL,
    user_intent VARCHAR,
    target_response VARCHAR NOT NULL,
    word_count INTEGER NOT NULL,
    sentence_count INTEGER NOT NULL,
    response_structure_type VARCHAR,
    positive_indicators JSON,
    neutral_indicators JSON,
    negative_indicators JSON,
    difficulty_level VARCHAR,
    key_learning_objective VARCHAR,
    demonstrates_skills JSON,
    emotional_progression_target VARCHAR,
    conversation_history JSON,
    rubric JSON,
    note VARCHAR NOT NULL,
    extra JSON,
    PRIMARY KEY (id),
    FOREIGN KEY(conversation_id) REFERENCES conversations (conversation_id) ON DELETE CASCADE,
    UNIQUE (conversation_id, turn_number),
    UNIQUE (turn_id)
);

CREATE TABLE generation_queue (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    job_id INTEGER NOT NULL,
    conversation_id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    status VARCHAR NOT NULL,
    attempts INTEGER NOT NULL,
    template_version_id INTEGER,
    note VARCHAR NOT NULL,
    lease_owner VARCHAR NOT NULL,
    lease_expires_at DATETIME,
    fence INTEGER NOT NULL,
    stage VARCHAR NOT NULL,
    step VARCHAR NOT NULL,
    partial_text VARCHAR NOT NULL,
    error VARCHAR NOT NULL,
    error_dismissed BOOLEAN NOT NULL,
    estimated_cost_microusd INTEGER NOT NULL,
    actual_cost_microusd INTEGER NOT NULL,
    started_at DATETIME,
    finished_at DATETIME, former_status VARCHAR DEFAULT '' NOT NULL, drop_requested BOOLEAN DEFAULT '0' NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT item_status_is_known CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    FOREIGN KEY(conversation_id) REFERENCES conversations (conversation_id) ON DELETE CASCADE,
    FOREIGN KEY(job_id) REFERENCES generation_jobs (id) ON DELETE CASCADE,
    FOREIGN KEY(template_version_id) REFERENCES prompt_templates (id)
);

CREATE INDEX ix_generation_queue_conversation_id ON generation_queue (conversation_id);

CREATE INDEX ix_generation_queue_job_id ON generation_queue (job_id);

CREATE INDEX ix_generation_queue_status ON generation_queue (status);

CREATE UNIQUE INDEX one_open_item_per_conversation ON generation_queue (conversation_id) WHERE status IN ('queued', 'running');

CREATE INDEX queue_by_status_and_position ON generation_queue (status, position);

CREATE TABLE quality_metrics (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    conversation_id VARCHAR NOT NULL,
    checked_at DATETIME NOT NULL,
    checker_version VARCHAR NOT NULL,
    profile JSON,
    parts JSON,
    findings JSON,
    total_turns INTEGER,
    total_sentences INTEGER,
    total_words INTEGER,
    average_words_per_sentence FLOAT,
    has_complete_emotional_context BOOLEAN,
    has_emotional_progression BOOLEAN,
    emotional_indicator_count INTEGER,
    has_primary_strategy BOOLEAN,
    has_strategy_rationale BOOLEAN,
    technique_count INTEGER,
    sentences_analyzed INTEGER,
    sentences_with_word_rationale INTEGER,
    word_choice_rationale_completeness FLOAT,
    all_required_fields_complete BOOLEAN, judge JSON,
    PRIMARY KEY (id),
    FOREIGN KEY(conversation_id) REFERENCES conversations (conversation_id) ON DELETE CASCADE,
    UNIQUE (conversation_id)
);

CREATE TABLE emotional_contexts (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    turn_id VARCHAR NOT NULL,
    primary_emotion VARCHAR,
    primary_confidence FLOAT,
    secondary_emotion VARCHAR,
    secondary_confidence FLOAT,
    tertiary_emotion VARCHAR,
    tertiary_confidence FLOAT,
    intensity FLOAT,
    valence VARCHAR,
    valence_class VARCHAR NOT NULL,
    indicators JSON,
    previous_emotion VARCHAR,
    current_emotion VARCHAR,
    progression JSON,
    progression_description VARCHAR,
    intensity_change FLOAT,
    risk_level VARCHAR,
    engagement_readiness VARCHAR,
    knowledge_level VARCHAR,
    trust_level VARCHAR,
    client_needs JSON,
    red_flags JSON,
    extra JSON,
    PRIMARY KEY (id),
    CONSTRAINT intensity_is_a_share CHECK (intensity >= 0 AND intensity <= 1),
    CONSTRAINT intensity_change_in_range CHECK (intensity_change >= -1 AND intensity_change <= 1),
    CONSTRAINT primary_confidence_is_a_share CHECK (primary_confidence >= 0 AND primary_confidence <= 1),
    CONSTRAINT secondary_confidence_is_a_share CHECK (secondary_confidence >= 0 AND secondary_confidence <= 1),
    CONSTRAINT tertiary_confidence_is_a_share CHECK (tertiary_confidence >= 0 AND tertiary_confidence <= 1),
    FOREIGN KEY(turn_id) REFERENCES conversation_turns (turn_id) ON DELETE CASCADE,
    UNIQUE (turn_id)
);

CREATE INDEX ix_emotional_contexts_primary_emotion ON emotional_contexts (primary_emotion);

CREATE INDEX ix_emotional_contexts_valence_class ON emotional_contexts (valence_class);

CREATE TABLE response_breakdowns (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    turn_id VARCHAR NOT NULL,
    sentence_number INTEGER NOT NULL,
    text VARCHAR,
    function VARCHAR,
    emotional_purpose VARCHAR,
    technique VARCHAR,
    teaches_model VARCHAR,
    word_choice_rationale JSON,
    psychological_principle VARCHAR,
    stylistic_note VARCHAR,
    extra JSON,
    PRIMARY KEY (id),
    FOREIGN KEY(turn_id) REFERENCES conversation_turns (turn_id) ON DELETE CASCADE,
    UNIQUE (turn_id, sentence_number)
);

CREATE INDEX ix_response_breakdowns_turn_id ON response_breakdowns (turn_id);

CREATE TABLE response_strategies (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    turn_id VARCHAR NOT NULL,
    primary_strategy VARCHAR,
    primary_rationale VARCHAR,
    secondary_strategies JSON,
    tone VARCHAR,
    tone_rationale VARCHAR,
    pacing VARCHAR,
    pacing_class VARCHAR NOT NULL,
    tactical_choices JSON,
    avoid_tactics JSON,
    specific_techniques JSON,
    extra JSON,
    PRIMARY KEY (id),
    FOREIGN KEY(turn_id) REFERENCES conversation_turns (turn_id) ON DELETE CASCADE,
    UNIQUE (turn_id)
);

CREATE INDEX ix_response_strategies_pacing_class ON response_strategies (pacing_class);

CREATE INDEX ix_response_strategies_primary_strategy ON response_strategies (primary_strategy);

CREATE TABLE stage_outputs (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    item_id INTEGER NOT NULL,
    stage VARCHAR NOT NULL,
    output JSON,
    model VARCHAR NOT NULL,
    repaired BOOLEAN NOT NULL,
    PRIMARY KEY (item_id, stage),
    FOREIGN KEY(item_id) REFERENCES generation_queue (id) ON DELETE CASCADE
);

CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TABLE budgets (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    name VARCHAR NOT NULL,
    cap_microusd INTEGER,
    follows_settings BOOLEAN NOT NULL,
    spent_microusd INTEGER NOT NULL,
    reserved_microusd INTEGER NOT NULL,
    warned_percent INTEGER NOT NULL,
    PRIMARY KEY (name),
    CONSTRAINT budget_reserved_is_not_negative CHECK (reserved_microusd >= 0)
);

CREATE TABLE rate_buckets (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    account VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    requests_limit FLOAT NOT NULL,
    requests_level FLOAT NOT NULL,
    input_limit FLOAT,
    input_level FLOAT NOT NULL,
    output_limit FLOAT,
    output_level FLOAT NOT NULL,
    level_at DATETIME NOT NULL,
    held_until DATETIME,
    PRIMARY KEY (account, model)
);

CREATE TABLE text_marks (
    kind SMALLINT NOT NULL,
    mark BIGINT NOT NULL,
    conversation_id VARCHAR NOT NULL,
    turn_number INTEGER NOT NULL,
    role VARCHAR NOT NULL,
    PRIMARY KEY (kind, mark, conversation_id, turn_number, role),
    FOREIGN KEY(conversation_id) REFERENCES conversations (conversation_id) ON DELETE CASCADE
)
    WITHOUT ROWID
    ;

CREATE INDEX ix_text_marks_conversation_id ON text_marks (conversation_id);

CREATE TABLE saved_views (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    "query" VARCHAR NOT NULL,
    sort VARCHAR NOT NULL,
    columns JSON,
    "by" VARCHAR NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (name)
);

CREATE INDEX ix_conversations_rubric_overall ON conversations (rubric_overall);

CREATE INDEX ix_conversations_generation_duration_ms ON conversations (generation_duration_ms);

CREATE INDEX ix_conversations_actual_cost_microusd ON conversations (actual_cost_microusd);

CREATE INDEX ix_conversations_turn_count ON conversations (turn_count);

CREATE INDEX ix_conversations_reviewed_by ON conversations (reviewed_by);

CREATE TABLE conversation_search_pending (id INTEGER PRIMARY KEY, adds INTEGER NOT NULL, entry INTEGER NOT NULL, conversation_id TEXT, persona TEXT, topic TEXT, description TEXT, messages TEXT);

CREATE INDEX conversation_search_pending_by_entry ON conversation_search_pending (entry, id);

CREATE TABLE documents (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    document_id VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    primary_category VARCHAR NOT NULL,
    extra JSON,
    import_id INTEGER,
    PRIMARY KEY (id),
    FOREIGN KEY(import_id) REFERENCES imports (id),
    UNIQUE (document_id)
);

CREATE INDEX ix_documents_title ON documents (title);

CREATE INDEX ix_documents_import_id ON documents (import_id);

CREATE TABLE document_categories (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    document INTEGER NOT NULL,
    position INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    name_key VARCHAR NOT NULL,
    is_primary BOOLEAN NOT NULL,
    confidence FLOAT,
    extra JSON,
    PRIMARY KEY (id),
    FOREIGN KEY(document) REFERENCES documents (id) ON DELETE CASCADE,
    UNIQUE (document, name_key, is_primary)
);

CREATE INDEX document_categories_by_name ON document_categories (name_key, document);

CREATE TABLE chunks (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    chunk_id VARCHAR NOT NULL,
    document INTEGER NOT NULL,
    position INTEGER NOT NULL,
    title VARCHAR NOT NULL,
    section VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    text_hash VARCHAR NOT NULL,
    tokens INTEGER,
    is_example BOOLEAN NOT NULL,
    marked_by VARCHAR NOT NULL,
    marked_at DATETIME,
    extra JSON,
    import_id INTEGER,
    PRIMARY KEY (id),
    FOREIGN KEY(document) REFERENCES documents (id) ON DELETE CASCADE,
    FOREIGN KEY(import_id) REFERENCES imports (id),
    UNIQUE (chunk_id)
);

CREATE INDEX chunks_in_order ON chunks (document, position, id);

CREATE INDEX ix_chunks_text_hash ON chunks (text_hash);

CREATE INDEX ix_chunks_is_example ON chunks (is_example);

CREATE INDEX ix_chunks_import_id ON chunks (import_id);

CREATE TABLE chunk_dimensions (
    chunk INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    value_key VARCHAR NOT NULL,
    number FLOAT,
    confidence FLOAT,
    PRIMARY KEY (chunk, name),
    FOREIGN KEY(chunk) REFERENCES chunks (id) ON DELETE CASCADE
)
    WITHOUT ROWID
    ;

CREATE INDEX chunk_dimensions_by_value ON chunk_dimensions (name, value_key);

CREATE INDEX chunk_dimensions_by_number ON chunk_dimensions (name, number);

CREATE TABLE chunk_links (
    created_at DATETIME NOT NULL,
    created_by VARCHAR NOT NULL,
    updated_at DATETIME NOT NULL,
    id INTEGER NOT NULL,
    chunk INTEGER NOT NULL,
    conversation_id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    note VARCHAR NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT position_counts CHECK (position >= 0),
    FOREIGN KEY(chunk) REFERENCES chunks (id) ON DELETE CASCADE,
    FOREIGN KEY(conversation_id) REFERENCES conversations (conversation_id) ON DELETE CASCADE,
    UNIQUE (conversation_id, chunk)
);

CREATE INDEX ix_chunk_links_chunk ON chunk_links (chunk);

CREATE INDEX conversations_overview ON conversations (status, tier, persona_id, generation_method, needs_review, starting_emotion, ending_emotion, content_category, intent, tone, role_pair, topic_cluster, outcome, arc_id, quality_score, turn_count, ready_for_training, annotation_complete, is_seed_example, split, reviewed_by, verdict_reason, template_version_id, number);

CREATE INDEX conversations_by_review ON conversations ((coalesce(CAST(quality_score * 1000 AS BIGINT), 16384) + CASE WHEN needs_review THEN 0 ELSE 32768 END) * 4294967296 + number);

INSERT INTO alembic_version VALUES ('0007');

INSERT INTO budgets VALUES (strftime('%Y-%m-%d %H:%M:%f000', 'now'), 'brightrun', strftime('%Y-%m-%d %H:%M:%f000', 'now'), 'overall', NULL, 1, 0, 0, 0)
