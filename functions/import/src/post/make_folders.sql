-- Makes rows of the folders of an import; what an earlier import brought is merged as the entries of one
-- bookmark are: the earliest added date, the latest modified one, the first description and attributes.
--
-- $1: the import.
INSERT INTO folders AS f (id, project_id, parent_id, name, place, add_date, last_modified, description, attributes,
                          import_job_id)
SELECT e.own_folder_id, j.project_id, e.folder_id, coalesce(e.title, ''), e.id, e.add_date, e.last_modified,
       e.description, e.attributes, j.id
FROM import_entries e
JOIN import_jobs j ON j.id = e.import_job_id
WHERE e.import_job_id = $1 AND e.outcome = 'folder'
ORDER BY e.id
ON CONFLICT (id) DO UPDATE
SET place = least(f.place, excluded.place),
    add_date = least(f.add_date, excluded.add_date),
    last_modified = greatest(f.last_modified, excluded.last_modified),
    description = coalesce(f.description, excluded.description),
    attributes = coalesce(f.attributes, excluded.attributes)
