-- branchline: allow prefer-bigint-over-int: the type of projects.id
-- branchline: allow ban-drop-constraint: known_outcome replaces it in the same statement
--
-- Folders become rows. A path that is stored with each bookmark grows with the square of the depth, cannot tell two sibling
-- folders of one name apart, and makes renaming a folder an update of everything in it.
--
-- Expand: the columns that hold paths stay for the functions of the release before. Those functions do not fill the new
-- columns; fill_folders() does, here in V0022 and once more before a later release drops the old columns.

CREATE TABLE folders (
    id uuid NOT NULL,
    project_id integer,
    parent_id uuid,
    name text NOT NULL,
    place uuid NOT NULL,
    add_date timestamptz,
    last_modified timestamptz,
    description text,
    attributes jsonb,
    import_job_id uuid,
    PRIMARY KEY (id),
    FOREIGN KEY (project_id) REFERENCES projects (id),
    FOREIGN KEY (parent_id) REFERENCES folders (id),
    FOREIGN KEY (import_job_id) REFERENCES import_jobs (id) ON DELETE SET NULL
);
CREATE INDEX ix_folders_project_id ON folders (project_id);
CREATE INDEX ix_folders_parent_id ON folders (parent_id);
CREATE INDEX ix_folders_import_job_id ON folders (import_job_id);

ALTER TABLE bookmarks
    ADD COLUMN folder_id uuid,
    ADD COLUMN further_folder_ids uuid[],
    ADD COLUMN further_text text;

ALTER TABLE import_entries
    ADD COLUMN folder_id uuid,
    ADD COLUMN own_folder_id uuid,
    ADD COLUMN original_folder text,
    ADD CONSTRAINT known_outcome CHECK (
        outcome IN ('stored', 'merged', 'skipped', 'failed', 'folder', 'separator', 'file')) NOT VALID,
    DROP CONSTRAINT valid_outcome;

COMMENT ON TABLE folders IS 'The folders of bookmarks. Siblings may have one name.';
COMMENT ON COLUMN folders.id IS
    'folder_key() of where the import found it, so that the next import that brings the folder finds it again, renamed or '
    'moved as it may be by then.';
COMMENT ON COLUMN folders.project_id IS 'Null: the one scope of bookmarks without a project.';
COMMENT ON COLUMN folders.parent_id IS 'Null at the root.';
COMMENT ON COLUMN folders.place IS
    'Orders what a folder holds: the id of the first import entry that brought it. Bookmarks have theirs in id.';
COMMENT ON COLUMN folders.import_job_id IS 'The import that brought it first; null where no import did.';
COMMENT ON COLUMN bookmarks.folder_id IS
    'The row of folders; null at the root. No foreign key: it would cost each bookmark of an import a lookup, and an '
    'import writes both in one transaction.';
COMMENT ON COLUMN bookmarks.further_folder_ids IS 'Where merged duplicates stand beside folder_id.';
COMMENT ON COLUMN bookmarks.further_text IS
    'What merged duplicates say that the bookmark does not: titles, descriptions, attributes. For search; an export reads '
    'import_entries. At most 16,384 characters.';
COMMENT ON COLUMN bookmarks.folder_path IS 'Of the functions before V0021. A later release drops it: folder_id.';
COMMENT ON COLUMN bookmarks.further_folders IS
    'Of the functions before V0021. A later release drops it: further_folder_ids.';
COMMENT ON COLUMN bookmarks.original_folder IS
    'The names of its folders at the import, joined by "/", cut after 1,024 bytes.';
COMMENT ON COLUMN import_entries.folder_id IS 'The folder that it stands in; a folder''s parent. Null at the root.';
COMMENT ON COLUMN import_entries.own_folder_id IS 'The row of folders that a folder''s entry became or was merged into.';
COMMENT ON COLUMN import_entries.original_folder IS
    'Of a merged entry, as in bookmarks: the bookmark has it where the entry takes its place.';
COMMENT ON COLUMN import_entries.folder_path IS 'Of the functions before V0021. A later release drops it: folder_id.';
COMMENT ON COLUMN import_entries.outcome IS
    '"stored" and "file" stand here only with a warning, which reason gives; "file" is about the file as a whole.';
COMMENT ON COLUMN import_entries.position IS
    '1-based among the bookmarks of the file; null for folders, separators and the file.';

-- The id of the folder of a name within a parent: the nth of that name, from 0. The import computes it likewise. 16 bytes of
-- SHA-256, as in url_key.
CREATE FUNCTION folder_key(parent_id uuid, nth integer, name text) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN encode(substr(sha256(uuid_send(parent_id) || int4send(nth) || convert_to(name, 'UTF8')), 1, 16), 'hex')::uuid;

