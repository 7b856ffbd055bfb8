-- Brings a bookmark back from the trash. Where its project has its address again, it is merged with the
-- bookmark that has it: that one keeps its id, its number and its texts, and gets all tags, folders and
-- dates; texts that it does not have become part of its notes. Its duplicates are its own again.
--
-- $1: its id.
WITH gone AS (
  DELETE FROM trashed_bookmarks WHERE organization_id = current_organization() AND id = $1 RETURNING *
), whole AS MATERIALIZED (
  SELECT r.*
  FROM gone AS g
  CROSS JOIN LATERAL jsonb_populate_record(
    NULL::bookmarks,
    -- Columns that came later than it are as they are by default.
    '{"is_archived": false, "unread": false, "suggested_tags": [], "edited": [], "shared": false}' || g.bookmark
    || jsonb_build_object('project_id', g.project_id, 'import_job_id', (
         SELECT j.id FROM import_jobs AS j
         WHERE j.organization_id = g.organization_id AND j.id = (g.bookmark ->> 'import_job_id')::uuid))) AS r
), there AS MATERIALIZED (
  SELECT b.* FROM bookmarks AS b
  JOIN whole AS w ON b.url_key = w.url_key AND b.project_id IS NOT DISTINCT FROM w.project_id
  WHERE b.organization_id = current_organization()
), restored AS (
  INSERT INTO bookmarks SELECT w.* FROM whole AS w WHERE NOT EXISTS (SELECT FROM there)
), attached AS (
  UPDATE import_entries AS e SET url_key = w.url_key
  FROM gone AS g, whole AS w, jsonb_array_elements(g.merged) AS entry
  WHERE e.organization_id = current_organization()
    AND e.import_job_id = (entry ->> 0)::uuid AND e.id = (entry ->> 1)::uuid
), changed AS (
  UPDATE bookmarks AS b
  SET title = CASE WHEN b.title = '' THEN w.title ELSE b.title END,
      description = coalesce(b.description, w.description),
      notes = nullif(concat_ws(E'\n\n', b.notes, (
        SELECT string_agg(text, E'\n\n' ORDER BY nth)
        FROM (VALUES (1, w.notes), (2, w.title), (3, w.description)) AS said (nth, text)
        WHERE text <> '' AND text IS DISTINCT FROM b.notes AND text <> coalesce(nullif(b.title, ''), w.title)
          AND text <> coalesce(b.description, w.description, ''))), ''),
      tags = nullif(ARRAY(
        SELECT name FROM unnest(b.tags || w.tags) WITH ORDINALITY AS t (name, nth)
        WHERE name IS NOT NULL GROUP BY name ORDER BY min(nth)), '{}'),
      suggested_tags = ARRAY(SELECT DISTINCT unnest(b.suggested_tags || w.suggested_tags)),
      further_folder_ids = nullif(ARRAY(
        SELECT id FROM unnest(b.further_folder_ids || w.folder_id || w.further_folder_ids)
                       WITH ORDINALITY AS f (id, nth)
        WHERE id IS DISTINCT FROM b.folder_id GROUP BY id ORDER BY min(nth)), '{}'),
      add_date = least(b.add_date, w.add_date),
      last_modified = greatest(b.last_modified, w.last_modified),
      last_visited = greatest(b.last_visited, w.last_visited),
      created_at = least(b.created_at, w.created_at),
      unread = b.unread OR w.unread,
      is_archived = b.is_archived AND w.is_archived,
      attributes = CASE WHEN jsonb_typeof(w.attributes) = 'object' AND jsonb_typeof(b.attributes) = 'object'
                        THEN w.attributes || b.attributes ELSE coalesce(b.attributes, w.attributes) END,
      edited = ARRAY(
        SELECT DISTINCT unnest(b.edited || w.edited || '{title,description,notes,tags,folder_id,add_date}')),
      updated_at = greatest(clock_timestamp(), coalesce(b.updated_at, '-infinity') + interval '1 microsecond')
  FROM there, whole AS w
  WHERE b.organization_id = current_organization() AND b.id = there.id
)
SELECT w.id, (SELECT id FROM there) FROM whole AS w
