//! Checks whether the database keeps tenants apart, and for which roles.

use anyhow::Result;
use serde_json::json;
use tokio_postgres::{Client, SimpleQueryRow};

use super::step::Step;
use engine::database::rows;
use engine::failure::chain;

const STEP: &str = "row security";

/// Nothing where no table has row security.
const ROLE: &str = "
    SELECT count(*), bool_and(row_security_active(c.oid)),
           pg_has_role(min(g.oid), 'USAGE') AND NOT bool_or(r.rolsuper)
    FROM pg_class c CROSS JOIN pg_roles r LEFT JOIN pg_roles g ON g.rolname = 'branchline_app'
    WHERE c.relrowsecurity AND c.relkind IN ('r', 'p') AND r.rolname = current_user
    HAVING count(*) > 0";

const PROBLEMS: &str = "
    SELECT 'table ' || c.oid::regclass || ' has row security and no policy: nobody but its owner sees a row'
    FROM pg_class c
    WHERE c.relrowsecurity AND c.relkind IN ('r', 'p')
      AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)
    UNION ALL
    SELECT 'table ' || c.oid::regclass || ' has organization_id and no row security'
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
    WHERE NOT c.relrowsecurity AND c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
    UNION ALL
    SELECT 'function ' || p.oid::regprocedure || ' runs as its owner without a fixed search_path'
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS setting WHERE setting LIKE 'search\\_path=%')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'role ' || r.rolname || ' is a member of branchline_app that row security does not bind'
    FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
    WHERE m.roleid = to_regrole('branchline_app') AND pg_has_role(r.oid, m.roleid, 'USAGE')
      AND (r.rolsuper OR r.rolbypassrls OR EXISTS (
          SELECT FROM pg_class c WHERE c.relrowsecurity AND pg_has_role(r.oid, c.relowner, 'USAGE')))
    ORDER BY 1";

/// None where the database has no row security.
pub(super) async fn examine(client: &Client) -> Option<Step> {
    match look(client).await {
        Ok(step) => step,
        Err(error) => Some(Step::look(STEP, chain(&error))),
    }
}

async fn look(client: &Client) -> Result<Option<Step>> {
    let Some(role) = rows(client, ROLE).await?.pop() else { return Ok(None) };
    let is = |row: &SimpleQueryRow, column| row.get(column) == Some("t");
    let (tables, is_bound, is_member) = (role.get(0).unwrap_or_default(), is(&role, 1), is(&role, 2));
    let problems: Vec<String> =
        rows(client, PROBLEMS).await?.iter().filter_map(|row| row.get(0).map(str::to_owned)).collect();
    let details = json!({ "active": is_bound, "problems": problems });
    let step = if let Some(first) = problems.first() {
        let more = problems.len() - 1;
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        Step::look(STEP, format!("{first}{more}")).advise("docs/access.md says what each table needs.")
    } else if is_bound {
        Step::ok(STEP, format!("binds this role on {tables} tables"))
    } else if is_member {
        Step::look(STEP, "does not bind this role, though it is a member of branchline_app".to_owned())
            .advise("branchline role create NAME makes a login for functions that it binds.")
    } else {
        Step::ok(STEP, format!("on {tables} tables; this role sees all rows, as migrations must"))
    };
    Ok(Some(step.with(details)))
}
