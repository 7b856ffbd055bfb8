//! Linkwarden's JSON: the user's row, with collections that name their parents and hold their links. A link
//! that is pinned is a favourite.

use super::{drop_page_text, folder};
use crate::entry::{Entry, Node};
use crate::fields::Fields;
use crate::walker::{Object, Shape};

/// The user's row comes with the file and is not about bookmarks.
pub(super) const SHAPE: Shape = Shape {
    lists: &["collections", "pinnedLinks"],
    children: "links",
    ignored: &[
        "id",
        "name",
        "username",
        "email",
        "emailVerified",
        "unverifiedNewEmail",
        "image",
        "locale",
        "parentSubscriptionId",
        "teamRole",
        "collectionOrder",
        "linksRouteTo",
        "whitelistedUsers",
        "aiTaggingMethod",
        "aiPredefinedTags",
        "aiTagExistingLinks",
        "theme",
        "readableFontFamily",
        "readableFontSize",
        "readableLineHeight",
        "readableLineWidth",
        "preventDuplicateLinks",
        "archiveAsScreenshot",
        "archiveAsMonolith",
        "archiveAsPDF",
        "archiveAsReadable",
        "archiveAsWaybackMachine",
        "dashboardPinnedLinks",
        "dashboardRecentLinks",
        "isPrivate",
        "lastPickedAt",
        "acceptPromotionalEmails",
        "trialEndEmailSent",
        "referredBy",
        "createdAt",
        "updatedAt",
    ],
};

const PINNED: usize = 1;

/// The ids of a collection and its parent. Where the collection has none, its links have it.
pub(crate) fn collection_of(fields: &mut Fields) -> (Option<String>, Option<String>) {
    (fields.text("id"), fields.text("parentId"))
}

/// The id of a pinned link.
pub(crate) fn pinned(object: &mut Object) -> Option<String> {
    (object.list == PINNED).then(|| object.fields.text("id")).flatten()
}

pub(super) fn node(object: Object) -> Node {
    let Object { mut fields, list, is_nested, .. } = object;
    if list == PINNED {
        return Node::Nothing;
    }
    fields.ignore(&["ownerId", "createdById", "isPublic", "members", "parent", "_count"]);
    if !is_nested {
        let title = fields.text("name");
        let (description, added, modified) =
            (fields.text("description"), fields.date("createdAt"), fields.date("updatedAt"));
        return match folder(title, fields) {
            Node::Folder(entry) => Node::Folder(Entry { description, added, modified, ..entry }),
            other => other,
        };
    }
    drop_page_text(&mut fields, "textContent");
    fields.ignore(&["id", "collectionId", "lastPreserved", "indexVersion", "clientSide", "aiTagged"]);
    fields.ignore(&["image", "pdf", "readable", "monolith", "preview", "singlefile", "collection"]);
    // The date of the import, where there is one, is when the user saved the link.
    let added = fields.date("importDate").or_else(|| fields.date("createdAt"));
    let mut entry = Entry {
        url: fields.text("url"),
        title: fields.text("name").unwrap_or_default(),
        description: fields.text("description"),
        added,
        modified: fields.date("updatedAt"),
        tags: fields.list("tags", "name"),
        ..Entry::default()
    };
    entry.attribute("type", fields.text("type").filter(|kind| kind != "url"));
    Node::Bookmark(entry.finish(fields))
}
