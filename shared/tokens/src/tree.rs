//! The groups and tokens of a document as nodes with numbers, to which [`extend`](Tree::extend) adds those
//! that groups receive from others.

mod build;
mod extend;

use std::collections::HashMap;

use crate::diagnostic::Diagnostics;
use crate::document::{Deprecated, Group, OwnType, Token};
use crate::limits::{MAX_GROUPS, MAX_TOKENS};
use crate::pointer::Pointer;

/// The number of a node in its tree.
pub(crate) type NodeId = usize;

pub(crate) const ROOT: NodeId = 0;

pub(crate) struct Tree<'d> {
    pub(crate) nodes: Vec<TreeNode<'d>>,
    by_name: HashMap<(NodeId, &'d str), NodeId>,
    tokens: usize,
}

pub(crate) struct TreeNode<'d> {
    pub(crate) name: &'d str,
    pub(crate) parent: NodeId,
    /// Names in its path.
    depth: usize,
    /// Bytes of its path.
    bytes: usize,
    /// The group whose `$extends` has brought it; none of a node that is written.
    received_by: Option<NodeId>,
    pub(crate) children: Vec<NodeId>,
    pub(crate) content: Content<'d>,
}

pub(crate) enum Content<'d> {
    Group(TreeGroup<'d>),
    Token {
        token: &'d Token,
        /// The token of which it is a copy, and the type that groups have given to that one.
        copy_of: Option<(NodeId, OwnType)>,
    },
}

pub(crate) struct TreeGroup<'d> {
    /// None of a copy.
    group: Option<&'d Group>,
    own_type: OwnType,
    /// The type of the group that it extends.
    extended_type: OwnType,
    /// The reference to what it extends, as it is written, and by which member.
    extends: Option<(&'d str, &'static str)>,
}

impl<'d> Tree<'d> {
    pub(crate) fn child(&self, parent: NodeId, name: &str) -> Option<NodeId> {
        self.by_name.get(&(parent, name)).copied()
    }

    /// The node at a path.
    pub(crate) fn find(&self, path: &[String]) -> Option<NodeId> {
        path.iter().try_fold(ROOT, |node, name| self.child(node, name))
    }

    pub(crate) fn group(&self, id: NodeId) -> Option<&TreeGroup<'d>> {
        if let Content::Group(group) = &self.nodes[id].content { Some(group) } else { None }
    }

    /// The type that a group gives its tokens: its own, else that of the group it extends, else its parent's.
    pub(crate) fn group_type(&self, mut id: NodeId) -> OwnType {
        loop {
            if let Content::Group(group) = &self.nodes[id].content {
                let declared = group.declared_type();
                if declared != OwnType::None {
                    return declared;
                }
            }
            if id == ROOT {
                return OwnType::None;
            }
            id = self.nodes[id].parent;
        }
    }

    /// The type of a token that neither says one nor refers to a token.
    pub(crate) fn inherited_type(&self, id: NodeId) -> OwnType {
        match &self.nodes[id].content {
            Content::Token { copy_of: Some((_, inherited)), .. } => *inherited,
            _ => self.group_type(self.nodes[id].parent),
        }
    }

    /// `$deprecated` of a token, or of the nearest group around it that has one.
    pub(crate) fn deprecated(&self, mut id: NodeId) -> Option<&'d Deprecated> {
        loop {
            let notes = match &self.nodes[id].content {
                Content::Token { token, .. } => Some(&token.notes),
                Content::Group(group) => group.group.map(|group| &group.notes),
            };
            if let Some(deprecated) = notes.and_then(|notes| notes.deprecated.as_ref()) {
                return Some(deprecated);
            }
            if id == ROOT {
                return None;
            }
            id = self.nodes[id].parent;
        }
    }

    /// The names from the document to a node.
    pub(crate) fn path(&self, mut id: NodeId) -> Vec<&'d str> {
        let mut names = Vec::with_capacity(self.nodes[id].depth);
        while id != ROOT {
            names.push(self.nodes[id].name);
            id = self.nodes[id].parent;
        }
        names.reverse();
        names
    }

    /// The JSON pointer of a node; of a copy, that of the `$extends` that has brought it.
    pub(crate) fn pointer(&self, id: NodeId) -> String {
        let (written, member) = match self.nodes[id].received_by {
            Some(group) => (group, Some(self.extends_member(group))),
            None => (id, None),
        };
        let names = self.path(written).into_iter().chain(member);
        names.map(|name| format!("/{}", name.replace('~', "~0").replace('/', "~1"))).collect()
    }

    /// `$extends` or `$ref`, whichever makes a group extend another.
    fn extends_member(&self, id: NodeId) -> &'static str {
        self.group(id).and_then(|group| group.extends).map_or("$extends", |(_, member)| member)
    }

    /// Reports more nodes than are taken, as they are written.
    pub(crate) fn report_size(&self, diagnostics: &mut Diagnostics) {
        let (tokens, groups) = (self.tokens, self.nodes.len() - self.tokens);
        for (nodes, kind, most) in [(tokens, "tokens", MAX_TOKENS), (groups, "groups", MAX_GROUPS)] {
            if nodes > most {
                let detail = format!("There are {nodes} {kind}; at most {most} are taken.");
                diagnostics.add(&Pointer::ROOT, detail);
            }
        }
    }

    /// Returns true if it has more nodes than are taken.
    pub(crate) fn is_full(&self) -> bool {
        self.tokens > MAX_TOKENS || self.nodes.len() - self.tokens > MAX_GROUPS
    }

    /// The tokens in the order of the document; copies stand behind what their group has itself.
    pub(crate) fn tokens(&self) -> Vec<NodeId> {
        let (mut tokens, mut walk) = (Vec::with_capacity(self.tokens), vec![ROOT]);
        while let Some(id) = walk.pop() {
            match &self.nodes[id].content {
                Content::Token { .. } => tokens.push(id),
                Content::Group(_) => walk.extend(self.nodes[id].children.iter().rev()),
            }
        }
        tokens
    }
}

impl TreeGroup<'_> {
    fn declared_type(&self) -> OwnType {
        if self.own_type == OwnType::None { self.extended_type } else { self.own_type }
    }
}
