-- branchline: no-transaction
--
-- url_key of old rows: from the URL, brought into the form of the WHATWG URL parser where plain SQL can: no spaces
-- around it, scheme and host in lower case, no default port, "/" for an empty path. A URL that needs more than that
-- (percent-encoding, punycode, dot segments) keeps the key of its text as it stands: an import that brings it again
-- stores it a second time, and nothing is lost.
--
-- The old importer stored a URL as often as it came. The oldest row of a URL has its key; the others get their own id,
-- which is the key of no URL, so that no row has to go.
--
-- folder_path of old rows: original_folder split at "/", which is how the old importer joined the names.
--
-- Each batch commits by itself, so that no lock is held long; a rerun finds only what is left.

DO $$
DECLARE
    batch CONSTANT integer := 5000;
    low uuid := '00000000-0000-0000-0000-000000000000';
    high uuid;
BEGIN
    LOOP
        SELECT id INTO high FROM bookmarks WHERE id >= low ORDER BY id OFFSET batch LIMIT 1;

        WITH trimmed AS (
            SELECT id, btrim(url, E' \t\r\n\f') AS url
            FROM bookmarks
            WHERE id BETWEEN low AND coalesce(high, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
              AND url_key IS NULL
        ),
        split AS (
            -- Scheme, host, port, the rest; null where the URL is not of this plain form (user and password, IPv6).
            SELECT id, url, regexp_match(url, '^(https?|ftp)://([a-z0-9._-]+)(:[0-9]*)?([/?#].*)?$', 'i') AS parts
            FROM trimmed
        ),
        normalised AS (
            SELECT id,
                   CASE WHEN parts IS NULL THEN url
                   ELSE lower(parts[1]) || '://' || lower(parts[2])
                        || CASE
                            WHEN lower(parts[1]) || parts[3] IN ('http:', 'http:80', 'https:', 'https:443', 'ftp:', 'ftp:21')
                            THEN ''
                            ELSE coalesce(parts[3], '')
                        END
                        || CASE WHEN left(parts[4], 1) = '/' THEN '' ELSE '/' END
                        || coalesce(parts[4], '')
                   END AS url
            FROM split
        )
        UPDATE bookmarks
        SET url_key = encode(substr(sha256(convert_to(normalised.url, 'UTF8')), 1, 16), 'hex')::uuid,
            folder_path = coalesce(bookmarks.folder_path, string_to_array(coalesce(original_folder, ''), '/'))
        FROM normalised
        WHERE bookmarks.id = normalised.id;

        COMMIT;
        EXIT WHEN high IS NULL;
        low := high;
    END LOOP;
END
$$;

DO $$
DECLARE
    batch CONSTANT integer := 5000;
    repeats uuid[] := ARRAY(
        SELECT id
        FROM (SELECT id, row_number() OVER (PARTITION BY project_id, url_key ORDER BY created_at, id) AS place
              FROM bookmarks) AS ranked
        WHERE place > 1
    );
BEGIN
    FOR i IN 1 .. cardinality(repeats) BY batch LOOP
        UPDATE bookmarks SET url_key = id WHERE id = ANY (repeats[i : i + batch - 1]);
        COMMIT;
    END LOOP;
END
$$;
