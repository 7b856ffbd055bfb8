//! Logs: JSON on Lambda, for people elsewhere. Events are logged once, where they are handled; secrets never.

pub mod metrics;

use std::str::FromStr;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging to standard error. `LOG_LEVEL`, or on Lambda `AWS_LAMBDA_LOG_LEVEL`, sets the least level
/// (error, warn, info, debug, trace; info where absent or unknown). `function` is the name of the function's
/// crate. A second call does nothing.
pub fn init(function: &str, lookup: impl Fn(&str) -> Option<String>) {
    let level = ["AWS_LAMBDA_LOG_LEVEL", "LOG_LEVEL"]
        .iter()
        .find_map(|name| lookup(name))
        .and_then(|level| LevelFilter::from_str(&level).ok())
        .unwrap_or(LevelFilter::INFO);
    // Below warnings, the libraries' own events are of use to nobody who runs this.
    let levels = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_targets(["branchline", "sql", function].map(|target| (target, level)));
    let on_lambda = lookup("AWS_LAMBDA_INITIALIZATION_TYPE").is_some_and(|kind| !kind.trim().is_empty());
    // The runtime calls it an error that nobody waits for an answer any more. At the emulator that is a
    // client which did not wait for the build.
    let answers = if on_lambda { LevelFilter::ERROR } else { LevelFilter::OFF };
    let levels = levels.with_target("lambda_runtime::layers::api_client", answers);
    let registry = tracing_subscriber::registry().with(levels);
    let started = if on_lambda {
        let json = fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false);
        registry.with(json.with_writer(std::io::stderr)).try_init()
    } else {
        registry.with(fmt::layer().with_target(false).with_writer(std::io::stderr)).try_init()
    };
    if started.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let location = panic.location().map(ToString::to_string);
            let message = panic.payload_as_str().unwrap_or("no message");
            tracing::error!(target: "branchline_web", location, "panicked: {message}");
        }));
    }
}
