//! A project on Neon, or what stands in for it.

use std::process::Command;

use support::NeonApi;

use crate::harness::{Project, Run};

/// A project whose database is the branch `main`.
pub struct Neon {
    pub project: Project,
    pub api: NeonApi,
}

impl Neon {
    /// With a table `kept` that holds one row.
    pub fn start() -> Self {
        Self::with_project(Project::with(&[]), "CREATE TABLE kept AS SELECT 'first'::text AS what")
    }

    /// With this project, and SQL for its database.
    pub fn with_project(project: Project, sql: &str) -> Self {
        project.sql(sql);
        let api = NeonApi::start(project.database.server(), project.database.name()).unwrap();
        Self { project, api }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.project.command(arguments);
        command
            .args(["--api-host", &self.api.host()])
            .env("NEON_API_KEY", self.api.key())
            .env("NEON_PROJECT_ID", self.api.project());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        let run = Run::wait(self.command(arguments).spawn().unwrap());
        // Whatever it says, it does not say the key.
        assert!(!run.stdout.contains(&self.api.key()) && !run.stderr.contains(&self.api.key()), "{run}");
        run
    }

    pub fn done(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(0), "{run}");
        run.stdout.trim_end().to_owned()
    }

    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let arguments: Vec<&str> = arguments.iter().chain(&["--format", "json"]).copied().collect();
        serde_json::from_str(&self.done(&arguments)).unwrap()
    }

    /// Returns a statement's result on a branch, by the URL that the command line prints for it.
    pub fn sql(&self, branch: &str, sql: &str) -> String {
        let url = self.done(&["branch", "url", branch]);
        let psql = self.project.database.server().bin_dir().join("psql");
        let mut command = Command::new(psql);
        command.args(["--no-psqlrc", "--tuples-only", "--no-align", "--command", sql, &url]);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }
}
