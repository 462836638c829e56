//! The emulator's own certificates. The authority is kept in a folder, since clients are given it;
//! the server's certificate is made at each start, so that none runs out and no key of it is kept.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use model::Cloud;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::exit::Failure;

/// Microsoft's names that the emulator answers for, by way of its proxy: those of a cloud.
pub(super) fn stands_for(cloud: Cloud) -> Vec<&'static str> {
    let mut names = vec![cloud.graph(), cloud.login(), cloud.resource_manager()];
    if cloud == Cloud::China {
        // The newer of two names that are both in use.
        names.push("login.partner.microsoftonline.cn");
    }
    names
}

/// This machine.
pub(super) const LOCAL: [&str; 3] = ["127.0.0.1", "::1", "localhost"];

/// What the emulator shows to whoever connects, and where the authority is by which they trust it.
pub(super) struct Certificates {
    pub(super) server: Arc<ServerConfig>,
    pub(super) authority: PathBuf,
}

impl Certificates {
    /// Makes the folder and the authority where they are missing; an authority for another cloud's
    /// names is made anew with the same key. `now` is the machine's time.
    pub(super) fn in_folder(folder: &Path, cloud: Cloud, now: Timestamp) -> Result<Self, Failure> {
        let failed = |what: &Path, error: &dyn std::fmt::Display| {
            Failure::environment(format!("{}: {error}", what.display()))
        };
        std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        let (authority, key_file) = (folder.join("ca.pem"), folder.join("ca-key.pem"));
        let key = match std::fs::read_to_string(&key_file) {
            Ok(text) => KeyPair::from_pem(&text).map_err(|error| {
                let next = "expected the key of the emulator's authority; move it away and a new one is made";
                failed(&key_file, &format!("{error}; {next}"))
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = KeyPair::generate().map_err(Failure::environment)?;
                file::replace_private(&key_file, &key.serialize_pem())
                    .map_err(|error| failed(&key_file, &error))?;
                // That of another key would make clients distrust this one.
                let _ = std::fs::remove_file(&authority);
                key
            }
            Err(error) => return Err(failed(&key_file, &error)),
        };
        if !is_for(&authority, cloud) {
            let made = authority_params(cloud).self_signed(&key).map_err(Failure::environment)?;
            file::replace(&authority, &made.pem()).map_err(|error| failed(&authority, &error))?;
        }
        let server = server(key, cloud, now).map_err(Failure::environment)?;
        Ok(Self { server: Arc::new(server), authority })
    }
}

/// Whether a file has a certificate for the names of a cloud. They stand in it as they are written.
fn is_for(authority: &Path, cloud: Cloud) -> bool {
    CertificateDer::from_pem_file(authority).is_ok_and(|certificate| {
        stands_for(cloud)
            .iter()
            .all(|name| certificate.windows(name.len()).any(|part| part == name.as_bytes()))
    })
}

/// An authority for the names of this machine and those that the emulator stands for, and for no
/// others: trusting it gives nobody more.
fn authority_params(cloud: Cloud) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "entitle emulator, for tests only");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (params.not_before, params.not_after) =
        (date_time_ymd(2020, 1, 1), date_time_ymd(2049, 12, 31));
    let names = stands_for(cloud).into_iter().chain(["localhost"]);
    let names = names.map(|name| GeneralSubtree::DnsName(name.to_owned()));
    let addresses = [
        CidrSubnet::from_addr_prefix(IpAddr::V4(Ipv4Addr::LOCALHOST), 32),
        CidrSubnet::from_addr_prefix(IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
    ];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: names.chain(addresses.map(GeneralSubtree::IpAddress)).collect(),
        excluded_subtrees: Vec::new(),
    });
    params
}

fn server(
    authority: KeyPair,
    cloud: Cloud,
    now: Timestamp,
) -> Result<ServerConfig, Box<dyn std::error::Error>> {
    let names = LOCAL.into_iter().chain(stands_for(cloud)).map(str::to_owned);
    let names: Vec<String> = names.collect();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    let today = now.to_zoned(TimeZone::UTC).date();
    let at = |days: i32| {
        let date = today.saturating_add(days.days());
        date_time_ymd(date.year().into(), date.month().cast_unsigned(), date.day().cast_unsigned())
    };
    // Clients of some makers refuse what holds longer than 398 days.
    (params.not_before, params.not_after) = (at(-1), at(396));
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, &Issuer::new(authority_params(cloud), authority))?;
    let key = PrivateKeyDer::try_from(key.serialize_der())?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
