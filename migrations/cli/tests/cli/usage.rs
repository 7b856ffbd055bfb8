use std::fs;
use std::path::Path;
use std::process::Command;

use crate::harness::{GATE, Project, first_line};

/// The words of every command, `help` itself aside, and of those below it.
fn commands(project: &Project, words: &[String]) -> Vec<Vec<String>> {
    let help = help(project, words);
    let below = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    // A name stands two columns in; what is further in goes on with the line before.
    let names = below.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    let mut found = vec![words.to_vec()];
    for name in names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        found.extend(commands(project, &[words, &[name.to_owned()]].concat()));
    }
    found
}

fn help(project: &Project, words: &[String]) -> String {
    let words: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
    project.done(&words).stdout
}

#[expect(clippy::disallowed_methods, reason = "the test's own, and not the program's")]
#[test]
fn every_commands_help_fits_eighty_columns_and_reads_as_the_page_has_it() {
    let project = Project::with(&[]);
    let all = commands(&project, &[]);
    assert!(all.len() > 20, "{all:?}");
    let mut page = String::new();
    for words in all {
        let text = help(&project, &words);
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{words:?}: {line}");
        }
        // The options that every command has are shown once.
        let parts = text.trim_end().split("\n\n");
        let own = parts.filter(|part| words.is_empty() || !part.starts_with("Global options:"));
        let call = [&["branchline".to_owned()], &words[..], &["--help".to_owned()]].concat().join(" ");
        page += &format!("$ {call}\n\n{}\n\n\n", own.collect::<Vec<_>>().join("\n\n"));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/help.txt");
    if std::env::var_os("UPDATE_HELP").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap();
    assert!(page == expected, "the help has changed: look at it, then UPDATE_HELP=1 writes help.txt");
}

#[test]
fn bash_completes_commands_options_and_values() {
    let project = Project::with(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = project.done(&["completions", shell]).stdout;
        assert!(script.contains("downgrade") && script.contains("lock-timeout"), "{shell}");
    }
    fs::write(project.folder().join("completions"), project.done(&["completions", "bash"]).stdout).unwrap();
    let complete = |words: &str| {
        // As bash calls the function that the script registers.
        let script = format!(
            "source completions; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _branchline branchline \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; \
             echo \"${{COMPREPLY[@]}}\""
        );
        let output =
            Command::new("bash").args(["-c", &script]).current_dir(project.folder()).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    };
    assert_eq!(complete("branchline down"), "downgrade");
    assert_eq!(complete("branchline upgrade --dry"), "--dry-run");
    assert_eq!(complete("branchline current --format j"), "json");
}

#[test]
fn wrong_usage_has_its_own_exit_status() {
    let project = Project::with(&[]);
    for call in [
        &["upgrade", "nonsense"][..],
        &["downgrade"],
        &["downgrade", "+1"],
        &["stamp", "-1"],
        &["nonsense"],
        &["upgrade", "--lock-timeout", "3"],
    ] {
        assert_eq!(project.run(call).code, Some(2), "{call:?}");
    }
}

#[test]
fn without_a_database_it_says_where_one_is_named() {
    let project = Project::with_three();
    let output = project.command(&["current"]).env_remove("DIRECT_DATABASE_URL").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("DIRECT_DATABASE_URL or DATABASE_URL"), "{error}");
}

#[test]
fn the_file_of_variables_in_this_folder_is_read() {
    let project = Project::with_three();
    let variable = format!("DIRECT_DATABASE_URL='{}'\n", project.database.url());
    fs::write(project.folder().join(".env"), variable).unwrap();
    let output = project.command(&["current"]).env_remove("DIRECT_DATABASE_URL").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_server_that_is_not_there_is_reported_without_the_password() {
    let project = Project::with_three();
    let run = project.run(&["current", "--database-url", "postgresql://u:canary@localhost:1/d"]);
    let error = run.refusal();
    assert!(error.contains("localhost port 1 cannot be reached"), "{error}");
    assert!(!error.contains("canary"), "{error}");
}

#[test]
fn output_that_nobody_reads_to_the_end_is_no_error() {
    let project = Project::with_three();
    let mut child = project.start(&["history"]);
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_terminal_shows_what_is_under_way_and_for_how_long_and_a_log_does_not() {
    let project = Project::with(&[("V1__slow.sql", GATE)]);
    project.make_gate();
    let mut logged = project.start(&["upgrade", "--dry-run"]);
    project.wait_for_gate();
    project.open_gate();
    assert_eq!(first_line(&mut logged), "");
    assert!(logged.wait().unwrap().success());
    project.sql("SELECT setval('gate', 1, false)");
    let mut is_open = false;
    let shown = on_a_terminal(project.command(&["upgrade"]), |shown| {
        // It runs for a second before the gate is opened.
        if !is_open && shown.contains(" 1s") {
            project.open_gate();
            is_open = true;
        }
    });
    assert!(shown.contains("V1__slow") && is_open, "{shown:?}");
    let done = shown.lines().find(|line| line.contains('+') && line.contains("V1__slow"));
    let ends_with_its_time = |line: &str| line.ends_with(" s") || line.ends_with(" ms");
    assert!(ends_with_its_time(done.unwrap().trim_end()), "what is done stands there in the end: {shown:?}");
}

/// Returns a program's output on a terminal of 80 columns, and shows it to `watch` as it grows.
fn on_a_terminal(mut command: Command, mut watch: impl FnMut(&str)) -> String {
    let master =
        rustix::pty::openpt(rustix::pty::OpenptFlags::RDWR | rustix::pty::OpenptFlags::NOCTTY).unwrap();
    rustix::pty::grantpt(&master).unwrap();
    rustix::pty::unlockpt(&master).unwrap();
    let size = rustix::termios::Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
    rustix::termios::tcsetwinsize(&master, size).unwrap();
    let name = rustix::pty::ptsname(&master, Vec::new()).unwrap();
    let terminal = || fs::OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    let mut child = command.stdout(terminal()).stderr(terminal()).env("TERM", "xterm").spawn().unwrap();
    drop(command);
    let mut shown = Vec::new();
    let mut chunk = [0; 4096];
    // The terminal ends with an error when nobody has it open any more.
    while let Ok(count) = rustix::io::read(&master, &mut chunk) {
        shown.extend_from_slice(&chunk[..count]);
        watch(&String::from_utf8_lossy(&shown));
    }
    assert!(child.wait().unwrap().success());
    String::from_utf8(shown).unwrap()
}
