//! Every way to sign in, held against the emulator's identity platform or, where it has none of the
//! kind, against what is sent.

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use clock::{Clock, VirtualClock};
use credential::{Announce, Application, Claims, CredentialError, Kind, Platform, Settings, User};
use emulator::{Options, Tenant};
use http::{Request, Response};
use jiff::SignedDuration;
use model::Cloud;
use secrecy::ExposeSecret;
use transport::{InProcess, SharedTransport, TokenSource, from_fn};

const CERTIFICATE: &[u8] = include_bytes!("../../../emulator/tests/it/application.der");
/// The certificate's key, which everybody has.
const KEY: &[u8] =
    include_bytes!("../../../emulator/src/sign_in/public-test-key-trust-nothing-it-signs.pk8");

struct World {
    tenant: Tenant,
    clock: Arc<VirtualClock>,
}

impl World {
    fn new() -> Self {
        let clock =
            Arc::new(VirtualClock::starting_at("2026-01-05T09:00:00Z".parse().expect("a time")));
        let options =
            Options { client_certificate: Some(CERTIFICATE.to_vec()), ..Options::default() };
        let tenant = Tenant::new(&options, clock.clone());
        Self { tenant, clock }
    }

    fn platform(&self, settings: &Settings) -> Platform {
        let transport: SharedTransport = Arc::new(InProcess::new(self.tenant.router()));
        Platform::of(Cloud::Global, settings, transport, self.clock.clone())
    }

    /// Settings of the tenant's own application, and these.
    fn settings<const N: usize>(&self, more: [(&str, &str); N]) -> Settings {
        let application = self.tenant.application();
        let id = self.tenant.id();
        let own = [("AZURE_TENANT_ID", id.as_str()), ("AZURE_CLIENT_ID", &application.client_id)];
        Settings::of(own.into_iter().chain(more))
    }

    fn secret(&self) -> String {
        self.tenant.application().client_secret.expose_secret().to_owned()
    }

    async fn application(&self, settings: &Settings) -> Result<Claims, String> {
        let platform = self.platform(settings);
        let application = Application::from(settings, None, &platform);
        let token = application.map_err(|error| error.to_string())?.token().await;
        let token = token.map_err(|error| error.to_string())?;
        Ok(Claims::of(token.expose_secret()).expect("a token of the tenant"))
    }
}

fn nobody() -> Announce {
    Arc::new(|message| panic!("nobody is to be told {message}"))
}

#[tokio::test]
async fn an_application_signs_in_by_secret() {
    let world = World::new();
    let settings = world.settings([("AZURE_CLIENT_SECRET", &world.secret())]);
    let claims = world.application(&settings).await.unwrap();
    assert_eq!(claims.tenant, world.tenant.id());
    assert_eq!(claims.object, world.tenant.application().principal);
    assert!(!claims.is_delegated() && !claims.roles.is_empty(), "{claims:?}");
}

#[tokio::test]
async fn an_application_signs_in_by_certificate() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("application.pem");
    let block = |kind: &str, bytes: &[u8]| {
        format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", BASE64_STANDARD.encode(bytes))
    };
    let certificate = block("CERTIFICATE", CERTIFICATE);
    let whole = format!("{}{certificate}", block("PRIVATE KEY", KEY));
    std::fs::write(&file, whole).unwrap();
    let settings = world.settings([("AZURE_CLIENT_CERTIFICATE_PATH", file.to_str().unwrap())]);
    assert_eq!(world.application(&settings).await.unwrap().tenant, world.tenant.id());
    for (text, expected) in [
        (certificate.as_str(), "private key beside it"),
        ("nothing", "expected a certificate in PEM"),
        (&format!("{certificate}{}", block("PRIVATE KEY", b"none")), "expected an RSA key"),
    ] {
        std::fs::write(&file, text).unwrap();
        let error = world.application(&settings).await.unwrap_err();
        assert!(error.contains(expected) && error.contains("application.pem"), "{error}");
    }
}

#[tokio::test]
async fn what_the_platform_refuses_is_told_with_what_helps() {
    let world = World::new();
    let other = "11111111-2222-4333-8444-555555555555";
    let wrong = "guessed-and-never-shown";
    for (name, value, expected) in [
        ("AZURE_CLIENT_SECRET", wrong, "AADSTS7000215"),
        ("AZURE_TENANT_ID", other, "check AZURE_TENANT_ID and --cloud"),
        ("AZURE_CLIENT_ID", other, "check AZURE_CLIENT_ID"),
    ] {
        let secret = world.secret();
        let settings = Settings::of([(name, value)]);
        let id = world.tenant.id();
        let client = world.tenant.application().client_id.clone();
        let file = format!(
            "AZURE_TENANT_ID={id}\nAZURE_CLIENT_ID={client}\nAZURE_CLIENT_SECRET={secret}\n"
        );
        let error = world.application(&settings.beside(&file).unwrap()).await.unwrap_err();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains(wrong) && !error.contains(&secret), "{error}");
        assert!(!error.contains("Trace ID"), "{error}");
    }
}

