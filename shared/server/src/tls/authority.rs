//! The CA of this installation, which phones trust. It can vouch for nobody but this depot: name constraints limit it to the
//! depot's own names, `.local`, and the private and loopback ranges (RFC 5280, 4.2.1.10), and its use to servers.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;

use super::files::write_private;
use super::{Good, LEAF_DAYS, Leaf, alternative, fingerprint, limit, named};

const KEY: &str = "ca.key.pem";
const CERTIFICATE: &str = "ca.pem";

/// Three years: a key that was stolen is not worth more.
const DAYS: i64 = 3 * 365;
/// Phones have half a year to trust the next certificate before the one that they trust ends.
const RENEW_AT_DAYS_LEFT: i64 = 180;

/// Networks that no certificate authority of the internet vouches for: RFC 1918, RFC 3927, RFC 4193 and loopback.
const PRIVATE: [(&str, u8); 8] = [
    ("10.0.0.0", 8),
    ("172.16.0.0", 12),
    ("192.168.0.0", 16),
    ("169.254.0.0", 16),
    ("127.0.0.0", 8),
    ("fc00::", 7),
    ("fe80::", 10),
    ("::1", 128),
];
/// Names that the internet's name service never answers (RFC 6761, RFC 6762).
const LOCAL: [&str; 2] = ["local", "localhost"];

/// A CA as phones see it.
#[derive(Clone, Debug)]
pub(crate) struct Trusted {
    /// The certificate.
    pub(crate) der: Vec<u8>,
    /// SHA-256 of it, in pairs of hexadecimal digits as phones show it.
    pub(crate) fingerprint: String,
}

/// The CA of this installation.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(super) pem: String,
    pub(super) trusted: Trusted,
    pub(super) good: Good,
}

impl Authority {
    /// Reads the CA, or makes one if there is none that is good for `names`.
    ///
    /// One that takes the place of another has the same key and name, so that phones which trust the other go on until that
    /// one ends. An older one that may vouch for any site, or for more than three years, is replaced so.
    pub(super) fn open(folder: &Path, names: &BTreeSet<String>, now: DateTime<Utc>) -> Result<Self, String> {
        let (key_file, certificate_file) = (folder.join(KEY), folder.join(CERTIFICATE));
        let key = match fs::read_to_string(&key_file) {
            Ok(pem) => KeyPair::from_pem(&pem).map_err(|error| format!("{KEY}: {error}"))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key =
                    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|error| error.to_string())?;
                write_private(&key_file, key.serialize_pem().as_bytes())
                    .map_err(|error| error.to_string())?;
                // Of another key: it would vouch for nothing.
                match fs::remove_file(&certificate_file) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.to_string()),
                    Ok(()) | Err(_) => {}
                }
                key
            }
            Err(error) => return Err(format!("{KEY}: {error}")),
        };
        let params = params(&key, names, now)?;
        let kept = match fs::read_to_string(&certificate_file) {
            Ok(pem) => Some(Parsed::read(pem)?).filter(|kept| kept.is_fit(names, now)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(format!("{CERTIFICATE}: {error}")),
        };
        let Parsed { pem, der, good, .. } = match kept {
            Some(kept) => kept,
            None => {
                let pem = params.self_signed(&key).map_err(|error| error.to_string())?.pem();
                write_private(&certificate_file, pem.as_bytes()).map_err(|error| error.to_string())?;
                Parsed::read(pem)?
            }
        };
        let fingerprint = fingerprint(&der);
        Ok(Self { issuer: Issuer::new(params, key), pem, trusted: Trusted { der, fingerprint }, good })
    }

    /// A certificate for these addresses and names.
    pub(super) fn sign(&self, names: &BTreeSet<String>, now: DateTime<Utc>) -> Result<Leaf, String> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|error| error.to_string())?;
        let mut params = CertificateParams::default();
        params.subject_alt_names = names.iter().map(|name| alternative(name)).collect::<Result<_, _>>()?;
        params.distinguished_name = named("Eroad Depot");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        // From yesterday, for a phone whose clock is behind.
        let from = now - TimeDelta::days(1);
        let not_after = from + TimeDelta::days(LEAF_DAYS);
        limit(&mut params, from, not_after);
        let certificate = params.signed_by(&key, &self.issuer).map_err(|error| error.to_string())?;
        Ok(Leaf {
            names: names.clone(),
            not_after,
            authority: self.trusted.fingerprint.clone(),
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }
}

/// A certificate of the CA as it was read.
struct Parsed {
    pem: String,
    der: Vec<u8>,
    good: Good,
    days: i64,
    /// Names and networks that the certificate limits itself to. `None` if it may vouch for any site.
    permitted: Option<Permitted>,
}

/// Names, with everything below them, and networks as address and mask.
#[derive(Default)]
struct Permitted {
    names: Vec<String>,
    networks: Vec<Vec<u8>>,
}

