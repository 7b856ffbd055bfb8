CREATE OR REPLACE FUNCTION search_catch_up(budget interval) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
-- The planner takes the tables for as empty as they were when it last looked, and would read all of them for
-- each slice.
SET enable_seqscan = off
SET enable_bitmapscan = off
SET jit = off
AS $$
DECLARE
    slice CONSTANT integer := 4000;
    organization CONSTANT uuid := current_organization();
    give_up_at CONSTANT timestamptz := clock_timestamp() + budget;
    pending search_pending;
    next_id uuid;
    ids uuid[];
    gone text[];
    come text[];
BEGIN
    IF organization IS NULL
        OR NOT EXISTS (SELECT FROM search_pending WHERE organization_id = organization)
        OR current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted')
        OR NOT pg_try_advisory_xact_lock(hashtextextended(organization || ' search_catch_up', 0)) THEN
        RETURN false;
    END IF;
    LOOP
        -- What is pending is taken first and read then: what changes in between is pending again once it is
        -- committed.
        SELECT * INTO pending FROM search_pending WHERE organization_id = organization ORDER BY id LIMIT 1;
        EXIT WHEN NOT FOUND;
        IF pending.first_id = pending.last_id THEN
            WITH taken AS (
                DELETE FROM search_pending
                WHERE organization_id = organization AND first_id = last_id
                  AND id IN (
                      SELECT id FROM search_pending WHERE organization_id = organization ORDER BY id LIMIT slice)
                RETURNING first_id
            )
            SELECT array_agg(DISTINCT first_id) INTO ids FROM taken;
            WITH deleted AS (
                DELETE FROM search_documents
                WHERE organization_id = organization AND bookmark_id = ANY (ids)
                RETURNING words
            )
            SELECT array_agg(word) INTO gone FROM deleted, unnest(tsvector_to_array(words)) AS word;
        ELSE
            -- A slice holds as many bookmarks at most, and as many documents.
            SELECT id INTO next_id
            FROM (
                (SELECT id FROM bookmarks
                 WHERE organization_id = organization AND id BETWEEN pending.first_id AND pending.last_id
                 ORDER BY id OFFSET slice LIMIT 1)
                UNION ALL
                (SELECT bookmark_id FROM search_documents
                 WHERE organization_id = organization AND bookmark_id BETWEEN pending.first_id AND pending.last_id
                 ORDER BY bookmark_id OFFSET slice LIMIT 1)
            ) AS ends
            ORDER BY id LIMIT 1;
            IF next_id IS NULL THEN
                DELETE FROM search_pending WHERE id = pending.id;
            ELSE
                UPDATE search_pending SET first_id = next_id WHERE id = pending.id;
            END IF;
            ids := ARRAY(
                SELECT id FROM bookmarks
                WHERE organization_id = organization AND id BETWEEN pending.first_id AND pending.last_id
                  AND (next_id IS NULL OR id < next_id));
            WITH deleted AS (
                DELETE FROM search_documents
                WHERE organization_id = organization AND bookmark_id BETWEEN pending.first_id AND pending.last_id
                  AND (next_id IS NULL OR bookmark_id < next_id)
                RETURNING words
            )
            SELECT array_agg(word) INTO gone FROM deleted, unnest(tsvector_to_array(words)) AS word;
        END IF;

        BEGIN
            WITH document AS (
                INSERT INTO search_documents (organization_id, bookmark_id, words)
                SELECT organization, b.id, search_document(b) FROM bookmarks AS b
                WHERE b.organization_id = organization AND b.id = ANY (ids)
                RETURNING words
            )
            SELECT array_agg(word) INTO come FROM document, unnest(tsvector_to_array(words)) AS word;
        EXCEPTION WHEN OTHERS THEN
            WITH document AS (
                INSERT INTO search_documents (organization_id, bookmark_id, words)
                SELECT organization, b.id, search_document_in_part(b) FROM bookmarks AS b
                WHERE b.organization_id = organization AND b.id = ANY (ids)
                RETURNING words
            )
            SELECT array_agg(word) INTO come FROM document, unnest(tsvector_to_array(words)) AS word;
        END;

        WITH changed AS MATERIALIZED (
            SELECT word, sum(change) AS change
            FROM (SELECT word, 1 FROM unnest(come) AS word UNION ALL SELECT word, -1 FROM unnest(gone) AS word)
                AS each (word, change)
            WHERE length(word) BETWEEN 3 AND 40 AND word ~ '^[^=]*[^=0-9]' AND word !~ '0sign0'
            GROUP BY word
            HAVING sum(change) <> 0
        ), less AS (
            UPDATE search_vocabulary AS v SET documents = v.documents + c.change
            FROM changed AS c
            WHERE v.organization_id = organization AND v.word = c.word AND c.change < 0 AND v.documents + c.change > 0
        ), none AS (
            DELETE FROM search_vocabulary AS v
            USING changed AS c
            WHERE v.organization_id = organization AND v.word = c.word AND c.change < 0 AND v.documents + c.change <= 0
        )
        INSERT INTO search_vocabulary AS v (organization_id, word, documents)
        SELECT organization, word, change FROM changed WHERE change > 0
        ON CONFLICT (organization_id, word) DO UPDATE SET documents = v.documents + excluded.documents;

        EXIT WHEN clock_timestamp() >= give_up_at;
    END LOOP;
    RETURN EXISTS (SELECT FROM search_pending WHERE organization_id = organization);
END
$$;
