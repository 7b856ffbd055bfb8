//! The one place that prints.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::styling::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use serde_json::json;

use crate::args::Format;
use crate::failure::Failure;
use crate::notices::{Notice, WARNING};
use crate::printable::{inert, inert_json, visible, visible_beside_styles};
use crate::report::{Direction, Event, Step};
use crate::values;

pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const ODD: Style = AnsiColor::Yellow.on_default();

/// What a terminal or a log shows of a line.
pub(crate) const COLUMNS: usize = 80;

/// How often the line of what is under way moves.
const TICK: Duration = Duration::from_millis(120);

/// Where a migration's time begins, so that most names leave it in one column.
const NAME_WIDTH: usize = 56;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// Something is wrong and has been told.
    Failed,
    /// The command was called in a way that makes no sense; clap ends so too.
    Usage,
    /// There is something to do.
    Pending,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Pending => 3,
        })
    }
}

/// What a proof says of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It leads where it should.
    Passed,
    /// It does not.
    Refused,
}

/// Wrong usage that the grammar cannot tell.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) &'static str);

/// Prints for people or for machines. Results go to standard output, progress of a run too; what is out of the ordinary
/// goes to standard error. Colours are for terminals only.
pub(crate) struct Output {
    format: Format,
    /// The line of what is under way, with a clock. It is there on a terminal only, and nowhere for machines.
    line: ProgressBar,
}

impl Output {
    pub(crate) fn new(format: Format) -> Self {
        let target = match format {
            Format::Text => ProgressDrawTarget::stderr(),
            Format::Json => ProgressDrawTarget::hidden(),
        };
        // The template is a constant.
        let style = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}");
        let line = ProgressBar::with_draw_target(None, target);
        Self { format, line: line.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner())) }
    }

    /// A command's result: the text for people, the value for machines.
    pub(crate) fn result(&self, value: &impl Serialize, text: &impl fmt::Display) {
        match self.format {
            Format::Text => out(&inert(&visible_beside_styles(&text.to_string()))),
            Format::Json => out(&inert_json(&json(value))),
        }
    }

    /// A text in a form of its own, whatever the format. It is printed byte by byte, so that it must hold no line that a
    /// pipeline would obey.
    pub(crate) fn text(&self, text: &impl fmt::Display) {
        out(text);
    }

    /// A script of SQL; for machines as a document with the one field `sql`. A script is printed byte by byte.
    pub(crate) fn script(&self, sql: &str) {
        match self.format {
            Format::Text => out(&sql.trim_end()),
            Format::Json => self.result(&json!({ "sql": sql }), &""),
        }
    }

    /// Something that a run did. Machines get it with the report.
    pub(crate) fn event(&self, event: &Event) {
        match (self.format, event) {
            (Format::Json, _) => {}
            // Where lines are kept, as in CI, the one that it ends with is enough.
            (Format::Text, Event::Started { migration, .. }) => {
                self.line.set_message(migration.clone());
                self.line.reset();
                self.line.enable_steady_tick(TICK);
            }
            (Format::Text, Event::Done(step)) => {
                self.line.finish_and_clear();
                out(&done(step));
            }
            (Format::Text, Event::Notices { migration, notices, left_out }) => self.line.suspend(|| {
                for Notice { severity, message } in notices {
                    let style = if severity == WARNING { ODD } else { Style::new() };
                    let severity = severity.to_lowercase();
                    let message = visible(message);
                    let message = inert(&message);
                    err(&format_args!("{migration}: {style}{severity}{style:#}: {message}"));
                }
                if *left_out > 0 {
                    err(&format_args!("{migration}: {left_out} notices more"));
                }
            }),
            (Format::Text, event) => {
                let text = Progress(event).to_string();
                let text = inert(&visible(&text)).into_owned();
                self.line.suspend(|| err(&format_args!("{ODD}{text}{ODD:#}")));
            }
        }
    }

    /// What a proof says of a migration, a line each. Machines get it with the result.
    pub(crate) fn judged(&self, migration: &str, verdict: Verdict, took: Duration) {
        if self.format == Format::Json {
            return;
        }
        self.line.finish_and_clear();
        let (style, mark) = match verdict {
            Verdict::Passed => (GOOD, "+"),
            Verdict::Refused => (BAD, "!"),
        };
        out(&line(style, mark, migration, took));
    }

    /// Ends the line of what is under way.
    pub(crate) fn still(&self) {
        self.line.finish_and_clear();
    }

    /// A word about the run, beside its result.
    pub(crate) fn note(&self, text: &impl fmt::Display) {
        let text = text.to_string();
        err(&inert(&wrap(&visible(&text))));
    }

    /// Why the command failed, with its exit status.
    pub(crate) fn failed(&self, error: &anyhow::Error) -> ExitCode {
        let message = chain(error);
        self.line.finish_and_clear();
        match self.format {
            Format::Text => {
                // The word is coloured after wrapping, which counts what is seen.
                let text = wrap(&visible(&format!("error: {message}")));
                let text = inert(&text);
                let text = text.strip_prefix("error:").unwrap_or(&text);
                err(&format_args!("{BAD}error:{BAD:#}{text}"));
            }
            Format::Json => out(&inert_json(&json(&failure(error, &message)))),
        }
        if error.is::<Usage>() { Exit::Usage.into() } else { Exit::Failed.into() }
    }
}

