-- branchline: no-transaction
-- branchline: loses search_documents.words: made of bookmarks alone; the next up labels what has no label

DO $$
DECLARE
    batch CONSTANT integer := 5000;
    low uuid := '00000000-0000-0000-0000-000000000000';
    high uuid;
BEGIN
    LOOP
        SELECT bookmark_id INTO high FROM search_documents
        WHERE bookmark_id > low ORDER BY bookmark_id OFFSET batch - 1 LIMIT 1;
        UPDATE search_documents SET words = ts_delete(words, '=o' || organization_id)
        WHERE bookmark_id > low AND bookmark_id <= coalesce(high, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
        COMMIT;
        EXIT WHEN high IS NULL;
        low := high;
    END LOOP;
END
$$;
