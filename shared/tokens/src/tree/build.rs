use std::collections::HashMap;

use super::{Content, NodeId, ROOT, Tree, TreeGroup, TreeNode};
use crate::document::{Document, Group, Node, OwnType, Written};
use crate::reference::Reference;

impl<'d> Tree<'d> {
    /// The nodes of a document, before anything is extended.
    pub(crate) fn build(document: &'d Document) -> Self {
        let mut tree = Tree { nodes: Vec::new(), by_name: HashMap::new(), tokens: 0 };
        tree.nodes.push(TreeNode {
            name: "",
            parent: ROOT,
            depth: 0,
            bytes: 0,
            received_by: None,
            children: Vec::new(),
            content: Content::Group(TreeGroup::read(&document.root)),
        });
        let mut walk = vec![(ROOT, &document.root)];
        while let Some((parent, group)) = walk.pop() {
            for (name, node) in &group.children {
                match node {
                    Node::Token(token) => {
                        tree.add(parent, name, Content::Token { token, copy_of: None }, None);
                    }
                    Node::Group(group) => {
                        let id = tree.add(parent, name, Content::Group(TreeGroup::read(group)), None);
                        walk.push((id, group));
                    }
                }
            }
        }
        tree.find_groups_by_reference();
        tree
    }

    pub(super) fn add(
        &mut self,
        parent: NodeId,
        name: &'d str,
        content: Content<'d>,
        received_by: Option<NodeId>,
    ) -> NodeId {
        let id = self.nodes.len();
        self.tokens += usize::from(matches!(content, Content::Token { .. }));
        let TreeNode { depth, bytes, .. } = self.nodes[parent];
        let bytes = bytes + name.len() + usize::from(depth > 0);
        let children = Vec::new();
        self.nodes.push(TreeNode { name, parent, depth: depth + 1, bytes, received_by, children, content });
        self.nodes[parent].children.push(id);
        self.by_name.insert((parent, name), id);
        id
    }

    /// `{"$ref": "#/group"}` is written like a token, and is a group that extends another.
    fn find_groups_by_reference(&mut self) {
        let mut is_group = vec![None; self.nodes.len()];
        for start in 0..self.nodes.len() {
            let (mut id, mut way) = (start, Vec::new());
            let found = loop {
                if let Some(found) = is_group[id] {
                    break found;
                }
                let Some(reference) = self.whole_reference(id) else { break self.group(id).is_some() };
                // A circle of references is found to be one of tokens.
                is_group[id] = Some(false);
                way.push(id);
                let target =
                    Reference::Pointer(reference).target().ok().filter(|target| target.part.is_empty());
                match target.and_then(|target| self.find(&target.path)) {
                    Some(next) if !reference.ends_with("/$value") => id = next,
                    _ => break false,
                }
            };
            way.into_iter().for_each(|id| is_group[id] = Some(found));
        }
        for (id, is_group) in is_group.into_iter().enumerate() {
            if is_group == Some(true)
                && let Some(reference) = self.whole_reference(id)
            {
                let own_type = match &self.nodes[id].content {
                    Content::Token { token, .. } => token.own_type,
                    Content::Group(group) => group.own_type,
                };
                let extends = Some((reference, "$ref"));
                let group = TreeGroup { group: None, own_type, extended_type: OwnType::None, extends };
                self.nodes[id].content = Content::Group(group);
                self.tokens -= 1;
            }
        }
    }

    fn whole_reference(&self, id: NodeId) -> Option<&'d str> {
        match &self.nodes[id].content {
            Content::Token { token, .. } => match &token.written {
                Written::Reference(reference) => Some(reference),
                Written::Value(_) => None,
            },
            Content::Group(_) => None,
        }
    }
}

impl<'d> TreeGroup<'d> {
    fn read(group: &'d Group) -> Self {
        let extends = group.extends.as_deref().map(|reference| (reference, "$extends"));
        TreeGroup { group: Some(group), own_type: group.own_type, extended_type: OwnType::None, extends }
    }

    pub(super) fn copied(own_type: OwnType) -> Self {
        TreeGroup { group: None, own_type, extended_type: OwnType::None, extends: None }
    }
}
