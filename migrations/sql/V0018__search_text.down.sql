DROP FUNCTION search_filter(text[], text, text, integer);
DROP FUNCTION search_query(text, text[], text[], boolean);
DROP FUNCTION search_labels(varchar, varchar[], text[], jsonb, integer);
DROP FUNCTION search_label(text, text);
DROP FUNCTION search_words(text, varchar[], text, text);
DROP FUNCTION search_address(text);
DROP FUNCTION search_clean(text);
DROP FUNCTION search_fold(text);

-- Refused, and rightly, where something else has come to need it.
DROP EXTENSION pg_trgm;
