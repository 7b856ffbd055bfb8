//! The messages of Neon's proxy. Every error of its own has severity ERROR and SQLSTATE XX000, whatever its
//! cause.

/// The compute has been woken and cannot be reached; comes after some three seconds of trying.
pub const COULD_NOT_CONNECT: &str = "Couldn't connect to compute node";
/// The control plane is out of order.
pub const CONTROL_PLANE: &str = "Control plane request failed";
/// Too many clients are connecting at once.
pub const NO_PERMIT: &str = "Failed to acquire permit to connect to the database. Too many database \
                             connection attempts are currently ongoing.";
/// The compute is being suspended just now.
pub const IDLE: &str = "endpoint is idle, retry";
/// The account's compute time is used up.
pub const QUOTA: &str =
    "Your account or project has exceeded the compute time quota. Upgrade your plan to increase limits.";
/// The endpoint's limit on connection attempts is reached.
pub const TOO_MANY_CONNECTIONS: &str = "Too many connections to this endpoint. Please try again later.";
/// The endpoint has been deleted.
pub const NO_ENDPOINT: &str = "Control plane request failed: endpoint cannot be found";
/// The endpoint has been switched off.
pub const DISABLED: &str = "The endpoint has been disabled. Enable it using Neon API and retry.";
/// The same, as the control plane says it.
pub const IS_DISABLED: &str = "Control plane request failed: endpoint is disabled";
/// The project may not start another compute.
pub const CHECK_QUOTAS: &str =
    "Control plane request failed: Cannot start more computes. Check your quotas or contact support.";
/// The compute's own words where its connections are used up, which the proxy passes on without their
/// SQLSTATE.
pub const NO_SLOTS: &str = "sorry, too many clients already";
/// The client's address is not on the endpoint's list.
pub const ADDRESS_NOT_ALLOWED: &str = "This IP address 203.0.113.7 is not allowed to connect to this \
                                       endpoint. Please add it to the allowed list in the Neon console. Make \
                                       sure to check for IPv4 or IPv6 addresses.";
/// The project takes no connections from the public internet.
pub const BLOCKED_NETWORK: &str = "This connection is trying to access this endpoint from a blocked network.";
/// The project takes connections through VPC endpoints alone.
pub const NO_VPC_ENDPOINT: &str =
    "VPC endpoint ID is not specified. This endpoint requires a VPC endpoint ID to connect.";
/// The client's VPC endpoint is not on the project's list.
pub const VPC_NOT_ALLOWED: &str = "This VPC endpoint id vpce-1 is not allowed to connect to this endpoint. \
                                   Please add it to the allowed list in the Neon console.";
/// The endpoint has been deleted, as the control plane says it.
pub const ENDPOINT_NOT_FOUND: &str = "The requested endpoint could not be found";
/// The branch has been deleted.
pub const BRANCH_NOT_FOUND: &str = "The requested branch could not be found";
/// The role is Neon's own.
pub const ROLE_PROTECTED: &str = "The role you're attempting to use is protected";
/// The wake limiter's.
pub const TOO_MANY_ATTEMPTS: &str = "Too many connections attempts";
/// As many endpoints run as the plan allows.
pub const ACTIVE_ENDPOINTS: &str = "You have exceeded the limit of concurrently active endpoints";
/// The control plane's own limit.
pub const RATE_LIMIT: &str = "You've exceeded the rate limit";
/// A branch that is not the default one has a share of its own.
pub const BRANCH_COMPUTE_TIME: &str = "You've exceeded the compute time for this branch";
/// SNI and options name different endpoints.
pub const INCONSISTENT: &str = "Inconsistent project name inferred from SNI ('a') and project option ('b').";
/// The client asks for no TLS.
pub const INSECURE: &str = "connection is insecure (try using `sslmode=require`)";
/// There is neither SNI nor `options=endpoint%3D…`.
pub const ENDPOINT_NOT_SPECIFIED: &str = "Endpoint ID is not specified. Either please upgrade the postgres \
     client library (libpq) for SNI support or pass the endpoint ID (first part of the domain name) as a \
     parameter: '?options=endpoint%3D<endpoint-id>'. See more at https://neon.tech/sni";

/// The client offers no channel binding because it believes that the server has none.
pub(super) const PLUS_NOT_USED: &str = "SCRAM-PLUS not used";
/// The client is bound to another TLS channel.
pub(super) const CHANNEL_MISMATCH: &str = "insecure connection: secure channel data mismatch";
/// Anything else that is wrong with the client's SCRAM.
pub(super) const PROTOCOL_VIOLATION: &str = "authentication protocol violation";

/// The password is wrong, or there is no such endpoint.
pub(super) fn wrong_password(user: &str) -> String {
    format!("password authentication failed for user '{user}'")
}

/// SNI and options name different endpoints.
pub(super) fn inconsistent_names(sni: &str, option: &str) -> String {
    format!("Inconsistent project name inferred from SNI ('{sni}') and project option ('{option}').")
}

/// The SNI does not belong to Neon.
pub(super) fn unknown_domain(domain: &str) -> String {
    format!("Common name inferred from SNI ('{domain}') is not known")
}

/// The pooler does not take this setting from the startup's options.
pub(super) fn unsupported_option(name: &str) -> String {
    format!(
        "unsupported startup parameter in options: {name}. Please use unpooled connection or remove this \
         parameter from the startup package. More details: \
         https://neon.tech/docs/connect/connection-errors#unsupported-startup-parameter"
    )
}
