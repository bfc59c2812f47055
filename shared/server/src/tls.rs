//! The certificates of the endpoint: a CA of this installation that phones can trust, and leaves that it signs for the
//! addresses of this machine; or the user's own certificate in their place.

mod authority;
mod files;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum_server::tls_rustls::RustlsConfig;
use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use rcgen::{CertificateParams, DistinguishedName, DnType, SanType};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use self::authority::Authority;
pub(crate) use self::authority::Trusted;
use self::files::{read_both, read_file, write_private};

/// In the data folder, and part of every backup: phones trust this CA, so a depot that was restored must still have it.
const FOLDER: &str = "tls";
const LEAF: &str = "leaf.json";

/// A year, which no browser and no scanner finds too long (Mozilla advises 366 days at most).
const LEAF_DAYS: i64 = 365;
const RENEW_AT_DAYS_LEFT: i64 = 60;

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The user's own files are of no use.
    #[error("the certificate {} with the key {} cannot be used: {reason}", .certificate.display(), .key.display())]
    Own {
        /// The certificate, with what leads to its CA.
        certificate: PathBuf,
        /// Its key.
        key: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Only one of the two is set.
    #[error("endpoint.tls.certificate and endpoint.tls.key are set together, or neither is")]
    HalfOwn,
    /// The depot's own could not be made or read.
    #[error("the depot's own certificates in {} cannot be used: {reason}", .folder.display())]
    Local {
        /// Where they are.
        folder: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// Where certificates come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A CA of this installation, in this data folder.
    Local(PathBuf),
    /// The user's own certificate and key, both in PEM.
    Own(PathBuf, PathBuf),
}

impl Source {
    pub(crate) fn of(
        folder: &Path,
        certificate: Option<PathBuf>,
        key: Option<PathBuf>,
    ) -> Result<Self, CertificateError> {
        match (certificate, key) {
            (None, None) => Ok(Self::Local(folder.join(FOLDER))),
            (Some(certificate), Some(key)) => Ok(Self::Own(certificate, key)),
            (Some(_), None) | (None, Some(_)) => Err(CertificateError::HalfOwn),
        }
    }
}

/// What an endpoint shows to prove who it is.
pub(crate) struct Certificates {
    source: Source,
    /// What the server reads for each connection; another can be put in while it runs.
    pub(crate) config: RustlsConfig,
    /// What the present leaf is for.
    shown: BTreeSet<String>,
    /// When it is good; nothing where it is the user's own, which we never renew.
    good: Option<Good>,
    /// The user's files as they were read.
    read: Vec<u8>,
    /// The CA that phones are to trust, where it is the depot's own.
    pub(crate) authority: Option<Trusted>,
}

/// From when to before when a certificate and its CA need no other in their place. Made by a clock that was wrong, they
/// are not good yet, or no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Good {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl Good {
    fn new(from: DateTime<Utc>, not_after: DateTime<Utc>) -> Self {
        Self { from, until: not_after - TimeDelta::days(RENEW_AT_DAYS_LEFT) }
    }

    fn holds(self, now: DateTime<Utc>) -> bool {
        self.from <= now && now < self.until
    }

    fn and(self, other: Self) -> Self {
        Self { from: self.from.max(other.from), until: self.until.min(other.until) }
    }
}

impl Certificates {
    /// Opens or makes what is needed for these addresses and names.
    pub(crate) fn open(
        source: Source,
        names: &BTreeSet<String>,
        now: DateTime<Utc>,
    ) -> Result<Self, CertificateError> {
        let Made { config, good, read, authority } = make(&source, names, now)?;
        let config = RustlsConfig::from_config(config);
        Ok(Self { source, config, shown: names.clone(), good, read, authority })
    }

    /// Puts another certificate in where the present one is for other addresses, runs out, or was replaced.
    pub(crate) fn renew(
        &mut self,
        names: &BTreeSet<String>,
        now: DateTime<Utc>,
    ) -> Result<bool, CertificateError> {
        let is_due = match &self.source {
            Source::Local(_) => *names != self.shown || self.good.is_some_and(|good| !good.holds(now)),
            Source::Own(certificate, key) => read_both(certificate, key).is_ok_and(|read| read != self.read),
        };
        if !is_due {
            return Ok(false);
        }
        let Made { config, good, read, authority } = make(&self.source, names, now)?;
        self.config.reload_from_config(config);
        (self.shown, self.good, self.read, self.authority) = (names.clone(), good, read, authority);
        Ok(true)
    }
}

struct Made {
    config: Arc<ServerConfig>,
    good: Option<Good>,
    read: Vec<u8>,
    authority: Option<Trusted>,
}

