-- Moves bookmarks to the trash. Their duplicates stay in the records of their imports, and name no address
-- until the bookmarks are restored: what is imported meanwhile is none of theirs.
--
-- which, in braces: the condition on `bookmarks` that tells which.
WITH gone AS (
  DELETE FROM bookmarks WHERE organization_id = current_organization() AND {which} RETURNING *
), detached AS (
  UPDATE import_entries AS e SET url_key = NULL
  FROM gone AS g, import_jobs AS j
  WHERE e.organization_id = current_organization() AND e.url_key = g.url_key AND e.outcome = 'merged'
    AND j.id = e.import_job_id AND j.project_id IS NOT DISTINCT FROM g.project_id
  RETURNING g.id, e.import_job_id, e.id AS entry_id
), merged AS (
  SELECT id, jsonb_agg(jsonb_build_array(import_job_id, entry_id)) AS entries FROM detached GROUP BY id
), paths AS MATERIALIZED (
  SELECT jsonb_object_agg(id, to_jsonb(path)) AS by_id
  FROM folder_paths(ARRAY(SELECT folder_id FROM gone UNION SELECT unnest(further_folder_ids) FROM gone))
), moved AS (
  INSERT INTO trashed_bookmarks (organization_id, id, number, project_id, deleted_at, bookmark, folders, merged)
  SELECT g.organization_id, g.id, g.number, g.project_id, clock_timestamp(), to_jsonb(g), (
           SELECT coalesce(jsonb_object_agg(folder, (SELECT by_id FROM paths) -> folder::text), '{}')
           FROM unnest(g.further_folder_ids || g.folder_id) AS folder
           WHERE (SELECT by_id FROM paths) ? folder::text
         ), coalesce(m.entries, '[]')
  FROM gone AS g LEFT JOIN merged AS m ON m.id = g.id
  RETURNING 1
)
SELECT count(*) FROM moved
