//! The names on the way to a folder, as JSON and CSV show them with each bookmark.

use std::collections::HashMap;

use db::{Connection, Row};
use store::scope;
use tokio_postgres::types::Type;
use uuid::Uuid;
use web::Error;

/// As `folder_path()` in the database: the bytes of a path, with one for each separator.
const PATH_BYTES: usize = 1_024;

/// A scope's folders by their ids.
#[derive(Debug, Default)]
pub(crate) struct Paths(HashMap<Uuid, Folder>);

#[derive(Debug)]
struct Folder {
    parent_id: Option<Uuid>,
    name: Box<str>,
}

/// Asks for the folders of a scope.
pub(crate) async fn query(connection: &Connection, project_id: Option<i32>) -> Result<Paths, Error> {
    let sql = format!("SELECT id, parent_id, left(name, 1025) FROM folders WHERE {}", scope::contains("$1"));
    let rows = connection.query(&sql, &[(&project_id, Type::INT4)]).await?;
    let folder = |row: &Row| {
        let name = row.try_get::<_, &str>(2)?.into();
        Ok((row.try_get(0)?, Folder { parent_id: row.try_get(1)?, name }))
    };
    Ok(Paths(rows.iter().map(folder).collect::<Result<_, Error>>()?))
}

impl Paths {
    /// The names from the root to a folder: the innermost that fit into [`PATH_BYTES`], after a `…` where
    /// there are more.
    pub(crate) fn path(&self, folder_id: Option<Uuid>) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut room = PATH_BYTES;
        let mut next = folder_id;
        while let Some(folder) = next.and_then(|id| self.0.get(&id)) {
            match room.checked_sub(folder.name.len() + 1) {
                Some(left) => room = left,
                None if names.is_empty() => {
                    names.push(folder.name.chars().take(255).chain(['…']).collect());
                    break;
                }
                None => {
                    names.push("…".to_owned());
                    break;
                }
            }
            names.push(folder.name.as_ref().to_owned());
            next = folder.parent_id;
        }
        names.reverse();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> Option<Uuid> {
        Some(Uuid::from_u128(number))
    }

    fn chain(names: &[String]) -> Paths {
        let folder = |(number, name): (usize, &String)| {
            let parent_id = number.checked_sub(1).map(|parent| Uuid::from_u128(parent as u128));
            (Uuid::from_u128(number as u128), Folder { parent_id, name: name.as_str().into() })
        };
        Paths(names.iter().enumerate().map(folder).collect())
    }

    #[test]
    fn a_path_has_the_names_from_the_root() {
        let paths = chain(&["a/b".to_owned(), String::new(), "c".to_owned()]);
        assert_eq!(paths.path(id(2)), ["a/b", "", "c"]);
        assert_eq!(paths.path(id(0)), ["a/b"]);
        assert!(paths.path(None).is_empty());
    }

    #[test]
    fn a_long_path_keeps_its_innermost_names() {
        // 1,024 bytes are 256 names of three, with their separators.
        let names: Vec<String> = (100..900).map(|n| n.to_string()).collect();
        let path = chain(&names).path(id(799));
        assert_eq!((path.len(), path[0].as_str(), path[1].as_str()), (257, "…", "644"));
        assert_eq!(path[256], "899");
        assert_eq!(chain(&names[..256]).path(id(255)).len(), 256);
    }

    #[test]
    fn a_long_name_is_cut() {
        let path = chain(&["é".repeat(1_024)]).path(id(0));
        assert_eq!(path, [format!("{}…", "é".repeat(255))]);
    }
}
