-- branchline: allow ban-drop-column: what the up added
-- branchline: allow ban-drop-table: what the up made
-- branchline: allow ban-drop-function: what the up made
-- branchline: loses bookmarks.shared: nothing before V0043 knows it
-- branchline: loses tags.*: the table goes with its rows; the tags themselves are in bookmarks

DROP FUNCTION bookmarks_of_url(text);
DROP FUNCTION linkding_url(text);
DROP FUNCTION url_bytes(text);
DROP FUNCTION url_page(text);
DROP TABLE tags;
ALTER TABLE bookmarks DROP COLUMN shared;
