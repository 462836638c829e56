use std::fmt::{self, Display};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use azure_core::credentials::{Secret, TokenCredential};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, ClientAssertionCredential,
    ClientAssertionCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions,
    ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId,
    WorkloadIdentityCredential, WorkloadIdentityCredentialOptions,
};
use secrecy::{ExposeSecret, SecretString};
use transport::{BoxFuture, TokenSource, TransportError};

use crate::assertion::Certificate;
use crate::azure::{options, words};
use crate::error::explained;
use crate::{CredentialError, Platform, Settings};

/// By what an application, or whoever is signed in on this machine, gets a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A token that somebody got elsewhere (`ENTITLE_TOKEN`).
    Token,
    /// `AZURE_CLIENT_SECRET`.
    Secret,
    /// `AZURE_CLIENT_CERTIFICATE_PATH`.
    Certificate,
    /// `AZURE_FEDERATED_TOKEN_FILE`: a token of another platform, such as GitHub's.
    WorkloadIdentity,
    /// The identity of the Azure machine this runs on.
    ManagedIdentity,
    /// Whoever is signed in with Azure's command line.
    AzureCli,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Token,
        Self::Secret,
        Self::Certificate,
        Self::WorkloadIdentity,
        Self::ManagedIdentity,
        Self::AzureCli,
    ];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Secret => "secret",
            Self::Certificate => "certificate",
            Self::WorkloadIdentity => "workload-identity",
            Self::ManagedIdentity => "managed-identity",
            Self::AzureCli => "azure-cli",
        }
    }

    /// The setting that says that it is meant; the last two have none.
    const fn setting(self) -> Option<&'static str> {
        match self {
            Self::Token => Some("ENTITLE_TOKEN"),
            Self::Secret => Some("AZURE_CLIENT_SECRET"),
            Self::Certificate => Some("AZURE_CLIENT_CERTIFICATE_PATH"),
            Self::WorkloadIdentity => Some("AZURE_FEDERATED_TOKEN_FILE"),
            Self::ManagedIdentity | Self::AzureCli => None,
        }
    }
}

impl Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no kind of credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown credential '{0}'; known are token, secret, certificate, workload-identity, managed-identity and azure-cli"
)]
pub struct UnknownKind(pub String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| UnknownKind(text.to_owned()))
    }
}

/// Whoever makes the administrator's calls. Its tokens are kept in memory and renewed before they
/// end.
pub struct Application {
    kind: Kind,
    authority: String,
    scope: String,
    source: Source,
}

enum Source {
    Given(SecretString),
    Azure(Arc<dyn TokenCredential>),
}

impl Application {
    /// What the settings say; where they say nothing, whoever is signed in with Azure's command line.
    /// `named` decides where they say more than one thing.
    ///
    /// # Errors
    /// [`CredentialError`] where a setting is missing, contradicts another, or names what cannot be
    /// used. Nobody is asked for a token yet.
    pub fn from(
        settings: &Settings,
        named: Option<Kind>,
        platform: &Platform,
    ) -> Result<Self, CredentialError> {
        let kind = named.map_or_else(|| told(settings), Ok)?;
        let source = source(kind, settings, platform)?;
        let (authority, scope) = (platform.authority.clone(), platform.scope.clone());
        Ok(Self { kind, authority, scope, source })
    }

    /// By what it signs in.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    async fn signed_in(&self) -> Result<SecretString, CredentialError> {
        let credential = match &self.source {
            Source::Given(token) => return Ok(token.clone()),
            Source::Azure(credential) => credential,
        };
        let token = credential.get_token(&[&self.scope], None).await.map_err(|error| {
            CredentialError::Refused {
                who: format!("the {} credential", self.kind),
                authority: self.authority.clone(),
                why: explained(&words(&error)),
            }
        })?;
        Ok(SecretString::from(token.token.secret().to_owned()))
    }
}

