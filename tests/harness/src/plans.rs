//! Plans of statements, as the server logs them.

use crate::Fixture;

impl Fixture {
    /// Has sessions that begin from now on log the plans of all their statements.
    pub async fn log_plans(&self) {
        let database = self.database.name();
        self.execute(&format!(
            "ALTER DATABASE {database} SET session_preload_libraries = 'auto_explain';
             ALTER DATABASE {database} SET auto_explain.log_min_duration = 0"
        ))
        .await;
    }

    /// The plans that were logged, each with its statement.
    #[must_use]
    pub fn plans(&self) -> Vec<String> {
        let log = self.database.server().log().unwrap();
        let of_this_database = format!(" {} ", self.database.name());
        let mut plans: Vec<String> = Vec::new();
        let mut is_in_plan = false;
        for line in log.lines() {
            // Continuation lines of a message are indented.
            if !line.starts_with(['\t', ' ']) {
                is_in_plan = line.contains(&of_this_database) && line.contains("plan:");
                if is_in_plan {
                    plans.push(String::new());
                }
            }
            if is_in_plan && let Some(plan) = plans.last_mut() {
                plan.push_str(line);
                plan.push('\n');
            }
        }
        plans
    }
}
