-- branchline: allow prefer-bigint-over-int: the old importer's schema to the letter
-- branchline: allow prefer-text-field: the old importer's schema to the letter
-- branchline: allow prefer-timestamp-tz: the old importer's schema to the letter; V0009 and V0013 add the zone
--
-- The importer's two tables as SQLAlchemy made them, so that its databases can be adopted.

CREATE TABLE import_jobs (
    id UUID NOT NULL,
    filename VARCHAR(255),
    file_size_bytes INTEGER,
    total_bookmarks INTEGER DEFAULT 0,
    status VARCHAR(50) DEFAULT 'pending' NOT NULL,
    progress INTEGER DEFAULT 0,
    imported_count INTEGER DEFAULT 0,
    embeddings_generated INTEGER DEFAULT 0,
    tags_generated INTEGER DEFAULT 0,
    failed_count INTEGER DEFAULT 0,
    total_cost_usd NUMERIC(10, 4) DEFAULT 0,
    openai_cost_usd NUMERIC(10, 4) DEFAULT 0,
    claude_cost_usd NUMERIC(10, 4) DEFAULT 0,
    error_message TEXT,
    error_details JSONB,
    started_at TIMESTAMP WITHOUT TIME ZONE,
    completed_at TIMESTAMP WITHOUT TIME ZONE,
    created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT valid_status CHECK (
        status IN ('pending', 'importing', 'processing', 'clustering', 'completed', 'failed')
    )
);

CREATE INDEX ix_import_jobs_status ON import_jobs (status);
CREATE INDEX ix_import_jobs_created_at ON import_jobs (created_at);

CREATE TABLE bookmarks (
    id UUID NOT NULL,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    original_folder TEXT,
    add_date TIMESTAMP WITHOUT TIME ZONE,
    domain VARCHAR(255),
    tags VARCHAR[],
    summary TEXT,
    content_type VARCHAR(50),
    processed BOOLEAN DEFAULT false,
    processed_at TIMESTAMP WITHOUT TIME ZONE,
    import_job_id UUID,
    created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT now(),
    updated_at TIMESTAMP WITHOUT TIME ZONE DEFAULT now(),
    PRIMARY KEY (id),
    CONSTRAINT valid_content_type CHECK (
        content_type IN ('tutorial', 'documentation', 'article', 'video', 'tool')
    ),
    FOREIGN KEY (import_job_id) REFERENCES import_jobs (id) ON DELETE SET NULL
);

CREATE INDEX ix_bookmarks_url ON bookmarks (url);
CREATE INDEX ix_bookmarks_domain ON bookmarks (domain);
CREATE INDEX ix_bookmarks_tags ON bookmarks USING gin (tags);
CREATE INDEX ix_bookmarks_processed ON bookmarks (processed);
CREATE INDEX ix_bookmarks_import_job_id ON bookmarks (import_job_id);
CREATE INDEX ix_bookmarks_created_at ON bookmarks (created_at);
