-- The content of a scope, in the order of a file: folders, what is in them, separators.
--
-- The content of a folder is sorted by place, which is an id. The ids of an import follow its file, and later
-- imports have later ones: so one import comes out as its file was, and a folder that several brought stands
-- where the first had it, once, with what all of them put into it.
--
-- folder_tree() numbers the folders in the order of a file. What stands in a folder has the number of the
-- last folder that is complete before it: of those under its own folder that come before it, or else its
-- folder's. Of rows with one number the folder itself comes first, then what is deeper. No key grows with the
-- depth.
--
-- The statement is for a session without nested loops over tables (enable_nestloop): it runs right after
-- large imports too, when the statistics still say that the scope holds next to nothing.
--
-- scope, in braces: the condition that a row is in the project. $1: the project, or null for what belongs to
-- none. $2: whether merged duplicates stand where their files had them, with what they said; one that says
-- nothing else than the bookmark and stands in its folder is left out.
WITH tree AS MATERIALIZED (
  SELECT * FROM folder_tree($1)
), bookmark AS NOT MATERIALIZED (
  SELECT *, bookmark_place(id, created_at) AS place
  FROM bookmarks
  WHERE {scope}
), entry AS NOT MATERIALIZED (
  SELECT *
  FROM import_entries
  WHERE import_job_id = ANY (ARRAY(
    SELECT id FROM import_jobs WHERE {scope}))
), duplicate AS MATERIALIZED (
  SELECT DISTINCT ON (e.url_key, e.folder_id, said.hash) e.id, e.import_job_id, e.folder_id, b.id AS bookmark_id
  FROM entry e
  JOIN bookmark b ON b.url_key = e.url_key AND b.unmerged IS NOT NULL
  CROSS JOIN LATERAL (
    SELECT md5(concat_ws(E'\n', length(e.title), e.title, coalesce(length(e.description), -1), e.description,
                         e.attributes))::uuid AS hash
  ) AS said
  WHERE $2 AND e.outcome = 'merged'
    AND (e.folder_id IS DISTINCT FROM b.folder_id
         OR e.title NOT IN ('', b.title)
         OR (e.description IS NOT NULL AND e.description IS DISTINCT FROM b.description)
         OR (e.attributes IS NOT NULL AND NOT (coalesce(b.attributes, '{}') || jsonb_strip_nulls(jsonb_build_object(
             'toread', CASE WHEN b.unread THEN '1' END, 'archived', CASE WHEN b.is_archived THEN '1' END,
             'notes', b.notes))) @> e.attributes))
  ORDER BY e.url_key, e.folder_id, said.hash, e.id
), held AS (
  SELECT id, folder_id, place, NULL::integer AS closes FROM bookmark
  UNION ALL
  SELECT id, folder_id, id, NULL FROM duplicate
  UNION ALL
  SELECT id, folder_id, id, NULL FROM entry WHERE outcome = 'separator'
  UNION ALL
  SELECT f.id, f.parent_id, f.place, t.closes FROM folders f JOIN tree t ON t.id = f.id
), placed AS MATERIALIZED (
  SELECT h.id, h.place, coalesce(t.depth, 0) AS depth,
         greatest(coalesce(t.opens, 0),
                  max(h.closes) OVER (PARTITION BY t.opens ORDER BY h.place ROWS UNBOUNDED PRECEDING)) AS opens
  FROM held h
  LEFT JOIN tree t ON t.id = h.folder_id
), rows AS (
  SELECT 'folder' AS kind, f.parent_id AS folder_id, t.depth - 1 AS depth, f.id, NULL AS url, f.name AS title,
         NULL AS domain, NULL AS original_folder, f.add_date, f.last_modified, NULL::timestamptz AS last_visited,
         NULL::varchar[] AS tags, f.description, f.attributes, NULL::uuid[] AS further_folder_ids, NULL AS summary,
         NULL AS content_type, NULL::timestamptz AS created_at, NULL::uuid AS bookmark_id, t.opens AS opens,
         NULL::integer AS deep, f.place, NULL::bigint AS number, NULL::boolean AS is_archived, NULL::boolean AS unread,
         NULL AS notes, NULL::text[] AS suggested_tags, NULL::text[] AS edited, NULL::boolean AS shared
  FROM tree t
  JOIN folders f ON f.id = t.id
  UNION ALL
  SELECT 'bookmark', b.folder_id, p.depth, b.id, b.url, b.title, b.domain, b.original_folder, b.add_date,
         b.last_modified, b.last_visited, b.tags, b.description, b.attributes, b.further_folder_ids, b.summary,
         b.content_type, b.created_at, NULL, p.opens, p.depth, p.place, b.number, b.is_archived, b.unread, b.notes,
         b.suggested_tags, b.edited, b.shared
  FROM bookmark b
  JOIN placed p ON p.id = b.id
  UNION ALL
  SELECT 'duplicate', e.folder_id, p.depth, e.id, e.url, e.title, e.domain, e.original_folder, e.add_date,
         e.last_modified, e.last_visited, e.tags, e.description, e.attributes, NULL, NULL, NULL, NULL, d.bookmark_id,
         p.opens, p.depth, p.place, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM duplicate d
  JOIN import_entries e ON e.import_job_id = d.import_job_id AND e.id = d.id
  JOIN placed p ON p.id = d.id
  UNION ALL
  SELECT 'separator', s.folder_id, p.depth, s.id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, s.attributes,
         NULL, NULL, NULL, NULL, NULL, p.opens, p.depth, p.place, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM entry s
  JOIN placed p ON p.id = s.id
  WHERE s.outcome = 'separator'
)
SELECT kind, folder_id, depth, id, url, title, domain, original_folder, add_date, last_modified, last_visited,
       ARRAY(SELECT unnest(tags)) AS tags, description, attributes::text AS attributes,
       ARRAY(SELECT unnest(further_folder_ids)) AS further_folder_ids, summary,
       content_type, created_at, bookmark_id,
       row_number() OVER (ORDER BY opens, deep DESC NULLS FIRST, place) AS position,
       number, is_archived, unread, notes, ARRAY(SELECT unnest(suggested_tags)) AS suggested_tags,
       ARRAY(SELECT unnest(edited)) AS edited, shared
FROM rows
ORDER BY position
