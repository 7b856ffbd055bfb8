//! The history tables of other tools, one row a tool.
//!
//! The expressions read a row as `r`, a JSON object, so that a column that an older version of the tool does
//! not have is null and no error.

/// A tool's history table, and how to read it.
pub(super) struct Tool {
    pub(super) name: &'static str,
    /// Its table's name; any, where it is empty.
    pub(super) table: &'static str,
    /// The schema that the tool makes it in whatever the search path says; none where it follows the path.
    pub(super) schema: Option<&'static str>,
    /// Columns without which a table of that name is somebody else's.
    requires: &'static [&'static str],
    pub(super) version: &'static str,
    /// The migration's name or description.
    pub(super) description: &'static str,
    /// Of a kind that `crate::adoption::Record` knows.
    pub(super) checksum: &'static str,
    /// Why the entry does not count as applied; null where it does.
    pub(super) failed: &'static str,
    /// True in SQL if the entry stands for those before it too.
    pub(super) covers: &'static str,
    /// Rows that are of no migration.
    pub(super) skip: &'static str,
    pub(super) order: &'static str,
}

impl Tool {
    /// Returns whether a table is this tool's.
    pub(super) fn wrote(&self, schema: &str, table: &str, columns: &[&str]) -> bool {
        (self.table.is_empty() || self.table == table)
            && self.schema.is_none_or(|own| own == schema)
            && self.requires.iter().all(|column| columns.contains(column))
    }
}

// Numbers as text of one length.
const BY_VERSION: &str = "lpad(r->>'version', 30, '0')";
const BY_ID: &str = "lpad(r->>'id', 30, '0')";

/// The name without the ending of a file.
const STEM: &str = r"regexp_replace(r->>'name', '\.\w+$', '')";

const VERSIONS: Tool = Tool {
    name: "",
    table: "",
    schema: None,
    requires: &["version"],
    version: "r->>'version'",
    description: "NULL",
    checksum: "NULL",
    failed: "NULL",
    covers: "false",
    skip: "false",
    order: BY_VERSION,
};

const NAMES: Tool = Tool { version: "NULL", description: "r->>'name'", order: BY_ID, ..VERSIONS };

/// Repeatable migrations have no version. A baseline stands for what was there before Flyway.
const FLYWAY: Tool = Tool {
    name: "Flyway",
    description: "CASE WHEN r->>'type' LIKE '%BASELINE' THEN NULL ELSE r->>'description' END",
    failed: "CASE WHEN r->>'success' = 'false' THEN 'failed' \
             WHEN r->>'type' LIKE 'UNDO%' OR r->>'type' = 'DELETE' THEN 'undone' END",
    covers: "r->>'type' LIKE '%BASELINE'",
    skip: "r->>'version' IS NULL",
    order: "lpad(r->>'installed_rank', 30, '0')",
    ..VERSIONS
};

/// The row whose version begins with a point is Atlas's own. Type 1 is a baseline.
const ATLAS: Tool = Tool {
    name: "Atlas",
    table: "atlas_schema_revisions",
    requires: &["version", "applied", "total"],
    description: "r->>'description'",
    failed: "CASE WHEN r->>'error' <> '' OR r->>'applied' <> r->>'total' THEN 'failed' END",
    covers: "r->>'type' = '1'",
    skip: "r->>'version' LIKE '.%'",
    ..VERSIONS
};

