-- The search by the keys of one organization.

CREATE OR REPLACE FUNCTION search_near(typed text[], filter tsquery, OUT misspelt text, OUT near text[])
RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
-- Below the default of 0.3, for one wrong letter in four.
SET pg_trgm.similarity_threshold = 0.25
-- The planner does not know the words. It would read documents until the first that has one, and few have
-- such words.
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
    organization CONSTANT uuid := current_organization();
    give_up_at CONSTANT timestamptz := clock_timestamp() + interval '0.5 s';
    last_part CONSTANT bigint := cardinality(typed);
    most CONSTANT integer := 5;
    found_misspelt integer := 0;
    is_last boolean;
    wanted tsquery;
BEGIN
    FOR misspelt, is_last IN
        SELECT word, bool_or(is_end) FROM (
            SELECT word, part, place, lead(word) OVER (ORDER BY part, place) IS NULL AS is_end FROM search_parts(typed)
        ) AS parts
        WHERE word ~ '^[^0-9]{4,30}$'
        GROUP BY word
        ORDER BY min(part), min(place)
    LOOP
        wanted := format('''%s''%s', misspelt, CASE WHEN is_last THEN ':*' END)::tsquery;
        wanted := coalesce(wanted && filter, wanted);
        CONTINUE WHEN EXISTS (
            SELECT FROM keyed_documents WHERE keys @@ search_key_query(wanted) AND words @@ wanted);
        found_misspelt := found_misspelt + 1;
        near := '{}';
        IF found_misspelt > most OR clock_timestamp() > give_up_at THEN
            RETURN NEXT;
            RETURN;
        END IF;
        near := ARRAY(
            SELECT word
            FROM (
                SELECT word, documents
                FROM (
                    (SELECT v.word, v.documents FROM search_vocabulary AS v
                     WHERE v.organization_id = organization AND v.word % misspelt
                       AND abs(length(v.word) - length(misspelt)) <= 3 AND v.word !~ '[0-9]'
                     LIMIT 3000)
                    UNION
                    -- Two letters swapped change every trigram of a short word.
                    SELECT v.word, v.documents FROM search_vocabulary AS v
                    WHERE v.organization_id = organization AND v.word = ANY (ARRAY(
                        SELECT overlay(misspelt PLACING reverse(substr(misspelt, i, 2)) FROM i FOR 2)
                        FROM generate_series(1, length(misspelt) - 1) AS i))
                ) AS candidates
                ORDER BY similarity(word, misspelt) DESC, documents DESC, word
                LIMIT 20
            ) AS alike
            WHERE filter IS NULL OR EXISTS (
                SELECT FROM keyed_documents
                WHERE keys @@ search_key_query(format('''%s''', word)::tsquery && filter)
                  AND words @@ (format('''%s''', word)::tsquery && filter)));
        RETURN NEXT;
    END LOOP;
END
$$;

-- Of functions of an earlier release: their index is dropped next, and without it they read the claimed
-- organization's documents. A later release drops the view.
CREATE OR REPLACE VIEW searchable_documents AS
SELECT organization_id, bookmark_id, words
FROM search_documents
WHERE organization_id = (SELECT current_organization());

COMMENT ON VIEW searchable_documents IS 'Of functions before V0047. A later release drops it: keyed_documents.';
