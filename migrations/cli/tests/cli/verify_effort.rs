//! What a proof takes: readings and copies are counted, as times are the machine's.

use std::num::NonZeroUsize;

use anyhow::Result;
use engine::scratch::Server;
use engine::settings::Settings;
use engine::verify::{Proof, prove};
use files::Migrations;
use support::{Options, Postgres};

/// Proves files, on a server of its own: what others do to roles and databases has everything read again.
async fn try_proof(files: &[(String, String)]) -> Result<Proof> {
    let postgres = Postgres::start(&Options::default()).unwrap();
    let server = Server::named(&postgres.url("postgres")).unwrap();
    let files = files.iter().map(|(name, sql)| (name.clone(), sql.clone().into_bytes()));
    let migrations = Migrations::from_files(files).unwrap();
    prove(&migrations, |_| true, &server, Settings::default(), NonZeroUsize::MIN, &|_| {}).await
}

async fn proof_of(files: &[(String, String)]) -> Proof {
    try_proof(files).await.unwrap()
}

/// The files of migrations, each with its up and its down.
fn files(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    (1..)
        .zip(pairs)
        .flat_map(|(number, (up, down))| {
            [(format!("V{number}__a.sql"), *up), (format!("V{number}__a.down.sql"), *down)]
        })
        .map(|(name, sql)| (name, format!("{sql};\n")))
        .collect()
}

fn refused(proof: &Proof) -> Vec<&str> {
    proof.refusals.iter().map(|refusal| refusal.file.as_str()).collect()
}

#[tokio::test]
async fn a_refusal_takes_no_other_database_and_no_reading_of_everything() {
    let proof = proof_of(&files(&[
        ("CREATE TABLE a (id int PRIMARY KEY, word text)", "DROP TABLE a"),
        ("ALTER TABLE a ADD b int", "SELECT 'it stays'"),
        ("ALTER TABLE a DROP word", "ALTER TABLE a ADD word text"),
        ("CREATE INDEX a_b ON a (b)", "DROP INDEX nowhere"),
        ("CREATE TABLE c (id int REFERENCES a)", "DROP TABLE c; DROP TABLE c"),
        ("UPDATE a SET b = 1", "-- branchline: loses a.b: a test\nUPDATE a SET b = NULL"),
    ]))
    .await;
    assert_eq!(refused(&proof), ["V2__a.down.sql", "V3__a.down.sql", "V4__a.down.sql", "V5__a.down.sql"]);
    assert_eq!(proof.proved, ["V1__a", "V6__a"]);
    let effort = proof.effort;
    assert_eq!(effort.copies, 0, "{effort:?}");
    // Once more at most: the server counts the database in which a down is tried alone.
    assert!(effort.reads.wholes <= 2, "{effort:?}");
    // Up, down, up, and down and up once more for a new column.
    assert!(effort.reads.parts <= 3 * 6, "{effort:?}");
}

#[tokio::test]
async fn an_up_that_sample_rows_stand_in_the_way_of_takes_a_copy() {
    let proof = proof_of(&files(&[
        ("CREATE TABLE a (id int)", "DROP TABLE a"),
        ("ALTER TABLE a ADD b int NOT NULL", "ALTER TABLE a DROP b"),
        ("ALTER TABLE a ADD c int", "ALTER TABLE a DROP c"),
    ]))
    .await;
    assert_eq!((refused(&proof), proof.effort.copies), (vec!["V2__a.sql"], 1), "{:?}", proof.effort);
}

/// What a session, or the end of a transaction, does to a migration: each is proved as it is where up, down
/// and up have sessions and transactions of their own.
#[tokio::test]
async fn what_a_transaction_of_its_own_would_bear_is_borne() {
    let proof = proof_of(&files(&[
        (
            "CREATE TABLE a (id serial PRIMARY KEY, parent int CONSTRAINT a_a REFERENCES a DEFERRABLE \
             INITIALLY DEFERRED, word text UNIQUE DEFERRABLE)",
            "DROP TABLE a",
        ),
        // Its constraint is checked at the end.
        (
            "INSERT INTO a (id, parent) VALUES (1, 2); INSERT INTO a (id) VALUES (2)",
            "DELETE FROM a WHERE id = 2; DELETE FROM a WHERE id = 1",
        ),
        // Pending checks forbid ALTER TABLE.
        ("UPDATE a SET parent = 1 WHERE id = 2", "UPDATE a SET parent = NULL WHERE id = 2"),
        ("ALTER TABLE a ADD b int; UPDATE a SET parent = parent", "ALTER TABLE a DROP b"),
        ("PREPARE s AS SELECT 1", "PREPARE s AS SELECT 2"),
        ("DEALLOCATE ALL; CREATE TABLE c (id int)", "DEALLOCATE ALL; DROP TABLE c"),
        (
            "CREATE TEMP TABLE t AS SELECT 1 AS one; CREATE TABLE d AS TABLE t",
            "CREATE TEMP TABLE t (); DROP TABLE d",
        ),
        ("SET search_path = pg_catalog; CREATE TABLE public.e ()", "SET search_path = public; DROP TABLE e"),
        ("CREATE TYPE mood AS ENUM ('good'); CREATE TABLE f (mood mood)", "DROP TABLE f; DROP TYPE mood"),
        (
            "ALTER TYPE mood ADD VALUE 'bad'",
            "-- branchline: loses f.mood: a test\nALTER TABLE f ALTER mood TYPE text; DROP TYPE mood; \
             CREATE TYPE mood AS ENUM ('good'); \
             UPDATE f SET mood = 'good'; ALTER TABLE f ALTER mood TYPE mood USING mood::mood",
        ),
        ("ALTER TABLE f ALTER mood SET DEFAULT 'bad'", "ALTER TABLE f ALTER mood DROP DEFAULT"),
        ("TRUNCATE c; DECLARE k CURSOR FOR SELECT 1", "DECLARE k CURSOR FOR SELECT 1"),
    ]))
    .await;
    let lines: Vec<String> = proof.refusals.iter().flat_map(engine::verify::Refusal::lines).collect();
    // What it deletes it does not say.
    assert_eq!(refused(&proof), ["V12__a.down.sql"], "{lines:#?}");
}

#[tokio::test]
async fn what_the_rows_of_samples_leave_in_the_session_is_no_help() {
    let counted = "CREATE SEQUENCE s; CREATE TABLE a (id int);
        CREATE FUNCTION advance() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM nextval(''s''); RETURN new; END';
        CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION advance()";
    let down = "DROP TABLE a; DROP SEQUENCE s; DROP FUNCTION advance";
    let up = "CREATE TABLE b AS SELECT currval('s') AS last";
    let proof = try_proof(&files(&[(counted, down), (up, "DROP TABLE b")])).await;
    let Err(error) = proof else { panic!("a session of its own has no current value") };
    assert!(error.to_string().starts_with("V2__a.sql, line 1: currval"), "{error}");
}