/// If two have a table of one name, it belongs to the first whose schema and columns it has.
pub(super) const TOOLS: [Tool; 24] = [
    Tool {
        name: "Alembic",
        table: "alembic_version",
        requires: &["version_num"],
        version: "r->>'version_num'",
        covers: "true",
        order: "r->>'version_num'",
        ..VERSIONS
    },
    Tool {
        name: "sqlx",
        table: "_sqlx_migrations",
        description: "r->>'description'",
        checksum: "substr(r->>'checksum', 3)",
        failed: "CASE WHEN r->>'success' = 'false' THEN 'failed' END",
        ..VERSIONS
    },
    Tool { table: "flyway_schema_history", ..FLYWAY },
    Tool { table: "schema_version", requires: &["version", "installed_rank"], ..FLYWAY },
    Tool { name: "Diesel", table: "__diesel_schema_migrations", ..VERSIONS },
    Tool {
        name: "Supabase",
        table: "schema_migrations",
        schema: Some("supabase_migrations"),
        description: "r->>'name'",
        ..VERSIONS
    },
    // Its one row says how far it has come, and whether that one was broken off.
    Tool {
        name: "golang-migrate",
        table: "schema_migrations",
        requires: &["version", "dirty"],
        failed: "CASE WHEN r->>'dirty' = 'true' THEN 'dirty' END",
        covers: "true",
        ..VERSIONS
    },
    Tool { name: "dbmate or Rails", table: "schema_migrations", ..VERSIONS },
    Tool { name: "pop", table: "schema_migration", ..VERSIONS },
    Tool {
        name: "goose",
        table: "goose_db_version",
        requires: &["version_id", "is_applied"],
        version: "r->>'version_id'",
        failed: "CASE WHEN r->>'is_applied' = 'false' THEN 'taken back' END",
        skip: "r->>'version_id' = '0'",
        order: BY_ID,
        ..VERSIONS
    },
    Tool {
        name: "Prisma",
        table: "_prisma_migrations",
        requires: &["migration_name"],
        description: "r->>'migration_name'",
        checksum: "r->>'checksum'",
        failed: "CASE WHEN r->>'rolled_back_at' IS NOT NULL THEN 'rolled back' \
                 WHEN r->>'finished_at' IS NULL THEN 'failed' END",
        order: "r->>'started_at'",
        ..NAMES
    },
    ATLAS,
    Tool { schema: Some("atlas_schema_revisions"), ..ATLAS },
    Tool { name: "Knex", table: "knex_migrations", requires: &["name", "batch"], description: STEM, ..NAMES },
    Tool {
        name: "TypeORM",
        table: "migrations",
        requires: &["timestamp", "name"],
        version: "r->>'timestamp'",
        description: r"regexp_replace(r->>'name', '\d+$', '')",
        order: "lpad(r->>'timestamp', 30, '0')",
        ..VERSIONS
    },
    Tool {
        name: "Laravel",
        table: "migrations",
        requires: &["migration", "batch"],
        description: "r->>'migration'",
        ..NAMES
    },
    Tool {
        name: "Django",
        table: "django_migrations",
        requires: &["app", "name"],
        version: "r->>'app'",
        ..NAMES
    },
    Tool {
        name: "Sequelize",
        table: "SequelizeMeta",
        requires: &["name"],
        description: STEM,
        order: "r->>'name'",
        ..NAMES
    },
    Tool { name: "node-pg-migrate", table: "pgmigrations", requires: &["name", "run_on"], ..NAMES },
    Tool {
        name: "Entity Framework",
        table: "__EFMigrationsHistory",
        requires: &["MigrationId"],
        description: "r->>'MigrationId'",
        order: "r->>'MigrationId'",
        ..NAMES
    },
    Tool {
        name: "Drizzle",
        table: "__drizzle_migrations",
        schema: Some("drizzle"),
        requires: &["hash", "created_at"],
        description: "NULL",
        checksum: "r->>'hash'",
        order: "lpad(r->>'created_at', 30, '0')",
        ..NAMES
    },
    Tool {
        name: "Liquibase",
        table: "databasechangelog",
        requires: &["id", "orderexecuted"],
        description: "r->>'id'",
        failed: "CASE WHEN r->>'exectype' = 'FAILED' THEN 'failed' END",
        order: "lpad(r->>'orderexecuted', 30, '0')",
        ..NAMES
    },
    Tool {
        name: "sql-migrate",
        table: "gorp_migrations",
        requires: &["id", "applied_at"],
        description: r"regexp_replace(r->>'id', '\.\w+$', '')",
        order: "r->>'id'",
        ..NAMES
    },
    // Under another name, which refinery lets choose: known by its columns.
    Tool {
        name: "refinery",
        requires: &["version", "name", "applied_on", "checksum"],
        description: "r->>'name'",
        checksum: "r->>'checksum'",
        ..VERSIONS
    },
];