/// What the emulator's platform never answers, in the form of its other refusals.
#[tokio::test]
async fn an_expired_secret_and_missing_consent_are_told_with_what_helps() {
    let world = World::new();
    let settings = world.settings([("AZURE_CLIENT_SECRET", "old")]);
    for (code, remedy) in [
        (7_000_222, "make a new one under Certificates & secrets"),
        (65_001, "Grant admin consent"),
        (700_016, "check AZURE_CLIENT_ID, AZURE_TENANT_ID and --cloud"),
    ] {
        let refusing = from_fn(move |_: Request<Bytes>| {
            let body = format!(
                r#"{{"error":"invalid_client","error_description":"AADSTS{code}: Told so. Trace ID: 1","error_codes":[{code}]}}"#
            );
            Ok(Response::builder().status(401).body(Bytes::from(body)).unwrap())
        });
        let platform =
            Platform::of(Cloud::Global, &settings, Arc::new(refusing), world.clock.clone());
        let application = Application::from(&settings, None, &platform).unwrap();
        let error = application.token().await.unwrap_err().to_string();
        assert!(error.contains(&format!("AADSTS{code}: Told so. - ")), "{error}");
        assert!(error.contains(remedy) && !error.contains("Trace"), "{error}");
        assert_eq!(platform.time().await, None);
    }
}

#[test]
fn what_contradicts_itself_or_is_missing_is_named() {
    let world = World::new();
    let refused = |settings: &Settings, named: Option<Kind>| {
        Application::from(settings, named, &world.platform(settings)).unwrap_err()
    };
    let both = world.settings([("AZURE_CLIENT_SECRET", "a"), ("AZURE_FEDERATED_TOKEN_FILE", "b")]);
    let found = "AZURE_CLIENT_SECRET and AZURE_FEDERATED_TOKEN_FILE".to_owned();
    assert_eq!(refused(&both, None), CredentialError::Contradictory { found });
    let platform = world.platform(&both);
    let by_secret = Application::from(&both, Some(Kind::Secret), &platform).unwrap();
    assert_eq!(by_secret.kind(), Kind::Secret);
    assert!(!format!("{by_secret:?}{platform:?}").contains("\"a\""));
    let bare = Settings::of([("AZURE_CLIENT_SECRET", "a")]);
    assert!(refused(&bare, None).to_string().starts_with("AZURE_TENANT_ID is not set"));
    for (settings, kind) in [
        (Settings::default(), Kind::AzureCli),
        (Settings::of([("IDENTITY_ENDPOINT", "http://127.0.0.1/")]), Kind::ManagedIdentity),
        (Settings::of([("ENTITLE_TOKEN", "x")]), Kind::Token),
    ] {
        let found = Application::from(&settings, None, &world.platform(&settings));
        assert_eq!(found.unwrap().kind(), kind);
    }
}

/// The platform of another maker's token is not here: what is sent is what its page shows.
#[tokio::test]
async fn a_workload_sends_the_token_of_its_own_platform() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "a.federated.token").unwrap();
    let settings = world.settings([("AZURE_FEDERATED_TOKEN_FILE", file.to_str().unwrap())]);
    let sent = Arc::new(Mutex::new(String::new()));
    let seen = sent.clone();
    let fake = from_fn(move |request: Request<Bytes>| {
        *seen.lock().unwrap() = String::from_utf8(request.body().to_vec()).unwrap();
        Ok(Response::new(Bytes::from_static(
            br#"{"token_type":"Bearer","expires_in":3599,"access_token":"granted"}"#,
        )))
    });
    let platform = Platform::of(Cloud::UsGov, &settings, Arc::new(fake), world.clock.clone());
    let application = Application::from(&settings, None, &platform).unwrap();
    assert_eq!(application.token().await.unwrap().expose_secret(), "granted");
    let sent = sent.lock().unwrap().clone();
    for part in [
        "client_assertion=a.federated.token",
        "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer",
        "scope=https%3A%2F%2Fgraph.microsoft.us%2F.default",
    ] {
        assert!(sent.contains(part), "{part} in {sent}");
    }
}