fn done(step: &Step) -> String {
    let (style, mark) = match step.direction {
        Direction::Up => (GOOD, "+"),
        Direction::Down => (ODD, "-"),
    };
    line(style, mark, &step.migration, step.duration)
}

fn line(style: Style, mark: &str, name: &str, took: Duration) -> String {
    format!("{style}{mark}{style:#} {name:NAME_WIDTH$} {:>8}", Took(took).to_string())
}

struct Progress<'a>(&'a Event);

impl fmt::Display for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Event::Waiting { holder: Some(holder) } => write!(f, "waiting for another run to end ({holder})"),
            Event::Waiting { holder: None } => f.write_str("waiting for another run to end"),
            Event::Retrying { file, reason, pause, attempt, attempts } => {
                write!(f, "{file}: {reason}; attempt {attempt} of {attempts} in {}", Took(*pause))
            }
            Event::Started { migration, .. }
            | Event::Notices { migration, .. }
            | Event::Done(Step { migration, .. }) => f.write_str(migration),
        }
    }
}

/// A time as people read it.
pub(crate) struct Took(pub(crate) Duration);

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_millis() {
            millis @ 0..1_000 => write!(f, "{millis} ms"),
            millis @ 1_000..60_000 => write!(f, "{}.{} s", millis / 1_000, millis % 1_000 / 100),
            millis => write!(f, "{} min {} s", millis / 60_000, millis % 60_000 / 1_000),
        }
    }
}

/// Breaks prose between words. Lines that begin with a space are quoted and stay as they are.
pub(crate) fn wrap(text: &str) -> String {
    text.lines()
        .map(|line| if line.starts_with(' ') { line.to_owned() } else { wrap_to(line, COLUMNS) })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Breaks a line between words, so that no part is longer than so many columns, a longer word aside.
pub(crate) fn wrap_to(line: &str, columns: usize) -> String {
    let mut wrapped = String::new();
    let mut column = 0;
    for word in line.split(' ') {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > columns {
            wrapped.push('\n');
            column = 0;
        } else if column > 0 {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += width;
    }
    wrapped
}

/// `1 table`, `2 tables`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The error with its causes. A cause that its effect has told already ends the chain.
pub(crate) fn chain(error: &anyhow::Error) -> String {
    let mut message = String::new();
    for cause in error.chain() {
        if !message.is_empty() {
            message.push_str(": ");
        }
        match cause.downcast_ref::<pg::Error>() {
            Some(error) => message.push_str(&values::as_asked(error, None)),
            None => message.push_str(&cause.to_string()),
        }
        if tells_its_causes(cause) {
            break;
        }
    }
    message
}

fn tells_its_causes(error: &(dyn Error + 'static)) -> bool {
    error.is::<Failure>() || error.is::<pg::Error>()
}

fn failure(error: &anyhow::Error, message: &str) -> serde_json::Value {
    let failure = error.downcast_ref::<Failure>();
    json!({ "error": {
        "message": message,
        "file": failure.map(|f| &f.file),
        "line": failure.and_then(|f| f.line),
        "statement": failure.and_then(|f| f.statement.as_ref()),
        "sqlstate": failure.and_then(Failure::code),
        "notices": failure.map(|f| &f.notices).filter(|notices| !notices.is_empty()),
    }})
}

fn json(value: &impl Serialize) -> String {
    // Our own types have string keys and no failing serializer.
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// A reader that has gone, as `head` does, is no error of ours.
fn out(text: &impl fmt::Display) {
    let _: io::Result<()> = writeln!(anstream::stdout(), "{text}");
}

fn err(text: &impl fmt::Display) {
    let _: io::Result<()> = writeln!(anstream::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_to_what_people_read() {
        let took = |millis| Took(Duration::from_millis(millis)).to_string();
        assert_eq!([took(0), took(999), took(1_250), took(61_500)], ["0 ms", "999 ms", "1.2 s", "1 min 1 s"]);
    }

    #[test]
    fn prose_is_wrapped_and_quoted_lines_are_not() {
        let words = ["word"; 20].join(" ");
        let first = ["word"; 16].join(" ");
        assert_eq!(wrap(&words), format!("{first}\n{}", ["word"; 4].join(" ")));
        assert_eq!(wrap(&format!("    {words}")), format!("    {words}"));
        assert_eq!(wrap(&"x".repeat(90)), "x".repeat(90));
    }

    #[test]
    fn causes_follow_their_effect() {
        let error = anyhow::anyhow!("no such file").context("reading a").context("loading");
        assert_eq!(chain(&error), "loading: reading a: no such file");
    }
}