fn make(source: &Source, names: &BTreeSet<String>, now: DateTime<Utc>) -> Result<Made, CertificateError> {
    match source {
        Source::Own(certificate, key) => {
            let made = || -> Result<(Arc<ServerConfig>, Vec<u8>), String> {
                let read = read_both(certificate, key).map_err(|error| error.to_string())?;
                let chain = read_file(certificate).map_err(|error| error.to_string())?;
                let key = read_file(key).map_err(|error| error.to_string())?;
                Ok((config(&chain, &key)?, read))
            };
            let (config, read) = made().map_err(|reason| CertificateError::Own {
                certificate: certificate.clone(),
                key: key.clone(),
                reason,
            })?;
            Ok(Made { config, good: None, read, authority: None })
        }
        Source::Local(folder) => local(folder, names, now)
            .map_err(|reason| CertificateError::Local { folder: folder.clone(), reason }),
    }
}

fn local(folder: &Path, names: &BTreeSet<String>, now: DateTime<Utc>) -> Result<Made, String> {
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let authority = Authority::open(folder, names, now)?;
    let kept = Leaf::read(folder).filter(|leaf| leaf.is_good_for(names, &authority.trusted.fingerprint, now));
    let leaf = match kept {
        Some(leaf) => leaf,
        None => {
            let leaf = authority.sign(names, now)?;
            leaf.keep(folder)?;
            leaf
        }
    };
    let chain = format!("{}{}", leaf.certificate, authority.pem);
    let config = config(chain.as_bytes(), leaf.key.as_bytes())?;
    let good = leaf.good().and(authority.good);
    Ok(Made { config, good: Some(good), read: Vec::new(), authority: Some(authority.trusted) })
}

/// A certificate that the CA signed, with its key.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Leaf {
    names: BTreeSet<String>,
    not_after: DateTime<Utc>,
    /// The fingerprint of the CA that signed it.
    authority: String,
    certificate: String,
    key: String,
}

impl Leaf {
    /// The one that is kept; one that cannot be read is as good as none.
    fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(folder.join(LEAF)).ok()?).ok()
    }

    fn is_good_for(&self, names: &BTreeSet<String>, authority: &str, now: DateTime<Utc>) -> bool {
        self.names == *names && self.authority == authority && self.good().holds(now)
    }

    fn good(&self) -> Good {
        Good::new(self.not_after - TimeDelta::days(LEAF_DAYS), self.not_after)
    }

    fn keep(&self, folder: &Path) -> Result<(), String> {
        let text = serde_json::to_vec_pretty(self).map_err(|error| error.to_string())?;
        write_private(&folder.join(LEAF), &text).map_err(|error| error.to_string())
    }
}