impl Parsed {
    fn read(pem: String) -> Result<Self, String> {
        let in_file = |error: String| format!("{CERTIFICATE}: {error}");
        let der = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|error| in_file(error.to_string()))?
            .to_vec();
        let (_, certificate) =
            x509_parser::parse_x509_certificate(&der).map_err(|error| in_file(error.to_string()))?;
        let validity = certificate.validity();
        let [from, until] =
            [validity.not_before, validity.not_after].map(|at| DateTime::from_timestamp(at.timestamp(), 0));
        let (Some(from), Some(until)) = (from, until) else {
            return Err(in_file("it is valid at no time that there is".to_owned()));
        };
        let good = Good { from, until: until - TimeDelta::days(RENEW_AT_DAYS_LEFT) };
        let (days, permitted) = ((until - from).num_days(), Permitted::by(&certificate));
        Ok(Self { pem, der, good, days, permitted })
    }

    fn is_fit(&self, names: &BTreeSet<String>, now: DateTime<Utc>) -> bool {
        // A day more: the certificate begins yesterday, for a phone whose clock is behind.
        let is_short = self.days <= DAYS + 1;
        let permits_all = |permitted: &Permitted| names.iter().all(|name| permitted.contains(name));
        self.good.holds(now) && is_short && self.permitted.as_ref().is_some_and(permits_all)
    }
}

impl Permitted {
    /// Reads what a certificate limits itself to; `None` if a client may overlook it, or if it is for more than servers.
    fn by(certificate: &X509Certificate<'_>) -> Option<Self> {
        let usage = certificate.extended_key_usage().ok().flatten()?.value;
        let for_servers_alone = usage.server_auth && !usage.any && !usage.code_signing && !usage.client_auth;
        let constraints = certificate.name_constraints().ok().flatten()?;
        if !for_servers_alone || !constraints.critical {
            return None;
        }
        let mut permitted = Self::default();
        for subtree in constraints.value.permitted_subtrees.iter().flatten() {
            match &subtree.base {
                GeneralName::DNSName(name) => permitted.names.push((*name).to_owned()),
                GeneralName::IPAddress(network) => permitted.networks.push(network.to_vec()),
                // Nothing of ours has these.
                GeneralName::OtherName(..)
                | GeneralName::RFC822Name(_)
                | GeneralName::X400Address(_)
                | GeneralName::DirectoryName(_)
                | GeneralName::EDIPartyName(_)
                | GeneralName::URI(_)
                | GeneralName::RegisteredID(_)
                | GeneralName::Invalid(..) => {}
            }
        }
        Some(permitted)
    }

    fn contains(&self, name: &str) -> bool {
        match name.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => self.contains_address(&address.octets()),
            Ok(IpAddr::V6(address)) => self.contains_address(&address.octets()),
            Err(_) => self.names.iter().any(|root| {
                let rest = name.strip_suffix(root.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }),
        }
    }

    fn contains_address(&self, address: &[u8]) -> bool {
        self.networks.iter().any(|network| {
            let Some((base, mask)) = network.split_at_checked(address.len()) else { return false };
            mask.len() == address.len()
                && address.iter().zip(base).zip(mask).all(|((byte, base), mask)| byte & mask == base & mask)
        })
    }
}

