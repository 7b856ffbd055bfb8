-- What a scope holds, in the order of a file: folders, what is in them, separators.
--
-- Rows sort by a key of bytes: the place of each folder on the row's path, then the row's own place. A place is an id.
-- The ids of an import follow its file, and later imports have later ones: so one import comes out as its file was, and
-- a folder that several brought stands where the first had it, once, with what all of them put into it. As bytes, a
-- folder's key comes directly before those of what is in it.
--
-- A row of the old importer has a random id, and its folders have no entries: its place is made of the moment it was
-- stored, and a folder's is the first place of what is in it.
--
-- The statement is for a session without nested loops over tables (enable_nestloop): it runs right after large imports
-- too, when the statistics still say that the scope holds next to nothing.
--
-- $1: the project, or null for what belongs to none. $2: whether a bookmark stands again in each further folder.
WITH RECURSIVE bookmark AS NOT MATERIALIZED (
  SELECT *, coalesce(folder_path, '{}') AS path,
         -- Byte 6 begins with the version (RFC 9562).
         CASE WHEN get_byte(uuid_send(id), 6) >> 4 = 7 THEN id
              ELSE (lpad(to_hex(greatest(coalesce(extract(epoch FROM created_at) * 1000, 0), 0)::bigint), 12, '0')
                    || right(replace(id::text, '-', ''), 20))::uuid
         END AS place
  FROM bookmarks
  WHERE project_id = $1 OR ($1 IS NULL AND project_id IS NULL)
), job AS MATERIALIZED (
  SELECT ARRAY(SELECT id FROM import_jobs WHERE project_id = $1 OR ($1 IS NULL AND project_id IS NULL)) AS ids
), entry AS NOT MATERIALIZED (
  SELECT * FROM import_entries WHERE import_job_id = ANY ((SELECT ids FROM job)::uuid[])
), copy AS MATERIALIZED (
  SELECT b.id, at.path, at.place
  FROM bookmark b
  CROSS JOIN LATERAL (
    SELECT DISTINCT ON (e.folder_path) e.folder_path AS path, e.id AS place
    FROM import_entries e
    WHERE e.outcome = 'merged' AND e.url_key = b.url_key AND e.folder_path <> b.path
      AND e.import_job_id = ANY ((SELECT ids FROM job)::uuid[])
    ORDER BY e.folder_path, e.id
  ) AS at
  WHERE $2 AND b.further_folders IS NOT NULL
), brought AS (
  SELECT folder_path || title AS path, id AS place, add_date, last_modified, description, attributes
  FROM entry
  WHERE outcome = 'folder'
  UNION ALL
  SELECT path[:depth], place, NULL, NULL, NULL, NULL
  FROM (SELECT path, min(place::text COLLATE "C")::uuid AS place FROM bookmark GROUP BY path) AS occupied
  CROSS JOIN LATERAL generate_series(1, cardinality(path)) AS depth
), folder AS MATERIALIZED (
  SELECT row_number() OVER () AS number, path, path[:cardinality(path) - 1] AS parent,
         min(place::text COLLATE "C")::uuid AS place,
         -- As the entries of one bookmark are merged.
         min(add_date) AS add_date, max(last_modified) AS last_modified,
         (array_agg(description ORDER BY place) FILTER (WHERE description IS NOT NULL))[1] AS description,
         (array_agg(attributes ORDER BY place) FILTER (WHERE attributes IS NOT NULL))[1] AS attributes
  FROM brought
  GROUP BY path
), child AS MATERIALIZED (
  -- By number, since the recursion below compares each folder once for each level.
  SELECT f.number, coalesce(p.number, 0) AS parent, uuid_send(f.place) AS place
  FROM folder f
  LEFT JOIN folder p ON p.path = f.parent
), node AS (
  SELECT 0::bigint AS number, ''::bytea AS key
  UNION ALL
  SELECT child.number, node.key || child.place FROM node JOIN child ON child.parent = node.number
), opened AS MATERIALIZED (
  SELECT folder.*, node.key FROM node JOIN folder USING (number)
)
SELECT 'folder' AS kind, parent AS folder_path, NULL::uuid AS id, NULL AS url, path[cardinality(path)] AS title,
       NULL AS domain, NULL AS original_folder, add_date, last_modified, NULL::timestamptz AS last_visited,
       NULL::varchar[] AS tags, description, attributes, NULL::jsonb AS further_folders, NULL AS summary,
       NULL AS content_type, NULL::timestamptz AS created_at, key
FROM opened
UNION ALL
SELECT 'bookmark', b.path, b.id, b.url, b.title, b.domain, b.original_folder, b.add_date, b.last_modified,
       b.last_visited, b.tags, b.description, b.attributes, b.further_folders, b.summary, b.content_type, b.created_at,
       coalesce(o.key, '') || uuid_send(b.place)
FROM bookmark b
LEFT JOIN opened o ON o.path = b.path
UNION ALL
SELECT 'copy', c.path, b.id, b.url, b.title, b.domain, b.original_folder, b.add_date, b.last_modified,
       b.last_visited, b.tags, b.description, b.attributes, b.further_folders, b.summary, b.content_type, b.created_at,
       coalesce(o.key, '') || uuid_send(c.place)
FROM copy c
JOIN bookmark b ON b.id = c.id
LEFT JOIN opened o ON o.path = c.path
UNION ALL
SELECT 'separator', s.folder_path, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, s.attributes, NULL,
       NULL, NULL, NULL, coalesce(o.key, '') || uuid_send(s.id)
FROM entry s
LEFT JOIN opened o ON o.path = s.folder_path
WHERE s.outcome = 'separator'
ORDER BY key
