//! The trusted issuer, read once from the environment.

use http::Uri;
use http_client::{address, default_port};

use crate::claim_path::ClaimPath;

/// Names the wrong variable and the problem, without its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct ConfigError {
    /// The variable's name.
    pub variable: &'static str,
    /// The problem, and what to do.
    pub problem: &'static str,
}

/// The issuer whose JWTs are accepted.
#[derive(Clone, Debug)]
pub struct AuthConfig {
    /// `AUTH_JWKS_URL`: where the issuer publishes its keys.
    pub(crate) jwks_url: Uri,
    /// `AUTH_ISSUER`: what `iss` must be, to the letter.
    pub(crate) issuer: String,
    /// `AUTH_AUDIENCE`: what `aud` must be or contain.
    pub(crate) audience: String,
    /// `AUTH_ORG_CLAIM`: the claims that may name the organization, in the order in which they are tried.
    pub(crate) organization_claims: Vec<ClaimPath>,
    /// `AUTH_ROLE_CLAIM`: the claims that may name the role, in the order in which they are tried.
    pub(crate) role_claims: Vec<ClaimPath>,
}

const JWKS_URL: &str = "AUTH_JWKS_URL";
const ISSUER: &str = "AUTH_ISSUER";
const AUDIENCE: &str = "AUTH_AUDIENCE";
const NEON_BASE_URL: &str = "NEON_AUTH_BASE_URL";
const ORGANIZATION_CLAIM: &str = "AUTH_ORG_CLAIM";
const ROLE_CLAIM: &str = "AUTH_ROLE_CLAIM";

/// The claims that are tried where no variable names one.
const ORGANIZATION_CLAIMS: [&str; 3] = ["o.id", "org_id", "organization_id"];
const ROLE_CLAIMS: [&str; 2] = ["o.role", "org_role"];

const NOT_SET: &str = "is not set: AUTH_JWKS_URL, AUTH_ISSUER and AUTH_AUDIENCE belong together";

impl AuthConfig {
    /// Reads the configuration through `lookup`, which returns a variable's value. None of the variables set
    /// means that no JWT is accepted. `NEON_AUTH_BASE_URL` sets the three of the issuer; where one of them is
    /// set as well, that one holds. Blanks around a value do not count, and an empty one is absent.
    ///
    /// # Errors
    /// The first variable that is missing or wrong.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, ConfigError> {
        let text = |name| lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let neon = text(NEON_BASE_URL).map(|url| NeonAuth::parse(&url)).transpose()?;
        let (organization_claim, role_claim) = (text(ORGANIZATION_CLAIM), text(ROLE_CLAIM));
        let (jwks_url, issuer, audience) = (text(JWKS_URL), text(ISSUER), text(AUDIENCE));
        let has_any =
            [&jwks_url, &issuer, &audience, &organization_claim, &role_claim].iter().any(|v| v.is_some());
        if neon.is_none() && !has_any {
            return Ok(None);
        }
        let or_neon = |variable, value: Option<String>, of_neon: fn(&NeonAuth) -> &String| {
            value
                .or_else(|| neon.as_ref().map(|neon| of_neon(neon).clone()))
                .ok_or(ConfigError { variable, problem: NOT_SET })
        };
        let jwks_url = or_neon(JWKS_URL, jwks_url, |neon| &neon.jwks_url)?;
        Ok(Some(Self {
            jwks_url: url(JWKS_URL, &jwks_url)?,
            issuer: or_neon(ISSUER, issuer, |neon| &neon.origin)?,
            audience: or_neon(AUDIENCE, audience, |neon| &neon.origin)?,
            organization_claims: claims(ORGANIZATION_CLAIM, organization_claim, &ORGANIZATION_CLAIMS)?,
            role_claims: claims(ROLE_CLAIM, role_claim, &ROLE_CLAIMS)?,
        }))
    }
}

/// Settings that follow from the address of Neon Auth: it issues tokens whose `iss` and `aud` are its origin.
struct NeonAuth {
    jwks_url: String,
    origin: String,
}

impl NeonAuth {
    fn parse(text: &str) -> Result<Self, ConfigError> {
        let base = url(NEON_BASE_URL, text)?;
        let scheme = base.scheme_str().unwrap_or_default();
        let host = base.host().unwrap_or_default().to_ascii_lowercase();
        // The origin leaves out the scheme's own port (RFC 6454, section 6.2).
        let port = base.port_u16().filter(|port| *port != default_port(scheme));
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let origin = format!("{scheme}://{host}{port}");
        let path = base.path().trim_end_matches('/');
        Ok(Self { jwks_url: format!("{origin}{path}/.well-known/jwks.json"), origin })
    }
}

