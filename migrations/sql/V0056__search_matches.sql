-- Two parts of a search keep their plans from one search of a session to the next. To plan a search took longer
-- than to run it.

-- Single bookmarks that are pending may be many, hence NOT IN, which the planner always hashes; ranges are few,
-- and are read once. Texts stay here, since a function writes all that it returns to a file where it is much.
-- The plan is the generic one: with values it is never cheaper by enough to be made each time, and another
-- process takes longer to start than all of it.
CREATE FUNCTION search_matches(
    query tsquery, keys tsquery, is_rough boolean, but tsquery, with_mark boolean,
    OUT id uuid, OUT place tid, OUT is_marked boolean)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET max_parallel_workers_per_gather = 0
SET enable_seqscan = off
SET jit = off
AS $$
BEGIN
    RETURN QUERY
    WITH ranges AS MATERIALIZED (
        SELECT p.first_id, p.last_id FROM search_pending AS p
        WHERE p.organization_id = current_organization() AND p.first_id < p.last_id
    )
    SELECT d.bookmark_id, d.place, with_mark AND d.words @@ '''=m'''
    FROM keyed_documents AS d
    WHERE d.keys @@ search_matches.keys
      AND (NOT is_rough OR d.words @@ query)
      AND (but IS NULL OR NOT d.words @@ but)
      AND d.bookmark_id NOT IN (
          SELECT p.first_id FROM search_pending AS p
          WHERE p.organization_id = current_organization() AND p.first_id = p.last_id)
      AND NOT EXISTS (SELECT FROM ranges AS r WHERE d.bookmark_id BETWEEN r.first_id AND r.last_id);
END
$$;
COMMENT ON FUNCTION search_matches(tsquery, tsquery, boolean, tsquery, boolean) IS
    'The documents that a query and its keys find, but for those that another query finds and for bookmarks that are pending. A rough query is one whose keys find more than it asks for; a marked document may have tags that no label says.';

CREATE OR REPLACE FUNCTION search_inside(typed text[], OUT keys text[], OUT instead text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
    SELECT coalesce(array_agg(word), '{}'), coalesce(array_agg(alternatives), '{}') INTO keys, instead
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
    ) AS found;
END
$$;
