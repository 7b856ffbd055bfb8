-- Folds into each bookmark what duplicates of it brought: tags united, the earliest added date, the latest
-- modified and visited dates, the first description, the first title that is not empty, further folders, and
-- what duplicates say that the bookmark does not, for search. It starts from what the row held before its
-- first merge (`unmerged`), and adds every duplicate of every import in the order of their commits. So it
-- serves an import and its undoing alike: without the import's duplicates the result is what would be there
-- without it.
--
-- Where an import is taken out whose bookmark has duplicates in later imports, the first of these becomes the
-- bookmark, as it would have then; its import counts it as imported and no longer as merged. A bookmark that
-- a person has edited since the import that brought it stays as it is.
--
-- No column that a person has set (`edited`) is written, except in a row that becomes another one.
--
-- $1: an import, whose entries and bookmarks say which rows. $2: whether it is taken out.
WITH job AS (
  SELECT project_id, coalesce(completed_at, '-infinity') AS completed_at
  FROM import_jobs WHERE organization_id = current_organization() AND id = $1
), touched AS (
  SELECT url_key FROM import_entries WHERE import_job_id = $1 AND outcome = 'merged'
  UNION
  -- Of the import's own bookmarks only those that a later import has too; the others just go.
  SELECT url_key FROM bookmarks b
  WHERE $2 AND import_job_id = $1
    AND EXISTS (
      SELECT FROM import_entries e
      WHERE e.organization_id = b.organization_id AND e.url_key = b.url_key
        AND e.outcome = 'merged' AND e.import_job_id <> $1
    )
), source AS (
  SELECT e.*, j.started_at,
         row_number() OVER (PARTITION BY e.url_key ORDER BY coalesce(j.completed_at, 'infinity'), e.id) AS nth
  FROM touched
  -- By the index, whatever the statistics say of a table that has just grown: OFFSET keeps it from being a
  -- join.
  CROSS JOIN LATERAL (
    SELECT * FROM import_entries
    WHERE organization_id = current_organization()
      AND outcome = 'merged' AND url_key = touched.url_key
    OFFSET 0
  ) AS e
  JOIN import_jobs j ON j.id = e.import_job_id
  WHERE j.project_id IS NOT DISTINCT FROM (SELECT project_id FROM job)
    AND NOT ($2 AND e.import_job_id = $1)
), target AS (
  SELECT b.id, b.url_key, heir.id AS heir_id,
         CASE WHEN heir.id IS NULL THEN b.folder_id ELSE heir.folder_id END AS folder_id,
         CASE WHEN heir.id IS NULL THEN b.attributes ELSE heir.attributes END AS attributes,
         -- As the file had them, those that are columns included.
         CASE WHEN heir.id IS NULL
           THEN nullif(coalesce(b.attributes, '{}') || jsonb_strip_nulls(jsonb_build_object(
             'toread', CASE WHEN b.unread THEN '1' END, 'archived', CASE WHEN b.is_archived THEN '1' END,
             'notes', b.notes)), '{}')
           ELSE heir.attributes END AS own_attributes,
         coalesce(heir.attributes ->> 'toread' = '1', false) AS unread,
         coalesce(heir.attributes ->> 'archived' = '1', false) AS is_archived, heir.attributes ->> 'notes' AS notes,
         CASE WHEN heir.id IS NOT NULL THEN
           jsonb_build_object('title', coalesce(heir.title, ''), 'tags', heir.tags, 'add_date', heir.add_date, 'last_modified', heir.last_modified,
               'last_visited', heir.last_visited, 'description', heir.description, 'updated_at', heir.started_at)
         ELSE
           -- Before V0021 it had no title, which no merge changed then.
           jsonb_build_object('title', b.title) || coalesce(b.unmerged, jsonb_build_object('tags', b.tags, 'add_date', b.add_date,
               'last_modified', b.last_modified, 'last_visited', b.last_visited, 'description', b.description,
               'updated_at', b.updated_at))
         END AS base
  FROM job
  CROSS JOIN touched
  -- Each half can use the index on project and key; IS NOT DISTINCT FROM could not.
  CROSS JOIN LATERAL (
    SELECT * FROM bookmarks
    WHERE organization_id = current_organization() AND project_id = job.project_id AND url_key = touched.url_key
    UNION ALL
    SELECT * FROM bookmarks
    WHERE organization_id = current_organization() AND job.project_id IS NULL AND project_id IS NULL
      AND url_key = touched.url_key
  ) AS b
  CROSS JOIN LATERAL (
    SELECT $2 AND b.import_job_id = $1 AND NOT (b.edited <> '{}' AND b.updated_at > job.completed_at) AS goes
  ) AS state
  LEFT JOIN source heir ON state.goes AND heir.url_key = b.url_key AND heir.nth = 1
  WHERE heir.id IS NOT NULL OR state.goes IS NOT TRUE
), duplicate AS (
  SELECT t.id, s.nth, s.started_at, s.add_date, s.last_modified, s.last_visited, s.tags, s.description,
         nullif(s.title, '') AS title, s.attributes, s.folder_id, t.folder_id AS own_folder_id, t.base,
         t.own_attributes
  FROM target t
  JOIN source s USING (url_key)
  WHERE s.id IS DISTINCT FROM t.heir_id
), folded AS (
  SELECT id, max(started_at) AS at, min(add_date) AS add_date, max(last_modified) AS last_modified,
         max(last_visited) AS last_visited,
         (array_agg(description ORDER BY nth) FILTER (WHERE description IS NOT NULL))[1] AS description,
         (array_agg(title ORDER BY nth) FILTER (WHERE title IS NOT NULL))[1] AS title
  FROM duplicate
  GROUP BY id
), tag AS (
  SELECT id, array_agg(name::varchar ORDER BY nth, place) AS names
  FROM (
    SELECT DISTINCT ON (id, name) id, name, nth, place
    FROM (
      SELECT t.id, n.name, 0::bigint AS nth, n.place
      FROM target t, jsonb_array_elements_text(coalesce(nullif(t.base -> 'tags', 'null'), '[]'))
                     WITH ORDINALITY AS n (name, place)
      UNION ALL
      SELECT d.id, n.name, d.nth, n.place
      FROM duplicate d, unnest(d.tags) WITH ORDINALITY AS n (name, place)
    ) AS each
    ORDER BY id, name, nth, place
  ) AS first
  GROUP BY id
), folder AS (
  SELECT id, array_agg(folder_id ORDER BY nth) AS ids
  FROM (
    SELECT id, folder_id, min(nth) AS nth
    FROM duplicate
    WHERE folder_id IS DISTINCT FROM own_folder_id
    GROUP BY id, folder_id
  ) AS further
  GROUP BY id
), said AS (
  SELECT id, left(string_agg(text, E'\n' ORDER BY nth, place, text), 16384) AS text
  FROM (
    SELECT DISTINCT ON (d.id, each.text) d.id, d.nth, each.place, each.text
    FROM duplicate d
    CROSS JOIN LATERAL (
      SELECT 1 AS place, left(d.title, 4096) AS text WHERE d.title <> d.base ->> 'title'
      UNION ALL
      SELECT 2, left(d.description, 16384) WHERE d.description IS DISTINCT FROM d.base ->> 'description'
      UNION ALL
      SELECT 3, left(value, 4096)
      FROM jsonb_each_text(CASE WHEN jsonb_typeof(d.attributes) = 'object' THEN d.attributes END)
      WHERE d.attributes IS DISTINCT FROM d.own_attributes
    ) AS each
    WHERE each.text <> ''
    ORDER BY d.id, each.text, d.nth, each.place
  ) AS first
  GROUP BY id
), changed AS (
  UPDATE bookmarks b
  SET unmerged = CASE WHEN f.id IS NOT NULL THEN t.base END,
      tags = CASE WHEN heir.id IS NULL AND 'tags' = ANY (b.edited) THEN b.tags ELSE tag.names END,
      add_date = CASE WHEN heir.id IS NULL AND 'add_date' = ANY (b.edited) THEN b.add_date
                      ELSE least((t.base ->> 'add_date')::timestamptz, f.add_date) END,
      last_modified = greatest((t.base ->> 'last_modified')::timestamptz, f.last_modified),
      last_visited = greatest((t.base ->> 'last_visited')::timestamptz, f.last_visited),
      description = CASE WHEN heir.id IS NULL AND 'description' = ANY (b.edited) THEN b.description
                         ELSE coalesce(t.base ->> 'description', f.description) END,
      further_folder_ids = CASE WHEN heir.id IS NULL AND 'folder_id' = ANY (b.edited) THEN b.further_folder_ids
                                ELSE folder.ids END,
      further_text = said.text,
      updated_at = greatest(
        CASE WHEN heir.id IS NULL AND b.edited <> '{}' THEN b.updated_at END,
        (t.base ->> 'updated_at')::timestamptz, f.at),
      edited = CASE WHEN heir.id IS NULL THEN b.edited ELSE '{}' END,
      id = coalesce(heir.id, b.id),
      import_job_id = CASE WHEN heir.id IS NULL THEN b.import_job_id ELSE heir.import_job_id END,
      url = CASE WHEN heir.id IS NULL THEN b.url ELSE heir.url END,
      title = CASE WHEN heir.id IS NULL AND 'title' = ANY (b.edited) THEN b.title
                   ELSE coalesce(nullif(t.base ->> 'title', ''), f.title, '') END,
      domain = CASE WHEN heir.id IS NULL THEN b.domain ELSE heir.domain END,
      -- A person may move it meanwhile.
      folder_id = CASE WHEN heir.id IS NULL THEN b.folder_id ELSE t.folder_id END,
      original_folder = CASE WHEN heir.id IS NULL THEN b.original_folder ELSE heir.original_folder END,
      -- What is a column, an import's own row does not have among its attributes.
      attributes = CASE WHEN heir.id IS NULL THEN t.attributes
                        ELSE nullif(t.attributes - 'notes' - CASE WHEN t.unread THEN 'toread' ELSE '' END
                                                 - CASE WHEN t.is_archived THEN 'archived' ELSE '' END, '{}') END,
      unread = CASE WHEN heir.id IS NULL THEN b.unread ELSE t.unread END,
      is_archived = CASE WHEN heir.id IS NULL THEN b.is_archived ELSE t.is_archived END,
      notes = CASE WHEN heir.id IS NULL THEN b.notes ELSE t.notes END,
      created_at = CASE WHEN heir.id IS NULL THEN b.created_at ELSE heir.started_at END
  FROM target t
  LEFT JOIN source heir ON heir.id = t.heir_id
  LEFT JOIN folded f ON f.id = t.id
  LEFT JOIN tag ON tag.id = t.id
  LEFT JOIN folder ON folder.id = t.id
  LEFT JOIN said ON said.id = t.id
  WHERE b.organization_id = current_organization() AND b.id = t.id
  RETURNING heir.id AS heir_id, heir.import_job_id
), heir AS (
  SELECT heir_id AS id, import_job_id FROM changed WHERE heir_id IS NOT NULL
), no_longer_merged AS (
  DELETE FROM import_entries e USING heir h
  WHERE e.import_job_id = h.import_job_id AND e.id = h.id AND e.reason IS NULL
), stored_with_warning AS (
  UPDATE import_entries e SET outcome = 'stored', original_folder = NULL FROM heir h
  WHERE e.import_job_id = h.import_job_id AND e.id = h.id AND e.reason IS NOT NULL
)
UPDATE import_jobs j
SET imported_count = j.imported_count + h.heirs, merged_count = j.merged_count - h.heirs
FROM (SELECT import_job_id, count(*)::integer AS heirs FROM heir GROUP BY import_job_id) AS h
WHERE j.id = h.import_job_id
