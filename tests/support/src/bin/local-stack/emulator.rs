//! `cargo lambda watch`, and the functions that it runs.

use std::fs::File;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::net::TcpStream;
use tokio::process::{Child, Command as AsyncCommand};

/// Where the emulator listens by its own choice.
const PORT: u16 = 9000;

/// It builds nothing, so it is there soon or not at all.
const START: Duration = Duration::from_secs(30);

/// Where what it and the functions write goes.
const LOG: &str = ".local/emulator.log";

/// Ends the emulator's process group when the process that holds the pipe has ended, however it ended.
const GUARD: &str = r#"trap '' HUP INT QUIT TERM; read -r _; kill -s TERM -- "-$1" 2>/dev/null; sleep 0.3
kill -s KILL -- "-$1" 2>/dev/null"#;

pub(crate) struct Emulator {
    child: Child,
    port: u16,
    /// Its standard input is what tells of our end.
    guard: std::process::Child,
}

/// Builds the functions beforehand, with Cargo's own progress, since the emulator would do it at the first request.
pub(crate) fn build(root: &Path) -> Result<()> {
    let mut build = Command::new("cargo");
    build.args(["build", "--quiet", "--locked"]).current_dir(root);
    for function in root.join("functions").read_dir()? {
        build.arg("--package").arg(function?.file_name());
    }
    let status = build.status().context("running cargo")?;
    if !status.success() {
        bail!("the functions could not be built");
    }
    Ok(())
}

impl Emulator {
    pub(crate) async fn start(root: &Path, url: &str, watch_sources: bool) -> Result<Self> {
        let port = free_port()?;
        let log = File::create(root.join(LOG))?;
        let mut command = Command::new("cargo");
        command
            .args(["lambda", "watch", "--invoke-address", "127.0.0.1", "--invoke-port"])
            .arg(port.to_string());
        if !watch_sources {
            command.arg("--ignore-changes");
        }
        command.current_dir(root).env("DATABASE_URL", url).process_group(0);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child =
            AsyncCommand::from(command).kill_on_drop(true).spawn().context("running cargo lambda watch")?;
        let group = child.id().context("cargo lambda watch ended at once")?.to_string();
        let guard = Command::new("/bin/sh")
            .args(["-c", GUARD, "guard", &group])
            .process_group(0)
            .stdin(Stdio::piped())
            .spawn()?;
        let mut emulator = Self { child, port, guard };
        emulator.answers().await?;
        Ok(emulator)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Until it ends by itself.
    pub(crate) async fn wait(mut self) -> Result<()> {
        let status = self.child.wait().await?;
        bail!("cargo lambda watch ended ({status}); {LOG} tells why")
    }

    async fn answers(&mut self) -> Result<()> {
        let deadline = Instant::now() + START;
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("cargo lambda watch ended ({status}); {LOG} tells why");
            }
            if Instant::now() > deadline {
                bail!("cargo lambda watch does not listen after {} s; {LOG} tells why", START.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // The guard ends the group, then itself; after it nothing is left to wait for.
        let _ = self.guard.wait();
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", PORT)).or_else(|_| TcpListener::bind(("127.0.0.1", 0)))?;
    Ok(listener.local_addr()?.port())
}
