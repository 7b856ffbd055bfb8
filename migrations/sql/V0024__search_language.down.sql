-- branchline: allow ban-drop-function: what the up made
--
-- The second version's functions go, and the first version's objects come back as V0018 to V0020 made them.

DROP FUNCTION search_filter(text[], text[], boolean, text, integer);
DROP FUNCTION search_query(text[], text[], text[], tsquery, text[], text[], boolean);
DROP FUNCTION search_phrase(text, text[], text[], boolean);
DROP FUNCTION search_parts(text[]);
DROP FUNCTION search_has_tags(varchar[], text[], text[]);
DROP FUNCTION search_labels(varchar, varchar[], integer);
DROP FUNCTION search_domain(text);
DROP FUNCTION search_words(text, varchar[], text, text, text, jsonb);

-- Words parted by single spaces. Scripts written without spaces (Thai, Lao, Burmese, Khmer, Chinese, Japanese) and
-- Korean, which joins particles to words, have each character as a word; the query then asks for them side by side.
-- U+0001 stays, for callers that pass several texts at once.
CREATE OR REPLACE FUNCTION search_clean(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    folded text := search_fold(value);
BEGIN
    IF octet_length(folded) = length(folded) THEN
        RETURN regexp_replace(folded, '[^a-z0-9\u0001]+', ' ', 'g');
    END IF;
    RETURN regexp_replace(
        regexp_replace(folded,
            '[\u0002-\u002f\u003a-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u3004\u3008-\u303f]+', ' ', 'g'),
        '([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff])',
        ' \1 ', 'g');
END
$$;

-- The words of a bookmark, weighted: title A, tags B, address C, description D. The first 500 characters of each count,
-- 2,000 of a description.
CREATE FUNCTION search_words(title text, tags varchar[], url text, description text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    -- One pass over all of them costs less than four.
    cleaned text := search_clean(concat(
        replace(left(title, 500), E'\u0001', ' '), E'\u0001',
        replace(left(array_to_string(tags, ' '), 500), E'\u0001', ' '), E'\u0001',
        replace(search_address(left(url, 500)), E'\u0001', ' '), E'\u0001',
        replace(left(description, 2000), E'\u0001', ' ')));
BEGIN
    RETURN setweight(to_tsvector('simple', split_part(cleaned, E'\u0001', 1)), 'A')
        || setweight(to_tsvector('simple', split_part(cleaned, E'\u0001', 2)), 'B')
        || setweight(to_tsvector('simple', split_part(cleaned, E'\u0001', 3)), 'C')
        || setweight(to_tsvector('simple', split_part(cleaned, E'\u0001', 4)), 'D');
END
$$;

-- The labels of a bookmark. A folder's ends with "/", so that a folder is a prefix of those in it and of no other.
CREATE FUNCTION search_labels(
    domain varchar, tags varchar[], folder_path text[], further_folders jsonb, project_id integer
) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    labels text[] := ARRAY[
        search_label('d', domain),
        search_label('f', nullif(array_to_string(folder_path, '/'), '') || '/'),
        search_label('p', project_id::text)
    ];
BEGIN
    IF tags IS NOT NULL THEN
        labels := labels || ARRAY(SELECT search_label('t', tag) FROM unnest(tags) AS tag);
    END IF;
    IF further_folders IS NOT NULL THEN
        labels := labels || ARRAY(
            SELECT search_label('f', nullif(string_agg(name, '/' ORDER BY place), '') || '/')
            FROM jsonb_array_elements(further_folders) WITH ORDINALITY AS folder (path, number),
                 jsonb_array_elements_text(path) WITH ORDINALITY AS part (name, place)
            GROUP BY number);
    END IF;
    RETURN array_to_tsvector(array_remove(labels, NULL));
END
$$;

-- All words of what a searcher typed: each part between spaces or list punctuation as a phrase, so that "node.js", an
-- address and a run of Chinese mean what stands together. With `open` the last word may go on, from two letters on.
-- misspelt[i] is searched as instead[i], a tsquery. Null where nothing typed is a word.
CREATE FUNCTION search_query(typed text, misspelt text[], instead text[], open boolean) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    part text;
    cleaned text;
    phrase tsquery;
    query tsquery;
    written text;
BEGIN
    FOREACH part IN ARRAY regexp_split_to_array(typed, '[\s,;|&!()<>"]+') LOOP
        cleaned := search_clean(search_address(part));
        IF cleaned ~ '[^ ]' THEN
            phrase := phraseto_tsquery('simple', cleaned);
            query := coalesce(query && phrase, phrase);
        END IF;
    END LOOP;
    written := nullif(query::text, '');
    IF open AND search_clean(typed) ~ '[^ ]{2}$' THEN
        written := written || ':*';
    END IF;
    FOR i IN 1 .. cardinality(misspelt) LOOP
        -- Words hold no quotes, so the quoted word is that word and no part of another.
        written := replace(written, '''' || misspelt[i] || ''':*', '( ' || instead[i] || ' )');
        written := replace(written, '''' || misspelt[i] || '''', '( ' || instead[i] || ' )');
    END LOOP;
    RETURN written::tsquery;
END
$$;

-- All filters that are given, which a null is not; null where none is.
CREATE FUNCTION search_filter(tags text[], domain text, folder text, project_id integer) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT string_agg('''' || replace(replace(label, '\', '\\'), '''', '''''') || '''' || ending, ' & ')::tsquery
    FROM (
        SELECT search_label('t', tag), '' FROM unnest(tags) AS tag
        UNION ALL SELECT search_label('d', domain), ''
        UNION ALL SELECT search_label('f', folder || '/'), ':*'
        UNION ALL SELECT search_label('p', project_id::text), ''
    ) AS given (label, ending)
    WHERE label IS NOT NULL
$$;

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

-- Whoever writes bookmarks says so, in the same transaction. A statement that inserts or deletes adds one range, which
-- makes an import take about a tenth longer; an update adds each bookmark whose document changes.

CREATE FUNCTION search_note_range() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO search_pending_ranges (first_id, last_id)
    SELECT first.id, last.id
    FROM (SELECT id FROM written ORDER BY id LIMIT 1) AS first,
         (SELECT id FROM written ORDER BY id DESC LIMIT 1) AS last;
    RETURN NULL;
END
$$;

-- The planner takes both tables for small, whatever they hold, and would loop over one for each row of the other.
CREATE FUNCTION search_note_updates() RETURNS trigger
LANGUAGE plpgsql
SET enable_nestloop = off
AS $$
BEGIN
    INSERT INTO search_pending_bookmarks (bookmark_id)
    SELECT n.id
    FROM written AS n LEFT JOIN replaced AS o USING (id)
    WHERE (n.title, n.tags, n.url, n.description, n.domain, n.folder_path, n.further_folders, n.project_id)
          IS DISTINCT FROM
          (o.title, o.tags, o.url, o.description, o.domain, o.folder_path, o.further_folders, o.project_id);
    RETURN NULL;
END
$$;

CREATE FUNCTION search_forget() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    TRUNCATE search_documents, search_vocabulary, search_pending_ranges, search_pending_bookmarks;
    RETURN NULL;
END
$$;

CREATE TRIGGER search_inserted AFTER INSERT ON bookmarks
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION search_note_range();
CREATE TRIGGER search_updated AFTER UPDATE ON bookmarks
    REFERENCING OLD TABLE AS replaced NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION search_note_updates();
CREATE TRIGGER search_deleted AFTER DELETE ON bookmarks
    REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION search_note_range();
CREATE TRIGGER search_truncated AFTER TRUNCATE ON bookmarks
    FOR EACH STATEMENT EXECUTE FUNCTION search_forget();

-- Every bookmark that is there. The triggers' lock has waited for whoever was writing some.
INSERT INTO search_pending_ranges (first_id, last_id)
VALUES ('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff');
