-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: each statement may be run again; DROP goes before what is made
--
-- Each is dropped first, because a build that was interrupted leaves an invalid index.

-- The search, of one organization.
DROP INDEX CONCURRENTLY IF EXISTS search_documents_keys;
CREATE INDEX CONCURRENTLY search_documents_keys
    ON search_documents USING gin (search_keys(organization_id, words)) WITH (gin_pending_list_limit = 512);

-- The middle of its words, and words that are alike.
DROP INDEX CONCURRENTLY IF EXISTS search_vocabulary_words;
CREATE INDEX CONCURRENTLY search_vocabulary_words
    ON search_vocabulary USING gin (organization_id, word gin_trgm_ops);

-- Bookmarks without tags.
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_untagged;
CREATE INDEX CONCURRENTLY ix_bookmarks_untagged
    ON bookmarks (organization_id, id) WHERE coalesce(cardinality(tags), 0) = 0;

-- What a folder holds: its list is read from the index alone, which counts need too. What a bookmark has beside its
-- folder may be too long for an index.
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_in_folder;
CREATE INDEX CONCURRENTLY ix_bookmarks_in_folder ON bookmarks (organization_id, folder_id, id);
DROP INDEX CONCURRENTLY IF EXISTS ix_bookmarks_organization_folder;
