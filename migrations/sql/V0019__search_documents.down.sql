-- branchline: loses search_documents.*: it is made of bookmarks, and the next up makes it again
-- branchline: loses search_vocabulary.*: it is made of bookmarks, and the next up makes it again
-- branchline: loses search_pending_ranges.*: it is made of bookmarks, and the next up makes it again
-- branchline: loses search_pending_bookmarks.*: it is made of bookmarks, and the next up makes it again
-- branchline: allow ban-drop-table: what the up added

DROP FUNCTION search_near(text, tsquery);
DROP FUNCTION search_pending();
DROP FUNCTION search_catch_up(interval);
DROP TABLE search_pending_bookmarks;
DROP TABLE search_pending_ranges;
DROP TABLE search_vocabulary;
DROP TABLE search_documents;
