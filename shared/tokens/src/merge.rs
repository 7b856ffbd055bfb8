//! One document joins another: the tokens that a job has extracted, those of its project.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{self, Document, Group, Node, OwnType, Token};
use crate::pointer::Pointer;
use crate::{TokenType, Tokens, json};

impl Tokens {
    /// Adds the tokens of a document, in UTF-8, to those of another. Either may refer to the other.
    ///
    /// A token takes the place of the one of its path. Each token of the document gets its own `$type`, so
    /// that no group around it changes what it is. Groups stay as they are; what they lack, except for
    /// `$type`, comes from the document. The document's own members, such as `$schema`, are left out.
    ///
    /// # Errors
    ///
    /// All faults of both together, at most [`crate::limits::MAX_DIAGNOSTICS`]. A path is the same in each of
    /// the documents, so a pointer leads into the one that has the place.
    pub fn merge(base: &Document, text: &[u8]) -> Result<Self, Vec<Diagnostic>> {
        let mut errors = Diagnostics::default();
        let json = json::parse(text, &mut errors).map_err(|error| vec![error])?;
        let added = document::read(json, &mut errors);
        let mut whole = document::read(base.to_json(), &mut errors);
        let mut merger = Merger { errors: &mut errors, paths: HashSet::new() };
        merger.group(&mut whole.root, added.root, OwnType::None, Place { pointer: &Pointer::ROOT, path: "" });
        let paths = merger.paths;
        let mut tokens = Self::resolve(whole, errors)?;
        tokens.write_types(&paths);
        Ok(tokens)
    }

    /// Gives the tokens of these paths the types that they have as their own.
    fn write_types(&mut self, paths: &HashSet<String>) {
        let added = self.tokens().iter().filter(|token| paths.contains(&token.path));
        let types = added.map(|token| (token.path.clone(), token.token_type())).collect();
        write_types(&mut self.document_mut().root, "", &types);
    }
}

fn write_types(group: &mut Group, path: &str, types: &HashMap<String, TokenType>) {
    for (name, node) in &mut group.children {
        let path = join(path, name);
        match node {
            Node::Group(group) => write_types(group, &path, types),
            Node::Token(token) => {
                if let Some(token_type) = types.get(&path) {
                    token.own_type = OwnType::Known(*token_type);
                }
            }
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Where a group is.
#[derive(Clone, Copy)]
struct Place<'a> {
    pointer: &'a Pointer<'a>,
    path: &'a str,
}

struct Merger<'a> {
    errors: &'a mut Diagnostics,
    /// The paths of the tokens that are added.
    paths: HashSet<String>,
}

impl Merger<'_> {
    /// `outer_type` is that of the nearest group of the added document with one.
    fn group(&mut self, group: &mut Group, added: Group, outer_type: OwnType, place: Place<'_>) {
        let outer_type = if added.own_type == OwnType::None { outer_type } else { added.own_type };
        let names = group.children.iter().enumerate().map(|(at, (name, _))| (name.clone(), at));
        let names: HashMap<String, usize> = names.collect();
        for (name, node) in added.children {
            let path = join(place.path, &name);
            let place = Place { pointer: &place.pointer.member(&name), path: &path };
            let present = names.get(&name).map(|at| &mut group.children[*at].1);
            let merged = match (node, present) {
                (Node::Group(added), Some(Node::Group(present))) => {
                    self.members(present, &added, place.pointer);
                    self.group(present, added, outer_type, place);
                    continue;
                }
                (Node::Group(added), present) => {
                    if present.is_some() {
                        self.report_within_token(&added, place.pointer);
                    }
                    let mut created = Group::default();
                    self.members(&mut created, &added, place.pointer);
                    self.group(&mut created, added, outer_type, place);
                    Node::Group(created)
                }
                (Node::Token(added), present) => {
                    if matches!(present, Some(Node::Group(group)) if !group.children.is_empty()) {
                        let detail = "There are tokens within this path already, and a token has none.";
                        self.errors.add(place.pointer, detail);
                    }
                    self.paths.insert(path);
                    Node::Token(typed(added, outer_type))
                }
            };
            match names.get(&name) {
                Some(at) => group.children[*at].1 = merged,
                None => group.children.push((name, merged)),
            }
        }
    }

    /// Adds the members of a group that another lacks.
    fn members(&mut self, group: &mut Group, added: &Group, pointer: &Pointer<'_>) {
        match (&group.extends, &added.extends) {
            (Some(present), Some(other)) if present != other => {
                let detail = "The group of this path extends another already.";
                self.errors.add(&pointer.member("$extends"), detail);
            }
            (Some(_), _) => {}
            (None, other) => group.extends.clone_from(other),
        }
        let (notes, added) = (&mut group.notes, &added.notes);
        notes.description = notes.description.take().or_else(|| added.description.clone());
        notes.deprecated = notes.deprecated.take().or_else(|| added.deprecated.clone());
        notes.extensions = notes.extensions.take().or_else(|| added.extensions.clone());
    }

    /// A group at the path of a token: the fault is what it holds.
    fn report_within_token(&mut self, group: &Group, pointer: &Pointer<'_>) {
        let detail = format!("There is a token at {pointer} already, and a token has no tokens within it.");
        for (name, _) in &group.children {
            self.errors.add(&pointer.member(name), detail.as_str());
        }
        if group.children.is_empty() {
            self.errors.add(pointer, detail);
        }
    }
}

/// A token with the type that its groups give it. That of a reference is its target's.
fn typed(mut token: Token, outer_type: OwnType) -> Token {
    if token.own_type == OwnType::None && !token.written.is_reference() {
        token.own_type = outer_type;
    }
    token
}
