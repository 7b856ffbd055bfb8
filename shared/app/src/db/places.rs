//! The pool's places. A place is given out first and connected then, by the request that has it and within its budget.

use std::convert::Infallible;

use deadpool::managed::{BuildError, Manager, Metrics, Object, Pool, QueueMode, RecycleResult};

use super::dialer::Pooled;

/// Makes empty places.
pub(super) struct Places;

/// Room for a session.
#[derive(Default)]
pub(super) struct Room {
    pub(super) pooled: Option<Pooled>,
}

pub(super) type Place = Object<Places>;

/// A pool of so many places. The one used last is given out first, so that no more sessions are kept awake than are
/// needed at once.
pub(super) fn pool(places: usize) -> Result<Pool<Places>, BuildError> {
    Pool::builder(Places).max_size(places).queue_mode(QueueMode::Lifo).build()
}

impl Manager for Places {
    type Type = Room;
    type Error = Infallible;

    async fn create(&self) -> Result<Room, Infallible> {
        Ok(Room::default())
    }

    /// What stands in it is judged by who gets it.
    async fn recycle(&self, _: &mut Room, _: &Metrics) -> RecycleResult<Infallible> {
        Ok(())
    }
}
