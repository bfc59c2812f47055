//! As whom the endpoint may be addressed, and which pages may write to it: against DNS rebinding and CSRF.

use std::net::IpAddr;

use axum::http::{HeaderMap, Method, Uri, header};

use crate::problem::{Problem, Reason};

/// The hosts that a request may name.
#[derive(Clone, Debug)]
pub(crate) struct Hosts {
    listen: IpAddr,
    names: Vec<String>,
}

impl Hosts {
    /// `names` are accepted beside `localhost` and the addresses that lead here.
    pub(crate) fn new(listen: IpAddr, names: &[String]) -> Self {
        let names = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        Self { listen: listen.to_canonical(), names }
    }

    /// Whether a request that names this host is meant for us.
    ///
    /// An attacker's page can make its own name lead here, but not an address: it is names that need a list.
    /// The port does not matter, and may differ where a router forwards one.
    fn knows(&self, host: &str) -> bool {
        let name = host_without_port(host).to_ascii_lowercase();
        let literal = name.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = literal.parse::<IpAddr>() {
            let address = address.to_canonical();
            return self.listen.is_unspecified() || address == self.listen || address.is_loopback();
        }
        name == "localhost" || self.names.contains(&name)
    }

    /// Refuses a request that names another host than ours.
    pub(crate) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
        match named_host(uri, headers) {
            Some(host) if self.knows(host) => Ok(()),
            Some(_) | None => Err(Problem::new(
                Reason::Misdirected,
                "This depot is not reached under that host: use its address or a name that was given with --host-name",
            )),
        }
    }
}

/// Refuses a write that a page of another origin had a browser send. For requests with a cookie; `secure` is whether the
/// endpoint speaks TLS.
pub(crate) fn check_same_origin(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    secure: bool,
) -> Result<(), Problem> {
    if method.is_safe() {
        return Ok(());
    }
    let told_by_browser = headers.get("sec-fetch-site").map(|site| site.as_bytes());
    let same_site = matches!(told_by_browser, None | Some(b"same-origin" | b"none"));
    let same_origin = headers.get(header::ORIGIN).is_none_or(|origin| {
        let origin = origin.to_str().ok().and_then(|origin| authority_of(origin, secure));
        let named = named_host(uri, headers).map(|host| without_default_port(host, secure));
        origin.zip(named).is_some_and(|(origin, named)| origin.eq_ignore_ascii_case(named))
    });
    if same_site && same_origin {
        return Ok(());
    }
    Err(Problem::forbidden("A page of another origin may not do this: use the depot's own desk, or a token"))
}

/// Host and port of an origin of our own scheme: over HTTP anybody on the way can be `http://` and our host.
fn authority_of(origin: &str, secure: bool) -> Option<&str> {
    let (scheme, authority) = origin.split_once("://")?;
    let ours = if secure { "https" } else { "http" };
    scheme.eq_ignore_ascii_case(ours).then(|| without_default_port(authority, secure))
}

fn without_default_port(authority: &str, secure: bool) -> &str {
    authority.strip_suffix(if secure { ":443" } else { ":80" }).unwrap_or(authority)
}

/// The host that the request names; the one in the request line counts where there are two (RFC 9112, 3.2.2).
fn named_host<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> Option<&'r str> {
    match uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => headers.get(header::HOST).and_then(|host| host.to_str().ok()),
    }
}

fn host_without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        // In `[::1]` the last colon is part of the address.
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        Some(_) | None => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(listen: &str) -> Hosts {
        Hosts::new(listen.parse().unwrap(), &["Depot.lan".to_owned()])
    }

    #[test]
    fn knows_its_address_localhost_and_its_names() {
        let here = hosts("192.168.1.5");
        for ours in [
            "192.168.1.5:5000",
            "192.168.1.5",
            "localhost:5000",
            "DEPOT.lan",
            "127.0.0.1",
            "[::1]:5000",
            "[::1]",
        ] {
            assert!(here.knows(ours), "{ours}");
        }
        for other in [
            "evil.example",
            "evil.example:5000",
            "192.168.1.6",
            "",
            ":5000",
            "depot.lan.evil.example",
            "[::1",
        ] {
            assert!(!here.knows(other), "{other}");
        }
    }

    #[test]
    fn listening_everywhere_it_knows_every_address_but_no_name_more() {
        let everywhere = hosts("0.0.0.0");
        assert!(everywhere.knows("10.1.2.3:5000"));
        assert!(everywhere.knows("[fe80::1]:5000"));
        assert!(!everywhere.knows("evil.example"));
    }

    fn same_origin_of(secure: bool, method: Method, pairs: &[(&'static str, &str)]) -> bool {
        let headers =
            pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        check_same_origin(&method, &Uri::from_static("/api/commands"), &headers, secure).is_ok()
    }

    fn same_origin(method: Method, pairs: &[(&'static str, &str)]) -> bool {
        same_origin_of(false, method, pairs)
    }

    #[test]
    fn origin_of_another_scheme_may_not_write() {
        for (secure, origin, host, allowed) in [
            (false, "http://192.168.1.5:5000", "192.168.1.5:5000", true),
            (false, "https://192.168.1.5:5000", "192.168.1.5:5000", false),
            (true, "https://192.168.1.5:5000", "192.168.1.5:5000", true),
            (true, "http://192.168.1.5:5000", "192.168.1.5:5000", false),
            (true, "https://depot.local", "depot.local:443", true),
            (true, "https://Depot.local:443", "depot.local", true),
            (true, "https://depot.local:80", "depot.local", false),
            (false, "http://depot.local", "depot.local:80", true),
            (true, "ftp://depot.local", "depot.local", false),
            (true, "depot.local", "depot.local", false),
        ] {
            let pairs = [("origin", origin), ("host", host)];
            assert_eq!(same_origin_of(secure, Method::POST, &pairs), allowed, "{secure} {origin} {host}");
        }
    }

    #[test]
    fn only_our_own_pages_may_write() {
        let host = ("host", "192.168.1.5:5000");
        assert!(same_origin(Method::POST, &[host]));
        assert!(same_origin(Method::POST, &[host, ("origin", "http://192.168.1.5:5000")]));
        assert!(same_origin(Method::POST, &[host, ("sec-fetch-site", "same-origin")]));
        assert!(!same_origin(Method::POST, &[host, ("origin", "http://192.168.1.5:8080")]));
        assert!(!same_origin(Method::POST, &[host, ("origin", "null")]));
        assert!(!same_origin(Method::DELETE, &[host, ("sec-fetch-site", "same-site")]));
        assert!(same_origin(Method::GET, &[host, ("sec-fetch-site", "cross-site")]));
    }
}
