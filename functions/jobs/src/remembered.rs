//! The tokens that this process wrote last: a guess that saves the round trip to read a project's.
//!
//! Nobody has to be right here. Whoever writes tokens on a guess does so where the project still has the
//! version that is guessed, and says nothing of the guess to the caller.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokens::Rows;
use uuid::Uuid;

/// How many leases are remembered. A claim takes a hundred at most.
const MAX_LEASES: usize = 1_000;

/// How many projects are remembered.
const MAX_PROJECTS: usize = 4;

/// How many tokens a project may have that is remembered, so that memory stays below some MB.
const MAX_TOKENS: usize = 2_000;

/// The tokens of a project in a version.
#[derive(Clone)]
pub(crate) struct ProjectTokens {
    pub(crate) version: String,
    pub(crate) rows: Arc<Rows>,
}

/// The newest of each are in front.
struct Remembered {
    /// The projects of leases.
    leases: VecDeque<(Uuid, i32)>,
    projects: VecDeque<(i32, ProjectTokens)>,
}

static REMEMBERED: Mutex<Remembered> =
    Mutex::new(Remembered { leases: VecDeque::new(), projects: VecDeque::new() });

fn remembered() -> MutexGuard<'static, Remembered> {
    REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Remembers the project of a lease.
pub(crate) fn remember_lease(lease_token: Uuid, project_id: i32) {
    let leases = &mut remembered().leases;
    leases.push_front((lease_token, project_id));
    leases.truncate(MAX_LEASES);
}

/// Remembers the tokens that a project has now.
pub(crate) fn remember_tokens(project_id: i32, version: String, rows: Arc<Rows>) {
    let count = [
        rows.color_tokens.len(),
        rows.spacing_tokens.len(),
        rows.typography_tokens.len(),
        rows.other_tokens.len(),
    ];
    let projects = &mut remembered().projects;
    projects.retain(|(id, _)| *id != project_id);
    if count.iter().sum::<usize>() <= MAX_TOKENS {
        projects.push_front((project_id, ProjectTokens { version, rows }));
        projects.truncate(MAX_PROJECTS);
    }
}

/// Returns the tokens that the project of a lease had last, as far as this process knows.
pub(crate) fn tokens_of(lease_token: Uuid) -> Option<ProjectTokens> {
    let remembered = remembered();
    let (_, project_id) = remembered.leases.iter().find(|(token, _)| *token == lease_token)?;
    remembered.projects.iter().find(|(id, _)| id == project_id).map(|(_, tokens)| tokens.clone())
}
