-- branchline: allow prefer-bigint-over-int: a file's lines and entries; a file is at most 512 MiB
-- branchline: allow prefer-text-field: the same type as the columns of bookmarks
--
-- Nothing that an import read is lost silently: every entry that did not simply become a row of bookmarks leaves one
-- here, and so do the folders and separators between them, which an export writes again. Old imports have none.

CREATE TABLE import_entries (
    import_job_id uuid NOT NULL,
    id uuid NOT NULL,
    outcome varchar(20) NOT NULL,
    position integer,
    line integer NOT NULL,
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
    PRIMARY KEY (import_job_id, id),
    FOREIGN KEY (import_job_id) REFERENCES import_jobs (id) ON DELETE CASCADE,
    CONSTRAINT valid_outcome CHECK (outcome IN ('stored', 'merged', 'skipped', 'failed', 'folder', 'separator'))
);

-- A merge folds in every duplicate of its bookmark, whichever import brought it.
CREATE INDEX ix_import_entries_merged_url_key ON import_entries (url_key) WHERE outcome = 'merged';

COMMENT ON TABLE import_entries IS
    'What an import read that did not simply become a row of bookmarks: merged, skipped, failed and warned entries, '
    'folders and separators.';
COMMENT ON COLUMN import_entries.id IS
    'Drawn from the same sequence as the ids of the import''s bookmarks: both together sort in the order of the file.';
COMMENT ON COLUMN import_entries.outcome IS '"stored" stands here only with a warning, which reason gives.';
COMMENT ON COLUMN import_entries.position IS '1-based among the bookmarks of the file; null for folders and separators.';
COMMENT ON COLUMN import_entries.line IS '1-based line of the file at which the entry begins.';
COMMENT ON COLUMN import_entries.url_key IS
    'As in bookmarks: with the job''s project it names the row that the entry became or was merged into.';
COMMENT ON COLUMN import_entries.url IS 'The HREF as the file has it.';
COMMENT ON COLUMN import_entries.title IS 'A folder''s name.';
COMMENT ON COLUMN import_entries.folder_path IS 'Where it stands: a folder''s path ends with its parent.';
