//! The command line of the deploy step: arguments, commands, output. What the commands do is in the crates
//! below: `engine`, `rehearsal`, `neon`.

mod app;
mod commands;
mod environment;
mod options;
mod output;
mod table;

use std::process::ExitCode;

use clap::Parser;

use app::Cli;
use output::Output;

/// The program: reads the command line, runs the command, prints.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    engine::values::show(cli.global.show_values);
    let output = Output::new(cli.global.format);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output.failed(&error.into()),
    };
    match runtime.block_on(app::run(cli, &output)) {
        Ok(exit) => exit.into(),
        Err(error) => output.failed(&error),
    }
}
