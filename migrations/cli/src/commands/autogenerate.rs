//! Shared parts of the commands that read a wanted schema.

pub(super) mod source;
