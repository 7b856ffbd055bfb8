//! The function's process.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use tokio::sync::watch;

use super::output::Output;

/// Kills the function when the process that started both ends without a word; a line means that the function
/// has ended. It has to see that end, so it ignores what a terminal sends.
const GUARD: &str = r#"trap '' HUP INT QUIT TERM; read -r _ || kill -s KILL "$1""#;

/// The variables that Lambda sets for a custom runtime (AWS Lambda Developer Guide, "Defined runtime
/// environment variables").
const VARIABLES: [(&str, &str); 13] = [
    ("_HANDLER", "bootstrap"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_DEFAULT_REGION", "eu-central-1"),
    ("AWS_LAMBDA_FUNCTION_NAME", "function"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/function"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[$LATEST]0"),
    ("LAMBDA_TASK_ROOT", "/var/task"),
    ("LANG", "en_US.UTF-8"),
    ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    ("TZ", ":UTC"),
];

#[derive(Debug)]
pub(super) struct Process {
    pid: Pid,
    started: Instant,
    /// None once the process has been reaped. Until then nobody else gets its id.
    child: Arc<Mutex<Option<Child>>>,
    status: watch::Receiver<Option<ExitStatus>>,
    stdout: Output,
    stderr: Output,
    reaper: Option<JoinHandle<()>>,
}

impl Process {
    pub(super) fn spawn(binary: &Path, api: &str, env: &[(&str, &str)]) -> io::Result<Self> {
        let mut command = Command::new(binary);
        command.env_clear().envs(VARIABLES).env("AWS_LAMBDA_RUNTIME_API", api).envs(env.iter().copied());
        command.stdin(Stdio::null());
        // Pipes of ours, so that both ends have a type without an Option around it.
        let ((stdout, stdout_writer), (stderr, stderr_writer)) = (io::pipe()?, io::pipe()?);
        command.stdout(stdout_writer).stderr(stderr_writer);
        let started = Instant::now();
        let mut child = command.spawn()?;
        // It holds the writing ends, without which the readers see the end.
        drop(command);
        let pid = Pid::from_child(&child);
        let guard = match guard(pid) {
            Ok(guard) => guard,
            Err(error) => {
                child.kill()?;
                child.wait()?;
                return Err(error);
            }
        };
        let ((stdout, stdout_reader), (stderr, stderr_reader)) = (Output::read(stdout), Output::read(stderr));
        let child = Arc::new(Mutex::new(Some(child)));
        let (ended, status) = watch::channel(None);
        let reaper = thread::spawn({
            let child = Arc::clone(&child);
            move || {
                // Neither fails for a child of ours and for threads that cannot panic.
                let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
                let _ = (stdout_reader.join(), stderr_reader.join());
                release(guard);
                let child = child.lock().unwrap_or_else(PoisonError::into_inner).take();
                ended.send_replace(child.and_then(|mut child| child.wait().ok()));
            }
        });
        Ok(Self { pid, started, child, status, stdout, stderr, reaper: Some(reaper) })
    }

    pub(super) fn id(&self) -> u32 {
        self.pid.as_raw_nonzero().get().unsigned_abs()
    }

    /// When it was started.
    pub(super) fn started(&self) -> Instant {
        self.started
    }

    /// Does nothing to a process that has ended.
    pub(super) fn signal(&self, signal: Signal) {
        if self.child.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            // A zombie takes signals too.
            let _ = kill_process(self.pid, signal);
        }
    }

    /// Waits for its end.
    pub(super) async fn status(&self) -> ExitStatus {
        let mut status = self.status.clone();
        let ended = status.wait_for(Option::is_some).await;
        ended.ok().and_then(|status| *status).unwrap_or_default()
    }

    /// Waits for its end, and tells of it with what it wrote to standard error.
    pub(super) async fn end(&self) -> String {
        format!("{}\n{}", self.status().await, self.stderr())
    }

    pub(super) fn stdout(&self) -> String {
        self.stdout.text()
    }

    pub(super) fn stderr(&self) -> String {
        self.stderr.text()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        if let Some(reaper) = self.reaper.take() {
            // Fails only if the reaper panicked.
            let _ = reaper.join();
        }
    }
}

fn guard(pid: Pid) -> io::Result<Child> {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", GUARD, "branchline-guard", &pid.to_string()]);
    command.env_clear().current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.process_group(0).spawn()
}

fn release(mut guard: Child) {
    // A guard that is gone needs no release.
    if let Some(mut stdin) = guard.stdin.take() {
        let _ = stdin.write_all(b"\n");
    }
    let _ = guard.wait();
}
