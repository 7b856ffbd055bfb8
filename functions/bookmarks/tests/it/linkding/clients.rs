//! linkding's clients as they are, every call that they can make: aiolinkding and linkding-cli, which
//! `make test` brings, and the requests of its browser extension, where Node is there and
//! `scripts/tools.sh linkding-extension` can bring them.

use std::path::PathBuf;
use std::process::Command;

use harness::{Bridge, Fixture, app, has_node};
use support::project_root;

const TOKEN: &str = "correct-horse-battery";
const WRONG_TOKEN: &str = "correct-horse-batteries";

/// A file that `scripts/tools.sh` installs with a tool.
fn installed(tool: &str, file: &str) -> Option<PathBuf> {
    let path = project_root().join(".tools").join(tool).join(file);
    if !path.exists() {
        support::skipped(format!("{tool} is not installed (scripts/tools.sh {tool})"));
        return None;
    }
    Some(path)
}

fn script(name: &str) -> PathBuf {
    project_root().join("functions/bookmarks/tests/it/linkding").join(name)
}

/// Runs a command against a function of its own, whose address and tokens are the last arguments.
async fn assert_passes(mut command: Command) {
    let fixture = Fixture::new();
    let app = app(&fixture.database.url(), &[("ACCESS_TOKEN", TOKEN)]);
    let server = Bridge::start(app, bookmarks::handle, bookmarks::is_public, "bookmarks").await;
    command.args([&server.url(), TOKEN, WRONG_TOKEN]).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
}

#[tokio::test]
async fn aiolinkding_and_linkding_cli_work_with_all_that_they_can() {
    let Some(python) = installed("linkding-clients", "run") else { return };
    let mut command = Command::new(python);
    command.arg(script("clients.py"));
    assert_passes(command).await;
}

#[tokio::test]
async fn the_browser_extensions_requests_all_work() {
    let Some(requests) = installed("linkding-extension", "src/linkding.js") else { return };
    if !has_node() {
        return;
    }
    let mut command = Command::new("node");
    command.arg(script("extension.mjs")).arg(requests);
    assert_passes(command).await;
}
