//! The shell that owns a server: see watcher.sh for why there is one.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::{Lifetime, Owner};
use crate::environment;

const SCRIPT: &str = include_str!("watcher.sh");

pub(super) struct Watcher {
    shell: Child,
    /// Open for as long as the server is wanted.
    commands: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
}

impl Watcher {
    /// Starts the shell as `owner`. It and all it starts write to `log`, and so hold a lock on that file.
    pub(super) fn spawn(
        owner: Owner,
        bin_dir: &Path,
        home: &Path,
        lifetime: Lifetime,
        log: File,
    ) -> Result<Self> {
        let (signal, at_end) = match lifetime {
            // Nobody reads the data again: the fastest way out is enough.
            Lifetime::Temporary => ("QUIT", "remove"),
            Lifetime::Kept => ("INT", "keep"),
        };
        let mut command = Command::new("/bin/sh");
        command.args(["-c", SCRIPT, "branchline-postgres"]).arg(bin_dir).arg(home).args([signal, at_end]);
        // None of the caller's PG* variables, locale or time zone reaches the server.
        command.env_clear().env("PATH", environment::search_path()).env("LC_ALL", "C").env("TZ", "UTC");
        command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        // Signals that a terminal sends to the caller's group do not come here.
        let mut shell = owner.run_as(command.process_group(0)).spawn().context("starting /bin/sh")?;
        let commands = shell.stdin.take();
        let replies = shell.stdout.take().context("the shell has no standard output")?;
        Ok(Self { shell, commands, replies: BufReader::new(replies) })
    }

    /// Sends one command and waits for the word that answers it.
    pub(super) fn ask(&mut self, command: &str) -> Result<String> {
        let commands = self.commands.as_mut().context("the server has been stopped")?;
        writeln!(commands, "{command}").context("the process that watches the server is gone")?;
        let mut reply = String::new();
        self.replies.read_line(&mut reply)?;
        ensure!(!reply.is_empty(), "the process that watches the server is gone");
        Ok(reply.trim_end().to_owned())
    }
}

impl Drop for Watcher {
    /// Ends the shell, which first ends the server, and waits for both.
    fn drop(&mut self) {
        drop(self.commands.take());
        // Fails only for a process that is not our child.
        let _ = self.shell.wait();
    }
}
