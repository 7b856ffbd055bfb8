-- Where nothing is pending, as in most searches, the words are not taken apart.

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
    likes text[];
BEGIN
    IF NOT EXISTS (SELECT FROM search_pending WHERE organization_id = organization) THEN
        RETURN;
    END IF;
    likes := ARRAY(SELECT '%' || p.word || '%' FROM search_parts(typed) AS p WHERE p.word !~ '0sign0');
    ids := ARRAY(
        SELECT DISTINCT b.id
        FROM search_pending AS p
        CROSS JOIN LATERAL (
            SELECT * FROM bookmarks
            WHERE organization_id = organization AND bookmarks.id BETWEEN p.first_id AND p.last_id OFFSET 0
        ) AS b
        WHERE p.organization_id = organization AND (cardinality(likes) = 0
           OR search_fold(concat_ws(' ', b.title, array_to_string(b.tags, ' '), b.url, b.description, b.notes,
                                    b.further_text, b.attributes)) LIKE ALL (likes)));
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
