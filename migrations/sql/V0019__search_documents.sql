-- The search's index stands beside bookmarks, because a GIN index on bookmarks itself would make an import take two to
-- four times as long. What is pending, not indexed yet, is searched without an index, so that an import is found
-- as soon as it is committed. Searches index what is pending, a slice at a time.

CREATE TABLE search_documents (
    bookmark_id uuid NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (bookmark_id)
);
-- What is inserted waits in a list that each search reads through; 512 kB of it cost a search nothing, and indexing is
-- twice as fast as without.
CREATE INDEX search_documents_words ON search_documents USING gin (words) WITH (gin_pending_list_limit = 512);

CREATE TABLE search_vocabulary (
    word text NOT NULL,
    PRIMARY KEY (word)
);
CREATE INDEX search_vocabulary_trigrams ON search_vocabulary USING gin (word gin_trgm_ops);

CREATE TABLE search_pending_ranges (
    id bigint GENERATED ALWAYS AS IDENTITY,
    first_id uuid NOT NULL,
    last_id uuid NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE search_pending_bookmarks (
    id bigint GENERATED ALWAYS AS IDENTITY,
    bookmark_id uuid NOT NULL,
    PRIMARY KEY (id)
);

COMMENT ON TABLE search_documents IS
    'What each bookmark is found by. Made of bookmarks alone, and not to be used of those that are pending. No foreign '
    'key: it would cost each deleted bookmark a lookup, and a document without a bookmark is found by nobody.';
COMMENT ON COLUMN search_documents.words IS 'search_words() and search_labels() of the bookmark.';
COMMENT ON TABLE search_vocabulary IS 'Words that were in a document once: what misspelt words are corrected to.';
COMMENT ON TABLE search_pending_ranges IS
    'Ids, both ends included, between which bookmarks were inserted or deleted after their documents were written. '
    'Others in between are pending as well, which only costs. Written with the bookmarks, by triggers.';
COMMENT ON TABLE search_pending_bookmarks IS
    'Bookmarks that were updated after their documents were written. A table of its own, since it may be long: each '
    'search looks its hits up here by hashing, and compares them with each range.';

-- Indexes what is pending until the budget is spent or nothing is left. Only one session does so at a time; nobody
-- waits for it, and it waits for nobody, as writers of bookmarks only ever add to what is pending. Each statement must
-- see what was committed before it, and the lock must come before anything is read, or a session would put back what
-- the one before it has replaced.
CREATE FUNCTION search_catch_up(budget interval) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    slice CONSTANT integer := 2000;
    give_up_at CONSTANT timestamptz := clock_timestamp() + budget;
    pending search_pending_ranges;
    ids uuid[];
BEGIN
    IF NOT EXISTS (SELECT FROM search_pending_ranges) AND NOT EXISTS (SELECT FROM search_pending_bookmarks)
        OR current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted')
        OR NOT pg_try_advisory_xact_lock(hashtextextended('search_catch_up', 0)) THEN
        RETURN;
    END IF;
    LOOP
        -- What is pending is taken first and read then: what changes in between is pending anew once it is committed.
        WITH taken AS (
            DELETE FROM search_pending_bookmarks
            WHERE id IN (SELECT id FROM search_pending_bookmarks ORDER BY id LIMIT slice)
            RETURNING bookmark_id
        )
        SELECT array_agg(bookmark_id) INTO ids FROM taken;
        IF ids IS NOT NULL THEN
            DELETE FROM search_documents WHERE bookmark_id = ANY (ids);
        ELSE
            SELECT * INTO pending FROM search_pending_ranges ORDER BY id LIMIT 1;
            EXIT WHEN NOT FOUND;
            ids := ARRAY(
                SELECT id FROM bookmarks
                WHERE id BETWEEN pending.first_id AND pending.last_id
                ORDER BY id LIMIT slice + 1);
            IF cardinality(ids) > slice THEN
                UPDATE search_pending_ranges SET first_id = ids[slice + 1] WHERE id = pending.id;
                pending.last_id := ids[slice];
            ELSE
                DELETE FROM search_pending_ranges WHERE id = pending.id;
            END IF;
            DELETE FROM search_documents WHERE bookmark_id BETWEEN pending.first_id AND pending.last_id;
        END IF;

        WITH document AS (
            INSERT INTO search_documents (bookmark_id, words)
            SELECT id, search_words(title, tags, url, description)
                       || search_labels(domain, tags, folder_path, further_folders, project_id)
            FROM bookmarks
            WHERE id = ANY (ids[:slice])
            RETURNING words
        ), found AS MATERIALIZED (
            SELECT DISTINCT word
            FROM document, unnest(tsvector_to_array(words)) AS word
            WHERE length(word) BETWEEN 4 AND 30
        )
        INSERT INTO search_vocabulary (word)
        SELECT word FROM found WHERE word ~ '^[^=0-9]+$'
        ON CONFLICT DO NOTHING;

        EXIT WHEN clock_timestamp() >= give_up_at;
    END LOOP;
END
$$;

-- All that is pending, as ranges, which may overlap. A function, because the planner believes its ROWS: it would take an
-- empty table for a thousand rows, each a range of many bookmarks, and JIT-compile a query of such a cost.
CREATE FUNCTION search_pending(OUT first_id uuid, OUT last_id uuid) RETURNS SETOF record
LANGUAGE plpgsql STABLE ROWS 1
AS $$
BEGIN
    RETURN QUERY
        SELECT r.first_id, r.last_id FROM search_pending_ranges AS r
        UNION ALL
        SELECT b.bookmark_id, b.bookmark_id FROM search_pending_bookmarks AS b;
END
$$;

-- For each word of a query that no document under the filter has: stored words like it that some such document has.
-- Numbers and words under four letters are left alone: too much is like them.
CREATE FUNCTION search_near(typed text, filter tsquery, OUT misspelt text, OUT near text[]) RETURNS SETOF record
LANGUAGE plpgsql STABLE
-- Below the default of 0.3, for one wrong letter in four.
SET pg_trgm.similarity_threshold = 0.25
-- The planner does not know the words. It would read documents until the first that has one, and few have such words.
SET enable_seqscan = off
AS $$
DECLARE
    query tsvector := to_tsvector('simple', search_clean(typed));
    last_word CONSTANT integer := (SELECT max(place) FROM unnest(query) AS w, unnest(positions) AS place);
    is_last boolean;
BEGIN
    FOR misspelt, is_last IN
        SELECT lexeme, last_word = ANY (positions) FROM unnest(query) WHERE lexeme ~ '^[^0-9]{4,30}$'
    LOOP
        CONTINUE WHEN EXISTS (
            SELECT FROM search_documents
            WHERE words @@ format('''%s''%s', misspelt, CASE WHEN is_last THEN ':*' END)::tsquery
              AND (filter IS NULL OR words @@ filter));
        near := ARRAY(
            SELECT word
            FROM (
                SELECT word
                FROM search_vocabulary
                WHERE word % misspelt
                   -- Two letters swapped change every trigram of a short word.
                   OR word = ANY (ARRAY(
                       SELECT overlay(misspelt PLACING reverse(substr(misspelt, i, 2)) FROM i FOR 2)
                       FROM generate_series(1, length(misspelt) - 1) AS i))
                ORDER BY similarity(word, misspelt) DESC, word
                LIMIT 50
            ) AS alike
            WHERE EXISTS (
                SELECT FROM search_documents
                WHERE words @@ format('''%s''', word)::tsquery AND (filter IS NULL OR words @@ filter)));
        RETURN NEXT;
    END LOOP;
END
$$;
