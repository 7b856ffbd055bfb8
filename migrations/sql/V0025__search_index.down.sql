-- branchline: allow ban-drop-table: what the up made
-- branchline: allow ban-drop-function: what the up made
-- branchline: loses search_documents.*: made of bookmarks alone; the next up makes them again
-- branchline: loses search_vocabulary.*: made of bookmarks alone; the next up makes them again
-- branchline: loses search_pending.*: all bookmarks are pending after V0024's undo

DROP TRIGGER search_truncated ON bookmarks;
DROP TRIGGER search_deleted ON bookmarks;
DROP TRIGGER search_updated ON bookmarks;
DROP TRIGGER search_inserted ON bookmarks;
DROP FUNCTION search_note();
DROP FUNCTION search_in_folder(text);
DROP FUNCTION search_near(text[], tsquery);
DROP FUNCTION search_holds(text[], text[]);
DROP FUNCTION search_inside(text[]);
DROP FUNCTION search_pending_documents(text[], boolean);
DROP FUNCTION search_catch_up(interval);
DROP FUNCTION search_document_in_part(bookmarks);
DROP FUNCTION search_document(bookmarks);
DROP TABLE search_pending;
DROP TABLE search_vocabulary;
DROP TABLE search_documents;
