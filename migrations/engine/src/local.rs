//! A Postgres server on this machine that ends with its process: whom it runs as, and the shell that owns it.
//! The temporary servers of scratch databases are made so, and those of tests.

mod memory;
mod owner;
mod shell;
mod sweep;

pub use memory::memory_folder;
pub use owner::Owner;
pub use shell::Shell;
pub use sweep::sweep;
