-- Makes the folders again that a bookmark of the trash was in and that are gone, by their paths.
--
-- $1: its id.
WITH trashed AS (
  SELECT * FROM trashed_bookmarks WHERE organization_id = current_organization() AND id = $1
), made AS MATERIALIZED (
  SELECT way.id, make_folders(trashed.project_id, ARRAY(
           -- Of a long path the outermost names are left out, and "…" stands for them.
           SELECT name FROM jsonb_array_elements_text(way.path) WITH ORDINALITY AS n (name, nth)
           WHERE NOT (nth = 1 AND name = '…') ORDER BY nth)) AS folder_id
  FROM trashed, jsonb_each(trashed.folders) AS way (id, path)
  WHERE NOT EXISTS (
    SELECT FROM folders AS f WHERE f.organization_id = current_organization() AND f.id = way.id::uuid)
)
UPDATE trashed_bookmarks AS t
SET bookmark = t.bookmark || jsonb_build_object(
      'folder_id',
      coalesce((SELECT to_jsonb(folder_id) FROM made WHERE made.id = t.bookmark ->> 'folder_id'),
               t.bookmark -> 'folder_id'),
      'further_folder_ids', (
        SELECT jsonb_agg(coalesce(to_jsonb(made.folder_id), further.id) ORDER BY nth)
        FROM jsonb_array_elements(nullif(t.bookmark -> 'further_folder_ids', 'null'))
             WITH ORDINALITY AS further (id, nth)
        LEFT JOIN made ON made.id = further.id #>> '{}'))
WHERE t.organization_id = current_organization() AND t.id = $1 AND EXISTS (SELECT FROM made)
