//! A worker's process.

use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use support::binary;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// A running worker. Dropping it kills it.
pub(super) struct Worker {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    /// Starts one for the function at an address, which fetches from this machine.
    pub(super) fn start(jobs: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(binary("worker"));
        command.args(["--from", "127.0.0.1", jobs]).args(arguments);
        command.env_clear().envs(variables.iter().copied());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, output }
    }

    /// Ends it at once, and waits until it is gone.
    pub(super) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Stops it: none of its instructions run until [`Self::thaw`].
    pub(super) fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    pub(super) fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id().unwrap().try_into().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// The next line that it prints.
    pub(super) async fn line(&mut self) -> String {
        self.output.next_line().await.unwrap().unwrap()
    }

    /// Waits until it has ended well, and returns the lines that nobody has taken.
    pub(super) async fn output(mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(line) = self.output.next_line().await.unwrap() {
            lines.push(line);
        }
        let status = self.child.wait().await.unwrap();
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).await.unwrap();
        assert!(status.success(), "{status}: {errors}");
        lines
    }
}
