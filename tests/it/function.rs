//! The functions, as tests that cross them call them.

pub(crate) use harness::{Fixture, Seen, app, call, call_as};
use support::Event;

/// Calls functions on a fixture, by whoever may call them.
pub(crate) trait Functions {
    async fn db_test(&self, event: Event) -> Seen;
    async fn list_projects(&self, event: Event) -> Seen;
    async fn import(&self, event: Event) -> Seen;
    async fn search(&self, event: Event) -> Seen;
}

impl Functions for Fixture {
    async fn db_test(&self, event: Event) -> Seen {
        call(&self.app, db_test::handle, event).await
    }

    async fn list_projects(&self, event: Event) -> Seen {
        call(&self.app, list_projects::handle, event).await
    }

    async fn import(&self, event: Event) -> Seen {
        call(&self.app, import::handle, event).await
    }

    async fn search(&self, event: Event) -> Seen {
        call(&self.app, search::handle, event).await
    }
}
