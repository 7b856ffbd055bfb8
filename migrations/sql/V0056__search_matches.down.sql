CREATE OR REPLACE FUNCTION search_inside(typed text[], OUT keys text[], OUT instead text[])
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
AS $$
    SELECT coalesce(array_agg(word), '{}'), coalesce(array_agg(alternatives), '{}')
    FROM (
        SELECT word, '' AS alternatives FROM search_parts(typed) WHERE word ~ '0sign0' AND word !~ '^emoji'
        UNION ALL
        SELECT word, (
            SELECT concat_ws(' | ', '( ''' || longest.word || ''':*', string_agg('''' || inside.word || '''', ' | ')) || ' )'
            FROM (
                SELECT word
                FROM (
                    SELECT v.word FROM search_vocabulary AS v
                    WHERE v.organization_id = current_organization() AND v.word LIKE '%' || longest.word || '%'
                    LIMIT 5000
                ) AS candidates
                ORDER BY length(word), word LIMIT 100
            ) AS inside)
        FROM (
            SELECT DISTINCT length(word), word
            FROM search_parts(typed)
            WHERE length(word) > 2 AND word !~ '0sign0'
            ORDER BY length(word) DESC, word LIMIT 5
        ) AS longest (length, word)
    ) AS found
$$;

DROP FUNCTION search_matches(tsquery, tsquery, boolean, tsquery, boolean);
