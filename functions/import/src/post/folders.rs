//! Where in the tree the reader stands.

/// The names of the open folders, from the root.
#[derive(Default)]
pub(crate) struct Folders {
    names: Vec<String>,
    /// The names joined by `/`, as the old importer stored them. A name may hold a `/` itself, so only the list is exact.
    joined: String,
    /// How long `joined` was before each folder.
    lengths: Vec<usize>,
}

impl Folders {
    pub(crate) fn enter(&mut self, name: &str) {
        self.lengths.push(self.joined.len());
        if !self.names.is_empty() {
            self.joined.push('/');
        }
        self.joined.push_str(name);
        self.names.push(name.to_owned());
    }

    pub(crate) fn leave(&mut self) {
        self.names.pop();
        self.joined.truncate(self.lengths.pop().unwrap_or(0));
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// None at the root.
    pub(crate) fn joined(&self) -> Option<&str> {
        (!self.names.is_empty()).then_some(&self.joined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entering_and_leaving_gives_the_path_of_each_moment() {
        let mut folders = Folders::default();
        assert_eq!(folders.joined(), None);
        folders.enter("a/b");
        folders.enter("");
        folders.enter("c");
        assert_eq!((folders.names().len(), folders.joined()), (3, Some("a/b//c")));
        folders.leave();
        folders.leave();
        assert_eq!((folders.names().len(), folders.joined()), (1, Some("a/b")));
        folders.leave();
        folders.leave();
        assert_eq!(folders.joined(), None);
    }
}