/// TLS 1.2 and 1.3, with what rustls counts as safe and nothing else.
fn config(chain: &[u8], key: &[u8]) -> Result<Arc<ServerConfig>, String> {
    let chain = CertificateDer::pem_slice_iter(chain)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    if chain.is_empty() {
        return Err("there is no certificate in PEM in it".to_owned());
    }
    let key =
        PrivateKeyDer::from_pem_slice(key).map_err(|error| format!("there is no key in PEM: {error}"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| error.to_string())?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn alternative(name: &str) -> Result<SanType, String> {
    match name.parse::<IpAddr>() {
        Ok(address) => Ok(SanType::IpAddress(address)),
        Err(_) => Ok(SanType::DnsName(name.try_into().map_err(|_| format!("{name:?} is no host name"))?)),
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// In whole days.
fn limit(params: &mut CertificateParams, from: DateTime<Utc>, until: DateTime<Utc>) {
    let ymd = |at: DateTime<Utc>| {
        (at.year(), u8::try_from(at.month()).unwrap_or(1), u8::try_from(at.day()).unwrap_or(1))
    };
    let ((year, month, day), (last_year, last_month, last_day)) = (ymd(from), ymd(until));
    params.not_before = rcgen::date_time_ymd(year, month, day);
    params.not_after = rcgen::date_time_ymd(last_year, last_month, last_day);
}

fn fingerprint(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().enumerate().fold(String::new(), |mut text, (index, byte)| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}{byte:02X}", if index == 0 { "" } else { ":" });
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_authority_stays_and_the_leaf_follows_addresses_and_time() {
        let folder = tempfile::tempdir().unwrap();
        let source = || Source::of(folder.path(), None, None).unwrap();
        let leaf = || Leaf::read(&folder.path().join(FOLDER)).unwrap();
        let now = at("2026-11-25T12:00:00Z");
        let home = names(&["127.0.0.1", "192.168.1.5", "depot.local"]);
        let mut certificates = Certificates::open(source(), &home, now).unwrap();
        let (authority, first) = (certificates.authority.clone().unwrap(), leaf());
        assert_eq!((first.not_after - now).num_days(), LEAF_DAYS - 1);

        let again = Certificates::open(source(), &home, now + TimeDelta::days(100)).unwrap();
        assert_eq!(again.authority.unwrap().fingerprint, authority.fingerprint);
        assert_eq!(leaf().certificate, first.certificate, "the same one after a new start");

        let due = LEAF_DAYS - RENEW_AT_DAYS_LEFT;
        assert!(!certificates.renew(&home, now + TimeDelta::days(due - 2)).unwrap());
        assert!(certificates.renew(&home, now + TimeDelta::days(due)).unwrap());
        assert_ne!(leaf().certificate, first.certificate);
        let moved = names(&["127.0.0.1", "192.168.1.77"]);
        assert!(certificates.renew(&moved, now + TimeDelta::days(due + 1)).unwrap());
        assert_eq!(leaf().names, moved);
        assert_eq!(certificates.authority.unwrap().fingerprint, authority.fingerprint);
    }

    #[test]
    fn certificates_of_a_wrong_clock_are_made_anew() {
        let home = names(&["127.0.0.1"]);
        let now = at("2026-11-25T12:00:00Z");
        for wrong in
            ["2036-11-23T12:00:00Z", "2027-01-04T12:00:00Z", "1970-01-02T00:00:00Z", "2015-01-01T00:00:00Z"]
        {
            let folder = tempfile::tempdir().unwrap();
            let source = || Source::of(folder.path(), None, None).unwrap();
            let mut running = Certificates::open(source(), &home, at(wrong)).unwrap();
            let is_good = |certificates: &Certificates| certificates.good.unwrap().holds(now);
            assert!(!is_good(&running), "{wrong}");
            // While it runs, and after a new start.
            assert!(running.renew(&home, now).unwrap() && is_good(&running), "{wrong}");
            assert!(!running.renew(&home, now).unwrap(), "{wrong}: once is enough");
            let _ = Certificates::open(source(), &home, at(wrong)).unwrap();
            let started = Certificates::open(source(), &home, now).unwrap();
            assert!(is_good(&started), "{wrong}");
            let authority = Authority::open(&folder.path().join(FOLDER), &home, now).unwrap();
            assert_eq!(authority.trusted.der, started.authority.unwrap().der, "{wrong}: the CA, too");
        }
    }

    #[test]
    fn a_new_authority_has_the_key_of_the_old() {
        let folder = tempfile::tempdir().unwrap();
        let (now, ahead) = (at("2026-11-25T12:00:00Z"), at("2036-11-25T12:00:00Z"));
        let key = |authority: &Authority| {
            let (_, certificate) = x509_parser::parse_x509_certificate(&authority.trusted.der).unwrap();
            (certificate.public_key().raw.to_vec(), certificate.subject().to_string())
        };
        let home = names(&["127.0.0.1"]);
        let old = key(&Authority::open(folder.path(), &home, ahead).unwrap());
        assert_eq!(key(&Authority::open(folder.path(), &home, now).unwrap()), old);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_the_keys() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let source = Source::of(folder.path(), None, None).unwrap();
        Certificates::open(source, &names(&["127.0.0.1"]), Utc::now()).unwrap();
        for file in ["ca.key.pem", LEAF] {
            let mode = fs::metadata(folder.path().join(FOLDER).join(file)).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{file}");
        }
    }

    #[test]
    fn the_users_own_certificate_goes_in_its_place_and_is_read_again_when_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let now = at("2026-11-25T12:00:00Z");
        let authority = Authority::open(folder.path(), &names(&["depot.example"]), now).unwrap();
        let (certificate, key) = (folder.path().join("own.pem"), folder.path().join("own.key"));
        let put = || {
            let leaf = authority.sign(&names(&["depot.example"]), now).unwrap();
            fs::write(&certificate, leaf.certificate).unwrap();
            fs::write(&key, leaf.key).unwrap();
        };
        put();
        let own = || Source::of(folder.path(), Some(certificate.clone()), Some(key.clone()));
        let mut certificates = Certificates::open(own().unwrap(), &names(&[]), now).unwrap();
        assert!(certificates.authority.is_none(), "there is nothing that phones had to be told");
        assert!(!certificates.renew(&names(&["other"]), now).unwrap());
        put();
        assert!(certificates.renew(&names(&[]), now).unwrap());

        assert!(matches!(
            Source::of(folder.path(), Some(certificate.clone()), None),
            Err(CertificateError::HalfOwn)
        ));
        fs::write(&key, "rubbish").unwrap();
        let refused = Certificates::open(own().unwrap(), &names(&[]), now).err().unwrap().to_string();
        assert!(refused.contains("own.key") && refused.contains("no key in PEM"), "{refused}");
    }
}