-- What folder_key() takes for the parent of a folder at the root.
CREATE FUNCTION folder_root(project_id integer) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(lpad(to_hex(project_id), 32, '0')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid);

-- The id of the folder at a path of names.
CREATE FUNCTION folder_at(project_id integer, path text[]) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    folder uuid := folder_root(project_id);
    name text;
BEGIN
    IF coalesce(cardinality(path), 0) = 0 THEN
        RETURN NULL;
    END IF;
    FOREACH name IN ARRAY path LOOP
        folder := folder_key(folder, 0, name);
    END LOOP;
    RETURN folder;
END
$$;

-- The names from the root to a folder, together 1,024 bytes with one for each separator: beyond that the outermost are left
-- out, and "…" stands for them. A lone name that is longer is cut. So a list of bookmarks stays in proportion to them,
-- however deep they lie.
CREATE FUNCTION folder_path(folder_id uuid) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    names text[] := '{}';
    room integer := 1024;
    this folders;
BEGIN
    WHILE folder_id IS NOT NULL LOOP
        SELECT * INTO this FROM folders WHERE id = folder_id;
        EXIT WHEN NOT FOUND;
        room := room - octet_length(this.name) - 1;
        IF room < 0 THEN
            RETURN CASE WHEN names = '{}' THEN ARRAY[left(this.name, 255) || '…'] ELSE array_prepend('…', names) END;
        END IF;
        names := this.name || names;
        folder_id := this.parent_id;
    END LOOP;
    RETURN names;
END
$$;

-- A scope's folders in the order of a file. opens: the folder's number, from 1, in that order. closes: the number of the
-- last folder within it, its own where it has none. depth: 1 at the root. Takes time in proportion to the folders, at any
-- depth, which no recursive query with a path to sort by does.
CREATE FUNCTION folder_tree(scope integer, OUT id uuid, OUT opens integer, OUT closes integer, OUT depth integer)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    ids uuid[];
    parents integer[];
    firsts integer[];
    nexts integer[];
    numbers integer[];
    counted integer := 0;
    this integer;
BEGIN
    WITH numbered AS MATERIALIZED (
        SELECT f.id, f.parent_id, row_number() OVER (ORDER BY f.place, f.id) AS number
        FROM folders f
        WHERE f.project_id = scope OR (scope IS NULL AND f.project_id IS NULL)
    )
    SELECT array_agg(n.id ORDER BY n.number), array_agg(coalesce(p.number, 0) ORDER BY n.number)
    INTO ids, parents
    FROM numbered n LEFT JOIN numbered p ON p.id = n.parent_id;

    -- Lists of siblings, made from their ends. The root is number 0, and stands one place further in each array.
    nexts := array_fill(0, ARRAY[coalesce(cardinality(ids), 0)]);
    numbers := nexts;
    firsts := array_fill(0, ARRAY[coalesce(cardinality(ids), 0) + 1]);
    FOR i IN REVERSE coalesce(cardinality(ids), 0) .. 1 LOOP
        nexts[i] := firsts[parents[i] + 1];
        firsts[parents[i] + 1] := i;
    END LOOP;

    this := firsts[1];
    depth := 1;
    WHILE this > 0 LOOP
        counted := counted + 1;
        numbers[this] := counted;
        IF firsts[this + 1] > 0 THEN
            this := firsts[this + 1];
            depth := depth + 1;
        ELSE
            LOOP
                id := ids[this];
                opens := numbers[this];
                closes := counted;
                RETURN NEXT;
                EXIT WHEN nexts[this] > 0;
                this := parents[this];
                depth := depth - 1;
                EXIT WHEN this = 0;
            END LOOP;
            IF this > 0 THEN
                this := nexts[this];
            END IF;
        END IF;
    END LOOP;
END
$$;

