//! The configuration of the server.

use anyhow::Result;

use super::home::Home;
use crate::certificates;

/// The certificate authority's file in the home.
pub(super) const CA_FILE: &str = "ca.pem";

/// Every line is a choice; the rest is Postgres's default. Paths are relative to the data directory.
const SETTINGS: &str = "\
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
ssl = on
ssl_cert_file = '../server.crt'
ssl_key_file = '../server.key'
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%d '
";

/// For data that nobody misses after the machine's crash. What was committed before the server's own crash is
/// there after it all the same, because the kernel has it.
const NOT_DURABLE: &str = "\
fsync = off
full_page_writes = off
";

/// Passwords over TLS, and nothing else.
const ACCESS: &str = "hostssl all all 127.0.0.1/32 scram-sha-256\n";

/// Writes everything the server reads at its start. Certificates of an earlier run stay as they are.
pub(super) fn write(home: &Home, durable: bool) -> Result<()> {
    let settings = if durable { SETTINGS.to_owned() } else { format!("{SETTINGS}{NOT_DURABLE}") };
    home.write("postgresql.conf", settings.as_bytes())?;
    home.write("pg_hba.conf", ACCESS.as_bytes())?;
    // The key is written last, so that it stands for all three.
    if home.read("server.key").is_none() {
        let certificates = certificates::generate(&["localhost"])?;
        home.write(CA_FILE, &certificates.authority)?;
        home.write("server.crt", &certificates.certificate)?;
        home.write("server.key", &certificates.key)?;
    }
    Ok(())
}
