-- The bookmarks of one organization, as somebody has them who has collected for years: words as frequent as
-- those of a language, 500 folders in two levels, 2,000 tags of which three are on a bookmark, descriptions
-- and notes on some. The same numbers make the same rows.
--
-- {organization}: its id. {rows}: how many.

-- A number from 0 to 1 for each n and purpose.
CREATE FUNCTION pg_temp.part(n integer, purpose integer) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
    SELECT (hashint8extended(n, purpose) & 2147483647) / 2147483648.0
$$;

-- The word of a number under 64,000: three syllables.
CREATE FUNCTION pg_temp.word(n integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT substr(syllables, 1 + n % 40 * 2, 2) || substr(syllables, 1 + n / 40 % 40 * 2, 2)
           || substr(syllables, 1 + n / 1600 % 40 * 2, 2)
    FROM (VALUES ('bacedifoguhajekilomunaperisotuvawexiyozuarelinorunasetigolutbrocadetifuglopistyk'))
         AS of (syllables)
$$;

-- Words for a bookmark, few of them often.
CREATE FUNCTION pg_temp.words(n integer, purpose integer, count integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(pg_temp.word(floor(20000 * pg_temp.part(n, purpose + i) ^ 3)::integer), ' ')
    FROM generate_series(1, count) AS i
$$;

INSERT INTO folders (organization_id, id, parent_id, name, place)
SELECT '{organization}', ('018f0000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid,
       CASE WHEN n > 20 THEN ('018f0000-0000-7000-9000-' || lpad(to_hex(1 + n % 20), 12, '0'))::uuid END,
       initcap(pg_temp.word(n * 7)), ('018f0000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid
FROM generate_series(1, 500) AS n;

INSERT INTO bookmarks (
    organization_id, id, url, url_key, title, domain, description, notes, tags, folder_id, further_folder_ids,
    add_date, created_at, updated_at, is_archived, unread)
SELECT '{organization}', ('018f0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
       'https://' || site || '/' || replace(pg_temp.words(n, 100, 3), ' ', '/') || '/' || n,
       md5(n::text)::uuid, initcap(pg_temp.words(n, 200, 4 + n % 5)), site,
       CASE WHEN n % 2 = 0 THEN pg_temp.words(n, 300, 12) END,
       CASE WHEN n % 5 = 0 THEN pg_temp.words(n, 400, 20) END,
       CASE WHEN n % 10 > 0 THEN ARRAY(
           SELECT DISTINCT 'on-' || pg_temp.word(floor(2000 * pg_temp.part(n, 500 + i) ^ 2)::integer)
           FROM generate_series(1, 3) AS i) END,
       CASE WHEN n % 10 < 9 THEN
           ('018f0000-0000-7000-9000-' || lpad(to_hex(1 + floor(500 * pg_temp.part(n, 600))::integer), 12, '0'))::uuid
       END,
       CASE WHEN n % 50 = 0 THEN
           ARRAY[('018f0000-0000-7000-9000-' || lpad(to_hex(1 + n / 50 % 500), 12, '0'))::uuid]
       END,
       '2015-01-01'::timestamptz + n * interval '50 minutes', '2025-01-01',
       '2025-01-01'::timestamptz + pg_temp.part(n, 700) * interval '300 days', n % 11 = 0, n % 13 = 0
FROM generate_series(1, {rows}) AS n,
     LATERAL (SELECT pg_temp.word(floor(3000 * pg_temp.part(n, 800) ^ 3)::integer) || '.example') AS s (site);
