-- branchline: allow ban-drop-table: what the up added; all of it is made of bookmarks, and the next up makes it again

DROP FUNCTION search_near(text, tsquery);
DROP FUNCTION search_pending_ids();
DROP FUNCTION search_catch_up(interval);
DROP TABLE search_pending;
DROP TYPE uuid_range;
DROP TABLE search_vocabulary;
DROP TABLE search_documents;
