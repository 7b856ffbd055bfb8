//! The shell that owns a server and ends with this process, by whatever signal that ends.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::Owner;

/// The start of every script: the server's start and end.
const SERVER: &str = include_str!("server.sh");

/// A shell that reads one command a line and answers each with one word. It sees the end of this process at
/// the end of its standard input. Dropping it ends it, and waits for that.
#[derive(Debug)]
pub struct Shell {
    process: Child,
    /// Open for as long as the server is wanted.
    commands: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
}

impl Shell {
    /// Starts a script as `owner`, behind the functions of server.sh. `name` is what lists of processes show
    /// of it; it and all it starts write to `log`, and so hold a lock on that file. Of the environment it has
    /// `search_path` alone: none of the caller's PG* variables, locale or time zone reaches the server.
    ///
    /// # Errors
    /// /bin/sh cannot be started.
    pub fn spawn(
        owner: Owner,
        script: &str,
        name: &str,
        arguments: &[&OsStr],
        search_path: impl AsRef<OsStr>,
        log: File,
    ) -> Result<Self> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &format!("{SERVER}{script}"), name]).args(arguments);
        command.env_clear().env("PATH", search_path).env("LC_ALL", "C").env("TZ", "UTC");
        command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        // Signals that a terminal sends to the caller's group do not come here.
        let mut process = owner.run_as(command.process_group(0)).spawn().context("starting /bin/sh")?;
        let commands = process.stdin.take();
        let replies = process.stdout.take().context("the shell has no standard output")?;
        Ok(Self { process, commands, replies: BufReader::new(replies) })
    }

    /// Sends one command and waits for the word that answers it.
    ///
    /// # Errors
    /// The shell has ended.
    pub fn ask(&mut self, command: &str) -> Result<String> {
        const GONE: &str = "the process that watches the server is gone";
        let commands = self.commands.as_mut().context(GONE)?;
        writeln!(commands, "{command}").context(GONE)?;
        let mut reply = String::new();
        self.replies.read_line(&mut reply)?;
        ensure!(!reply.is_empty(), GONE);
        Ok(reply.trim_end().to_owned())
    }
}

impl Drop for Shell {
    /// Ends the shell, which first ends the server, and waits for both.
    fn drop(&mut self) {
        drop(self.commands.take());
        // Fails only for a process that is not our child.
        let _ = self.process.wait();
    }
}
