//! Events to wait for instead of times: transactions that stay open until a test ends them, statements that
//! go on once somebody waits for them, and commands whose messages are read while they run.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, Stdio};

use crate::harness::{Project, Run};

/// A statement that ends once a session has waited for half a second for a lock of its transaction. It waits
/// once: when it runs again, as in a proof, the gate of [`Project::make_gate`] is open.
pub const UNTIL_SOMEBODY_WAITS: &str = "DO $$ BEGIN WHILE NOT (SELECT is_called FROM gate) LOOP IF EXISTS \
    (SELECT FROM pg_locks WHERE NOT granted AND clock_timestamp() - waitstart > '500 ms' AND \
    pg_backend_pid() = ANY (pg_blocking_pids(pid))) THEN PERFORM nextval('gate'); END IF; PERFORM \
    pg_sleep(0.01); END LOOP; END $$;\n";

/// A session whose transaction has run some statements and keeps its locks.
pub struct OpenTransaction {
    psql: Child,
    input: ChildStdin,
}

impl OpenTransaction {
    /// Returns once the statements have run.
    pub fn begin(project: &Project, sql: &str) -> Self {
        let mut psql = project.database.server().psql(project.database.name());
        let psql = psql.args(["--tuples-only", "--no-align"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut psql = psql.spawn().unwrap();
        let mut input = psql.stdin.take().unwrap();
        writeln!(input, "BEGIN; {sql}; SELECT 'begun';").unwrap();
        let mut line = String::new();
        BufReader::new(psql.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "begun\n", "{sql}");
        Self { psql, input }
    }

    pub fn commit(self) {
        let Self { mut psql, mut input } = self;
        writeln!(input, "COMMIT;").unwrap();
        drop(input);
        assert!(psql.wait().unwrap().success());
    }
}

/// A running command whose standard error is read line by line.
pub struct Watched {
    child: Child,
    stderr: BufReader<ChildStderr>,
    read: String,
}

impl Watched {
    pub fn new(mut child: Child) -> Self {
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self { child, stderr, read: String::new() }
    }

    /// Waits until it has written a line with this text.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        loop {
            let start = self.read.len();
            let length = self.stderr.read_line(&mut self.read).unwrap();
            assert!(length > 0, "it ended without {text:?}: {}", self.read);
            if self.read[start..].contains(text) {
                return;
            }
        }
    }

    /// Waits for its end.
    pub fn end(mut self) -> Run {
        self.stderr.read_to_string(&mut self.read).unwrap();
        Run { stderr: self.read, ..Run::wait(self.child) }
    }
}
