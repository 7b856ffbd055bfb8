//! Name, TCP, TLS and the certificate.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use pg::probe::{self, Certificate, Handshake, HandshakeError};
use pg::{Host, Url};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::net::TcpStream;

use super::step::Step;

/// Under so many days a certificate should have been renewed: Let's Encrypt's own clients do it 30 days
/// before the end.
const FEW_DAYS: i64 = 14;

/// OpenSSL's reasons to refuse a certificate: X509_STORE_CTX_get_error(3).
mod reason {
    pub(super) const NOT_YET_VALID: i32 = 9;
    pub(super) const EXPIRED: i32 = 10;
    pub(super) const UNKNOWN_ISSUER: [i32; 4] = [18, 19, 20, 21];
    pub(super) const WRONG_HOST: [i32; 2] = [62, 64];
}

pub(super) async fn resolve(url: &Url) -> Result<(Step, Vec<SocketAddr>), Step> {
    const ADVICE: &str = "Is the host's name spelt right, and has this machine a network and a resolver?";
    match probe::resolve(url).await {
        Ok(addresses) if addresses.is_empty() => {
            Err(Step::failed("name", "it has no address").advise(ADVICE))
        }
        Ok(addresses) => {
            let list: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
            Ok((Step::ok("name", list.join(", ")).with(json!({ "addresses": list })), addresses))
        }
        Err(error) => Err(Step::failed("name", error.to_string()).advise(ADVICE)),
    }
}

/// Connects to the first address that answers, and says of each one before it why it did not.
pub(super) async fn reach(
    url: &Url,
    addresses: &[SocketAddr],
    bound: Duration,
) -> Result<(Step, TcpStream), Step> {
    let mut refusals = Vec::new();
    let mut kind = io::ErrorKind::Other;
    for address in addresses {
        let begun = Instant::now();
        match probe::reach(*address, bound).await {
            Ok(stream) => {
                let took = milliseconds(begun.elapsed());
                let finding = format!("{} port {}, in {took:.1} ms", address.ip(), address.port());
                let details = json!({ "address": address.to_string(), "ms": took, "refusals": refusals });
                let step = if refusals.is_empty() {
                    Step::ok("TCP", finding)
                } else {
                    Step::look("TCP", format!("{finding}; before that {}", refusals.join("; ")))
                        .advise("Each attempt at the addresses before it delays every connection.")
                };
                return Ok((step.with(details), stream));
            }
            Err(error) => {
                kind = error.kind();
                let reason = match kind {
                    io::ErrorKind::TimedOut => format!("no answer within {} s", bound.as_secs_f32()),
                    _ => error.to_string(),
                };
                refusals.push(format!("{} port {}: {reason}", address.ip(), address.port()));
            }
        }
    }
    let advice = match kind {
        io::ErrorKind::ConnectionRefused => {
            format!("Nothing listens there. Is {} the right port, and is the server running?", url.port())
        }
        io::ErrorKind::TimedOut => {
            "Packets are thrown away on the way: look at firewalls, security groups and routes, \
                                    and whether the host is up."
                .to_owned()
        }
        _ => "Look at this machine's network and routes.".to_owned(),
    };
    Err(Step::failed("TCP", refusals.join("; ")).advise(advice))
}

pub(super) async fn shake_hands(
    url: &Url,
    tcp: TcpStream,
    bound: Duration,
) -> Result<(Step, Option<Handshake>), Step> {
    let begun = Instant::now();
    match probe::handshake(url, tcp, bound).await {
        Ok(None) => Ok((Step::ok("TLS", "none, which loopback is allowed"), None)),
        Ok(Some(handshake)) => {
            let Handshake { version, cipher, .. } = &handshake;
            let took = milliseconds(begun.elapsed());
            let step = Step::ok("TLS", format!("{version}, {cipher}, in {took:.1} ms"));
            let details = json!({ "version": version, "cipher": cipher, "ms": took });
            Ok((step.with(details), Some(handshake)))
        }
        Err(HandshakeError::Refused { certificate, code, reason }) => {
            Err(refused(url, &certificate, code, reason))
        }
        Err(error) => {
            let advice = not_agreed(&error);
            Err(Step::failed("TLS", error.to_string()).advise(advice))
        }
    }
}

