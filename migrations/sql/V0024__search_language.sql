-- branchline: allow ban-drop-table: made of bookmarks alone; V0025 makes them again
-- branchline: allow ban-drop-function: of the search alone, which fails from here until its new function is deployed
-- branchline: loses search_documents.*: made of bookmarks alone, and made again
-- branchline: loses search_vocabulary.*: made of bookmarks alone, and made again
-- branchline: loses search_pending_ranges.*: all bookmarks are pending after V0025
-- branchline: loses search_pending_bookmarks.*: all bookmarks are pending after V0025
--
-- What a bookmark's text and a searcher's words are compared by, second version: emoji, C++, C# and .NET are words, long
-- texts are indexed whole, folders are no longer part of a document, and a domain stands for its subdomains. Both sides go
-- through the same functions, so that they agree whatever the server's locale. Every text is bounded: a tsvector holds
-- 1 MiB, and what is stored must not break the search.

DROP TRIGGER search_truncated ON bookmarks;
DROP TRIGGER search_deleted ON bookmarks;
DROP TRIGGER search_updated ON bookmarks;
DROP TRIGGER search_inserted ON bookmarks;
DROP FUNCTION search_forget();
DROP FUNCTION search_note_updates();
DROP FUNCTION search_note_range();
DROP FUNCTION search_near(text, tsquery);
DROP FUNCTION search_pending();
DROP FUNCTION search_catch_up(interval);
DROP TABLE search_pending_bookmarks;
DROP TABLE search_pending_ranges;
DROP TABLE search_vocabulary;
DROP TABLE search_documents;
DROP FUNCTION search_filter(text[], text, text, integer);
DROP FUNCTION search_query(text, text[], text[], boolean);
DROP FUNCTION search_labels(varchar, varchar[], text[], jsonb, integer);
DROP FUNCTION search_words(text, varchar[], text, text);

