-- The search's index stands beside bookmarks: a GIN index on bookmarks itself makes an import take five to seven times as
-- long. What is pending, not indexed yet, is searched without an index, so that an import is found as soon as it is
-- committed. An import's process indexes after it has answered; searches index what is left, a slice at a time.

CREATE TABLE search_documents (
    bookmark_id uuid NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (bookmark_id)
);
-- What is inserted waits in a list that each search reads through; 512 kB of it cost a search nothing, and indexing is
-- three times as fast as without.
CREATE INDEX search_documents_words ON search_documents USING gin (words) WITH (gin_pending_list_limit = 512);

CREATE TABLE search_vocabulary (
    word text NOT NULL,
    documents bigint NOT NULL,
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
    'What each bookmark is found by. Made of bookmarks alone, and not to be used of those that are pending. No foreign '
    'key: it would cost each deleted bookmark a lookup, and a document without a bookmark is found by nobody.';
COMMENT ON COLUMN search_documents.words IS 'search_document() of the bookmark.';
COMMENT ON TABLE search_vocabulary IS
    'The words of search_documents, of 3 to 40 characters with a letter: what misspelt words are corrected to, and where '
    'the middle of a word is looked up.';
COMMENT ON COLUMN search_vocabulary.documents IS 'In how many documents it is. A word that is in none has no row.';
COMMENT ON TABLE search_pending IS
    'Ids, both ends included, between which bookmarks were inserted or deleted after their documents were written; one id '
    'of a bookmark that was updated since. Others in between are pending as well, which only costs. Written with the '
    'bookmarks, by triggers.';

-- What a bookmark is found by.
CREATE FUNCTION search_document(b bookmarks) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    RETURN search_words(b.title, b.tags, b.url, b.description, b.further_text, b.attributes)
           || search_labels(b.domain, b.tags, b.project_id);
END
$$;

-- The same for a bookmark that search_document() fails on: it is found by the beginnings of its texts, and the server's log
-- says why. A function of its own, since a handler of errors makes each call cost five times as much.
CREATE FUNCTION search_document_in_part(b bookmarks) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    RETURN search_document(b);
EXCEPTION WHEN OTHERS THEN
    RAISE LOG 'bookmark % is searched in part: %', b.id, SQLERRM;
    RETURN search_words(left(b.title, 500), NULL, left(b.url, 500), left(b.description, 500), NULL, NULL)
           || search_labels(b.domain, NULL, b.project_id) || '''=m'''::tsvector;
END
$$;

-- Indexes what is pending until the budget is spent or nothing is left; returns whether something is. Only one session does
-- so at a time; nobody waits for it, and it waits for nobody, as writers of bookmarks only ever add to what is pending. Each
-- statement must see what was committed before it, and the lock must come before anything is read, or a session would put
-- back what the one before it has replaced.
CREATE FUNCTION search_catch_up(budget interval) RETURNS boolean
LANGUAGE plpgsql
-- The planner takes the tables for as empty as they were when it last looked, and would read all of them for each slice.
SET enable_seqscan = off
SET enable_bitmapscan = off
SET jit = off
AS $$
DECLARE
    slice CONSTANT integer := 4000;
    give_up_at CONSTANT timestamptz := clock_timestamp() + budget;
    pending search_pending;
    next_id uuid;
    ids uuid[];
    gone text[];
    come text[];
BEGIN
    IF NOT EXISTS (SELECT FROM search_pending)
        OR current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted')
        OR NOT pg_try_advisory_xact_lock(hashtextextended('search_catch_up', 0)) THEN
        RETURN false;
    END IF;
    LOOP
        -- What is pending is taken first and read then: what changes in between is pending again once it is committed.
        SELECT * INTO pending FROM search_pending ORDER BY id LIMIT 1;
        EXIT WHEN NOT FOUND;
        IF pending.first_id = pending.last_id THEN
            WITH taken AS (
                DELETE FROM search_pending
                WHERE first_id = last_id
                  AND id IN (SELECT id FROM search_pending ORDER BY id LIMIT slice)
                RETURNING first_id
            )
            SELECT array_agg(DISTINCT first_id) INTO ids FROM taken;
            WITH deleted AS (DELETE FROM search_documents WHERE bookmark_id = ANY (ids) RETURNING words)
            SELECT array_agg(word) INTO gone FROM deleted, unnest(tsvector_to_array(words)) AS word;
        ELSE
            -- A slice holds as many bookmarks at most, and as many documents.
            SELECT id INTO next_id
            FROM (
                (SELECT id FROM bookmarks WHERE id BETWEEN pending.first_id AND pending.last_id
                 ORDER BY id OFFSET slice LIMIT 1)
                UNION ALL
                (SELECT bookmark_id FROM search_documents WHERE bookmark_id BETWEEN pending.first_id AND pending.last_id
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
                WHERE id BETWEEN pending.first_id AND pending.last_id AND (next_id IS NULL OR id < next_id));
            WITH deleted AS (
                DELETE FROM search_documents
                WHERE bookmark_id BETWEEN pending.first_id AND pending.last_id
                  AND (next_id IS NULL OR bookmark_id < next_id)
                RETURNING words
            )
            SELECT array_agg(word) INTO gone FROM deleted, unnest(tsvector_to_array(words)) AS word;
        END IF;

        BEGIN
            WITH document AS (
                INSERT INTO search_documents (bookmark_id, words)
                SELECT b.id, search_document(b) FROM bookmarks AS b WHERE b.id = ANY (ids)
                RETURNING words
            )
            SELECT array_agg(word) INTO come FROM document, unnest(tsvector_to_array(words)) AS word;
        EXCEPTION WHEN OTHERS THEN
            WITH document AS (
                INSERT INTO search_documents (bookmark_id, words)
                SELECT b.id, search_document_in_part(b) FROM bookmarks AS b WHERE b.id = ANY (ids)
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
            FROM changed AS c WHERE v.word = c.word AND c.change < 0 AND v.documents + c.change > 0
        ), none AS (
            DELETE FROM search_vocabulary AS v
            USING changed AS c WHERE v.word = c.word AND c.change < 0 AND v.documents + c.change <= 0
        )
        INSERT INTO search_vocabulary AS v (word, documents)
        SELECT word, change FROM changed WHERE change > 0
        ON CONFLICT (word) DO UPDATE SET documents = v.documents + excluded.documents;

        EXIT WHEN clock_timestamp() >= give_up_at;
    END LOOP;
    RETURN EXISTS (SELECT FROM search_pending);
END
$$;

-- The documents of what is pending: of all of it, or of the bookmarks whose text holds each of the words somewhere, which
-- decides most of them for a tenth of what their documents would cost. With labels_only documents hold no words.
CREATE FUNCTION search_pending_documents(typed text[], labels_only boolean, OUT id uuid, OUT words tsvector)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
-- The planner would take an empty table for a thousand ranges of many bookmarks each.
ROWS 10
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
    slice CONSTANT integer := 2000;
    ids uuid[];
    found uuid[];
    documents tsvector[];
    likes CONSTANT text[] := ARRAY(SELECT '%' || p.word || '%' FROM search_parts(typed) AS p WHERE p.word !~ '0sign0');
BEGIN
    IF NOT EXISTS (SELECT FROM search_pending) THEN
        RETURN;
    END IF;
    ids := ARRAY(
        SELECT DISTINCT b.id
        FROM search_pending AS p
        CROSS JOIN LATERAL (SELECT * FROM bookmarks WHERE bookmarks.id BETWEEN p.first_id AND p.last_id OFFSET 0) AS b
        WHERE cardinality(likes) = 0
           OR search_fold(concat_ws(' ', b.title, array_to_string(b.tags, ' '), b.url, b.description, b.further_text,
                                    b.attributes)) LIKE ALL (likes));
    IF labels_only THEN
        RETURN QUERY
            SELECT b.id, search_labels(b.domain, b.tags, b.project_id) FROM bookmarks AS b WHERE b.id = ANY (ids);
        RETURN;
    END IF;
    FOR i IN 1 .. cardinality(ids) BY slice LOOP
        BEGIN
            SELECT array_agg(b.id), array_agg(search_document(b)) INTO found, documents
            FROM bookmarks AS b WHERE b.id = ANY (ids[i : i + slice - 1]);
        EXCEPTION WHEN OTHERS THEN
            SELECT array_agg(b.id), array_agg(search_document_in_part(b)) INTO found, documents
            FROM bookmarks AS b WHERE b.id = ANY (ids[i : i + slice - 1]);
        END;
        RETURN QUERY SELECT * FROM unnest(found, documents);
    END LOOP;
END
$$;

-- For each of the longest words that were typed, up to five of three letters or more, what it may be the beginning or
-- the middle of: a hundred words of the vocabulary, the shortest. keys and instead are search_phrase()'s. A sign (the "++"
-- of "c++") may be missing.
CREATE FUNCTION search_inside(typed text[], OUT keys text[], OUT instead text[])
LANGUAGE sql STABLE
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
                    SELECT v.word FROM search_vocabulary AS v WHERE v.word LIKE '%' || longest.word || '%' LIMIT 5000
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

-- Whether each key is one of the words that were typed.
CREATE FUNCTION search_holds(typed text[], keys text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT keys <@ ARRAY(SELECT word FROM search_parts(typed))
$$;

-- For each word that no document under the filter has: stored words like it that some such document has, the most alike
-- first. Numbers and words under four letters are left alone: too much is like them. Where more than five words are
-- misspelt, or looking them up takes long, there are none for the last of them: a search does without corrections then.
CREATE FUNCTION search_near(typed text[], filter tsquery, OUT misspelt text, OUT near text[]) RETURNS SETOF record
LANGUAGE plpgsql STABLE
-- Below the default of 0.3, for one wrong letter in four.
SET pg_trgm.similarity_threshold = 0.25
-- The planner does not know the words. It would read documents until the first that has one, and few have such words.
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
    give_up_at CONSTANT timestamptz := clock_timestamp() + interval '0.5 s';
    last_part CONSTANT bigint := cardinality(typed);
    most CONSTANT integer := 5;
    found_misspelt integer := 0;
    is_last boolean;
BEGIN
    FOR misspelt, is_last IN
        SELECT word, bool_or(is_end) FROM (
            SELECT word, part, place, lead(word) OVER (ORDER BY part, place) IS NULL AS is_end FROM search_parts(typed)
        ) AS parts
        WHERE word ~ '^[^0-9]{4,30}$'
        GROUP BY word
        ORDER BY min(part), min(place)
    LOOP
        CONTINUE WHEN EXISTS (
            SELECT FROM search_documents
            WHERE words @@ format('''%s''%s', misspelt, CASE WHEN is_last THEN ':*' END)::tsquery
              AND (filter IS NULL OR words @@ filter));
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
                     WHERE v.word % misspelt AND abs(length(v.word) - length(misspelt)) <= 3 AND v.word !~ '[0-9]'
                     LIMIT 3000)
                    UNION
                    -- Two letters swapped change every trigram of a short word.
                    SELECT v.word, v.documents FROM search_vocabulary AS v
                    WHERE v.word = ANY (ARRAY(
                        SELECT overlay(misspelt PLACING reverse(substr(misspelt, i, 2)) FROM i FOR 2)
                        FROM generate_series(1, length(misspelt) - 1) AS i))
                ) AS candidates
                ORDER BY similarity(word, misspelt) DESC, documents DESC, word
                LIMIT 20
            ) AS alike
            WHERE filter IS NULL OR EXISTS (
                SELECT FROM search_documents WHERE words @@ (format('''%s''', word)::tsquery && filter)));
        RETURN NEXT;
    END LOOP;
END
$$;

-- The bookmarks in the folder at a path of names joined by "/", and in the folders below it. A name may hold "/", so that
-- each folder is tried with the whole rest of the path and with its beginning. A folder has one way from the root, so each is
-- visited once.
CREATE FUNCTION search_in_folder(path text) RETURNS SETOF uuid
LANGUAGE sql STABLE
SET enable_seqscan = off
SET jit = off
AS $$
    WITH RECURSIVE walk (id, rest) AS (
        SELECT f.id, substr(way.folded, length(fold.name) + 2)
        FROM (SELECT search_fold(path) || '/' AS folded) AS way, folders AS f,
             LATERAL (SELECT search_fold(f.name) AS name) AS fold
        WHERE f.parent_id IS NULL AND starts_with(way.folded, fold.name || '/')
        UNION
        SELECT f.id, substr(w.rest, length(fold.name) + 2)
        FROM walk AS w
        JOIN folders AS f ON f.parent_id = w.id,
             LATERAL (SELECT search_fold(f.name) AS name) AS fold
        WHERE w.rest <> '' AND starts_with(w.rest, fold.name || '/')
    ), below (id) AS (
        SELECT id FROM walk WHERE rest = ''
        UNION
        SELECT f.id FROM below AS b JOIN folders AS f ON f.parent_id = b.id
    )
    SELECT b.id FROM below JOIN bookmarks AS b ON b.folder_id = below.id
    UNION ALL
    SELECT b.id
    FROM bookmarks AS b, unnest(b.further_folder_ids) AS further (id)
    JOIN below ON below.id = further.id
    WHERE b.further_folder_ids IS NOT NULL
$$;

-- Whoever writes bookmarks says so, in the same transaction. A statement that inserts or deletes adds one range, which
-- makes an import take about a tenth longer; an update adds each bookmark whose document changes.
CREATE FUNCTION search_note() RETURNS trigger
LANGUAGE plpgsql
-- The planner takes both tables for small, whatever they hold, and would loop over one for each row of the other.
SET enable_nestloop = off
AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        TRUNCATE search_documents, search_vocabulary, search_pending;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO search_pending (first_id, last_id)
        SELECT changed.id, changed.id
        FROM (
            SELECT id
            FROM written AS n FULL JOIN replaced AS o USING (id)
            WHERE (n.title, n.tags, n.url, n.description, n.domain, n.project_id, n.further_text, n.attributes)
                  IS DISTINCT FROM
                  (o.title, o.tags, o.url, o.description, o.domain, o.project_id, o.further_text, o.attributes)
        ) AS changed;
    ELSE
        INSERT INTO search_pending (first_id, last_id)
        SELECT first.id, last.id
        FROM (SELECT id FROM written ORDER BY id LIMIT 1) AS first,
             (SELECT id FROM written ORDER BY id DESC LIMIT 1) AS last;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER search_inserted AFTER INSERT ON bookmarks
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION search_note();
CREATE TRIGGER search_updated AFTER UPDATE ON bookmarks
    REFERENCING OLD TABLE AS replaced NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION search_note();
CREATE TRIGGER search_deleted AFTER DELETE ON bookmarks
    REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION search_note();
CREATE TRIGGER search_truncated AFTER TRUNCATE ON bookmarks
    FOR EACH STATEMENT EXECUTE FUNCTION search_note();

-- Every bookmark that is there. The triggers' lock has waited for whoever was writing some.
INSERT INTO search_pending (first_id, last_id)
VALUES ('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff');
