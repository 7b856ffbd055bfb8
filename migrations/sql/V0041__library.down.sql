-- branchline: allow ban-drop-column: what the up added
-- branchline: allow ban-drop-table: what the up made
-- branchline: allow ban-drop-function: what the up made
-- branchline: loses bookmarks.number: nothing before V0041 knows it
-- branchline: loses bookmarks.is_archived: nothing before V0041 knows it
-- branchline: loses bookmarks.unread: nothing before V0041 knows it
-- branchline: loses bookmarks.notes: nothing before V0041 knows it
-- branchline: loses bookmarks.suggested_tags: nothing before V0041 knows it
-- branchline: loses bookmarks.edited: nothing before V0041 knows it
-- branchline: loses trashed_bookmarks.*: the table goes with its rows

CREATE OR REPLACE FUNCTION search_document(b bookmarks) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    RETURN search_words(b.title, b.tags, b.url, b.description, b.further_text, b.attributes)
           || search_labels(b.domain, b.tags, b.project_id)
           || array_to_tsvector(ARRAY['=o' || b.organization_id]);
END
$$;

CREATE OR REPLACE FUNCTION search_note() RETURNS trigger
LANGUAGE plpgsql
-- The planner takes both tables for small, whatever they hold, and would loop over one for each row of the
-- other.
SET enable_nestloop = off
AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        TRUNCATE search_documents, search_vocabulary, search_pending;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO search_pending (organization_id, first_id, last_id)
        SELECT changed.organization_id, changed.id, changed.id
        FROM (
            SELECT organization_id, id
            FROM written AS n FULL JOIN replaced AS o USING (organization_id, id)
            WHERE (n.title, n.tags, n.url, n.description, n.domain, n.project_id, n.further_text, n.attributes)
                  IS DISTINCT FROM
                  (o.title, o.tags, o.url, o.description, o.domain, o.project_id, o.further_text, o.attributes)
        ) AS changed;
    ELSE
        INSERT INTO search_pending (organization_id, first_id, last_id)
        SELECT each.organization_id, first.id, last.id
        FROM (SELECT DISTINCT organization_id FROM written) AS each
        CROSS JOIN LATERAL (
            SELECT id FROM written AS w WHERE w.organization_id = each.organization_id ORDER BY id LIMIT 1) AS first
        CROSS JOIN LATERAL (
            SELECT id FROM written AS w WHERE w.organization_id = each.organization_id ORDER BY id DESC LIMIT 1) AS last;
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION search_pending_documents(typed text[], labels_only boolean, OUT id uuid, OUT words tsvector)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
-- The planner would take an empty table for a thousand ranges of many bookmarks each.
ROWS 10
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
    organization CONSTANT uuid := default_organization();
    slice CONSTANT integer := 2000;
    ids uuid[];
    found uuid[];
    documents tsvector[];
    likes CONSTANT text[] := ARRAY(SELECT '%' || p.word || '%' FROM search_parts(typed) AS p WHERE p.word !~ '0sign0');
BEGIN
    IF NOT EXISTS (SELECT FROM search_pending WHERE organization_id = organization) THEN
        RETURN;
    END IF;
    ids := ARRAY(
        SELECT DISTINCT b.id
        FROM search_pending AS p
        CROSS JOIN LATERAL (
            SELECT * FROM bookmarks
            WHERE organization_id = organization AND bookmarks.id BETWEEN p.first_id AND p.last_id OFFSET 0
        ) AS b
        WHERE p.organization_id = organization AND (cardinality(likes) = 0
           OR search_fold(concat_ws(' ', b.title, array_to_string(b.tags, ' '), b.url, b.description, b.further_text,
                                    b.attributes)) LIKE ALL (likes)));
    IF labels_only THEN
        RETURN QUERY
            SELECT b.id, search_labels(b.domain, b.tags, b.project_id) || array_to_tsvector(ARRAY['=o' || organization])
            FROM bookmarks AS b
            WHERE b.organization_id = organization AND b.id = ANY (ids);
        RETURN;
    END IF;
    FOR i IN 1 .. cardinality(ids) BY slice LOOP
        BEGIN
            SELECT array_agg(b.id), array_agg(search_document(b)) INTO found, documents
            FROM bookmarks AS b WHERE b.organization_id = organization AND b.id = ANY (ids[i : i + slice - 1]);
        EXCEPTION WHEN OTHERS THEN
            SELECT array_agg(b.id), array_agg(search_document_in_part(b)) INTO found, documents
            FROM bookmarks AS b WHERE b.organization_id = organization AND b.id = ANY (ids[i : i + slice - 1]);
        END;
        RETURN QUERY SELECT * FROM unnest(found, documents);
    END LOOP;
END
$$;

DROP FUNCTION keep_numbers(bigint[]);
DROP FUNCTION make_folders(integer, text[]);
DROP TABLE trashed_bookmarks;
ALTER TABLE bookmarks
    DROP COLUMN number,
    DROP COLUMN is_archived,
    DROP COLUMN unread,
    DROP COLUMN notes,
    DROP COLUMN suggested_tags,
    DROP COLUMN edited;