-- Words separated by single spaces. Scripts written without spaces (Thai, Lao, Burmese, Khmer, Chinese, Japanese) and
-- Korean, which joins particles to words, have each character as a word; the query then asks for them side by side.
-- The parser of to_tsvector drops emoji and signs, so that they are spelt as words here: "🚀" is emoji0sign01f680, "c++" is
-- "c c0sign0plus", "c#" is "c c0sign0sharp", ".net" is "dot0sign0net net". At most 50 different emoji of a text count.
-- U+0001 stays, for callers that pass several texts at once.
CREATE OR REPLACE FUNCTION search_clean(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    folded text := search_fold(value);
    emoji text;
BEGIN
    IF position('++' IN folded) > 0 THEN
        folded := regexp_replace(folded, '(?<![a-z0-9])([a-z0-9]{1,20})\+\+(?![a-z+])', '\1 \1' || '0sign0plus ', 'g');
    END IF;
    IF position('#' IN folded) > 0 THEN
        folded := regexp_replace(folded, '(?<![a-z0-9])([a-z0-9]{1,20})#(?![a-z#])', '\1 \1' || '0sign0sharp ', 'g');
    END IF;
    IF folded ~ '(^|[^a-z0-9.])\.[a-z]' THEN
        folded := regexp_replace(folded, '(^|[^a-z0-9.])\.([a-z][a-z0-9]{0,19})', '\1 dot0sign0\2 \2', 'g');
    END IF;
    IF octet_length(folded) = length(folded) THEN
        RETURN regexp_replace(folded, '[^a-z0-9\u0001]+', ' ', 'g');
    END IF;
    IF folded ~ '[\u2190-\u2bff\U0001f000-\U0001faff]' THEN
        -- Skin tones, joiners and selectors of a presentation make no difference.
        folded := regexp_replace(folded, '[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]+', '', 'g');
        FOR emoji IN
            SELECT DISTINCT match[1]
            FROM regexp_matches(folded, '[\u2190-\u2bff\U0001f000-\U0001faff]', 'g') AS match
            LIMIT 50
        LOOP
            folded := replace(folded, emoji, ' emoji0sign0' || to_hex(ascii(emoji)) || ' ');
        END LOOP;
    END IF;
    RETURN regexp_replace(
        regexp_replace(folded,
            '[\u0002-\u002f\u003a-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u3004\u3008-\u303f]+', ' ', 'g'),
        '([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff])',
        ' \1 ', 'g');
END
$$;

-- The words of a bookmark, weighted: title A, tags B, address C, and D for the description, for what merged duplicates say
-- and for attributes. Of a title count the first 4,096 characters, of all tags together 16,384, of an address 2,048 (of a
-- "data:" address its media type), of a description 65,536, of what duplicates say 16,384, of attributes 8,192.
CREATE FUNCTION search_words(
    title text, tags varchar[], url text, description text, further text, attributes jsonb
) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    others text := description;
    cleaned text;
    words tsvector;
BEGIN
    IF further IS NOT NULL OR attributes IS NOT NULL THEN
        others := concat_ws(' ', left(description, 65536), left(further, 16384), (
            SELECT left(string_agg(left(value, 2048), ' '), 8192)
            FROM (
                SELECT value FROM jsonb_each_text(CASE WHEN jsonb_typeof(attributes) = 'object' THEN attributes END)
                LIMIT 100
            ) AS attribute));
    END IF;
    -- One pass over all of them costs less than four.
    cleaned := search_clean(concat(
        replace(left(title, 4096), E'\u0001', ' '), E'\u0001',
        replace(left(array_to_string(tags, ' '), 16384), E'\u0001', ' '), E'\u0001',
        replace(search_address(left(url, CASE WHEN url ~* '^data:' THEN 32 ELSE 2048 END)), E'\u0001', ' '), E'\u0001',
        replace(left(others, 90112), E'\u0001', ' ')));
    words := setweight(to_tsvector('simple', split_part(cleaned, E'\u0001', 1)), 'A');
    IF tags IS NOT NULL THEN
        words := words || setweight(to_tsvector('simple', split_part(cleaned, E'\u0001', 2)), 'B');
    END IF;
    words := words || setweight(to_tsvector('simple', split_part(cleaned, E'\u0001', 3)), 'C');
    IF others IS NOT NULL THEN
        -- Folding may lengthen a text.
        words := words || setweight(to_tsvector('simple', left(split_part(cleaned, E'\u0001', 4), 131072)), 'D');
    END IF;
    RETURN words;
END
$$;

-- The label of a domain: read backwards, so that a domain is a prefix of its subdomains.
CREATE FUNCTION search_domain(domain text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT '=d' || reverse(lower(left(domain, 255))) || '.'
$$;

-- What the filters look up: lexemes that no word can be, since no word holds "=". =a is every bookmark, =u one without tags,
-- =m one whose tags are not all labels, =d… a domain, =t… a tag, =p… a project. A lexeme may have 2,046 bytes, hence the 500
-- characters. A bookmark has 1,000 labels, and of tags 100 kB.
CREATE FUNCTION search_labels(domain varchar, tags varchar[], project_id integer) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    labels text[] := ARRAY['=a', search_domain(domain), '=p' || project_id];
    tag text;
    room integer := 100000;
BEGIN
    IF coalesce(cardinality(tags), 0) = 0 THEN
        labels := labels || '=u'::text;
    ELSE
        FOREACH tag IN ARRAY tags LOOP
            CONTINUE WHEN tag IS NULL;
            tag := search_label('t', tag);
            room := room - octet_length(tag);
            IF room < 0 OR cardinality(labels) > 1000 THEN
                labels := labels || '=m'::text;
                EXIT;
            END IF;
            labels := labels || tag;
        END LOOP;
    END IF;
    RETURN array_to_tsvector(array_remove(labels, NULL));
END
$$;

-- Whether a bookmark has all of the first tags and none of the second; for those whose tags are not all labels.
CREATE FUNCTION search_has_tags(tags varchar[], wanted text[], unwanted text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT coalesce(bool_and(label = ANY (has.labels)), true)
           AND NOT has.labels && ARRAY(SELECT search_label('t', tag) FROM unnest(unwanted) AS tag)
    FROM (SELECT ARRAY(SELECT search_label('t', tag) FROM unnest(tags) AS tag WHERE tag IS NOT NULL) AS labels) AS has
    LEFT JOIN (SELECT search_label('t', tag) AS label FROM unnest(wanted) AS tag) AS one ON true
    GROUP BY has.labels
$$;

-- The words of what was typed, in its order: part is the number of the part they were written together in.
CREATE FUNCTION search_parts(typed text[], OUT part bigint, OUT place smallint, OUT word text) RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT number, place, lexeme
    FROM unnest(typed) WITH ORDINALITY AS one (text, number),
         unnest(to_tsvector('simple', search_clean(search_address(text)))),
         unnest(positions) AS place
$$;

-- A tsquery of one text: its words side by side. instead[i], a tsquery, takes the place of the word keys[i]; an empty one
-- leaves it out. With open the last word may go on, from two letters on.
CREATE FUNCTION search_phrase(typed text, keys text[], instead text[], open boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT '(' || string_agg(term, ' <-> ' ORDER BY place) || ')'
    FROM (
        SELECT place,
               CASE
                   WHEN nth IS NOT NULL THEN nullif(instead[nth], '')
                   WHEN open AND place = max(place) OVER () AND length(word) > 1 AND word !~ '0sign0'
                   THEN '''' || word || ''':*'
                   ELSE '''' || word || ''''
               END AS term
        FROM (SELECT place, word, array_position(keys, word) AS nth FROM search_parts(ARRAY[typed])) AS parts
    ) AS terms
    WHERE term IS NOT NULL
$$;

-- A tsquery of all that is asked for: words, each of which may be several (node.js), and phrases must be there, what is
-- excluded must not, and the filter's labels must. The result is null where words or phrases are given and none holds a
-- word. keys and instead are search_phrase()'s, for words alone; the last of the words may go on where open is true.
CREATE FUNCTION search_query(
    words text[], phrases text[], excluded text[], filter tsquery, keys text[], instead text[], open boolean
) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    wanted text := (
        SELECT string_agg(term, ' & ')
        FROM (
            SELECT search_phrase(text, keys, instead, open AND number = cardinality(words))
            FROM unnest(words) WITH ORDINALITY AS one (text, number)
            UNION ALL SELECT search_phrase(text, '{}', '{}', false) FROM unnest(phrases) AS text
        ) AS terms (term));
    unwanted text := (
        SELECT string_agg('!' || term, ' & ')
        FROM (SELECT search_phrase(text, '{}', '{}', false) FROM unnest(excluded) AS text) AS terms (term));
BEGIN
    -- Words may all be left out, which the caller answers for.
    IF wanted IS NULL AND cardinality(words) + cardinality(phrases) > 0 AND NOT '' = ANY (instead) THEN
        RETURN NULL;
    END IF;
    RETURN concat_ws(' & ', wanted, CASE WHEN wanted IS NULL AND filter IS NULL THEN '''=a''' END, unwanted,
                     '(' || filter::text || ')')::tsquery;
END
$$;

-- The labels of all filters that are given, which a null is not; null where none is. A bookmark whose tags are not all
-- labels passes whatever tags are asked for: search_has_tags() decides.
CREATE FUNCTION search_filter(tags text[], untags text[], untagged boolean, domain text, project_id integer)
RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT string_agg(format(form, '''' || replace(replace(label, '\', '\\'), '''', '''''') || ''''), ' & ')::tsquery
    FROM (
        SELECT search_label('t', tag), '(%s | ''=m'')' FROM unnest(tags) AS tag
        UNION ALL SELECT search_label('t', tag), '!%s' FROM unnest(untags) AS tag
        UNION ALL SELECT '=u', '%s' WHERE untagged
        UNION ALL SELECT '=a', '%s' WHERE cardinality(untags) > 0
        UNION ALL SELECT search_domain(domain), '%s:*'
        UNION ALL SELECT '=p' || project_id, '%s'
    ) AS given (label, form)
    WHERE label IS NOT NULL
$$;
