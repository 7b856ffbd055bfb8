//! `branchline completions SHELL`.

use clap_complete::{Shell, generate};

use super::Context;
use crate::output::Exit;

/// Print a script that completes commands and options in a shell
#[derive(clap::Args)]
#[command(after_help = "For this session:  source <(branchline completions bash)\n\
                        For every session, write the script to\n  \
                        bash  ~/.local/share/bash-completion/completions/branchline\n  \
                        zsh   _branchline in a folder of $fpath\n  \
                        fish  ~/.config/fish/completions/branchline.fish")]
pub(crate) struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(crate) fn run(args: &Args, mut grammar: clap::Command, context: &Context<'_>) -> Exit {
    let mut script = Vec::new();
    generate(args.shell, &mut grammar, "branchline", &mut script);
    context.output.text(&String::from_utf8_lossy(&script).trim_end());
    Exit::Done
}
