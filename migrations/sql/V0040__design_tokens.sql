-- branchline: moves color_tokens: a project store that went on by itself has some of these tables
-- branchline: moves spacing_tokens: the same
-- branchline: moves typography_tokens: the same
-- branchline: moves other_tokens: the same
-- branchline: allow prefer-jsonb: jsonb forgets the order of members
-- branchline: allow prefer-bigint-over-int: keys of projects and jobs are such; tokens are few
--
-- A project's design tokens: a table for each type that has columns of its own, and one for the others and
-- for groups (shared/tokens, Rows). A path is unique in its project across the tables; whoever writes tokens
-- locks the project and checks that.

-- A project store that went on by itself has tables of these names. They keep their rows, beside ours.
DO $$
DECLARE
    theirs text;
    moved text[] := '{}';
BEGIN
    FOREACH theirs IN ARRAY ARRAY['color_tokens', 'spacing_tokens', 'typography_tokens', 'other_tokens'] LOOP
        CONTINUE WHEN to_regclass('public.' || theirs) IS NULL;
        CREATE SCHEMA IF NOT EXISTS copy_that;
        EXECUTE format('ALTER TABLE public.%I SET SCHEMA copy_that', theirs);
        moved := moved || theirs;
    END LOOP;
    IF moved <> '{}' THEN
        RAISE NOTICE 'moved with all rows into the schema copy_that: %', array_to_string(moved, ', ');
    END IF;
END
$$;

CREATE TABLE color_tokens (
    organization_id uuid NOT NULL DEFAULT default_organization(),
    project_id integer NOT NULL,
    path text NOT NULL,
    position integer NOT NULL,
    own_type boolean NOT NULL,
    alias text,
    written json,
    description text,
    deprecated boolean,
    deprecated_reason text,
    extensions json,
    confidence double precision,
    role text,
    color_space text NOT NULL,
    components double precision[] NOT NULL,
    alpha double precision,
    hex text,
    extraction_job_id integer,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, project_id, path),
    FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id),
    FOREIGN KEY (organization_id, extraction_job_id) REFERENCES extraction_jobs (organization_id, id)
        ON DELETE SET NULL (extraction_job_id),
    CONSTRAINT valid_color_space CHECK (color_space IN (
        'srgb', 'srgb-linear', 'hsl', 'hwb', 'lab', 'lch', 'oklab', 'oklch', 'display-p3', 'a98-rgb',
        'prophoto-rgb', 'rec2020', 'xyz-d65', 'xyz-d50')),
    CONSTRAINT three_components CHECK (cardinality(components) = 3),
    CONSTRAINT valid_alpha CHECK (alpha BETWEEN 0 AND 1),
    CONSTRAINT valid_hex CHECK (hex ~ '^#[0-9A-Fa-f]{6}$'),
    CONSTRAINT valid_path CHECK (octet_length(path) <= 255),
    CONSTRAINT valid_position CHECK (position >= 0),
    CONSTRAINT valid_confidence CHECK (confidence BETWEEN 0 AND 1)
);
CREATE INDEX ix_color_tokens_extraction_job_id ON color_tokens (organization_id, extraction_job_id);

CREATE TABLE spacing_tokens (
    organization_id uuid NOT NULL DEFAULT default_organization(),
    project_id integer NOT NULL,
    path text NOT NULL,
    position integer NOT NULL,
    own_type boolean NOT NULL,
    alias text,
    written json,
    description text,
    deprecated boolean,
    deprecated_reason text,
    extensions json,
    confidence double precision,
    role text,
    value double precision NOT NULL,
    unit text NOT NULL,
    extraction_job_id integer,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, project_id, path),
    FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id),
    FOREIGN KEY (organization_id, extraction_job_id) REFERENCES extraction_jobs (organization_id, id)
        ON DELETE SET NULL (extraction_job_id),
    CONSTRAINT valid_unit CHECK (unit IN ('px', 'rem')),
    CONSTRAINT valid_path CHECK (octet_length(path) <= 255),
    CONSTRAINT valid_position CHECK (position >= 0),
    CONSTRAINT valid_confidence CHECK (confidence BETWEEN 0 AND 1)
);
CREATE INDEX ix_spacing_tokens_extraction_job_id ON spacing_tokens (organization_id, extraction_job_id);

CREATE TABLE typography_tokens (
    organization_id uuid NOT NULL DEFAULT default_organization(),
    project_id integer NOT NULL,
    path text NOT NULL,
    position integer NOT NULL,
    own_type boolean NOT NULL,
    alias text,
    written json,
    description text,
    deprecated boolean,
    deprecated_reason text,
    extensions json,
    confidence double precision,
    role text,
    font_family text[] NOT NULL,
    font_size double precision NOT NULL,
    font_size_unit text NOT NULL,
    font_weight double precision NOT NULL,
    letter_spacing double precision NOT NULL,
    letter_spacing_unit text NOT NULL,
    line_height double precision NOT NULL,
    extraction_job_id integer,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, project_id, path),
    FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id),
    FOREIGN KEY (organization_id, extraction_job_id) REFERENCES extraction_jobs (organization_id, id)
        ON DELETE SET NULL (extraction_job_id),
    CONSTRAINT valid_font_family CHECK (cardinality(font_family) > 0),
    CONSTRAINT valid_font_weight CHECK (font_weight BETWEEN 1 AND 1000),
    CONSTRAINT valid_font_size_unit CHECK (font_size_unit IN ('px', 'rem')),
    CONSTRAINT valid_letter_spacing_unit CHECK (letter_spacing_unit IN ('px', 'rem')),
    CONSTRAINT valid_path CHECK (octet_length(path) <= 255),
    CONSTRAINT valid_position CHECK (position >= 0),
    CONSTRAINT valid_confidence CHECK (confidence BETWEEN 0 AND 1)
);
CREATE INDEX ix_typography_tokens_extraction_job_id ON typography_tokens (organization_id, extraction_job_id);

