-- branchline: no-transaction
-- branchline: allow prefer-robust-stmts: each statement may be run again; DROP goes before what is made

DROP INDEX CONCURRENTLY IF EXISTS search_vocabulary_trigrams;
CREATE INDEX CONCURRENTLY search_vocabulary_trigrams ON search_vocabulary USING gin (word gin_trgm_ops);
DROP INDEX CONCURRENTLY IF EXISTS search_documents_words;
CREATE INDEX CONCURRENTLY search_documents_words
    ON search_documents USING gin (words) WITH (gin_pending_list_limit = 512);
