//! Running a program to its end.

use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Feeds the program its standard input and waits for it.
///
/// # Errors
/// The program's standard error, if it failed.
pub(crate) fn run(command: &mut Command, input: &str) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let command = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| program.clone())?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(())
}
