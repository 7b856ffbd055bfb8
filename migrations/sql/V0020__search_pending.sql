-- Whoever writes bookmarks says so, in the same transaction. A statement that inserts or deletes adds one range, which
-- makes an import take about a tenth longer; an update adds each bookmark whose document changes.

CREATE FUNCTION search_note_range() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO search_pending_ranges (first_id, last_id)
    SELECT first.id, last.id
    FROM (SELECT id FROM written ORDER BY id LIMIT 1) AS first,
         (SELECT id FROM written ORDER BY id DESC LIMIT 1) AS last;
    RETURN NULL;
END
$$;

-- The planner takes both tables for small, whatever they hold, and would loop over one for each row of the other.
CREATE FUNCTION search_note_updates() RETURNS trigger
LANGUAGE plpgsql
SET enable_nestloop = off
AS $$
BEGIN
    INSERT INTO search_pending_bookmarks (bookmark_id)
    SELECT n.id
    FROM written AS n LEFT JOIN replaced AS o USING (id)
    WHERE (n.title, n.tags, n.url, n.description, n.domain, n.folder_path, n.further_folders, n.project_id)
          IS DISTINCT FROM
          (o.title, o.tags, o.url, o.description, o.domain, o.folder_path, o.further_folders, o.project_id);
    RETURN NULL;
END
$$;

CREATE FUNCTION search_forget() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    TRUNCATE search_documents, search_vocabulary, search_pending_ranges, search_pending_bookmarks;
    RETURN NULL;
END
$$;

CREATE TRIGGER search_inserted AFTER INSERT ON bookmarks
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION search_note_range();
CREATE TRIGGER search_updated AFTER UPDATE ON bookmarks
    REFERENCING OLD TABLE AS replaced NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION search_note_updates();
CREATE TRIGGER search_deleted AFTER DELETE ON bookmarks
    REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION search_note_range();
CREATE TRIGGER search_truncated AFTER TRUNCATE ON bookmarks
    FOR EACH STATEMENT EXECUTE FUNCTION search_forget();

-- Every bookmark that is there. The triggers' lock has waited for whoever was writing some.
INSERT INTO search_pending_ranges (first_id, last_id)
VALUES ('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff');
