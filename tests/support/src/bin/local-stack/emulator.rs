//! `cargo lambda watch`, and the functions that it runs.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdin, Command};

/// The emulator's default port.
pub(crate) const USUAL_PORT: u16 = 9000;

/// It builds nothing at its start, so it is there soon or not at all.
const START: Duration = Duration::from_secs(30);

const GUARD: &str = include_str!("guard.sh");

/// The ways to run the emulator.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The sources stay as they are, and what is printed goes to [`LOG`].
    Once,
    /// A function is rebuilt when its sources change, several requests to it run at once, and what is
    /// printed goes to the terminal.
    Development,
}

/// Below the project's root.
const LOG: &str = ".local/emulator.log";

/// Number of requests to one function that run at once in development: a browser asks for an import's
/// progress meanwhile.
const CONCURRENCY: &str = "4";

/// A running emulator. Dropping it ends it and the functions; so does the end of this process, even by
/// SIGKILL.
pub(crate) struct Emulator {
    guard: Child,
    /// Open for as long as the emulator is wanted. Tokio closes what a child still holds when it is waited
    /// for.
    wanted: Option<ChildStdin>,
    port: u16,
    mode: Mode,
}

impl Emulator {
    /// Starts it and waits until it accepts connections. The functions are started by their first requests.
    pub(crate) async fn start(root: &Path, variables: &[(String, String)], mode: Mode) -> Result<Self> {
        let port = free_port()?;
        let mut guard = Command::new("/bin/sh");
        guard.args(["-c", GUARD, "branchline-emulator"]).arg(program(root)).args(["lambda", "watch"]);
        guard.args(["--invoke-address", "127.0.0.1", "--invoke-port"]).arg(port.to_string());
        match mode {
            Mode::Once => {
                let log = File::create(root.join(LOG)).with_context(|| LOG)?;
                guard.arg("--ignore-changes").stdout(log.try_clone()?).stderr(log);
            }
            Mode::Development => {
                guard.args(["--concurrency", CONCURRENCY]);
            }
        }
        guard.current_dir(root).envs(variables.iter().map(|(name, value)| (name, value)));
        // Control-C on the terminal ends this process; the guard then sees its end.
        let mut guard = guard.process_group(0).stdin(Stdio::piped()).spawn().context("starting /bin/sh")?;
        let mut emulator = Self { wanted: guard.stdin.take(), guard, port, mode };
        emulator.wait_until_it_listens().await?;
        Ok(emulator)
    }

    /// The TCP port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Waits until it ends by itself, which it does when it fails.
    pub(crate) async fn ended(&mut self) -> anyhow::Error {
        match self.guard.wait().await {
            Ok(status) if self.mode == Mode::Once => {
                anyhow::anyhow!("cargo lambda watch ended ({status}); {LOG} tells why")
            }
            Ok(status) => anyhow::anyhow!("cargo lambda watch ended ({status})"),
            Err(error) => error.into(),
        }
    }

    async fn wait_until_it_listens(&mut self) -> Result<()> {
        let deadline = Instant::now() + START;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await.is_err() {
            if self.guard.try_wait()?.is_some() {
                return Err(self.ended().await);
            }
            if Instant::now() > deadline {
                bail!("cargo lambda watch does not listen after {} s", START.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.wanted.take());
        // The guard takes 5 s at the most; the functions are gone when it is.
        while let Ok(None) = self.guard.try_wait() {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The project's own, where the machine has none of a right version: `make tools` decides.
fn program(root: &Path) -> PathBuf {
    let own = root.join(".tools/bin/cargo-lambda");
    if own.exists() { own } else { PathBuf::from("cargo-lambda") }
}

fn free_port() -> Result<u16> {
    let usual = TcpListener::bind((Ipv4Addr::LOCALHOST, USUAL_PORT));
    let listener = usual.or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    Ok(listener.local_addr()?.port())
}