/// The name has a part of the key in it, so that a phone that trusts two depots can tell them apart.
fn params(key: &KeyPair, names: &BTreeSet<String>, now: DateTime<Utc>) -> Result<CertificateParams, String> {
    let id: String = fingerprint(key.public_key_raw()).replace(':', "").chars().take(8).collect();
    let mut params = CertificateParams::default();
    params.distinguished_name = named(&format!("Eroad Depot CA {id}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.name_constraints =
        Some(NameConstraints { permitted_subtrees: permitted(names)?, excluded_subtrees: vec![] });
    limit(&mut params, now - TimeDelta::days(1), now + TimeDelta::days(DAYS));
    Ok(params)
}

/// The private networks and local names, and of `names` those that are beyond them.
fn permitted(names: &BTreeSet<String>) -> Result<Vec<GeneralSubtree>, String> {
    let network = |(address, prefix): &(&str, u8)| {
        let address = address.parse::<IpAddr>().map_err(|error| format!("{address}: {error}"))?;
        Ok::<_, String>(GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, *prefix)))
    };
    let mut permitted = PRIVATE.iter().map(network).collect::<Result<Vec<_>, _>>()?;
    permitted.extend(LOCAL.iter().map(|name| GeneralSubtree::DnsName((*name).to_owned())));
    for name in names {
        permitted.push(match name.parse::<IpAddr>() {
            Ok(address) => {
                let whole = if address.is_ipv4() { 32 } else { 128 };
                GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, whole))
            }
            Err(_) => GeneralSubtree::DnsName(name.clone()),
        });
    }
    Ok(permitted)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::RootCertStore;
    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::ServerCertVerifier as _;
    use rustls::pki_types::{ServerName, UnixTime};

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// Whether a client that trusts `root` believes a leaf that `authority` signed for `name`.
    fn is_believed(root: &[u8], authority: &Authority, name: &str, now: DateTime<Utc>) -> bool {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(root.to_vec())).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
        let leaf = authority.sign(&names(&[name]), now).unwrap();
        let leaf = CertificateDer::from_pem_slice(leaf.certificate.as_bytes()).unwrap();
        let seconds = u64::try_from(now.timestamp()).unwrap();
        let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        let name = ServerName::try_from(name.to_owned()).unwrap();
        verifier.verify_server_cert(&leaf, &[], &name, &[], time).is_ok()
    }

    /// The certificate that versions before this one made: ten years, for any site.
    fn keep_unlimited(folder: &Path, now: DateTime<Utc>) -> Vec<u8> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let mut old = params(&key, &names(&[]), now).unwrap();
        (old.name_constraints, old.extended_key_usages) = (None, vec![]);
        limit(&mut old, now - TimeDelta::days(1), now + TimeDelta::days(3650));
        let certificate = old.self_signed(&key).unwrap();
        write_private(&folder.join(KEY), key.serialize_pem().as_bytes()).unwrap();
        write_private(&folder.join(CERTIFICATE), certificate.pem().as_bytes()).unwrap();
        certificate.der().to_vec()
    }

    #[test]
    fn authority_vouches_for_own_and_private_names_alone() {
        let folder = tempfile::tempdir().unwrap();
        let now = at("2026-11-25T12:00:00Z");
        let own = names(&["192.168.1.5", "eroad-depot.local", "depot.example.com", "203.0.113.7"]);
        let authority = Authority::open(folder.path(), &own, now).unwrap();
        let root = authority.trusted.der.clone();
        for name in [
            "192.168.1.5",
            "eroad-depot.local",
            "localhost",
            "10.1.2.3",
            "127.0.0.1",
            "::1",
            "fd00::5",
            "depot.example.com",
            "203.0.113.7",
        ] {
            assert!(is_believed(&root, &authority, name, now), "{name}");
        }
        for name in [
            "bank.example",
            "example.com",
            "local.example",
            "notlocal",
            "203.0.113.8",
            "8.8.8.8",
            "172.32.0.1",
            "2001:db8::1",
        ] {
            assert!(!is_believed(&root, &authority, name, now), "{name}");
        }
    }

    #[test]
    fn authority_for_any_site_is_replaced_under_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let now = at("2026-11-25T12:00:00Z");
        let old = keep_unlimited(folder.path(), now - TimeDelta::days(100));
        let own = names(&["192.168.1.5"]);
        let authority = Authority::open(folder.path(), &own, now).unwrap();
        assert_ne!(authority.trusted.der, old);
        assert!(is_believed(&old, &authority, "192.168.1.5", now), "phones that trust the old one go on");
        assert!(is_believed(&authority.trusted.der, &authority, "192.168.1.5", now));
        assert!(!is_believed(&authority.trusted.der, &authority, "bank.example", now));
        let again = Authority::open(folder.path(), &own, now + TimeDelta::days(30)).unwrap();
        assert_eq!(again.trusted.der, authority.trusted.der, "once is enough");
    }

    #[test]
    fn authority_is_replaced_for_a_name_that_it_does_not_permit() {
        let folder = tempfile::tempdir().unwrap();
        let now = at("2026-11-25T12:00:00Z");
        let first = Authority::open(folder.path(), &names(&["192.168.1.5"]), now).unwrap().trusted.der;
        let moved = Authority::open(folder.path(), &names(&["10.9.9.9"]), now).unwrap();
        assert_eq!(moved.trusted.der, first, "all private networks are permitted from the beginning");
        let named = Authority::open(folder.path(), &names(&["depot.example.com"]), now).unwrap();
        assert_ne!(named.trusted.der, first);
        assert!(is_believed(&named.trusted.der, &named, "depot.example.com", now));
    }

    #[test]
    fn authority_is_renewed_half_a_year_before_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let now = at("2026-11-25T12:00:00Z");
        let own = names(&["192.168.1.5"]);
        let first = Authority::open(folder.path(), &own, now).unwrap().trusted.der;
        let later = |days| Authority::open(folder.path(), &own, now + TimeDelta::days(days)).unwrap();
        assert_eq!(later(DAYS - RENEW_AT_DAYS_LEFT - 2).trusted.der, first);
        let due = later(DAYS - RENEW_AT_DAYS_LEFT + 1);
        assert_ne!(due.trusted.der, first);
        let still = now + TimeDelta::days(DAYS - 2);
        assert!(is_believed(&first, &due, "192.168.1.5", still), "phones have until the first one ends");
    }
}
