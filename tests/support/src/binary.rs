//! The workspace's binaries, for tests that run them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};

use crate::environment;

/// The path of a workspace binary, built like the running test; Cargo is asked once per process.
///
/// # Panics
/// Where the binary does not compile; the compiler's errors are on standard error.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    static BUILT: Mutex<Option<HashMap<String, PathBuf>>> = Mutex::new(None);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let built = built.get_or_insert_default();
    if let Some(path) = built.get(name) {
        return path.clone();
    }
    let path = build(name).unwrap_or_else(|error| panic!("building {name}: {error:#}"));
    built.insert(name.to_owned(), path.clone());
    path
}

fn build(name: &str) -> Result<PathBuf> {
    let mut cargo = Command::new(environment::cargo());
    // Features are resolved as for the whole workspace, so that what `cargo test` has compiled is used again.
    cargo.args(["build", "--quiet", "--workspace", "--bin", name, "--profile", &profile()?]);
    cargo.arg("--message-format=json-render-diagnostics");
    let output = cargo.current_dir(environment::project_root()).stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "cargo build failed");
    let messages = String::from_utf8(output.stdout)?;
    let mut executables = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let is_ours = message["target"]["name"] == name && message["target"]["kind"][0] == "bin";
        if is_ours { message["executable"].as_str().map(PathBuf::from) } else { None }
    });
    executables.next().context("Cargo names no executable")
}

/// The profile that the running program was built with, from the folder it is in:
/// `target/…/<folder of the profile>`, or `deps` or `examples` of that.
fn profile() -> Result<String> {
    let program = std::env::current_exe()?;
    let mut folders = program.ancestors().skip(1).filter_map(|folder| folder.file_name()?.to_str());
    let folder = folders.find(|name| !["deps", "examples"].contains(name));
    let folder = folder.context("the program is not in a target folder")?;
    // Cargo names the folder of its default profile otherwise than the profile.
    Ok(if folder == "debug" { "dev" } else { folder }.to_owned())
}
