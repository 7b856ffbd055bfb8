-- branchline: allow prefer-robust-stmts: runs in one transaction
-- branchline: allow require-concurrent-index-creation: the tables are new in this transaction and empty
--
-- The search's index stands beside bookmarks, because an index on bookmarks itself would make an import of 100,000 take
-- twice as long and one of a million four times. What is not indexed yet is named by search_pending and searched
-- without an index, so that an import is found as soon as it is committed. Searches index what is pending, a slice at a
-- time.

CREATE TABLE search_documents (
    bookmark_id uuid NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (bookmark_id)
);
CREATE INDEX search_documents_words ON search_documents USING gin (words);

CREATE TABLE search_vocabulary (
    word text NOT NULL,
    PRIMARY KEY (word)
);
CREATE INDEX search_vocabulary_trigrams ON search_vocabulary USING gin (word gin_trgm_ops);

CREATE TABLE search_pending (
    id bigint GENERATED ALWAYS AS IDENTITY,
    first_id uuid NOT NULL,
    last_id uuid NOT NULL,
    PRIMARY KEY (id)
);

COMMENT ON TABLE search_documents IS
    'What each bookmark is found by. Made of bookmarks alone, and wrong where search_pending names the bookmark. No '
    'foreign key: it would cost each deleted bookmark a lookup, and a document without a bookmark is found by nobody.';
COMMENT ON COLUMN search_documents.words IS 'search_words() and search_labels() of the bookmark.';
COMMENT ON TABLE search_vocabulary IS 'Words that were in a document once: what misspelt words are corrected to.';
COMMENT ON TABLE search_pending IS
    'Ranges of ids whose bookmarks were written after search_documents was. Written with the bookmarks, by triggers.';

-- Indexes what is pending until the budget is spent or nothing is left. Only one session does so at a time; nobody
-- waits for it, and it waits for nobody, as writers of bookmarks only ever add to search_pending.
CREATE FUNCTION search_catch_up(budget interval) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    slice CONSTANT integer := 2000;
    give_up_at CONSTANT timestamptz := clock_timestamp() + budget;
    pending search_pending;
    bounds uuid[];
    upto uuid;
BEGIN
    -- The lock comes before anything is read: each statement below then sees what the session before it has done.
    IF NOT EXISTS (SELECT FROM search_pending)
        OR NOT pg_try_advisory_xact_lock(hashtextextended('search_catch_up', 0)) THEN
        RETURN;
    END IF;
    FOR pending IN SELECT * FROM search_pending ORDER BY first_id <> last_id, id LOOP
        LOOP
            -- The slice's last id and the one after it.
            bounds := ARRAY(
                SELECT id FROM bookmarks
                WHERE id BETWEEN pending.first_id AND pending.last_id
                ORDER BY id OFFSET slice - 1 LIMIT 2);
            -- What changes from here on becomes pending anew when its writer commits.
            IF cardinality(bounds) = 2 THEN
                upto := bounds[1];
                UPDATE search_pending SET first_id = bounds[2] WHERE id = pending.id;
            ELSE
                upto := pending.last_id;
                DELETE FROM search_pending WHERE id = pending.id;
            END IF;

            DELETE FROM search_documents WHERE bookmark_id BETWEEN pending.first_id AND upto;
            WITH document AS (
                INSERT INTO search_documents (bookmark_id, words)
                SELECT id, search_words(title, tags, url, description)
                           || search_labels(domain, tags, folder_path, further_folders, project_id)
                FROM bookmarks
                WHERE id BETWEEN pending.first_id AND upto
                RETURNING words
            ), found AS MATERIALIZED (
                SELECT DISTINCT word
                FROM document, unnest(tsvector_to_array(words)) AS word
                WHERE length(word) BETWEEN 4 AND 30
            )
            INSERT INTO search_vocabulary (word)
            SELECT word FROM found WHERE word ~ '^[^=0-9]+$'
            ON CONFLICT DO NOTHING;

            IF clock_timestamp() >= give_up_at THEN
                RETURN;
            END IF;
            EXIT WHEN cardinality(bounds) < 2;
            pending.first_id := bounds[2];
        END LOOP;
    END LOOP;
END
$$;

-- For each word of a query that no document under the filter has: stored words like it that some such document has.
-- Numbers and words under four letters are left alone: too much is like them.
CREATE FUNCTION search_near(typed text, filter tsquery, OUT misspelt text, OUT near text[]) RETURNS SETOF record
LANGUAGE plpgsql STABLE
-- Below the default of 0.3, for one wrong letter in four.
SET pg_trgm.similarity_threshold = 0.25
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
