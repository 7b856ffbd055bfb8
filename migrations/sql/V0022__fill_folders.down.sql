-- branchline: no-transaction
--
-- The functions before V0021 find the folders of what the functions since have stored: paths of at most 1,024 bytes. Each
-- batch commits by itself; a rerun does what is left.

DO $$
DECLARE
    batch CONSTANT integer := 5000;
    low uuid := '00000000-0000-0000-0000-000000000000';
    high uuid;
    job record;
BEGIN
    LOOP
        SELECT id INTO high FROM bookmarks WHERE id >= low ORDER BY id OFFSET batch LIMIT 1;
        UPDATE bookmarks b
        SET folder_path = folder_path(folder_id),
            further_folders = (
                SELECT jsonb_agg(to_jsonb(folder_path(further.id)) ORDER BY nth)
                FROM unnest(further_folder_ids) WITH ORDINALITY AS further (id, nth))
        WHERE id BETWEEN low AND coalesce(high, 'ffffffff-ffff-ffff-ffff-ffffffffffff') AND folder_path IS NULL;
        COMMIT;
        EXIT WHEN high IS NULL;
        low := high;
    END LOOP;
    FOR job IN SELECT id FROM import_jobs LOOP
        UPDATE import_entries e SET folder_path = folder_path(folder_id)
        WHERE import_job_id = job.id AND folder_path IS NULL;
        COMMIT;
    END LOOP;
END
$$;

ALTER TABLE import_entries DROP CONSTRAINT IF EXISTS known_outcome;
ALTER TABLE import_entries ADD CONSTRAINT known_outcome CHECK (
    outcome IN ('stored', 'merged', 'skipped', 'failed', 'folder', 'separator', 'file')) NOT VALID;
