//! The same history as each tool writes it: a table, an index that is built outside a transaction where the
//! tool can say so, and a function whose body has semicolons.

/// A history in a tool's layout.
pub struct Sample {
    pub layout: &'static str,
    /// The tool's folder.
    pub dir: &'static str,
    /// True if the tool has no way back.
    pub is_up_only: bool,
    pub files: &'static [(&'static str, &'static str)],
}

const TABLE: &str = "CREATE TABLE links (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    url \
                     text NOT NULL\n);\n";
/// For tools without a mark for statements outside a transaction, the index comes with the table.
const TABLE_WITH_INDEX: &str = "CREATE TABLE links (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY \
                                KEY,\n    url text NOT NULL\n);\nCREATE INDEX links_url ON links (url);\n";
const NO_TABLE: &str = "DROP TABLE links;\n";
const INDEX: &str = "CREATE INDEX CONCURRENTLY links_url ON links (url);\n";
const NO_INDEX: &str = "DROP INDEX CONCURRENTLY links_url;\n";
const FUNCTION: &str = "CREATE FUNCTION double(n integer) RETURNS integer LANGUAGE plpgsql AS \
                        $$\nBEGIN\n    n := n + n;\n    RETURN n;\nEND;\n$$;\n";
const NO_FUNCTION: &str = "DROP FUNCTION double(integer);\n";

pub const LAYOUTS: &[Sample] = &[
    Sample {
        layout: "branchline",
        dir: "migrations/sql",
        is_up_only: false,
        files: &[
            ("V1__links.sql", TABLE),
            ("V1__links.down.sql", NO_TABLE),
            (
                "V2__links_url.sql",
                "-- branchline: no-transaction\nCREATE INDEX CONCURRENTLY links_url ON links (url);\n",
            ),
            ("V2__links_url.down.sql", "-- branchline: no-transaction\nDROP INDEX CONCURRENTLY links_url;\n"),
            ("V3__double.sql", FUNCTION),
            ("V3__double.down.sql", NO_FUNCTION),
        ],
    },
    Sample {
        layout: "diesel",
        dir: "migrations",
        is_up_only: false,
        files: &[
            ("2026-01-01-120000_links/up.sql", TABLE),
            ("2026-01-01-120000_links/down.sql", NO_TABLE),
            ("2026-01-02-120000_links_url/up.sql", INDEX),
            ("2026-01-02-120000_links_url/down.sql", NO_INDEX),
            ("2026-01-02-120000_links_url/metadata.toml", "run_in_transaction = false\n"),
            ("2026-01-03-120000_double/up.sql", FUNCTION),
            ("2026-01-03-120000_double/down.sql", NO_FUNCTION),
        ],
    },
    Sample {
        layout: "sqlx",
        dir: "migrations",
        is_up_only: false,
        files: &[
            ("20260101120000_links.up.sql", TABLE),
            ("20260101120000_links.down.sql", NO_TABLE),
            (
                "20260102120000_links_url.up.sql",
                "-- no-transaction\nCREATE INDEX CONCURRENTLY links_url ON links (url);\n",
            ),
            ("20260102120000_links_url.down.sql", "-- no-transaction\nDROP INDEX CONCURRENTLY links_url;\n"),
            ("20260103120000_double.up.sql", FUNCTION),
            ("20260103120000_double.down.sql", NO_FUNCTION),
        ],
    },
    Sample {
        layout: "golang-migrate",
        dir: "db/migrations",
        is_up_only: false,
        files: &[
            (
                "000001_links.up.sql",
                "BEGIN;\n\nCREATE TABLE links (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY \
                 KEY,\n    url text NOT NULL\n);\n\nCOMMIT;\n",
            ),
            ("000001_links.down.sql", NO_TABLE),
            ("000002_links_url.up.sql", INDEX),
            ("000002_links_url.down.sql", NO_INDEX),
            ("000004_double.up.sql", FUNCTION),
            ("000004_double.down.sql", NO_FUNCTION),
        ],
    },
    Sample {
        layout: "goose",
        dir: "migrations",
        is_up_only: false,
        files: &[
            (
                "00001_links.sql",
                "-- +goose Up\nCREATE TABLE links (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY \
                 KEY,\n    url text NOT NULL\n);\n\n-- +goose Down\nDROP TABLE links;\n",
            ),
            (
                "00002_links_url.sql",
                "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY links_url ON links \
                 (url);\n\n-- +goose Down\nDROP INDEX CONCURRENTLY links_url;\n",
            ),
            (
                "00003_double.sql",
                "-- +goose Up\n-- +goose StatementBegin\nCREATE FUNCTION double(n integer) RETURNS integer \
                 LANGUAGE plpgsql AS $$\nBEGIN\n    n := n + n;\n    RETURN n;\nEND;\n$$;\n-- +goose \
                 StatementEnd\n\n-- +goose Down\nDROP FUNCTION double(integer);\n",
            ),
        ],
    },
    Sample {
        layout: "dbmate",
        dir: "db/migrations",
        is_up_only: false,
        files: &[
            (
                "20260101120000_links.sql",
                "-- migrate:up\nCREATE TABLE links (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY \
                 KEY,\n    url text NOT NULL\n);\n\n-- migrate:down\nDROP TABLE links;\n",
            ),
            (
                "20260102120000_links_url.sql",
                "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY links_url ON links (url);\n\n\
                 -- migrate:down transaction:false\nDROP INDEX CONCURRENTLY links_url;\n",
            ),
            (
                "20260103120000_double.sql",
                "-- migrate:up\nCREATE FUNCTION double(n integer) RETURNS integer LANGUAGE plpgsql AS \
                 $$\nBEGIN\n    n := n + n;\n    RETURN n;\nEND;\n$$;\n\n-- migrate:down\nDROP FUNCTION \
                 double(integer);\n",
            ),
        ],
    },
    Sample {
        layout: "flyway",
        dir: "sql",
        is_up_only: false,
        files: &[
            ("V1__links.sql", TABLE),
            ("U1__links.sql", NO_TABLE),
            ("V1.1__links_url.sql", INDEX),
            ("U1.1__links_url.sql", NO_INDEX),
            ("V2__double-it.sql", FUNCTION),
            ("U2__double-it.sql", NO_FUNCTION),
            ("R__views.sql", "CREATE OR REPLACE VIEW urls AS SELECT url FROM links;\n"),
        ],
    },
    Sample {
        layout: "prisma",
        dir: "prisma/migrations",
        is_up_only: false,
        files: &[
            ("migration_lock.toml", "provider = \"postgresql\"\n"),
            ("20260101120000_links/migration.sql", TABLE),
            ("20260101120000_links/down.sql", NO_TABLE),
            ("20260102120000_links_url/migration.sql", INDEX),
            ("20260102120000_links_url/down.sql", NO_INDEX),
            ("20260103120000_double/migration.sql", FUNCTION),
            ("20260103120000_double/down.sql", NO_FUNCTION),
        ],
    },
    Sample {
        layout: "sqlx",
        dir: "migrations",
        is_up_only: true,
        files: &[("20260101120000_links.sql", TABLE_WITH_INDEX), ("20260103120000_double.sql", FUNCTION)],
    },
    Sample {
        layout: "supabase",
        dir: "supabase/migrations",
        is_up_only: true,
        files: &[("20260101120000_links.sql", TABLE_WITH_INDEX), ("20260103120000_double.sql", FUNCTION)],
    },
];