/// The one kind that the settings speak of.
fn told(settings: &Settings) -> Result<Kind, CredentialError> {
    let set = |kind: &Kind| kind.setting().is_some_and(|name| settings.get(name).is_some());
    let told: Vec<Kind> = Kind::ALL.into_iter().filter(set).collect();
    match told.as_slice() {
        // An Azure machine says so itself; where nothing does, somebody may be signed in here.
        [] => Ok(match settings.get("IDENTITY_ENDPOINT").or(settings.get("MSI_ENDPOINT")) {
            Some(_) => Kind::ManagedIdentity,
            None => Kind::AzureCli,
        }),
        [one] => Ok(*one),
        several => {
            let names: Vec<_> = several.iter().filter_map(|kind| kind.setting()).collect();
            Err(CredentialError::Contradictory { found: names.join(" and ") })
        }
    }
}

fn source(kind: Kind, settings: &Settings, platform: &Platform) -> Result<Source, CredentialError> {
    let needed = |name: &str| {
        settings.secret(name).ok_or_else(|| CredentialError::Missing {
            needs: name.to_owned(),
            remedy: format!("the {kind} credential needs it, in the environment or in --env-file"),
        })
    };
    let tenant = || Ok(needed("AZURE_TENANT_ID")?.expose_secret().to_owned());
    let client = || Ok(needed("AZURE_CLIENT_ID")?.expose_secret().to_owned());
    let unusable = |error: azure_core::Error| CredentialError::Unusable {
        place: format!("the {kind} credential"),
        why: words(&error),
    };
    let client_options = || options(platform);
    let credential: Arc<dyn TokenCredential> = match kind {
        Kind::Token => return Ok(Source::Given(needed("ENTITLE_TOKEN")?.clone())),
        Kind::Secret => {
            let secret = Secret::new(needed("AZURE_CLIENT_SECRET")?.expose_secret().to_owned());
            let options = ClientSecretCredentialOptions { client_options: client_options() };
            ClientSecretCredential::new(&tenant()?, client()?, secret, Some(options))
                .map_err(unusable)?
        }
        Kind::Certificate => {
            let path = PathBuf::from(needed("AZURE_CLIENT_CERTIFICATE_PATH")?.expose_secret());
            let (tenant, client) = (tenant()?, client()?);
            let audience = format!("{}/{tenant}/oauth2/v2.0/token", platform.authority);
            let clock = platform.clock.clone();
            let certificate = Certificate::read(&path, &client, audience, clock)?;
            let options = ClientAssertionCredentialOptions { client_options: client_options() };
            ClientAssertionCredential::new(tenant, client, certificate, Some(options))
                .map_err(unusable)?
        }
        Kind::WorkloadIdentity => {
            let file = PathBuf::from(needed("AZURE_FEDERATED_TOKEN_FILE")?.expose_secret());
            let options = WorkloadIdentityCredentialOptions {
                credential_options: ClientAssertionCredentialOptions {
                    client_options: client_options(),
                },
                client_id: Some(client()?),
                tenant_id: Some(tenant()?),
                token_file_path: Some(file),
            };
            WorkloadIdentityCredential::new(Some(options)).map_err(unusable)?
        }
        Kind::ManagedIdentity => {
            let own = settings.get("AZURE_CLIENT_ID");
            let options = ManagedIdentityCredentialOptions {
                user_assigned_id: own.map(|id| UserAssignedId::ClientId(id.to_owned())),
                client_options: client_options(),
            };
            ManagedIdentityCredential::new(Some(options)).map_err(unusable)?
        }
        Kind::AzureCli => {
            let tenant_id = settings.get("AZURE_TENANT_ID").map(str::to_owned);
            let options = AzureCliCredentialOptions { tenant_id, ..Default::default() };
            AzureCliCredential::new(Some(options)).map_err(unusable)?
        }
    };
    Ok(Source::Azure(credential))
}

impl TokenSource for Application {
    fn token(&self) -> BoxFuture<'_, Result<SecretString, TransportError>> {
        Box::pin(async move { self.signed_in().await.map_err(TransportError::from) })
    }
}

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application")
            .field("kind", &self.kind)
            .field("authority", &self.authority)
            .finish_non_exhaustive()
    }
}
