//! From a document to its tokens: types found, references followed, values read, names in CSS made.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{self, Deprecated, Document, OwnType, Token, Written};
use crate::graph::components;
use crate::json::Json;
use crate::names;
use crate::pointer::Pointer;
use crate::reference::Reference;
use crate::tree::{Content, NodeId, Tree};
use crate::value::{Resolved, Value, ValueReader, object};
use crate::{TokenType, json};

/// A document without faults, and its tokens.
#[derive(Clone, Debug)]
pub struct Tokens {
    document: Document,
    tokens: Vec<ResolvedToken>,
    warnings: Vec<Diagnostic>,
}

/// A token with what it stands for.
#[derive(Clone, Debug)]
pub struct ResolvedToken {
    /// The names from the document to it, joined by dots.
    pub path: String,
    /// Its name in CSS, without the two hyphens in front; that of a typography is the beginning of five.
    pub css_name: String,
    /// Its value; the value of a reference's target is shared.
    pub(crate) value: Resolved,
    /// `$description`
    pub description: Option<String>,
    /// `$deprecated`, its own or that of the nearest group with one.
    pub deprecated: Option<Deprecated>,
    /// `$extensions`
    pub extensions: Option<Json>,
    /// True if its group has received it by `$extends`.
    pub is_copy: bool,
}

impl ResolvedToken {
    /// Its value with every reference resolved.
    pub fn value(&self) -> &Value {
        &self.value.value
    }

    /// Its type, own or inherited.
    pub fn token_type(&self) -> TokenType {
        self.value.value.token_type()
    }

    /// The token that its whole value refers to, by its place.
    pub fn alias(&self) -> Option<usize> {
        self.value.alias
    }
}

impl Tokens {
    /// Reads a document in UTF-8.
    ///
    /// # Errors
    ///
    /// All faults that can be told from one another, at most [`crate::limits::MAX_DIAGNOSTICS`].
    pub fn parse(text: &[u8]) -> Result<Self, Vec<Diagnostic>> {
        let mut errors = Diagnostics::default();
        match json::parse(text, &mut errors) {
            Ok(json) => {
                let document = document::read(json, &mut errors);
                Self::resolve(document, errors)
            }
            Err(error) => Err(vec![error]),
        }
    }

    /// Checks a document that has been changed, or made of rows.
    ///
    /// # Errors
    ///
    /// As [`Tokens::parse`].
    pub fn from_document(document: &Document) -> Result<Self, Vec<Diagnostic>> {
        Self::from_json(document.to_json())
    }

    /// Checks a document that has been read, with the faults that were found then.
    pub(crate) fn resolve(document: Document, mut errors: Diagnostics) -> Result<Self, Vec<Diagnostic>> {
        let mut warnings = Diagnostics::default();
        let mut tree = Tree::build(&document);
        tree.report_size(&mut errors);
        if !tree.is_full() {
            tree.extend(&mut errors);
        }
        // More than is taken: it has been reported, and whatever else is found would follow from it.
        if tree.is_full() {
            return Err(errors.into_vec());
        }
        let tokens = resolve(&tree, &mut errors, &mut warnings);
        if !errors.is_empty() {
            return Err(errors.into_vec());
        }
        Ok(Self { tokens, warnings: warnings.into_vec(), document })
    }

    /// Checks a document in JSON that has been changed.
    pub(crate) fn from_json(json: Json) -> Result<Self, Vec<Diagnostic>> {
        let mut errors = Diagnostics::default();
        let document = document::read(json, &mut errors);
        Self::resolve(document, errors)
    }

    /// The document, as it was written.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// For changes that leave each token what it stands for.
    pub(crate) fn document_mut(&mut self) -> &mut Document {
        &mut self.document
    }

    /// The tokens in the order of the document. Those that groups receive by `$extends` stand behind their
    /// own.
    pub fn tokens(&self) -> &[ResolvedToken] {
        &self.tokens
    }

    /// Returns possible mistakes that are no faults.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }
}

fn resolve(tree: &Tree<'_>, errors: &mut Diagnostics, warnings: &mut Diagnostics) -> Vec<ResolvedToken> {
    let nodes = tree.tokens();
    let places: HashMap<NodeId, usize> =
        nodes.iter().enumerate().map(|(place, node)| (*node, place)).collect();
    let needs: Vec<_> = nodes.iter().map(|node| needs(tree, *node, &places)).collect();
    let resolved = vec![None; nodes.len()];
    let mut reader = ValueReader { tree, places: &places, resolved, texts: HashMap::new(), errors, warnings };
    for component in components(&needs) {
        if component.len() == 1 && !needs[component[0]].contains(&component[0]) {
            reader.resolved[component[0]] = read_token(&mut reader, nodes[component[0]]);
        } else {
            let members: HashSet<NodeId> = component.iter().map(|place| nodes[*place]).collect();
            members.iter().for_each(|node| report_circle(tree, *node, &members, reader.errors));
        }
    }
    let resolved = reader.resolved;
    let css_names = names::check(tree, &nodes, &resolved, errors, warnings);
    let entries = nodes.iter().zip(resolved).zip(css_names);
    entries.filter_map(|((node, value), css_name)| finish(tree, *node, value?, css_name)).collect()
}

