//! A process for the tests to kill: it starts what its argument says, prints whom to look for, and stays.

#![expect(clippy::print_stdout, reason = "the test reads it")]

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};
use support::{Lambda, Options, PgBouncer, Postgres};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["postgres"] => {
            let server = Postgres::start(&Options::default())?;
            println!("{}", server.ca_file().display());
            stay();
        }
        ["pgbouncer"] => {
            let server = Postgres::start(&Options::default())?;
            let pooler = PgBouncer::start(&server, 1)?;
            println!("{} {}", pooler.port(), pooler.url("postgres"));
            stay();
        }
        // The hardest case: it cannot notice anything by itself.
        ["frozen-function", binary] => {
            let lambda = Lambda::start(Path::new(binary), &[])?;
            lambda.freeze();
            println!("{}", lambda.pid());
            stay();
        }
        _ => bail!("until_killed postgres | pgbouncer | frozen-function <binary>"),
    }
    Ok(())
}

/// No test takes as long.
fn stay() {
    std::thread::sleep(Duration::from_secs(60));
}
