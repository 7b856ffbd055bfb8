//! Changes of one token, or of a group.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Document;
use crate::json::{self, Json, Object};
use crate::{Tokens, document};

/// Why a token was not changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// There is none of this path.
    #[error("there is no such token")]
    NotFound,
    /// The change, or the document after it, has faults.
    #[error("the document would have faults")]
    Invalid(Vec<Diagnostic>),
}

impl Document {
    /// A token or a group as it is written.
    pub fn get(&self, path: &str) -> Option<Json> {
        let Json::Object(root) = self.to_json() else { return None };
        let mut names = path.split('.');
        let first = root.get(names.next()?)?;
        let found = names.try_fold(first, |json, name| json.as_object()?.get(name))?;
        found.as_object().is_some().then(|| found.clone())
    }
}

impl Tokens {
    /// Changes a token or a group by a JSON merge patch (RFC 7396): a member that is null goes, the others
    /// are put in.
    ///
    /// # Errors
    ///
    /// Where there is no such token, and where the document would have faults; their pointers lead into the
    /// whole document, those of a patch that is not JSON into the patch.
    pub fn patch(&self, path: &str, patch: &[u8]) -> Result<Self, EditError> {
        let mut errors = Diagnostics::default();
        let patch = json::parse(patch, &mut errors).map_err(|error| EditError::Invalid(vec![error]))?;
        if !errors.is_empty() {
            return Err(EditError::Invalid(errors.into_vec()));
        }
        let Json::Object(patch) = patch else {
            let detail = format!("A change of a token is an object, not {}.", patch.kind());
            return Err(EditError::Invalid(vec![Diagnostic { pointer: String::new(), detail }]));
        };
        self.edit(path, |object, name| {
            if let Some((_, json)) = object.0.iter_mut().find(|(member, _)| member == name) {
                merge_patch(json, patch);
            }
        })
    }

    /// Removes a token, or a group with all that it has.
    ///
    /// # Errors
    ///
    /// As [`Tokens::patch`]; what others refer to stays.
    pub fn remove(&self, path: &str) -> Result<Self, EditError> {
        self.edit(path, |object, name| object.0.retain(|(member, _)| member != name))
    }

    fn edit(&self, path: &str, change: impl FnOnce(&mut Object, &str)) -> Result<Self, EditError> {
        let Json::Object(mut root) = self.document().to_json() else { return Err(EditError::NotFound) };
        let mut names = path.split('.').filter(|_| !path.is_empty()).peekable();
        let mut object = &mut root;
        while let Some(name) = names.next() {
            let is_reserved = name.starts_with('$') && name != "$root";
            let member = object.0.iter().position(|(member, _)| member == name && !is_reserved);
            let Some(place) = member else { return Err(EditError::NotFound) };
            if names.peek().is_none() {
                change(object, name);
                return Self::from_json(root.into()).map_err(EditError::Invalid);
            }
            match &mut object.0[place].1 {
                Json::Object(group) if !document::is_token(group) => object = group,
                _ => return Err(EditError::NotFound),
            }
        }
        Err(EditError::NotFound)
    }
}

fn merge_patch(json: &mut Json, patch: Object) {
    if json.as_object().is_none() {
        *json = Json::Object(Object::default());
    }
    let Json::Object(object) = json else { return };
    for (name, value) in patch.0 {
        let place = object.0.iter().position(|(member, _)| *member == name);
        match (value, place) {
            (Json::Null, Some(place)) => {
                object.0.remove(place);
            }
            (Json::Null, None) => {}
            (Json::Object(patch), Some(place)) => merge_patch(&mut object.0[place].1, patch),
            (Json::Object(patch), None) => {
                let mut created = Json::Null;
                merge_patch(&mut created, patch);
                object.0.push((name, created));
            }
            (value, Some(place)) => object.0[place].1 = value,
            (value, None) => object.0.push((name, value)),
        }
    }
}