#[tokio::test]
async fn a_user_signs_in_by_password_once_and_is_renewed() {
    let world = World::new();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    let router = InProcess::new(world.tenant.router());
    let counting = transport::Tap::new(router, move |request: &Request<Bytes>, _: &_| {
        let form = String::from_utf8(request.body().to_vec()).unwrap();
        let grant = form.split("grant_type=").nth(1).unwrap().split('&').next().unwrap();
        seen.lock().unwrap().push(grant.to_owned());
    });
    let requestor = world.tenant.requestor();
    let settings = world.settings([
        ("REQUESTOR_USERNAME", &requestor.name),
        ("REQUESTOR_PASSWORD", world.tenant.requestor_password().expose_secret()),
    ]);
    let platform = Platform::of(Cloud::Global, &settings, Arc::new(counting), world.clock.clone());
    let user = User::from(&settings, &platform, nobody()).unwrap().unwrap();
    let first = user.token().await.unwrap();
    let claims = Claims::of(first.expose_secret()).unwrap();
    assert_eq!(claims.object, requestor.user);
    assert!(claims.scopes().any(|scope| scope == "EntitlementManagement.ReadWrite.All"));
    assert_eq!(user.token().await.unwrap().expose_secret(), first.expose_secret());
    // Five minutes before its end it is renewed.
    world.clock.advance(SignedDuration::from_secs(3599 - 299)).unwrap();
    assert_ne!(user.token().await.unwrap().expose_secret(), first.expose_secret());
    // After ninety days the refresh token is over, too.
    world.clock.advance(SignedDuration::from_hours(24 * 91)).unwrap();
    user.token().await.unwrap();
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked, ["password", "refresh_token", "refresh_token", "password"]);
}

#[tokio::test]
async fn a_user_signs_in_by_a_code_on_another_device() {
    let world = World::new();
    let settings = world.settings([("REQUESTOR_SIGN_IN", "device-code")]);
    let platform = world.platform(&settings);
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = Mutex::new(Some(tell));
    let announce: Announce = Arc::new(move |message| {
        tell.lock().unwrap().take().unwrap().send(message.to_owned()).unwrap();
    });
    let user = User::from(&settings, &platform, announce).unwrap().unwrap();
    let router = InProcess::new(world.tenant.router());
    let enters = async {
        let message = told.await.unwrap();
        let words: Vec<&str> = message.split(' ').collect();
        let after = |word: &str| words[words.iter().position(|w| *w == word).unwrap() + 1];
        let form = format!(
            "code={}&username={}&password={}",
            after("code"),
            world.tenant.requestor().name.replace('@', "%40"),
            world.tenant.requestor_password().expose_secret().replace('!', "%21"),
        );
        let request = Request::post(after("page")).body(Bytes::from(form)).unwrap();
        let answer = transport::Transport::exchange(&router, request).await.unwrap();
        assert_eq!(answer.status(), 200);
    };
    let (token, ()) = tokio::join!(user.token(), enters);
    let claims = Claims::of(token.unwrap().expose_secret()).unwrap();
    assert_eq!(claims.object, world.tenant.requestor().user);
}

#[tokio::test]
async fn a_user_is_named_once_and_wholly() {
    let world = World::new();
    let of = |settings: Settings| {
        User::from(&settings, &world.platform(&settings), nobody()).map(|user| user.is_some())
    };
    assert_eq!(of(Settings::default()), Ok(false));
    for (settings, expected) in [
        (Settings::of([("REQUESTOR_PASSWORD", "x")]), "REQUESTOR_USERNAME is not set"),
        (Settings::of([("REQUESTOR_SIGN_IN", "guess")]), "expected device-code, found 'guess'"),
        (Settings::of([("REQUESTOR_SIGN_IN", "device-code")]), "AZURE_TENANT_ID is not set"),
        (
            Settings::of([("REQUESTOR_TOKEN", "x"), ("REQUESTOR_PASSWORD", "y")]),
            "REQUESTOR_TOKEN and REQUESTOR_PASSWORD are set at once",
        ),
    ] {
        let error = of(settings).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    // Somebody whose password is wrong.
    let settings = world
        .settings([("REQUESTOR_USERNAME", "nobody@contoso.com"), ("REQUESTOR_PASSWORD", "p4ss")]);
    let user = User::from(&settings, &world.platform(&settings), nobody()).unwrap().unwrap();
    let error = user.token().await.unwrap_err().to_string();
    assert!(error.contains("AADSTS50034") && error.contains("check REQUESTOR_USERNAME"), "{error}");
    assert!(!error.contains("p4ss"));
}

/// A token that somebody got elsewhere is used to its end, and not beyond.
#[tokio::test]
async fn a_given_token_is_used_to_its_end() {
    let world = World::new();
    let by_secret = world.settings([("AZURE_CLIENT_SECRET", &world.secret())]);
    let application = Application::from(&by_secret, None, &world.platform(&by_secret)).unwrap();
    let token = application.token().await.unwrap();
    let settings = Settings::of([("REQUESTOR_TOKEN", token.expose_secret())]);
    let user = User::from(&settings, &world.platform(&settings), nobody()).unwrap().unwrap();
    assert_eq!(user.token().await.unwrap().expose_secret(), token.expose_secret());
    world.clock.advance(SignedDuration::from_secs(3600)).unwrap();
    let error = user.token().await.unwrap_err().to_string();
    assert!(error.contains("whose time is over"), "{error}");
    assert!(!error.contains(token.expose_secret()));
}
