//! `branchline diff` of files that make what belongs to a whole server: roles, subscriptions; and of secrets.

use std::fs;

use crate::harness::{Project, Run};

/// The plan from one file to another.
fn diff(from: &str, to: &str, options: &[&str]) -> Run {
    let project = Project::with(&[]);
    fs::write(project.folder().join("from.sql"), from).unwrap();
    fs::write(project.folder().join("to.sql"), to).unwrap();
    let command = project.with_binaries(&[&["diff", "from.sql", "to.sql"], options].concat()).spawn();
    Run::wait(command.unwrap())
}

fn planned(from: &str, to: &str, options: &[&str]) -> String {
    let run = diff(from, to, options);
    assert_eq!(run.code, Some(3), "{run}");
    run.stdout
}

#[test]
fn roles_are_made_with_their_settings_before_what_names_them() {
    let to = "GRANT SELECT ON t TO reader;\n\
              CREATE ROLE reader NOINHERIT LOGIN PASSWORD 'hush';\n\
              ALTER ROLE reader SET search_path = app, public;\n\
              ALTER ROLE reader SET statement_timeout = '3s';\n\
              COMMENT ON ROLE reader IS 'it''s ours';\n\
              CREATE ROLE team;\n\
              GRANT team TO reader WITH ADMIN OPTION;\n\
              CREATE TABLE t (id int);\n";
    let run = diff("", to, &[]);
    let expected = "BEGIN;\n\
                    CREATE ROLE reader WITH NOINHERIT LOGIN;\n\
                    ALTER ROLE reader SET search_path TO app, public;\n\
                    ALTER ROLE reader SET statement_timeout TO '3s';\n\
                    COMMENT ON ROLE reader IS 'it''s ours';\n\
                    CREATE ROLE team;\n\
                    GRANT team TO reader WITH ADMIN OPTION;\n";
    assert!(run.stdout.starts_with(expected), "{run}");
    assert!(run.stdout.ends_with("GRANT SELECT ON TABLE public.t TO reader;\nCOMMIT;\n"), "{run}");
    assert!(run.stderr.contains("password of role reader is a secret"), "{run}");
    assert!(!format!("{run}").contains("hush"), "{run}");
}

#[test]
fn roles_that_both_sides_make_are_altered() {
    let from = "CREATE ROLE a; CREATE ROLE b; CREATE ROLE c; GRANT a TO b; GRANT a TO c;\n\
                ALTER ROLE a SET work_mem = '8MB';\n";
    let to = "DO $$ BEGIN CREATE ROLE a CREATEDB; EXCEPTION WHEN duplicate_object THEN NULL; END $$;\n\
              CREATE ROLE b; CREATE ROLE c; GRANT a TO c WITH ADMIN OPTION;\n";
    let expected = "BEGIN;\n\
                    ALTER ROLE a WITH CREATEDB;\n\
                    ALTER ROLE a RESET work_mem;\n\
                    GRANT a TO c WITH ADMIN OPTION, INHERIT true, SET true;\n\
                    REVOKE a FROM b;\n\
                    COMMIT;\n";
    assert_eq!(planned(from, to, &[]), expected);
    assert_eq!(diff(to, to, &[]).code, Some(0));
}

#[test]
fn a_role_is_dropped_only_where_that_is_allowed() {
    let from = "CREATE ROLE former; CREATE TABLE t (id int); GRANT SELECT ON t TO former;\n\
                ALTER DEFAULT PRIVILEGES FOR ROLE former GRANT SELECT ON TABLES TO PUBLIC;\n";
    let to = "CREATE TABLE t (id int);\n";
    let run = diff(from, to, &[]);
    assert!(run.stderr.contains("--allow-loss \"role former\""), "{run}");
    assert!(!run.stdout.contains("DROP ROLE"), "{run}");
    for allowed in ["role former", "all"] {
        let sql = planned(from, to, &["--allow-loss", allowed]);
        assert!(sql.ends_with("DROP ROLE former;\nCOMMIT;\n"), "{sql}");
    }
}

#[test]
fn a_role_that_is_called_otherwise_is_renamed() {
    let side = |role: &str| {
        format!(
            "CREATE ROLE {role}; ALTER ROLE {role} SET lock_timeout = '2s'; CREATE TABLE t (id int);\n\
             ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t TO {role} USING (id > 0);\n"
        )
    };
    let sql = planned(&side("before"), &side("later"), &["--allow-loss", "all"]);
    assert_eq!(sql, "BEGIN;\nALTER ROLE before RENAME TO later;\nCOMMIT;\n");
}

#[test]
fn what_a_dropped_role_has_granted_is_taken_back_first() {
    let from = "CREATE ROLE broker CREATEROLE; CREATE ROLE team; CREATE ROLE member;\n\
                GRANT team TO broker WITH ADMIN OPTION;\n\
                SET ROLE broker; GRANT team TO member; RESET ROLE;\n";
    let sql = planned(from, "", &["--allow-loss", "all"]);
    let expected = "BEGIN;\nREVOKE team FROM member GRANTED BY broker;\nDROP ROLE broker;\n\
                    DROP ROLE member;\nDROP ROLE team;\nCOMMIT;\n";
    assert_eq!(sql, expected);
}

