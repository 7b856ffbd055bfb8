-- branchline: allow require-concurrent-index-creation: the table is new in this transaction and empty
-- branchline: allow prefer-bigint-over-int: a file's lines and entries; a file is at most 512 MiB
-- branchline: allow prefer-text-field: the same type as the columns of bookmarks
-- branchline: allow prefer-robust-stmts: runs in one transaction
--
-- Nothing that an import read is lost silently: every entry that did not simply become a row leaves one here. Old
-- imports have none.

CREATE TABLE import_entries (
    import_job_id uuid NOT NULL,
    position integer NOT NULL,
    line integer NOT NULL,
    outcome varchar(20) NOT NULL,
    reason text,
    url_key uuid,
    url text,
    title text,
    domain varchar(255),
    folder_path text[],
    add_date timestamptz,
    last_modified timestamptz,
    last_visited timestamptz,
    tags varchar[],
    description text,
    attributes jsonb,
    PRIMARY KEY (import_job_id, position),
    FOREIGN KEY (import_job_id) REFERENCES import_jobs (id) ON DELETE CASCADE,
    CONSTRAINT valid_outcome CHECK (outcome IN ('stored', 'merged', 'skipped', 'failed'))
);

-- A merge folds in every duplicate of its bookmark, whichever import brought it.
CREATE INDEX ix_import_entries_merged_url_key ON import_entries (url_key) WHERE outcome = 'merged';

COMMENT ON TABLE import_entries IS 'What an import did with the entries that did not simply become a row of bookmarks.';
COMMENT ON COLUMN import_entries.position IS '1-based among the bookmarks of the file.';
COMMENT ON COLUMN import_entries.line IS '1-based line of the file at which the entry begins.';
COMMENT ON COLUMN import_entries.outcome IS '"stored" stands here only with a warning, which reason gives.';
COMMENT ON COLUMN import_entries.url_key IS
    'As in bookmarks: with the job''s project it names the row that the entry became or was merged into.';
COMMENT ON COLUMN import_entries.url IS 'The HREF as the file has it.';

CREATE TABLE import_folders (
    import_job_id uuid NOT NULL,
    position integer NOT NULL,
    folder_path text[] NOT NULL,
    added timestamptz,
    last_modified timestamptz,
    description text,
    attributes jsonb,
    PRIMARY KEY (import_job_id, position),
    FOREIGN KEY (import_job_id) REFERENCES import_jobs (id) ON DELETE CASCADE
);

COMMENT ON TABLE import_folders IS
    'The folders of an import that an export must write again though no bookmark stands in them, with dates and '
    'descriptions.';
COMMENT ON COLUMN import_folders.position IS 'The order in the file.';
