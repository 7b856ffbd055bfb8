-- branchline: no-transaction
--
-- Documents that are there get the label of their organization. Each batch commits by itself, so that no lock
-- is held long; a rerun does what is left. Where one has no room for it, its batch is pending, and indexed
-- again by searches.

DO $$
DECLARE
    batch CONSTANT integer := 5000;
    low uuid := '00000000-0000-0000-0000-000000000000';
    high uuid;
BEGIN
    LOOP
        SELECT bookmark_id INTO high FROM search_documents
        WHERE bookmark_id > low ORDER BY bookmark_id OFFSET batch - 1 LIMIT 1;
        BEGIN
            UPDATE search_documents SET words = words || array_to_tsvector(ARRAY['=o' || organization_id])
            WHERE bookmark_id > low AND bookmark_id <= coalesce(high, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
              AND NOT words @@ ('''=o' || organization_id || '''')::tsquery;
        EXCEPTION WHEN program_limit_exceeded THEN
            INSERT INTO search_pending (organization_id, first_id, last_id)
            SELECT organization_id, bookmark_id, bookmark_id
            FROM search_documents
            WHERE bookmark_id > low AND bookmark_id <= coalesce(high, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
        END;
        COMMIT;
        EXIT WHEN high IS NULL;
        low := high;
    END LOOP;
END
$$;