CREATE TABLE other_tokens (
    organization_id uuid NOT NULL DEFAULT default_organization(),
    project_id integer NOT NULL,
    path text NOT NULL,
    position integer NOT NULL,
    own_type boolean NOT NULL,
    alias text,
    written json,
    description text,
    deprecated boolean,
    deprecated_reason text,
    extensions json,
    confidence double precision,
    role text,
    is_group boolean NOT NULL,
    token_type text,
    value json,
    extends text,
    extraction_job_id integer,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, project_id, path),
    FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id),
    FOREIGN KEY (organization_id, extraction_job_id) REFERENCES extraction_jobs (organization_id, id)
        ON DELETE SET NULL (extraction_job_id),
    CONSTRAINT valid_kind CHECK (is_group OR (token_type IS NOT NULL AND extends IS NULL)),
    CONSTRAINT valid_path CHECK (octet_length(path) <= 255),
    CONSTRAINT valid_position CHECK (position >= 0),
    CONSTRAINT valid_confidence CHECK (confidence BETWEEN 0 AND 1)
);
CREATE INDEX ix_other_tokens_extraction_job_id ON other_tokens (organization_id, extraction_job_id);

COMMENT ON TABLE color_tokens IS 'Design tokens of the type color, with what their references stand for.';
COMMENT ON TABLE spacing_tokens IS
    'Design tokens of the type dimension, with what their references stand for.';
COMMENT ON TABLE typography_tokens IS
    'Design tokens of the type typography, with what their references stand for.';
COMMENT ON TABLE other_tokens IS
    'Design tokens of all other types, and groups that have members of their own or no children.';
COMMENT ON COLUMN color_tokens.components IS 'Three; null where the component is "none".';
COMMENT ON COLUMN other_tokens.path IS 'Empty for the document itself.';
COMMENT ON COLUMN color_tokens.position IS 'The place in the document, across the tables.';
COMMENT ON COLUMN color_tokens.written IS
    'An object with $value or $ref as it was written, where the other columns do not say it.';
COMMENT ON COLUMN color_tokens.extraction_job_id IS
    'The job that wrote it last; null where a person did.';
COMMENT ON COLUMN spacing_tokens.position IS 'The place in the document, across the tables.';
COMMENT ON COLUMN spacing_tokens.written IS
    'An object with $value or $ref as it was written, where the other columns do not say it.';
COMMENT ON COLUMN spacing_tokens.extraction_job_id IS
    'The job that wrote it last; null where a person did.';
COMMENT ON COLUMN typography_tokens.position IS 'The place in the document, across the tables.';
COMMENT ON COLUMN typography_tokens.written IS
    'An object with $value or $ref as it was written, where the other columns do not say it.';
COMMENT ON COLUMN typography_tokens.extraction_job_id IS
    'The job that wrote it last; null where a person did.';
COMMENT ON COLUMN other_tokens.position IS 'The place in the document, across the tables.';
COMMENT ON COLUMN other_tokens.written IS
    'An object with $value or $ref as it was written, where the other columns do not say it.';
COMMENT ON COLUMN other_tokens.extraction_job_id IS
    'The job that wrote it last; null where a person did.';

ALTER TABLE color_tokens ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON color_tokens FOR SELECT
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_inserted ON color_tokens FOR INSERT
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_updated ON color_tokens FOR UPDATE
    USING (organization_id = (SELECT current_organization()))
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_deleted ON color_tokens FOR DELETE
    USING (organization_id = (SELECT current_organization()));

ALTER TABLE spacing_tokens ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON spacing_tokens FOR SELECT
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_inserted ON spacing_tokens FOR INSERT
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_updated ON spacing_tokens FOR UPDATE
    USING (organization_id = (SELECT current_organization()))
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_deleted ON spacing_tokens FOR DELETE
    USING (organization_id = (SELECT current_organization()));

ALTER TABLE typography_tokens ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON typography_tokens FOR SELECT
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_inserted ON typography_tokens FOR INSERT
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_updated ON typography_tokens FOR UPDATE
    USING (organization_id = (SELECT current_organization()))
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_deleted ON typography_tokens FOR DELETE
    USING (organization_id = (SELECT current_organization()));

ALTER TABLE other_tokens ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows_are_read ON other_tokens FOR SELECT
    USING (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_inserted ON other_tokens FOR INSERT
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_updated ON other_tokens FOR UPDATE
    USING (organization_id = (SELECT current_organization()))
    WITH CHECK (organization_id = (SELECT current_organization()));
CREATE POLICY own_rows_are_deleted ON other_tokens FOR DELETE
    USING (organization_id = (SELECT current_organization()));

GRANT SELECT, INSERT, UPDATE, DELETE ON color_tokens, spacing_tokens, typography_tokens, other_tokens
    TO branchline_app;