fn not_agreed(error: &HandshakeError) -> &'static str {
    match error {
        HandshakeError::NotOffered => {
            "Passwords and data do not travel in the clear: turn TLS on at the server (ssl = on, with a \
             certificate made out to this host), or use the port of what does TLS before it."
        }
        HandshakeError::NotPostgres(_) => "Something else than Postgres listens there: is the port right?",
        HandshakeError::Silent(_) => {
            "Something accepts connections and says nothing: a firewall, a proxy without its server, or \
             another protocol's port."
        }
        HandshakeError::Ended(_) => {
            "Is this Postgres's port, and what does the server's log say? With sslnegotiation=direct the \
             server must be Postgres 17, PgBouncer 1.25 or Neon."
        }
        HandshakeError::Roots { .. } => {
            "sslrootcert names the file, in PEM, of the authority that signed the server's certificate. \
             Neon's is known to every system: leave sslrootcert out there."
        }
        HandshakeError::Refused { .. } | HandshakeError::Other(_) => {
            "TLS 1.2 or later is needed; the server's log may say more."
        }
    }
}

/// A certificate that was taken.
pub(super) fn certificate(certificate: &Certificate) -> Step {
    let Certificate { subject, issuer, days_left, .. } = certificate;
    let finding = format!("{subject}, signed by {issuer}, {}", left(*days_left));
    let step = if *days_left < FEW_DAYS {
        Step::look("certificate", finding)
            .advise("Renew it: once it has expired, no function and no tool connects any more.")
    } else {
        Step::ok("certificate", finding)
    };
    step.with(details(certificate))
}

/// A certificate that was refused.
fn refused(url: &Url, certificate: &Certificate, code: i32, words: &str) -> Step {
    let Certificate { subject, issuer, days_left, .. } = certificate;
    let (finding, advice) = match code {
        code if reason::WRONG_HOST.contains(&code) => {
            let host = match url.host() {
                Host::Name(name) => name.as_str(),
                Host::Socket(_) => "this host",
            };
            let names = match certificate.names.as_slice() {
                [] => format!("{subject} alone"),
                names => names.join(", "),
            };
            (
                format!("it is made out to {names}, not to {host}"),
                "Put one of these names into the URL; where DNS does not know it, hostaddr= says the \
                 address. If the names are nobody's you know, somebody stands in between."
                    .to_owned(),
            )
        }
        reason::EXPIRED if *days_left < 0 => (
            format!("it expired {} days ago", -days_left),
            "It must be renewed at the server; nothing here turns verification off.".to_owned(),
        ),
        reason::NOT_YET_VALID => {
            ("it is not valid yet".to_owned(), "Is this machine's clock right?".to_owned())
        }
        code if reason::UNKNOWN_ISSUER.contains(&code) => (
            format!("it is signed by {issuer}, which is not trusted here"),
            "Where the server has an authority of its own, name its file with sslrootcert= or SSL_CERT_FILE. \
             Where one is named, it holds another authority. On a machine without any authorities install \
             ca-certificates."
                .to_owned(),
        ),
        _ => (words.to_owned(), "The server's certificate, or its authority's, has to be \
                                 renewed.".to_owned()),
    };
    Step::failed("certificate", finding).advise(advice).with(details(certificate))
}

fn left(days: i64) -> String {
    match days {
        1 => "1 day left".to_owned(),
        days => format!("{days} days left"),
    }
}

fn details(certificate: &Certificate) -> Value {
    let expires = OffsetDateTime::from_unix_timestamp(certificate.expires).ok();
    let expires = expires.and_then(|at| at.format(&time::format_description::well_known::Rfc3339).ok());
    json!({
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "names": certificate.names,
        "expires": expires,
        "days_left": certificate.days_left,
    })
}

/// For reading: more digits than a millisecond's hundredth are noise.
pub(super) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e5).round() / 1e2
}

#[cfg(test)]
mod tests {
    use super::super::step::Verdict;
    use super::*;

    fn lasting(days_left: i64) -> Certificate {
        let names = vec!["db.example".to_owned()];
        Certificate {
            subject: "server".to_owned(),
            issuer: "authority".to_owned(),
            names,
            expires: 0,
            days_left,
        }
    }

    #[test]
    fn a_certificate_is_looked_at_two_weeks_before_its_end() {
        assert_eq!(certificate(&lasting(14)).verdict, Verdict::Ok);
        let step = certificate(&lasting(13));
        assert_eq!(step.verdict, Verdict::Look);
        assert_eq!(step.finding, "server, signed by authority, 13 days left");
        assert!(certificate(&lasting(1)).finding.ends_with("1 day left"));
    }

    #[test]
    fn the_authoritys_own_end_is_not_said_of_the_server() {
        let url = Url::parse("postgresql://u@db.example/d").unwrap();
        let step = refused(&url, &lasting(100), reason::EXPIRED, "certificate has expired");
        assert_eq!(step.finding, "certificate has expired");
    }
}
