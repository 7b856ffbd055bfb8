-- Takes out of the folders what an import brought: those that another import brings too become what that made
-- of them, and the others go, unless something is in them still. It comes after the import's bookmarks are
-- gone, and before its entries.
--
-- $1: the import.
WITH RECURSIVE brought AS MATERIALIZED (
  SELECT own_folder_id AS id FROM import_entries WHERE import_job_id = $1 AND outcome = 'folder'
  UNION
  SELECT id FROM folders WHERE import_job_id = $1
), still_brought AS MATERIALIZED (
  SELECT b.id, min(e.id::text COLLATE "C")::uuid AS place, min(e.add_date) AS add_date,
         max(e.last_modified) AS last_modified,
         (array_agg(e.description ORDER BY e.id) FILTER (WHERE e.description IS NOT NULL))[1] AS description,
         (array_agg(e.attributes ORDER BY e.id) FILTER (WHERE e.attributes IS NOT NULL))[1] AS attributes,
         (array_agg(e.import_job_id ORDER BY e.id))[1] AS import_job_id
  FROM brought b
  -- By the index, whatever the statistics say of a table that has just grown: OFFSET keeps it from being a
  -- join.
  CROSS JOIN LATERAL (
    SELECT * FROM import_entries WHERE outcome = 'folder' AND own_folder_id = b.id AND import_job_id <> $1 OFFSET 0
  ) AS e
  GROUP BY b.id
), changed AS (
  UPDATE folders f
  SET place = CASE WHEN f.import_job_id = $1 THEN coalesce(s.place, f.place) ELSE f.place END,
      add_date = s.add_date, last_modified = s.last_modified, description = s.description, attributes = s.attributes,
      import_job_id = CASE WHEN f.import_job_id = $1 THEN s.import_job_id ELSE f.import_job_id END
  FROM brought b LEFT JOIN still_brought s USING (id)
  -- One row is changed or deleted, not both.
  WHERE f.id = b.id AND (s.id IS NOT NULL OR f.import_job_id IS DISTINCT FROM $1)
), candidate AS MATERIALIZED (
  SELECT f.id, f.parent_id
  FROM brought b
  CROSS JOIN LATERAL (SELECT * FROM folders WHERE id = b.id AND import_job_id = $1 OFFSET 0) AS f
  WHERE NOT EXISTS (SELECT FROM still_brought s WHERE s.id = b.id)
), occupied AS (
  SELECT c.id, c.parent_id
  FROM candidate c
  WHERE EXISTS (SELECT FROM bookmarks WHERE folder_id = c.id)
     -- Of a bookmark that a person has restored or moved.
     OR c.id IN (
       SELECT unnest(further_folder_ids) FROM bookmarks
       WHERE organization_id = current_organization() AND further_folder_ids IS NOT NULL)
     OR EXISTS (
       SELECT FROM folders child
       WHERE child.organization_id = current_organization() AND child.parent_id = c.id
         AND child.id NOT IN (SELECT id FROM candidate))
  UNION
  -- By the key: a join would read every candidate once for each level.
  SELECT parent.id, parent.parent_id
  FROM occupied o
  CROSS JOIN LATERAL (
    SELECT * FROM folders WHERE organization_id = current_organization() AND id = o.parent_id OFFSET 0
  ) AS parent
)
DELETE FROM folders WHERE id IN (SELECT id FROM candidate) AND id NOT IN (SELECT id FROM occupied)
