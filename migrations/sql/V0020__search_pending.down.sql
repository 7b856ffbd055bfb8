DROP TRIGGER search_truncated ON bookmarks;
DROP TRIGGER search_deleted ON bookmarks;
DROP TRIGGER search_updated ON bookmarks;
DROP TRIGGER search_inserted ON bookmarks;
DROP FUNCTION search_forget();
DROP FUNCTION search_note_updates();
DROP FUNCTION search_note_range();
