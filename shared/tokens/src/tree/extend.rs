//! `$extends`: a group receives what another has and it has not, deeply.

use super::{Content, NodeId, ROOT, Tree, TreeGroup};
use crate::diagnostic::Diagnostics;
use crate::document::OwnType;
use crate::graph::components;
use crate::limits::{MAX_DEPTH, MAX_GROUPS, MAX_PATH_BYTES, MAX_TOKENS};
use crate::pointer::Pointer;
use crate::reference::group_path;

impl Tree<'_> {
    /// Follows each `$extends`, and reports circles, what is no group, and what becomes too large.
    pub(crate) fn extend(&mut self, diagnostics: &mut Diagnostics) {
        let written = self.nodes.len();
        let mut targets = vec![None; written];
        for (id, target) in targets.iter_mut().enumerate() {
            let Some((reference, _)) = self.group(id).and_then(|group| group.extends) else { continue };
            match group_path(reference) {
                Ok(path) => *target = Some(path),
                Err(detail) => self.report(id, detail, diagnostics),
            }
        }
        if targets.iter().all(Option::is_none) {
            return;
        }
        for component in components(&self.needs(&targets)) {
            let groups: Vec<_> =
                component.iter().filter(|node| *node % 2 == 1).map(|node| node / 2).collect();
            let extending = groups.into_iter().filter_map(|id| targets[id].as_ref().map(|path| (id, path)));
            for (id, path) in extending {
                if component.len() > 1 {
                    self.report(
                        id,
                        "This group would extend itself, directly or through others.",
                        diagnostics,
                    );
                } else if let Some(detail) = self.extend_one(id, path, diagnostics) {
                    self.report(id, &detail, diagnostics);
                    if self.is_full() {
                        return;
                    }
                }
            }
        }
    }

    fn report(&self, id: NodeId, detail: &str, diagnostics: &mut Diagnostics) {
        let group = self.pointer(id);
        diagnostics.add(&Pointer::from_text(&group).member(self.extends_member(id)), detail);
    }

    /// Two nodes of a graph for each of the tree: 2n is n with all within it, 2n + 1 is what n extends. A
    /// group that extends another needs the whole of that, and whatever brings the groups on the way to it.
    fn needs(&self, targets: &[Option<Vec<String>>]) -> Vec<Vec<usize>> {
        let mut edges = vec![Vec::new(); 2 * self.nodes.len()];
        for (id, node) in self.nodes.iter().enumerate() {
            edges[2 * id].push(2 * id + 1);
            edges[2 * id].extend(node.children.iter().map(|child| 2 * child));
            let Some(path) = &targets[id] else { continue };
            let mut at = ROOT;
            for (depth, name) in path.iter().enumerate() {
                if at != id {
                    edges[2 * id + 1].push(2 * at + 1);
                }
                let Some(next) = self.child(at, name) else { break };
                at = next;
                if depth + 1 == path.len() {
                    edges[2 * id + 1].push(2 * at);
                }
            }
        }
        edges
    }

    /// Returns the fault that it has found.
    fn extend_one(&mut self, id: NodeId, path: &[String], diagnostics: &mut Diagnostics) -> Option<String> {
        let Some(base) = self.find(path) else { return Some("There is no group of this path.".to_owned()) };
        if self.group(base).is_none() {
            return Some("This is a token; a group extends groups alone.".to_owned());
        }
        let base_type = self.group_type(base);
        if let Content::Group(group) = &mut self.nodes[id].content {
            group.extended_type = base_type;
        }
        let mut at_odds = None;
        let mut walk = vec![(base, id)];
        while let Some((from, to)) = walk.pop() {
            for child in self.nodes[from].children.clone() {
                match self.merge(child, to, id, &mut at_odds) {
                    Ok(Some(group)) => walk.push((child, group)),
                    Ok(None) => {}
                    Err(detail) => return Some(detail),
                }
            }
        }
        if let Some(group) = at_odds {
            let detail =
                "This is not the type of the group that is extended, whose tokens have no other type.";
            diagnostics.add(&Pointer::from_text(&self.pointer(group)).member("$type"), detail);
        }
        None
    }

    /// Brings a node into a group that has none of its name, and finds a group whose own type is not that of
    /// a token brought. Returns the group to go on with.
    fn merge(
        &mut self,
        from: NodeId,
        to: NodeId,
        receiver: NodeId,
        at_odds: &mut Option<NodeId>,
    ) -> Result<Option<NodeId>, String> {
        let name = self.nodes[from].name;
        if let Some(present) = self.child(to, name) {
            let Some(base_type) = self.group(from).map(TreeGroup::declared_type) else { return Ok(None) };
            let Content::Group(group) = &mut self.nodes[present].content else { return Ok(None) };
            if group.extended_type == OwnType::None {
                group.extended_type = base_type;
            }
            return Ok(Some(present));
        }
        let bytes = self.nodes[to].bytes + 1 + name.len();
        if self.nodes[to].depth >= MAX_DEPTH || bytes > MAX_PATH_BYTES {
            return Err(format!(
                "This makes paths of more than {MAX_DEPTH} names or {MAX_PATH_BYTES} bytes."
            ));
        }
        let (content, is_group) = match &self.nodes[from].content {
            Content::Group(group) => (Content::Group(TreeGroup::copied(group.declared_type())), true),
            Content::Token { token, copy_of } => {
                let inherited = self.inherited_type(from);
                let is_typed = token.own_type != OwnType::None || token.written.is_reference();
                if !is_typed && inherited != OwnType::None && self.group_type(to) != inherited {
                    *at_odds = self.declaring_group(to);
                }
                let origin = copy_of.map_or(from, |(origin, _)| origin);
                (Content::Token { token, copy_of: Some((origin, inherited)) }, false)
            }
        };
        let id = self.add(to, name, content, Some(receiver));
        if self.is_full() {
            return Err(format!("This makes more than {MAX_TOKENS} tokens or {MAX_GROUPS} groups."));
        }
        Ok(is_group.then_some(id))
    }

    /// The nearest group with `$type`.
    fn declaring_group(&self, mut id: NodeId) -> Option<NodeId> {
        while self.group(id)?.own_type == OwnType::None {
            if id == ROOT {
                return None;
            }
            id = self.nodes[id].parent;
        }
        Some(id)
    }
}
