//! Commands that need a session, through PgBouncer.

use support::{PgBouncer, pgbouncer};

use crate::harness::{Project, Run};

/// A pooler in front of the project's server; none where this machine has no PgBouncer.
fn pooler(project: &Project, pool_size: u32, further: &str) -> Option<PgBouncer> {
    match PgBouncer::start_with(project.database.server(), pool_size, further) {
        Ok(pooler) => Some(pooler),
        Err(pgbouncer::Error::Absent(reason)) => {
            support::skipped(reason);
            None
        }
        Err(error) => panic!("{error}"),
    }
}

fn run(project: &Project, url: &str, arguments: &[&str]) -> Run {
    Run::wait(project.command(arguments).env("DIRECT_DATABASE_URL", url).spawn().unwrap())
}

#[test]
fn what_needs_a_session_is_refused_in_transaction_mode_whatever_the_size_of_the_pool() {
    let project = Project::with_three();
    project.done(&["upgrade", "+1"]);
    for (size, further) in [(1, ""), (2, ""), (20, ""), (20, "server_round_robin = 1")] {
        let Some(pooler) = pooler(&project, size, further) else { return };
        let url = pooler.url(project.database.name());
        for arguments in [
            &["upgrade"][..],
            &["upgrade", "--dry-run"],
            &["downgrade", "base"],
            &["stamp", "head"],
            &["verify"],
            &["schema"],
            &["lint", "--all", "--observe"],
            &["rehearse", "--local"],
        ] {
            let run = run(&project, &url, arguments);
            let said = run.refusal();
            assert!(said.contains("a connection pooler in transaction mode"), "{arguments:?} {size}: {run}");
            assert!(said.contains("DIRECT_DATABASE_URL") && said.contains("5432"), "{run}");
            assert!(run.stderr.lines().all(|line| line.chars().count() <= 80), "{run}");
        }
        assert_eq!(run(&project, &url, &["current"]).code, Some(0), "reading needs no session");
    }
    assert_eq!(project.applied(), "1");
}

#[test]
fn an_adoption_is_refused_in_transaction_mode() {
    let project = Project::with_three();
    project.sql("CREATE TABLE a (id int)");
    let Some(pooler) = pooler(&project, 2, "") else { return };
    let direct = project.database.url();
    let url = pooler.url(project.database.name());
    let said = run(&project, &url, &["adopt", "--scratch-url", &direct]).refusal();
    assert!(said.contains("a connection pooler in transaction mode"), "{said}");
    assert_eq!(project.sql("SELECT to_regclass('refinery_schema_history') IS NULL"), "t");
}

#[test]
fn a_pooler_in_session_mode_serves() {
    let project = Project::with_three();
    let Some(pooler) = pooler(&project, 20, "pool_mode = session") else { return };
    let url = pooler.url(project.database.name());
    for arguments in [&["upgrade"][..], &["downgrade", "-1"], &["stamp", "head"], &["verify"]] {
        let run = run(&project, &url, arguments);
        assert_eq!(run.code, Some(0), "{arguments:?}: {run}");
    }
    assert_eq!(project.applied(), "1 2 3");
}
