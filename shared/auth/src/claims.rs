//! Whom a verified token speaks of.

use serde_json::Value;
use uuid::{Builder, Uuid};

use crate::claim_path::ClaimPath;
use crate::jwt::Claims;
use crate::{AuthConfig, AuthError, ErrorClass, Organization, Principal, Role, Scopes, User};

/// The longest name that an issuer may have for a user or an organization, in bytes (OpenID Connect Core,
/// section 2, for `sub`).
const MAX_ID_LENGTH: usize = 255;

/// The longest address in bytes (RFC 5321, section 4.5.3.1.3, without the brackets).
const MAX_EMAIL_LENGTH: usize = 254;

/// The longest name to show, in characters.
const MAX_NAME_LENGTH: usize = 200;

/// Returns the caller whom a token speaks of.
///
/// - The user is `sub` of the issuer, the organization the first claim there of those that are configured,
///   else the user's personal one, which the user owns. A claim that is there and names no organization, or
///   several, is refused: nobody lands in another organization by a typing error.
/// - Ids are the claims' own where these are uuids, else made of issuer and claim by [`id`].
/// - The role is what the first claim there of those that are configured says, and member where it says
///   nothing we know. In a personal organization it is owner.
pub(crate) fn principal(claims: &Claims, config: &AuthConfig) -> Result<Principal, AuthError> {
    let issuer = &config.issuer;
    let subject = claims.get("sub").and_then(identifier);
    let subject =
        subject.ok_or(wrong("sub is not a text of at most 255 bytes without control characters"))?;
    let text = |name| claims.get(name).and_then(Value::as_str);
    let user = User {
        id: id(issuer, &subject),
        issuer: issuer.clone(),
        subject,
        email: text("email").and_then(email),
        name: text("name").and_then(name),
    };
    let (organization, role) = match organization(claims, config)? {
        Some(organization) => (organization, role(claims, &config.role_claims)),
        None => (personal(&user), Role::Owner),
    };
    Ok(Principal::new(Some(user), organization, role, Scopes::ALL))
}

const fn wrong(check: &'static str) -> AuthError {
    AuthError::new(ErrorClass::WrongClaims, check)
}

/// The id of what an issuer calls by a name: the name where it is a uuid as RFC 9562 writes it, else the uuid
/// v5 of the name in the namespace that is the uuid v5 of the issuer in the namespace of URLs.
pub(crate) fn id(issuer: &str, name: &str) -> Uuid {
    let own = Some(name).filter(|name| name.len() == 36).and_then(|name| Uuid::try_parse(name).ok());
    own.unwrap_or_else(|| uuid_v5(uuid_v5(Uuid::NAMESPACE_URL, issuer), name))
}

/// RFC 9562, section 5.5. OpenSSL's SHA-1 is linked already.
fn uuid_v5(namespace: Uuid, name: &str) -> Uuid {
    let hash = openssl::sha::sha1(&[namespace.as_bytes(), name.as_bytes()].concat());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    Builder::from_sha1_bytes(bytes).into_uuid()
}

/// The organization that a user has alone. Its id is made in the namespace of the user's, so that no name
/// that an issuer has for an organization leads to it.
fn personal(user: &User) -> Organization {
    Organization { id: uuid_v5(user.id, "personal organization"), is_personal: true, name: user.name.clone() }
}

fn organization(claims: &Claims, config: &AuthConfig) -> Result<Option<Organization>, AuthError> {
    let found = config.organization_claims.iter().find_map(|path| Some((path, path.find(claims)?)));
    let Some((path, claim)) = found else { return Ok(None) };
    let refused = wrong("the claim of the organization does not name one organization");
    let (identifier, shown) = named(claim).ok_or(refused)?;
    let beside = ["name", "slug", "slg"]
        .iter()
        .find_map(|end| path.sibling("id", end)?.find(claims).and_then(Value::as_str).and_then(name));
    Ok(Some(Organization {
        id: id(&config.issuer, &identifier),
        is_personal: false,
        name: beside.or_else(|| shown.and_then(name)),
    }))
}

/// The one organization of a claim and what it is called: a name, a list of one, or, as Keycloak writes it,
/// an object with one member, whose name is the alias and whose value has the id where the issuer adds it.
fn named(claim: &Value) -> Option<(String, Option<&str>)> {
    match claim {
        Value::Array(list) => match list.as_slice() {
            [only] => identifier(only).map(|identifier| (identifier, only.as_str())),
            _ => None,
        },
        Value::Object(members) if members.len() == 1 => {
            let (alias, properties) = members.iter().next()?;
            let own = match properties.get("id") {
                Some(own) => identifier(own)?,
                None => identifier(&Value::String(alias.clone()))?,
            };
            Some((own, Some(alias)))
        }
        // A name that says nothing to people, such as an id, is not shown.
        claim => identifier(claim).map(|identifier| (identifier, None)),
    }
}

