-- branchline: no-transaction
--
-- What search_documents_keys and search_vocabulary_words are in the place of.

DROP INDEX CONCURRENTLY IF EXISTS search_documents_words;
DROP INDEX CONCURRENTLY IF EXISTS search_vocabulary_trigrams;
