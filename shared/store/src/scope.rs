//! Conditions for the rows of an organization and of its projects. Rows without a project are a scope of
//! their own. What belongs to no project is a scope of its own.
//!
//! Row security says the same to a role that it binds. Statements say it all the same, so that a role that it
//! does not bind finds rows by the keys, which begin with the organization.

/// The condition that a row belongs to the organization that is claimed.
///
/// The planner runs a stable function to estimate how many rows match, so it knows a small organization
/// beside a large one; of a subquery it knows nothing, and reads the whole table where few organizations
/// share it.
pub const OWN: &str = "organization_id = current_organization()";

/// The condition that a row of a table with `project_id` is in the claimed organization's scope of a project;
/// `project_id` is an expression, null for no project. It is written so that an index of `project_id` serves
/// both cases.
#[must_use]
pub fn contains(project_id: &str) -> String {
    format!("({OWN} AND (project_id = {project_id} OR ({project_id} IS NULL AND project_id IS NULL)))")
}

/// For the rest of a transaction, before a statement over a whole scope whose tables have just grown and have
/// no statistics yet. Nested loops are the planner's choice where it believes that a scope holds next to
/// nothing: 100,000 bookmarks then take minutes. Where only a loop will do, it still takes one. To turn loops
/// off costs so much by the planner's reckoning that it would compile the statement too, hence `jit`.
pub const WITHOUT_NESTED_LOOPS: &str = "SET LOCAL enable_nestloop = off; SET LOCAL jit = off";

/// For the rest of a transaction, before a statement that reads all bookmarks of an organization. The planner
/// takes the smallest of the indexes that begin with the organization: to it, all of them follow the order of
/// the table. But 100,000 bookmarks in another order are as many pages; what is left to it reads each page
/// once.
pub const WITHOUT_INDEX_SCANS: &str = "SET LOCAL enable_indexscan = off";

/// For the rest of a transaction, before a statement of a page of most of what an index holds, in its order.
/// Of rows that came since the table was analyzed the planner expects a few, which it would read and sort:
/// all 100,000 for a page of 100. Where only a sort will do, it still sorts; hence `jit`, as above. Nothing
/// in the statement, or in the functions that it calls, may need an index that only bitmaps read, such as a
/// GIN index.
pub const IN_INDEX_ORDER: &str =
    "SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off; SET LOCAL jit = off";