fn written<'d>(tree: &Tree<'d>, node: NodeId) -> Option<(&'d Token, Option<NodeId>)> {
    match &tree.nodes[node].content {
        Content::Token { token, copy_of } => Some((token, copy_of.map(|(origin, _)| origin))),
        Content::Group(_) => None,
    }
}

/// The places of the tokens that must be read before this one.
fn needs(tree: &Tree<'_>, node: NodeId, places: &HashMap<NodeId, usize>) -> Vec<usize> {
    let Some((token, origin)) = written(tree, node) else { return Vec::new() };
    let mut needs = Vec::new();
    match origin {
        Some(origin) => needs.extend(places.get(&origin)),
        None => each_reference(token, &mut |_, reference| {
            let target = reference.target().ok().and_then(|target| tree.find(&target.path));
            needs.extend(target.and_then(|node| places.get(&node)));
        }),
    }
    needs
}

fn report_circle(tree: &Tree<'_>, node: NodeId, members: &HashSet<NodeId>, errors: &mut Diagnostics) {
    let Some((token, None)) = written(tree, node) else { return };
    let pointer = tree.pointer(node);
    each_reference(token, &mut |suffix, reference| {
        let target = reference.target().ok().and_then(|target| tree.find(&target.path));
        if target.is_some_and(|target| members.contains(&target)) {
            let place = format!("{pointer}{suffix}");
            errors
                .add(&Pointer::from_text(&place), "This token refers to itself, directly or through others.");
        }
    });
}

/// Calls `visit` for each reference of a token, with where it stands in the token.
fn each_reference(token: &Token, visit: &mut dyn FnMut(&Pointer<'_>, &Reference<'_>)) {
    match &token.written {
        Written::Value(value) => walk(value, &Pointer::ROOT.member("$value"), visit),
        Written::Reference(reference) => {
            visit(&Pointer::ROOT.member("$ref"), &Reference::Pointer(reference));
        }
    }
}

fn walk(json: &Json, at: &Pointer<'_>, visit: &mut dyn FnMut(&Pointer<'_>, &Reference<'_>)) {
    match (Reference::parse(json), json) {
        (Some(reference @ Reference::Curly(_)), _) => visit(at, &reference),
        (Some(reference @ Reference::Pointer(_)), _) => visit(&at.member("$ref"), &reference),
        (None, Json::Array(items)) => {
            items.iter().enumerate().for_each(|(index, item)| walk(item, &at.index(index), visit));
        }
        (None, Json::Object(object)) => {
            object.iter().for_each(|(name, value)| walk(value, &at.member(name), visit))
        }
        _ => {}
    }
}

/// Finds a token's type and reads its value; whatever it refers to has been read.
fn read_token(reader: &mut ValueReader<'_, '_>, node: NodeId) -> Option<Resolved> {
    let tree = reader.tree;
    let (token, origin) = written(tree, node)?;
    if let Some(origin) = origin {
        return reader.resolved[*reader.places.get(&origin)?].clone();
    }
    let text = tree.pointer(node);
    let pointer = Pointer::from_text(&text);
    let by_reference;
    let (json, at) = match &token.written {
        Written::Value(value) => (value, pointer.member("$value")),
        Written::Reference(reference) => {
            by_reference = object([("$ref", Json::from(reference.as_str()))]);
            (&by_reference, pointer)
        }
    };
    let declared = match (token.own_type, whole_target(tree, json)) {
        (OwnType::None, Some(target)) => match reader.places.get(&target) {
            Some(place) => OwnType::Known(reader.resolved[*place].as_ref()?.value.token_type()),
            None => tree.inherited_type(node),
        },
        (OwnType::None, None) => tree.inherited_type(node),
        (own, _) => own,
    };
    match declared {
        OwnType::Known(token_type) => reader.whole(json, &at, token_type),
        OwnType::Faulty => None,
        OwnType::None
            if Reference::parse(json).is_some_and(|reference| !reader.leads_anywhere(&reference)) =>
        {
            reader.whole(json, &at, TokenType::Number)
        }
        OwnType::None => {
            let detail = "This token has no type: neither itself nor a group around it has \"$type\".";
            reader.errors.add(&pointer, detail);
            None
        }
    }
}

/// The token that a value refers to as a whole.
fn whole_target(tree: &Tree<'_>, json: &Json) -> Option<NodeId> {
    let target = Reference::parse(json)?.target().ok().filter(|target| target.part.is_empty())?;
    tree.find(&target.path)
}

fn finish(tree: &Tree<'_>, node: NodeId, value: Resolved, css_name: String) -> Option<ResolvedToken> {
    let (token, origin) = written(tree, node)?;
    Some(ResolvedToken {
        path: tree.path(node).join("."),
        css_name,
        value,
        description: token.notes.description.clone(),
        deprecated: tree.deprecated(node).cloned(),
        extensions: token.notes.extensions.clone(),
        is_copy: origin.is_some(),
    })
}