-- What a row of bookmarks sorts by among what its folder holds: its id, which follows the file it came from. A row of the
-- old importer has a random one, and is placed by the moment at which it was stored.
CREATE FUNCTION bookmark_place(id uuid, created_at timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    -- Byte 6 begins with the version (RFC 9562).
    WHEN get_byte(uuid_send(id), 6) >> 4 = 7 THEN id
    ELSE (lpad(to_hex(greatest(coalesce(
              CASE WHEN isfinite(created_at) THEN extract(epoch FROM created_at) * 1000 END, 0), 0)::bigint), 12, '0')
          || right(replace(id::text, '-', ''), 20))::uuid
END;

-- Folders for the rows that have paths and no folder_id: those from before V0021, and those that functions of the release
-- before have written since. Each batch commits by itself, so that no lock is held long; a rerun does what is left.
CREATE PROCEDURE fill_folders()
LANGUAGE plpgsql
AS $$
DECLARE
    batch CONSTANT integer := 5000;
    low uuid := '00000000-0000-0000-0000-000000000000';
    high uuid;
    job record;
BEGIN
    LOOP
        SELECT id INTO high FROM bookmarks WHERE id >= low ORDER BY id OFFSET batch LIMIT 1;

        WITH filled AS (
            UPDATE bookmarks b
            SET folder_id = folder_at(project_id, folder_path),
                further_folder_ids = (
                    SELECT array_agg(folder_at(b.project_id, ARRAY(
                        SELECT name FROM jsonb_array_elements_text(p.path) WITH ORDINALITY AS n (name, nth) ORDER BY nth))
                        ORDER BY p.nth)
                    FROM jsonb_array_elements(b.further_folders) WITH ORDINALITY AS p (path, nth)
                    WHERE jsonb_typeof(b.further_folders) = 'array')
            WHERE id BETWEEN low AND coalesce(high, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
              AND folder_id IS NULL AND further_folder_ids IS NULL
              AND (cardinality(folder_path) > 0 OR further_folders IS NOT NULL)
            RETURNING project_id, import_job_id, folder_path, bookmark_place(id, created_at) AS place
        ), occupied AS (
            SELECT project_id, folder_path AS path, min(place::text COLLATE "C")::uuid AS place,
                   (array_agg(import_job_id ORDER BY place))[1] AS import_job_id
            FROM filled
            WHERE cardinality(folder_path) > 0
            GROUP BY project_id, folder_path
        ), prefix AS (
            SELECT o.project_id, o.path[:depth] AS path, min(o.place::text COLLATE "C")::uuid AS place,
                   (array_agg(o.import_job_id ORDER BY o.place))[1] AS import_job_id
            FROM occupied o, generate_series(1, cardinality(o.path)) AS depth
            GROUP BY o.project_id, o.path[:depth]
        )
        INSERT INTO folders (id, project_id, parent_id, name, place, import_job_id)
        SELECT folder_at(project_id, path), project_id, folder_at(project_id, path[:cardinality(path) - 1]),
               path[cardinality(path)], place, import_job_id
        FROM prefix
        ON CONFLICT (id) DO UPDATE SET place = least(folders.place, excluded.place);

        COMMIT;
        EXIT WHEN high IS NULL;
        low := high;
    END LOOP;

    FOR job IN SELECT id, project_id FROM import_jobs ORDER BY completed_at, id LOOP
        WITH filled AS (
            UPDATE import_entries e
            SET folder_id = folder_at(job.project_id, folder_path),
                own_folder_id = CASE WHEN outcome = 'folder' THEN folder_at(job.project_id, folder_path || title) END,
                original_folder = CASE WHEN outcome = 'merged' AND cardinality(folder_path) > 0
                                       THEN left(array_to_string(folder_path, '/'), 1024) END
            WHERE import_job_id = job.id AND folder_id IS NULL AND own_folder_id IS NULL
              AND (cardinality(folder_path) > 0 OR outcome = 'folder')
            RETURNING e.id, e.outcome, e.own_folder_id, e.folder_id, e.folder_path, e.title, e.add_date, e.last_modified,
                      e.description, e.attributes
        ), brought AS (
            SELECT own_folder_id AS folder_id, folder_id AS parent_id, title AS name, id, add_date, last_modified,
                   description, attributes
            FROM filled
            WHERE outcome = 'folder'
            UNION ALL
            SELECT folder_at(job.project_id, path[:depth]), folder_at(job.project_id, path[:depth - 1]), path[depth],
                   id, NULL, NULL, NULL, NULL
            FROM (SELECT folder_path AS path, min(id::text COLLATE "C")::uuid AS id
                  FROM filled WHERE outcome <> 'folder' GROUP BY folder_path) AS occupied,
                 generate_series(1, cardinality(path)) AS depth
        )
        INSERT INTO folders (id, project_id, parent_id, name, place, add_date, last_modified, description, attributes,
                             import_job_id)
        SELECT folder_id, job.project_id, parent_id, name, min(id::text COLLATE "C")::uuid, min(add_date),
               max(last_modified),
               (array_agg(description ORDER BY id) FILTER (WHERE description IS NOT NULL))[1],
               (array_agg(attributes ORDER BY id) FILTER (WHERE attributes IS NOT NULL))[1],
               job.id
        FROM brought
        GROUP BY folder_id, parent_id, name
        ON CONFLICT (id) DO UPDATE
        SET place = least(folders.place, excluded.place), add_date = least(folders.add_date, excluded.add_date),
            last_modified = greatest(folders.last_modified, excluded.last_modified),
            description = coalesce(folders.description, excluded.description),
            attributes = coalesce(folders.attributes, excluded.attributes),
            import_job_id = coalesce(folders.import_job_id, excluded.import_job_id);
        COMMIT;
    END LOOP;
END
$$;
