//! Commands of psql's in a script, which begin with a backslash and which the server does not know.

/// A command of psql's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PsqlCommand<'a> {
    /// Its name, with the backslash.
    pub name: &'a str,
    /// Start in the script, in bytes.
    pub start: usize,
    /// End in the script: the end of its line.
    pub end: usize,
    /// Its line, from 1.
    pub line: usize,
    /// True if it stands between two statements.
    pub(crate) is_between: bool,
    /// True if it can be passed over: `\restrict` and `\unrestrict`, which pg_dump 17.6 and later write
    /// around a dump. They say which commands psql is to refuse in between, and nothing to the server.
    pub is_guard: bool,
}

impl<'a> PsqlCommand<'a> {
    /// Reads a command from its backslash to the end of its line. Within a statement none is passed over.
    pub(crate) fn new(text: &'a str, start: usize, line: usize, is_between: bool) -> Self {
        let mut words = text.split_whitespace();
        let name = words.next().unwrap_or_default();
        // psql takes several commands in a line.
        let has_one_argument = words.next().is_some_and(|key| !key.contains('\\')) && words.next().is_none();
        let is_guard = is_between && has_one_argument && matches!(name, "\\restrict" | "\\unrestrict");
        Self { name, start, end: start + text.len(), line, is_between, is_guard }
    }

    /// The advice: what to write instead, or to leave out.
    #[must_use]
    pub fn instead(&self) -> &'static str {
        match self.name.trim_start_matches('\\') {
            "restrict" | "unrestrict" => "leave it out, or give it a line of its own between two statements",
            "c" | "connect" => "leave it out: a migration runs on the database that branchline is pointed at",
            "i" | "ir" | "include" | "include_relative" => {
                "put the statements of that file here, or into a migration of their own"
            }
            "set" | "unset" | "gset" | "prompt" | "getenv" | "if" | "elif" | "else" | "endif" => {
                "write the values where they are used, or decide in a DO block"
            }
            "copy" => "write COPY … FROM stdin with the rows below it, up to a line \\.",
            "echo" | "qecho" | "warn" => "write RAISE NOTICE in a DO block, or a comment",
            "g" | "gx" => "end the statement with a semicolon",
            "gexec" => "run the statements in a DO block with EXECUTE",
            "timing" | "pset" | "x" | "a" | "t" | "o" | "d" | "dt" | "q" | "quit" => "leave it out",
            "." => "it ends the rows of a COPY … FROM stdin, and none is before it; leave it out",
            _ => "leave it out, or write SQL that does it",
        }
    }
}
