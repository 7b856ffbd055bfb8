//! The command that is run on the migrated copy, as its tests.

use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use pg::Url;
use rustix::process::{Pid, Signal, kill_process_group};

use super::report::CommandRun;

const INTERVAL: Duration = Duration::from_millis(20);
/// Between asking a command to end and ending it.
const GRACE: Duration = Duration::from_secs(2);

/// Variables of branchline's own: a test of a branch does not need the key to the whole project.
const OWN_SECRETS: [&str; 1] = ["NEON_API_KEY"];

/// Runs a command with `DATABASE_URL` and `DIRECT_DATABASE_URL` naming the copy and without branchline's own
/// secrets, for at most `timeout` (zero: for ever). What it prints goes to standard error, since standard
/// output is for the report. Where it is given up, so are its children.
///
/// # Errors
/// It cannot be started.
pub(super) async fn run(words: &[String], url: &Url, timeout: Duration) -> Result<Option<CommandRun>> {
    let Some((program, arguments)) = words.split_first() else { return Ok(None) };
    let begun = Instant::now();
    let mut command = Command::new(program);
    OWN_SECRETS.iter().for_each(|name| {
        command.env_remove(name);
    });
    let child = command
        .args(arguments)
        .env("DATABASE_URL", url.reveal())
        .env("DIRECT_DATABASE_URL", url.reveal())
        .stdin(Stdio::null())
        .stdout(io::stderr())
        .process_group(0)
        .spawn()
        .with_context(|| format!("the command {program} cannot be started"))?;
    let mut group = Group(child);
    let status = loop {
        if let Some(status) = group.0.try_wait()? {
            break Some(status);
        }
        if !timeout.is_zero() && begun.elapsed() >= timeout {
            break None;
        }
        tokio::time::sleep(INTERVAL).await;
    };
    if status.is_none() {
        group.signal(Signal::TERM);
        let asked = Instant::now();
        while group.0.try_wait()?.is_none() && asked.elapsed() < GRACE {
            tokio::time::sleep(INTERVAL).await;
        }
    }
    Ok(Some(CommandRun {
        command: words.to_vec(),
        outcome: status.map_or_else(
            || format!("did not end within {}, the --timeout", text::HumanDuration(timeout)),
            outcome,
        ),
        is_success: status.is_some_and(|status| status.success()),
        duration: begun.elapsed(),
    }))
}

fn outcome(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit status {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}

/// A command with what it started; all of it ends with the value.
struct Group(Child);

impl Group {
    fn signal(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw) {
            // A group that is gone needs no signal.
            let _ = kill_process_group(pid, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        // It was killed; its status is of no use here.
        let _ = self.0.wait();
    }
}