/// A name by which an issuer knows somebody: a text, or a whole number, as some number their rows.
fn identifier(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
        _ => return None,
    };
    // Postgres stores no NUL, and nobody names themselves by a line end.
    let is_name = !text.is_empty() && text.len() <= MAX_ID_LENGTH && !text.chars().any(char::is_control);
    is_name.then_some(text)
}

fn role(claims: &Claims, paths: &[ClaimPath]) -> Role {
    let known = |value: &Value| {
        let text = value.as_str()?.to_ascii_lowercase();
        // Clerk's first version of its tokens writes `org:admin`.
        Role::parse(text.strip_prefix("org:").unwrap_or(&text))
    };
    let found = match paths.iter().find_map(|path| path.find(claims)) {
        // The strongest of those that we know.
        Some(Value::Array(roles)) => roles.iter().filter_map(known).max(),
        Some(role) => known(role),
        None => None,
    };
    found.unwrap_or(Role::Member)
}

fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let is_address =
        text.contains('@') && !text.chars().any(char::is_control) && text.len() <= MAX_EMAIL_LENGTH;
    is_address.then(|| text.to_owned())
}

fn name(text: &str) -> Option<String> {
    let text: String = text.trim().chars().filter(|c| !c.is_control()).take(MAX_NAME_LENGTH).collect();
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ISSUER: &str = "https://id.example/";
    const ORGANIZATION: &str = "0193a0de-7000-7000-8000-00000000000a";

    fn config(variables: &[(&str, &str)]) -> AuthConfig {
        let all =
            [("AUTH_JWKS_URL", "https://id.example/keys"), ("AUTH_ISSUER", ISSUER), ("AUTH_AUDIENCE", "us")];
        let lookup = |name: &str| {
            variables.iter().chain(&all).find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        };
        AuthConfig::from_lookup(lookup).unwrap().unwrap()
    }

    fn claimed(claims: Value, variables: &[(&str, &str)]) -> Result<Principal, AuthError> {
        let mut all = json!({ "sub": "user|7" });
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        principal(all.as_object().unwrap(), &config(variables))
    }

    #[test]
    fn ids_are_the_claims_own_or_made_of_issuer_and_claim() {
        assert_eq!(id(ISSUER, ORGANIZATION).to_string(), ORGANIZATION);
        // Python: uuid5(uuid5(NAMESPACE_URL, "https://id.example/"), "user|7")
        assert_eq!(id(ISSUER, "user|7").to_string(), "7b929a72-9512-5df3-a4d7-dcf7af8777e1");
        assert_ne!(id(ISSUER, "user|7"), id("https://other.example/", "user|7"));
        // Other spellings of a uuid are names like any other.
        for spelling in ["{0193a0de-7000-7000-8000-00000000000a}", "0193a0de70007000800000000000000a"] {
            assert_eq!(id(ISSUER, spelling).get_version_num(), 5);
        }
    }

    #[test]
    fn without_an_organization_a_user_owns_a_personal_one() {
        let principal = claimed(json!({ "name": "Ada", "org_role": "viewer" }), &[]).unwrap();
        let organization = principal.organization();
        assert!(organization.is_personal);
        assert_eq!(organization.name.as_deref(), Some("Ada"));
        assert_eq!(principal.role(), Role::Owner);
        let user = principal.user().unwrap();
        assert_ne!(organization.id, user.id);
        assert_ne!(organization.id, id(ISSUER, "personal organization"));
        assert_eq!(
            claimed(json!({ "o": null, "org_id": null }), &[]).unwrap().organization().id,
            organization.id
        );
        assert_ne!(claimed(json!({ "sub": "user|8" }), &[]).unwrap().organization().id, organization.id);
    }

    #[test]
    fn the_first_claim_there_names_the_organization() {
        let organization = |claims| claimed(claims, &[]).unwrap().organization().clone();
        let all =
            json!({ "o": { "id": ORGANIZATION, "slug": "ada-co" }, "org_id": "x", "organization_id": "y" });
        let found = organization(all);
        assert_eq!((found.id.to_string().as_str(), found.name.as_deref()), (ORGANIZATION, Some("ada-co")));
        assert!(!found.is_personal);
        let found = organization(json!({ "o": {}, "org_id": "org_1", "org_name": "Ada & Co" }));
        assert_eq!((found.id, found.name.as_deref()), (id(ISSUER, "org_1"), Some("Ada & Co")));
        assert_eq!(organization(json!({ "organization_id": 7 })).id, id(ISSUER, "7"));
    }

    #[test]
    fn a_claim_that_names_no_organization_is_refused() {
        for claim in [
            json!(""),
            json!("a\u{0}b"),
            json!("x".repeat(256)),
            json!(true),
            json!(1.5),
            json!([]),
            json!(["a", "b"]),
            json!([["a"]]),
            json!({}),
            json!({ "a": {}, "b": {} }),
        ] {
            let error = claimed(json!({ "org_id": claim }), &[]).unwrap_err();
            assert_eq!(error.class(), ErrorClass::WrongClaims, "{claim}");
        }
    }

    #[test]
    fn keycloaks_form_of_an_organization_is_read() {
        let organization = |claim| {
            claimed(json!({ "organization": claim }), &[("AUTH_ORG_CLAIM", "organization")])
                .map(|principal| principal.organization().clone())
        };
        let by_alias = organization(json!({ "ada-co": {} })).unwrap();
        assert_eq!((by_alias.id, by_alias.name.as_deref()), (id(ISSUER, "ada-co"), Some("ada-co")));
        let by_id = organization(json!({ "ada-co": { "id": ORGANIZATION } })).unwrap();
        assert_eq!((by_id.id.to_string().as_str(), by_id.name.as_deref()), (ORGANIZATION, Some("ada-co")));
        assert_eq!(organization(json!(["ada-co"])).unwrap(), by_alias);
        assert!(organization(json!({ "ada-co": { "id": [] } })).is_err());
        assert!(organization(json!({ "ada-co": {}, "other": {} })).is_err());
    }

    #[test]
    fn a_role_that_we_do_not_know_is_member() {
        let role = |claims: Value, variables: &[(&str, &str)]| {
            let mut all = json!({ "org_id": "x" });
            all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
            claimed(all, variables).unwrap().role()
        };
        for (claim, expected) in [
            (json!("owner"), Role::Owner),
            (json!("admin"), Role::Admin),
            (json!("Viewer"), Role::Viewer),
            (json!("org:admin"), Role::Admin),
            (json!("superuser"), Role::Member),
            (json!(7), Role::Member),
            (json!(["guest", "viewer", "admin"]), Role::Admin),
            (json!(["guest"]), Role::Member),
        ] {
            assert_eq!(role(json!({ "org_role": claim }), &[]), expected, "{claim}");
        }
        assert_eq!(role(json!({}), &[]), Role::Member);
        assert_eq!(role(json!({ "o": { "role": "viewer" }, "org_role": "owner" }), &[]), Role::Viewer);
        let clerk = json!({ "o": { "rol": "viewer" } });
        assert_eq!(role(clerk.clone(), &[]), Role::Member);
        assert_eq!(role(clerk, &[("AUTH_ROLE_CLAIM", "o.rol")]), Role::Viewer);
        let keycloak = json!({ "realm_access": { "roles": ["offline_access", "viewer"] } });
        assert_eq!(role(keycloak, &[("AUTH_ROLE_CLAIM", "realm_access.roles")]), Role::Viewer);
    }

    #[test]
    fn what_is_only_shown_is_cut_or_left_out() {
        let user = |claims| claimed(claims, &[]).unwrap().user().unwrap().clone();
        let ada = user(json!({ "email": " ada@id.example ", "name": " Ada\u{7}\nL " }));
        assert_eq!((ada.email.as_deref(), ada.name.as_deref()), (Some("ada@id.example"), Some("AdaL")));
        let long = user(json!({ "email": format!("{}@x", "a".repeat(253)), "name": "é".repeat(201) }));
        assert_eq!((long.email, long.name.unwrap().chars().count()), (None, 200));
        let odd = user(json!({ "email": "a\u{0}@x", "name": 7 }));
        assert_eq!((odd.email, odd.name), (None, None));
    }

    #[test]
    fn a_subject_that_cannot_be_stored_is_refused() {
        for subject in [json!("a\u{0}b"), json!("x".repeat(256)), json!("a\nb"), json!({}), json!("")] {
            assert!(claimed(json!({ "sub": subject }), &[]).is_err(), "{subject}");
        }
    }
}
