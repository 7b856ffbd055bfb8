use super::*;

fn script(sql: &str) -> Script {
    let migrations = migrations(&[("V1__a.sql", sql)]);
    migrations.iter().next().unwrap().up.clone()
}

fn migrations(files: &[(&str, &str)]) -> Migrations {
    Migrations::from_files(files.iter().map(|(name, sql)| ((*name).to_owned(), sql.as_bytes().to_vec())))
        .unwrap()
}

fn effects(sql: &str) -> Vec<(usize, &'static str)> {
    cluster_effects(&script(sql)).into_iter().map(|effect| (effect.line, effect.what)).collect()
}

#[test]
fn each_statement_that_acts_on_the_whole_server_is_found() {
    for (sql, what) in [
        ("CREATE ROLE a", "CREATE ROLE"),
        ("CREATE USER a PASSWORD 'x'", "CREATE USER"),
        ("CREATE GROUP a", "CREATE GROUP"),
        ("ALTER ROLE a NOLOGIN", "ALTER ROLE"),
        ("ALTER ROLE a IN DATABASE d SET work_mem = '1MB'", "ALTER ROLE"),
        ("ALTER ROLE ALL SET work_mem = '1MB'", "ALTER ROLE"),
        ("ALTER USER a RENAME TO b", "ALTER USER"),
        ("ALTER GROUP a ADD USER b", "ALTER GROUP"),
        ("DROP ROLE IF EXISTS a", "DROP ROLE"),
        ("DROP USER a", "DROP USER"),
        ("DROP GROUP a", "DROP GROUP"),
        ("DROP OWNED BY a", "DROP OWNED"),
        ("REASSIGN OWNED BY a TO b", "REASSIGN OWNED"),
        ("GRANT a TO b", "GRANT of a role"),
        ("GRANT a TO b WITH ADMIN OPTION", "GRANT of a role"),
        ("GRANT pg_read_all_data TO b", "GRANT of a role"),
        ("GRANT CONNECT ON DATABASE d TO b", "GRANT on the server"),
        ("REVOKE a FROM b", "REVOKE of a role"),
        ("REVOKE ALL ON DATABASE d FROM PUBLIC", "REVOKE on the server"),
        ("GRANT CREATE ON TABLESPACE s TO b", "GRANT on the server"),
        ("GRANT SET ON PARAMETER work_mem TO b", "GRANT on the server"),
        ("ALTER SYSTEM SET work_mem = '1MB'", "ALTER SYSTEM"),
        ("CREATE DATABASE d", "CREATE DATABASE"),
        ("ALTER DATABASE d SET work_mem = '1MB'", "ALTER DATABASE"),
        ("ALTER DATABASE d RENAME TO e", "ALTER DATABASE"),
        ("DROP DATABASE d", "DROP DATABASE"),
        ("CREATE TABLESPACE s LOCATION '/s'", "CREATE TABLESPACE"),
        ("ALTER TABLESPACE s RENAME TO r", "ALTER TABLESPACE"),
        ("DROP TABLESPACE s", "DROP TABLESPACE"),
        ("CREATE SUBSCRIPTION s CONNECTION 'host=h' PUBLICATION p", "CREATE SUBSCRIPTION"),
        ("ALTER SUBSCRIPTION s DISABLE", "ALTER SUBSCRIPTION"),
        ("DROP SUBSCRIPTION s", "DROP SUBSCRIPTION"),
        ("COMMENT ON ROLE a IS 'x'", "COMMENT on an object of the server"),
        ("COMMENT ON DATABASE a IS 'x'", "COMMENT on an object of the server"),
        ("COMMENT ON TABLESPACE a IS 'x'", "COMMENT on an object of the server"),
        ("SECURITY LABEL FOR p ON ROLE a IS 'x'", "SECURITY LABEL on an object of the server"),
        ("SELECT pg_reload_conf()", "pg_reload_conf"),
        ("SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_stat_activity", "pg_terminate_backend"),
        ("COPY t TO PROGRAM 'cat'", "COPY with a program"),
        ("DO $$ BEGIN PERFORM pg_reload_conf(); END $$", "pg_reload_conf"),
    ] {
        assert_eq!(effects(&format!("CREATE TABLE t ();\n\n{sql};\n")), [(3, what)], "{sql}");
    }
}

#[test]
fn what_stays_in_the_database_is_not_found() {
    for sql in [
        "CREATE TABLE role (id int)",
        "GRANT SELECT ON t TO a",
        "GRANT USAGE ON SCHEMA s TO a",
        "REVOKE ALL ON ALL TABLES IN SCHEMA s FROM PUBLIC",
        "ALTER DEFAULT PRIVILEGES FOR ROLE a GRANT SELECT ON TABLES TO b",
        "ALTER TABLE t OWNER TO a",
        "CREATE USER MAPPING FOR a SERVER s",
        "SET ROLE a",
        "COMMENT ON TABLE t IS 'CREATE ROLE a'",
        "CREATE POLICY p ON t TO a USING (true)",
        "CREATE PUBLICATION p FOR ALL TABLES",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE ROLE a; END $$",
        "DO $$ BEGIN CREATE ROLE a; END $$",
        "COPY t FROM '/t'",
    ] {
        assert_eq!(effects(sql), [], "{sql}");
    }
}

#[test]
fn a_block_outside_a_transaction_is_taken_at_its_word() {
    let sql =
        "-- branchline: no-transaction\nDO $$ BEGIN\n IF true THEN ALTER ROLE a NOLOGIN; END IF; END $$;\n";
    assert_eq!(effects(sql), [(2, "ALTER ROLE")]);
}

#[test]
fn an_excused_file_has_no_effects() {
    assert_eq!(
        effects("-- branchline: allow cluster-effect: the role is this project's alone\nCREATE ROLE a;\n"),
        []
    );
}

#[test]
fn a_file_that_does_not_parse_shows_its_other_statements() {
    assert_eq!(effects("CREATE TABEL t;\nCREATE ROLE a;\n"), [(2, "CREATE ROLE")]);
}

#[test]
fn roles_and_extensions_are_found_in_all_files_and_blocks() {
    let found = Prerequisites::new(&migrations(&[
        (
            "V1__a.sql",
            "CREATE ROLE made;\nCREATE USER \"Made too\";\nCREATE EXTENSION IF NOT EXISTS pg_trgm;\n\
             GRANT SELECT ON t TO reader, PUBLIC, CURRENT_USER;\nGRANT pg_monitor TO watcher;\n\
             ALTER TABLE t OWNER TO owner;\nCREATE SCHEMA s AUTHORIZATION keeper;\n\
             ALTER DEFAULT PRIVILEGES FOR ROLE maker GRANT SELECT ON TABLES TO \"Other\";\n\
             DO $$ BEGIN EXECUTE 'CREATE ROLE blocked'; GRANT USAGE ON SCHEMA s TO inner_role; END $$;\n",
        ),
        ("V1__a.down.sql", "SET ROLE lower;\nDROP TABLE t;\n"),
        ("V1__a.rows.sql", "CREATE POLICY p ON t TO rower USING (true);\n"),
    ]));
    let names = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(names(&found.roles), "Other inner_role keeper lower maker owner reader rower watcher");
    assert_eq!(names(&found.made_roles), "Made too blocked made");
    assert_eq!(names(&found.extensions), "pg_trgm");
}
