-- branchline: allow ban-drop-table: what the up added; all of it is made of bookmarks, and the next up makes it again

DROP FUNCTION search_near(text, tsquery);
DROP FUNCTION search_pending();
DROP FUNCTION search_catch_up(interval);
DROP TABLE search_pending_bookmarks;
DROP TABLE search_pending_ranges;
DROP TABLE search_vocabulary;
DROP TABLE search_documents;
