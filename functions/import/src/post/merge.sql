-- Folds into each bookmark what duplicates of it brought: tags united, the earliest added and the latest modified date,
-- the first description, further folders. It folds anew from what the row held before its first merge (`unmerged`)
-- and every duplicate of every import, in the order of imports and of entries, so that taking an import out and folding
-- again gives what would be there without it. $1: an import, whose duplicates say which bookmarks. $2: its project.
WITH touched AS (
  SELECT DISTINCT url_key FROM import_entries WHERE import_job_id = $1 AND outcome = 'merged'
), target AS (
  SELECT b.id, b.url_key, b.folder_path,
         coalesce(b.unmerged, jsonb_build_object('tags', b.tags, 'add_date', b.add_date,
             'last_modified', b.last_modified, 'description', b.description, 'updated_at', b.updated_at)) AS base
  FROM bookmarks b JOIN touched USING (url_key)
  WHERE b.project_id = $2 OR ($2 IS NULL AND b.project_id IS NULL)
), source AS (
  SELECT e.*, row_number() OVER (PARTITION BY e.url_key ORDER BY e.import_job_id, e.id) AS nth
  FROM import_entries e
  JOIN touched USING (url_key)
  JOIN import_jobs j ON j.id = e.import_job_id
  WHERE e.outcome = 'merged' AND (j.project_id = $2 OR ($2 IS NULL AND j.project_id IS NULL))
), folded AS (
  SELECT t.id, t.base, min(s.add_date) AS add_date, max(s.last_modified) AS last_modified,
         (array_agg(s.description ORDER BY s.nth) FILTER (WHERE s.description IS NOT NULL))[1] AS description
  FROM target t JOIN source s USING (url_key)
  GROUP BY t.id, t.base
), tag AS (
  SELECT id, array_agg(name::varchar ORDER BY nth, place) AS names
  FROM (
    SELECT DISTINCT ON (id, name) id, name, nth, place
    FROM (
      SELECT t.id, n.name, 0::bigint AS nth, n.place
      FROM target t, jsonb_array_elements_text(coalesce(nullif(t.base -> 'tags', 'null'), '[]'))
                     WITH ORDINALITY AS n (name, place)
      UNION ALL
      SELECT t.id, n.name, s.nth, n.place
      FROM target t JOIN source s USING (url_key), unnest(s.tags) WITH ORDINALITY AS n (name, place)
    ) AS each
    ORDER BY id, name, nth, place
  ) AS first
  GROUP BY id
), folder AS (
  SELECT id, jsonb_agg(path ORDER BY nth) AS paths
  FROM (
    SELECT t.id, to_jsonb(coalesce(s.folder_path, '{}')) AS path, min(s.nth) AS nth
    FROM target t JOIN source s USING (url_key)
    WHERE coalesce(s.folder_path, '{}') IS DISTINCT FROM coalesce(t.folder_path, '{}')
    GROUP BY t.id, to_jsonb(coalesce(s.folder_path, '{}'))
  ) AS further
  GROUP BY id
)
UPDATE bookmarks b
SET unmerged = f.base,
    tags = tag.names,
    add_date = least((f.base ->> 'add_date')::timestamptz, f.add_date),
    last_modified = greatest((f.base ->> 'last_modified')::timestamptz, f.last_modified),
    description = coalesce(f.base ->> 'description', f.description),
    further_folders = folder.paths,
    updated_at = now()
FROM folded f LEFT JOIN tag USING (id) LEFT JOIN folder USING (id)
WHERE b.id = f.id