/// An address from which keys may come: whoever answers there decides who is let in.
fn url(variable: &'static str, text: &str) -> Result<Uri, ConfigError> {
    address(text).map_err(|problem| ConfigError { variable, problem })
}

fn claims(
    variable: &'static str,
    value: Option<String>,
    defaults: &[&str],
) -> Result<Vec<ClaimPath>, ConfigError> {
    let parse = |text: &str| {
        ClaimPath::parse(text).ok_or(ConfigError {
            variable,
            problem: "is not the path of a claim, such as org_id or o.id, of at most 200 bytes",
        })
    };
    match value {
        Some(path) => Ok(vec![parse(&path)?]),
        None => defaults.iter().map(|path| parse(path)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(variables: &[(&str, &str)]) -> Result<Option<AuthConfig>, ConfigError> {
        AuthConfig::from_lookup(|name| {
            variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        })
    }

    const ALL: [(&str, &str); 3] =
        [(JWKS_URL, "https://id.example/keys"), (ISSUER, "https://id.example/"), (AUDIENCE, "branchline")];

    #[test]
    fn nothing_set_accepts_no_jwt() {
        assert!(config(&[]).unwrap().is_none());
        assert!(config(&[(ISSUER, ""), (AUDIENCE, " \n")]).unwrap().is_none());
    }

    #[test]
    fn an_issuer_is_taken_to_the_letter() {
        let config = config(&ALL).unwrap().unwrap();
        assert_eq!(config.issuer, "https://id.example/");
        assert_eq!(config.audience, "branchline");
        assert_eq!(config.jwks_url, "https://id.example/keys");
    }

    #[test]
    fn a_part_of_an_issuer_is_an_error_that_names_the_missing_variable() {
        for missing in 0..ALL.len() {
            let mut variables = ALL.to_vec();
            let (variable, _) = variables.remove(missing);
            assert_eq!(config(&variables).unwrap_err().variable, variable);
        }
        assert_eq!(config(&[(ORGANIZATION_CLAIM, "org")]).unwrap_err().variable, JWKS_URL);
        assert_eq!(config(&[(ROLE_CLAIM, "role")]).unwrap_err().variable, JWKS_URL);
    }

    #[test]
    fn neon_auths_address_sets_all_three() {
        let neon = |url| config(&[(NEON_BASE_URL, url)]).unwrap().unwrap();
        let auth = neon("https://EP-x.neonauth.eu-central-1.aws.neon.tech/neondb/auth/");
        assert_eq!(auth.issuer, "https://ep-x.neonauth.eu-central-1.aws.neon.tech");
        assert_eq!(auth.audience, auth.issuer);
        assert_eq!(
            auth.jwks_url,
            "https://ep-x.neonauth.eu-central-1.aws.neon.tech/neondb/auth/.well-known/jwks.json"
        );
        assert_eq!(neon("https://h:443").issuer, "https://h");
        assert_eq!(neon("http://127.0.0.1:3000/auth").issuer, "http://127.0.0.1:3000");
        let with_audience = [(NEON_BASE_URL, "https://h/auth"), (AUDIENCE, "mine")];
        let auth = config(&with_audience).unwrap().unwrap();
        assert_eq!((auth.issuer.as_str(), auth.audience.as_str()), ("https://h", "mine"));
    }

    // http_client's tests have the other addresses.
    #[test]
    fn keys_come_over_https_or_from_this_machine() {
        let with = |url| config(&[(JWKS_URL, url), ALL[1], ALL[2]]);
        for url in ["https://id.example", "http://127.0.0.1/keys"] {
            assert!(with(url).is_ok(), "{url}");
        }
        for url in ["http://id.example/canary", "https://user:canary@id.example/"] {
            let error = with(url).unwrap_err();
            assert_eq!(error.variable, JWKS_URL);
            assert!(!error.to_string().contains("canary"), "{error}");
        }
    }

    #[test]
    fn a_claim_that_is_named_replaces_those_by_default() {
        let paths = |config: &AuthConfig| {
            let all = config.organization_claims.iter().chain(&config.role_claims);
            all.map(|path| path.as_str().to_owned()).collect::<Vec<_>>()
        };
        let plain = config(&ALL).unwrap().unwrap();
        assert_eq!(paths(&plain), ["o.id", "org_id", "organization_id", "o.role", "org_role"]);
        let named = [ALL[0], ALL[1], ALL[2], (ORGANIZATION_CLAIM, "tenant"), (ROLE_CLAIM, "o.rol")];
        assert_eq!(paths(&config(&named).unwrap().unwrap()), ["tenant", "o.rol"]);
        let wrong = [ALL[0], ALL[1], ALL[2], (ROLE_CLAIM, "o..canary")];
        let error = config(&wrong).unwrap_err();
        assert_eq!(error.variable, ROLE_CLAIM);
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}
