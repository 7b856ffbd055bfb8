//! Finds the endpoint that a client means, and its session's settings.

use super::{DOMAIN, message};

const POOLER: &str = "-pooler";

/// The content of the startup packet and the SNI.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Without `-pooler`. None where neither says.
    pub(super) endpoint: Option<String>,
    pub(super) pooled: bool,
    /// The options that are the compute's.
    pub(super) options: Vec<String>,
}

impl Target {
    /// Reads both; the error is for the client.
    pub(super) fn read(sni: Option<&str>, options: &str) -> Result<Self, String> {
        let (ours, options): (Vec<&str>, Vec<&str>) =
            options.split_ascii_whitespace().partition(|option| endpoint_option(option).is_some());
        let from_option = ours.first().and_then(|option| endpoint_option(option));
        let from_sni = sni.map(endpoint_of_host).transpose()?;
        let named = match (from_sni, from_option) {
            (Some(sni), Some(option)) if sni != option => {
                return Err(message::inconsistent_names(sni, option));
            }
            (sni, option) => option.or(sni),
        };
        let pooled = named.is_some_and(|name| name.ends_with(POOLER));
        let endpoint = named.map(|name| name.strip_suffix(POOLER).unwrap_or(name).to_owned());
        Ok(Self { endpoint, pooled, options: options.into_iter().map(str::to_owned).collect() })
    }

    /// The first setting among the options: what follows `-c` or `--`.
    pub(super) fn first_setting(&self) -> Option<&str> {
        let mut options = self.options.iter();
        while let Some(option) = options.next() {
            let setting = match option.as_str() {
                "-c" => options.next().map(String::as_str),
                other => other.strip_prefix("-c").or_else(|| other.strip_prefix("--")),
            };
            if let Some(setting) = setting {
                return setting.split('=').next();
            }
        }
        None
    }
}

fn endpoint_option(option: &str) -> Option<&str> {
    option.strip_prefix("endpoint=").or_else(|| option.strip_prefix("project="))
}

fn endpoint_of_host(sni: &str) -> Result<&str, String> {
    match sni.split_once('.') {
        Some((endpoint, DOMAIN)) => Ok(endpoint),
        Some((_, domain)) => Err(message::unknown_domain(domain)),
        None => Err(message::unknown_domain(sni)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIRECT: &str = "ep-a.eu-central-1.aws.neon.tech";
    const POOLED: &str = "ep-a-pooler.eu-central-1.aws.neon.tech";

    fn read(sni: Option<&str>, options: &str) -> (Option<String>, bool) {
        let target = Target::read(sni, options).unwrap();
        (target.endpoint, target.pooled)
    }

    #[test]
    fn the_endpoint_comes_from_the_sni_or_the_options() {
        let endpoint = Some("ep-a".to_owned());
        assert_eq!(read(Some(DIRECT), ""), (endpoint.clone(), false));
        assert_eq!(read(Some(POOLED), ""), (endpoint.clone(), true));
        assert_eq!(read(None, "endpoint=ep-a"), (endpoint.clone(), false));
        assert_eq!(read(None, "-c a=b endpoint=ep-a-pooler"), (endpoint.clone(), true));
        assert_eq!(read(Some(DIRECT), "endpoint=ep-a"), (endpoint, false));
        assert_eq!(read(None, "-c a=b"), (None, false));
    }

    #[test]
    fn names_that_disagree_and_foreign_hosts_are_refused() {
        let refusal = |sni, options| Target::read(Some(sni), options).unwrap_err();
        assert_eq!(
            refusal(DIRECT, "endpoint=ep-b"),
            "Inconsistent project name inferred from SNI ('ep-a') and project option ('ep-b')."
        );
        assert_eq!(
            refusal("ep-a.example.com", ""),
            "Common name inferred from SNI ('example.com') is not known"
        );
    }

    #[test]
    fn a_setting_is_found_however_it_is_written() {
        let first = |options| Target::read(None, options).unwrap().first_setting().map(str::to_owned);
        for options in ["-c work_mem=1", "-cwork_mem=1", "--work_mem=1", "endpoint=x -c work_mem=1 -c b=2"] {
            assert_eq!(first(options).as_deref(), Some("work_mem"), "{options}");
        }
        assert_eq!(first("endpoint=ep-a"), None);
    }
}
