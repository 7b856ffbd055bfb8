-- What a bookmark's text and a searcher's words are compared by. Both go through the same functions, so that they agree
-- whatever the server's locale. No function here reads a table, and each takes any text: what is stored must not be
-- able to break the search.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Without case and accents. Most texts are ASCII, where octets and characters are as many. Compatibility forms (full
-- width, ligatures) become plain; letters that Unicode does not take apart get their base letter by hand.
CREATE FUNCTION search_fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN octet_length(value) = length(value) THEN lower(value)
        ELSE normalize(
            replace(
                translate(
                    lower(regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]+', '', 'g')),
                    'øłđħŧıς', 'oldhtiσ'),
                'ß', 'ss'),
            NFKC)
    END
$$;

-- Words parted by single spaces. Scripts written without spaces (Thai, Lao, Burmese, Khmer, Chinese, Japanese) and
-- Korean, which joins particles to words, have each character as a word; the query then asks for them side by side.
-- U+0001 stays, for callers that pass several texts at once.
CREATE FUNCTION search_clean(value text) RETURNS text
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

-- What of an address is words: neither the scheme nor "www.", nor letters that are percent-encoded.
CREATE FUNCTION search_address(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT regexp_replace(
        regexp_replace(url, '^([a-z][a-z0-9+.-]*://)?(www\.)?', '', 'i'), '(%[0-9a-f]{2})+', ' ', 'gi')
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

-- What a filter looks up: a lexeme that no word can be, since no word holds "=". Its kind is d (domain), t (tag),
-- f (folder) or p (project). A lexeme may have 2,046 bytes, hence the 500 characters; folding may lengthen them.
CREATE FUNCTION search_label(kind text, value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT '=' || kind || left(search_fold(left(value, 500)), 500)
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
