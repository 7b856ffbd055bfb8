//! The one place that prints.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::styling::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use serde_json::json;

use crate::options::Format;
use engine::failure::Failure;
use engine::failure::chain;
use engine::notices::{self, Notice};
use engine::report::{Direction, Event, Step};
use engine::verify::{ProofEvent, Verdict};
use text::{HumanDuration, wrap};
use text::{inert, inert_json, visible, visible_beside_styles};

pub(crate) const SUCCESS: Style = AnsiColor::Green.on_default();
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();

/// The form of the JSON documents, which docs/json.md describes; another number for another form.
const FORMAT: u32 = 1;

/// Interval at which the progress line moves.
const TICK: Duration = Duration::from_millis(120);

/// Column of a migration's time; most names are shorter.
const NAME_WIDTH: usize = 56;

/// The exit statuses of commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// Something is wrong and has been reported.
    Failed,
    /// The command was called in a way that makes no sense; clap ends so too.
    Usage,
    /// There is something to do, or to look at.
    Attention,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Attention => 3,
        })
    }
}

/// Wrong usage that the grammar cannot tell.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) &'static str);

/// Prints for people or for machines. Results go to standard output, progress of a run too; what is out of
/// the ordinary goes to standard error. Colours are for terminals only.
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
            Format::Json => out(&inert_json(&json(&Document { format: FORMAT, value }))),
        }
    }

    /// The same for a value that is a document by itself, with a `format` of its own.
    pub(crate) fn document(&self, value: &impl Serialize, text: &impl fmt::Display) {
        match self.format {
            Format::Text => self.result(&(), text),
            Format::Json => out(&inert_json(&json(value))),
        }
    }

    /// A text in a form of its own, whatever the format. It is printed byte by byte, so that it must hold no
    /// line that a pipeline would obey.
    pub(crate) fn text(&self, text: &impl fmt::Display) {
        out(text);
    }

    /// A script of SQL; for machines as a document with the one field `sql`. A script is printed byte by
    /// byte.
    pub(crate) fn script(&self, sql: &str) {
        match self.format {
            Format::Text => out_as_it_is(sql.trim_end()),
            Format::Json => self.result(&json!({ "sql": sql }), &""),
        }
    }

    /// SQL that psql runs as it stands, printed byte by byte; for machines the value.
    pub(crate) fn sql(&self, value: &impl Serialize, sql: &str) {
        match self.format {
            Format::Text => out_as_it_is(sql.trim_end()),
            Format::Json => self.result(value, &""),
        }
    }

    /// The value for machines; people were told otherwise.
    pub(crate) fn result_for_machines(&self, value: &impl Serialize) {
        if self.format == Format::Json {
            self.result(value, &"");
        }
    }

    /// Something that a run did. Machines get it with the report.
    pub(crate) fn event(&self, event: &Event) {
        match (self.format, event) {
            (Format::Json, _) => {}
            // Logs keep every line, as in CI; there, the final line is enough.
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
                    let style = if severity == notices::WARNING { WARNING } else { Style::new() };
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
                self.line.suspend(|| err(&format_args!("{WARNING}{text}{WARNING:#}")));
            }
        }
    }

    /// Something that happened during a proof; of each migration a line. Machines get it with the result.
    pub(crate) fn proof_event(&self, event: ProofEvent) {
        let (migration, verdict, duration) = match event {
            ProofEvent::Run(event) => return self.event(&event),
            ProofEvent::Judged { migration, verdict, duration } => (migration, verdict, duration),
        };
        if self.format == Format::Json {
            return;
        }
        self.line.finish_and_clear();
        let (style, mark) = match verdict {
            Verdict::Passed => (SUCCESS, "+"),
            Verdict::Refused => (ERROR, "!"),
        };
        out(&line(style, mark, &migration, duration));
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
                err(&format_args!("{ERROR}error:{ERROR:#}{text}"));
            }
            Format::Json => {
                let value = &failure(error, &message);
                out(&inert_json(&json(&Document { format: FORMAT, value })));
            }
        }
        if error.is::<Usage>() { Exit::Usage.into() } else { Exit::Failed.into() }
    }
}

fn done(step: &Step) -> String {
    let (style, mark) = match step.direction {
        Direction::Up => (SUCCESS, "+"),
        Direction::Down => (WARNING, "-"),
    };
    line(style, mark, &step.migration, step.duration)
}

fn line(style: Style, mark: &str, name: &str, took: Duration) -> String {
    format!("{style}{mark}{style:#} {name:NAME_WIDTH$} {:>8}", HumanDuration(took).to_string())
}

struct Progress<'a>(&'a Event);

impl fmt::Display for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Event::Waiting { holder: Some(holder) } => write!(f, "waiting for another run to end ({holder})"),
            Event::Waiting { holder: None } => f.write_str("waiting for another run to end"),
            Event::Retrying { file, reason, pause, attempt, attempts } => {
                write!(f, "{file}: {reason}; attempt {attempt} of {attempts} in {}", HumanDuration(*pause))
            }
            Event::Started { migration, .. }
            | Event::Notices { migration, .. }
            | Event::Done(Step { migration, .. }) => f.write_str(migration),
        }
    }
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

/// An object with the number of its form.
#[derive(Serialize)]
struct Document<'a, T> {
    format: u32,
    #[serde(flatten)]
    value: &'a T,
}

fn json(value: &impl Serialize) -> String {
    // Our own types have string keys and no failing serializer.
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// A reader that has gone, as `head` does, is no error of ours.
fn out(text: &impl fmt::Display) {
    let _: io::Result<()> = writeln!(anstream::stdout(), "{text}");
}

/// What is in a string of SQL stays in it, were it a terminal's escape sequence.
fn out_as_it_is(text: &str) {
    let _: io::Result<()> = writeln!(io::stdout(), "{text}");
}

fn err(text: &impl fmt::Display) {
    let _: io::Result<()> = writeln!(anstream::stderr(), "{text}");
}
