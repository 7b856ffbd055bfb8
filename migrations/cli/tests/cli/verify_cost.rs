//! The traffic of a proof to the server, by the migration.

use support::{Options, Postgres, Proxy, Traffic};

use crate::harness::Project;

/// A history of tables, each with what is often done to one.
fn project(tables: usize) -> (Project, usize) {
    let project = Project::with(&[]);
    let mut count = 0;
    for i in 1..=tables {
        let parent = if i == 1 { String::new() } else { format!(", parent int REFERENCES t{}", i - 1) };
        let steps = [
            (format!("CREATE TABLE t{i} (id int PRIMARY KEY{parent});"), format!("DROP TABLE t{i};")),
            (format!("ALTER TABLE t{i} ADD word text;"), format!("ALTER TABLE t{i} DROP word;")),
            (format!("CREATE INDEX i{i} ON t{i} (word);"), format!("DROP INDEX i{i};")),
            (
                format!("CREATE VIEW v{i} AS SELECT word FROM t{i}; COMMENT ON TABLE t{i} IS 'a table';"),
                format!("DROP VIEW v{i}; COMMENT ON TABLE t{i} IS NULL;"),
            ),
        ];
        for (up, down) in steps {
            count += 1;
            project.write(&format!("V{count}__t.sql"), &format!("{up}\n"));
            let loses = format!("-- branchline: loses t{i}.*: a test\n{down}\n");
            project.write(&format!("V{count}__t.down.sql"), &loses);
        }
    }
    (project, count)
}

/// Returns the traffic of a proof, and its number of migrations.
fn traffic(server: &Postgres, tables: usize) -> (Traffic, usize) {
    let (project, count) = project(tables);
    let proxy = Proxy::start(server.port()).unwrap();
    project.done(&["verify", "--scratch-url", &proxy.url(&server.url("postgres"))]);
    (proxy.traffic(), count)
}

#[test]
fn a_proof_asks_no_more_for_a_migration_however_many_there_are_before() {
    // On a server of its own: whatever others do to roles and databases has everything read again.
    let server = Postgres::start(&Options::default()).unwrap();
    let costs: Vec<(Traffic, usize)> = [4, 8, 12].map(|tables| traffic(&server, tables)).into();
    let each = |value: fn(&Traffic) -> u64, from: usize, to: usize| {
        let ((from, few), (to, many)) = (&costs[from], &costs[to]);
        (value(to) - value(from)) / (many - few) as u64
    };
    let flights = each(|traffic| traffic.flights, 0, 2);
    assert!(flights < 75, "{flights} round trips a migration: {costs:?}");
    // The counts of every table's rows are some bytes more each time. A whole catalog for each would be many
    // times as much, and grow as the tables do.
    let (first, then) = (each(|traffic| traffic.to_client, 0, 1), each(|traffic| traffic.to_client, 1, 2));
    assert!(then < first * 3 / 2, "{first} and then {then} bytes a migration");
}