#[test]
fn a_migration_that_makes_a_role_says_so() {
    let project = Project::with(&[]);
    let wanted = "CREATE ROLE branchline_test_writer; CREATE TABLE t (id int); \
                  GRANT INSERT ON t TO branchline_test_writer;\n";
    fs::write(project.folder().join("wanted.sql"), wanted).unwrap();
    let done = |arguments: &[&str]| {
        let run = Run::wait(project.with_binaries(arguments).spawn().unwrap());
        assert_eq!(run.code, Some(0), "{run}");
    };
    done(&["new", "writer", "--from", "wanted.sql"]);
    let folder = project.folder().join("migrations/sql");
    let up = fs::read_to_string(folder.join("V0001__writer.sql")).unwrap();
    let down = fs::read_to_string(folder.join("V0001__writer.down.sql")).unwrap();
    for text in [&up, &down] {
        assert!(text.contains("-- branchline: allow cluster-effect: "), "{text}");
    }
    assert!(down.ends_with("DROP ROLE branchline_test_writer;\n"), "{down}");
    // And the role is given up.
    fs::write(project.folder().join("wanted.sql"), "CREATE TABLE t (id int);\n").unwrap();
    let allowed = ["--allow-loss", "role branchline_test_writer"];
    done(&[&["new", "no writer", "--from", "wanted.sql"], &allowed[..]].concat());
    let up = fs::read_to_string(folder.join("V0002__no_writer.sql")).unwrap();
    let down = fs::read_to_string(folder.join("V0002__no_writer.down.sql")).unwrap();
    assert!(up.ends_with("DROP ROLE branchline_test_writer;\n"), "{up}");
    assert!(down.contains("CREATE ROLE branchline_test_writer;\nGRANT"), "{down}");
}

#[test]
fn subscriptions_change_without_connecting() {
    let side = |options: &str, further: &str| {
        format!(
            "CREATE SUBSCRIPTION s CONNECTION 'host=nowhere dbname=x' PUBLICATION p, q\n\
             WITH (connect = false, slot_name = NONE{options});\n{further}"
        )
    };
    let with = side(", binary = true, streaming = parallel", "COMMENT ON SUBSCRIPTION s IS 'copy';\n");
    let made = planned("", &with, &[]);
    let expected = "BEGIN;\n\
                    CREATE SUBSCRIPTION s CONNECTION 'host=nowhere dbname=x' PUBLICATION p, q \
                    WITH (connect = false, slot_name = NONE, binary = true, streaming = parallel);\n\
                    COMMENT ON SUBSCRIPTION s IS 'copy';\n\
                    COMMIT;\n";
    assert_eq!(made, expected);
    let altered = planned(&with, &side("", ""), &[]);
    let expected = "BEGIN;\nALTER SUBSCRIPTION s SET (binary = false, streaming = off);\n\
                    COMMENT ON SUBSCRIPTION s IS NULL;\nCOMMIT;\n";
    assert_eq!(altered, expected);
    assert_eq!(planned(&with, "", &[]), "BEGIN;\nDROP SUBSCRIPTION s;\nCOMMIT;\n");
    let run = diff("", "CREATE SUBSCRIPTION s CONNECTION 'password=hush' PUBLICATION p;\n", &[]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("connect = false") && !run.stderr.contains("hush"), "{run}");
}

#[test]
fn secrets_of_foreign_objects_are_never_printed() {
    let base = "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;\n";
    let mapping = |password: &str| {
        format!("{base}CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user 'u', password '{password}');\n")
    };
    let run = diff(base, &mapping("hush"), &[]);
    assert_eq!(run.code, Some(3), "{run}");
    assert!(run.stdout.contains("CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (\"user\" 'u');"), "{run}");
    assert!(run.stderr.contains("option password of user mapping PUBLIC SERVER s may be a secret"), "{run}");
    assert!(!format!("{run}").contains("hush"), "{run}");
    let run = diff(&mapping("hush"), &mapping("still"), &[]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run}");
    let sql = planned(&mapping("hush"), &format!("{base}CREATE USER MAPPING FOR PUBLIC SERVER s;\n"), &[]);
    assert_eq!(
        sql,
        "BEGIN;\nALTER USER MAPPING FOR PUBLIC SERVER s OPTIONS (DROP \"user\", DROP \"password\");\n\
         COMMIT;\n"
    );
    // Also where the statement is refused.
    let run = diff("", "CREATE USER MAPPING FOR PUBLIC SERVER nowhere OPTIONS (password 'hush');\n", &[]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.stderr.contains("line 1") && !run.stderr.contains("hush"), "{run}");
}
