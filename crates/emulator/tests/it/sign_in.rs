//! Sign-in, with the bytes that real clients send.

use axum::body::Body;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use emulator::{Application, Identity, Options, Tenant};
use http::Request;
use model::Cloud;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::raw::{Got, Raw};

const FORM: &str = "application/x-www-form-urlencoded;charset=utf-8";

async fn post(raw: &Raw, path: &str, basic: Option<&str>, form: &str) -> Got {
    let mut request = Request::post(format!("https://localhost:8443{path}"))
        .header("host", "localhost:8443")
        .header("content-type", FORM);
    if let Some(basic) = basic {
        request = request.header("authorization", basic);
    }
    raw.raw(request.body(Body::from(form.to_owned())).unwrap()).await
}

pub(crate) async fn token(raw: &Raw, form: &str) -> Got {
    let path = format!("/{}/oauth2/v2.0/token", raw.tenant.id());
    post(raw, &path, None, form).await
}

/// The form of a client that acts for itself, `scope` encoded.
fn own(tenant: &Tenant, scope: &str) -> String {
    by_secret(tenant.application(), scope)
}

pub(crate) fn by_secret(application: &Application, scope: &str) -> String {
    format!(
        "client_id={}&client_secret={}&grant_type=client_credentials&scope={scope}",
        application.client_id,
        application.client_secret.expose_secret()
    )
}

pub(crate) const DEFAULT: &str = "https%3A%2F%2Fgraph.microsoft.com%2F.default";

pub(crate) fn by_password(tenant: &Tenant, scope: &str) -> String {
    format!(
        "client_id={}&grant_type=password&username={}&password={}&scope={scope}",
        tenant.application().client_id,
        tenant.requestor().name.replace('@', "%40"),
        tenant.requestor_password().expose_secret().replace('!', "%21"),
    )
}

/// Whoever holds the token of an answer.
pub(crate) fn holder(raw: &Raw, answer: &Got) -> Raw {
    let token = answer.body["access_token"].as_str().unwrap_or_else(|| panic!("{answer:?}"));
    raw.acting_as(&Identity { user: String::new(), name: String::new(), token: token.to_owned() })
}

fn part(token: &str, index: usize) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap()
}

async fn document(raw: &Raw, path: &str) -> Got {
    let request = Request::get(format!("https://localhost:8443{path}"))
        .header("host", "localhost:8443")
        .body(Body::empty());
    raw.raw(request.unwrap()).await
}

#[tokio::test]
async fn endpoints_are_where_the_client_asked() {
    let raw = Raw::tenant();
    let id = raw.tenant.id();
    for name in [id.as_str(), "contoso.onmicrosoft.com", "common"] {
        let path = format!("/{name}/v2.0/.well-known/openid-configuration");
        let got = document(&raw, &path).await;
        assert_eq!(got.status, 200);
        let at = format!("https://localhost:8443/{name}");
        assert_eq!(got.body["token_endpoint"], format!("{at}/oauth2/v2.0/token"));
        assert_eq!(got.body["authorization_endpoint"], format!("{at}/oauth2/v2.0/authorize"));
        assert_eq!(got.body["jwks_uri"], format!("{at}/discovery/v2.0/keys"));
        assert_eq!(got.body["issuer"], format!("https://localhost:8443/{id}/v2.0"));
    }
    let got = document(&raw, "/fabrikam.com/v2.0/.well-known/openid-configuration").await;
    assert_eq!((got.status, &got.body["error_codes"]), (400, &json!([90002])));
    let got = document(&raw, "/metadata/endpoints?api-version=2022-09-01").await;
    assert_eq!(got.body["microsoftGraphResourceId"], "https://localhost:8443/");
    assert_eq!(got.body["resourceManager"], "https://localhost:8443/");
    assert_eq!(got.body["authentication"]["loginEndpoint"], "https://localhost:8443");
    let got = document(&raw, "/common/discovery/instance?authorization_endpoint=https%3A%2F%2F127.0.0.1%2Fcommon%2Foauth2%2Fv2.0%2Fauthorize&api-version=1.1").await;
    assert!(got.body["tenant_discovery_endpoint"].as_str().unwrap().contains(&id));
    let got = document(&raw, "/common/userrealm/a%40contoso.onmicrosoft.com?api-version=1.0").await;
    assert_eq!(got.body["account_type"], "Managed");
}

/// Post and Basic, the client's own request id behind the path, and every scope that was seen.
#[tokio::test]
async fn an_application_signs_in_as_each_client_does() {
    let raw = Raw::tenant();
    let id = raw.tenant.id();
    let application = raw.tenant.application().clone();
    for scope in [
        DEFAULT,
        "https%3A%2F%2F127.0.0.1%3A8443%2F.default",
        "https%3A%2F%2F127.0.0.1%3A8443%2F%2F.default",
        "https%3A%2F%2F127.0.0.1%2F.default",
    ] {
        let claims = "claims=%7B%22access_token%22%3A%7B%22xms_cc%22%3A%7B%22values%22%3A%5B%22CP1%22%5D%7D%7D%7D";
        let form =
            format!("{}&client_info=1&{claims}&x-client-SKU=msal.js.node", own(&raw.tenant, scope));
        let path = format!(
            "/{id}/oauth2/v2.0/token?client-request-id=7ff7b3d6-b890-4ee2-9425-0f2337868b71"
        );
        let got = post(&raw, &path, None, &form).await;
        assert_eq!(got.status, 200, "{scope}: {got:?}");
        assert_eq!(
            (&got.body["token_type"], &got.body["expires_in"]),
            (&json!("Bearer"), &json!(3599))
        );
        assert_eq!(holder(&raw, &got).get("/v1.0/EM/catalogs").await.status, 200);
    }
    let pair = format!("{}:{}", application.client_id, application.client_secret.expose_secret());
    let basic = format!("Basic {}", BASE64_STANDARD.encode(pair));
    let path = format!("/{id}/oauth2/v2.0/token");
    let form = format!("scope={DEFAULT}&grant_type=client_credentials");
    let got = post(&raw, &path, Some(&basic), &form).await;
    assert_eq!(
        holder(&raw, &got).get("/subscriptions?api-version=2022-12-01").await.body,
        json!({"value": []})
    );
}

#[tokio::test]
async fn a_token_is_one_that_the_key_set_verifies() {
    let raw = Raw::tenant();
    let got = token(&raw, &own(&raw.tenant, DEFAULT)).await;
    let token = got.body["access_token"].as_str().unwrap();
    let path = format!("/{}/discovery/v2.0/keys", raw.tenant.id());
    let keys = document(&raw, &path).await;
    let key = &keys.body["keys"][0];
    let header: Value = serde_json::from_slice(&part(token, 0)).unwrap();
    assert_eq!((&header["alg"], &header["kid"]), (&json!("RS256"), &key["kid"]));
    let number = |name: &str| BASE64_URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let public = RsaPublicKeyComponents { n: number("n"), e: number("e") };
    let (text, _) = token.rsplit_once('.').unwrap();
    public.verify(&RSA_PKCS1_2048_8192_SHA256, text.as_bytes(), &part(token, 2)).unwrap();
    let claims: Value = serde_json::from_slice(&part(token, 1)).unwrap();
    let application = raw.tenant.application();
    assert_eq!(claims["oid"], application.principal);
    assert_eq!(claims["appid"], application.client_id);
    assert_eq!(claims["tid"], raw.tenant.id());
    assert_eq!(
        (&claims["idtyp"], &claims["aud"]),
        (&json!("app"), &json!("https://graph.microsoft.com"))
    );
    assert!(
        claims["roles"].as_array().unwrap().contains(&json!("EntitlementManagement.ReadWrite.All"))
    );
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["nbf"].as_i64().unwrap(), 3600);
    // The directory knows who it is of.
    let found =
        holder(&raw, &got).get(&format!("/v1.0/servicePrincipals/{}", application.principal)).await;
    assert_eq!(found.body["appId"], application.client_id);
}

#[tokio::test]
async fn a_token_ends_and_cannot_be_changed() {
    let raw = Raw::tenant();
    let got = token(&raw, &own(&raw.tenant, DEFAULT)).await;
    let signed_in = holder(&raw, &got);
    raw.pass(3599);
    assert_eq!(signed_in.get("/v1.0/groups").await.status, 200);
    raw.pass(1);
    let expired = signed_in.get("/v1.0/groups").await;
    assert_eq!(expired.refusal(), "401 InvalidAuthenticationToken");
    assert_eq!(expired.body["error"]["message"], "Access token has expired or is not yet valid.");
    assert_eq!(expired.headers["x-entitle-rule"], "token-expired; grade=reported");

    let got = token(&raw, &own(&raw.tenant, DEFAULT)).await;
    let good = got.body["access_token"].as_str().unwrap();
    let parts: Vec<&str> = good.split('.').collect();
    let mut claims: Value = serde_json::from_slice(&part(good, 1)).unwrap();
    claims["oid"] = json!(raw.tenant.administrator().user);
    let forged = BASE64_URL_SAFE_NO_PAD.encode(claims.to_string());
    for bad in [
        format!("{}.{forged}.{}", parts[0], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{good}.x"),
        "..".to_owned(),
    ] {
        let who = Identity { user: String::new(), name: String::new(), token: bad.clone() };
        let got = raw.acting_as(&who).get("/v1.0/groups").await;
        assert_eq!(got.refusal(), "401 InvalidAuthenticationToken", "{bad}");
    }
    // Another tenant signs with the same public key, and is another tenant.
    let options = emulator::Options { seed: 2, ..emulator::Options::default() };
    let other = Raw::of(Tenant::new(&options, raw.clock.clone()), raw.clock.clone());
    let foreign = token(&other, &own(&other.tenant, DEFAULT)).await;
    let got = holder(&raw, &foreign).get("/v1.0/groups").await;
    assert_eq!(got.refusal(), "401 InvalidAuthenticationToken");
}

/// A token for the Graph of one cloud is none in another, whoever signed it.
#[tokio::test]
async fn each_cloud_has_its_names_and_its_tokens() {
    let partner = "login.partner.microsoftonline.cn";
    for (cloud, graph, cache) in [
        (Cloud::Global, "graph.microsoft.com", "login.windows.net"),
        (Cloud::UsGov, "graph.microsoft.us", "login.microsoftonline.us"),
        (Cloud::UsGovDod, "dod-graph.microsoft.us", "login.microsoftonline.us"),
        (Cloud::China, "microsoftgraph.chinacloudapi.cn", partner),
    ] {
        let raw = Raw::with(Options { cloud, ..Options::default() });
        let found = document(&raw, "/common/discovery/instance").await;
        assert_eq!(found.body["metadata"][0]["preferred_cache"], cache);
        let path = format!("/{}/v2.0/.well-known/openid-configuration", raw.tenant.id());
        let instance = document(&raw, &path).await.body["cloud_instance_name"].to_string();
        let login = cloud.login_aliases()[0];
        assert_eq!(instance, format!("\"{}\"", login.trim_start_matches("login.")));
        for other in Cloud::ALL {
            let scope = format!("https%3A%2F%2F{}%2F.default", other.graph());
            let got = token(&raw, &own(&raw.tenant, &scope)).await;
            let got = holder(&raw, &got).get("/v1.0/groups").await;
            if other.graph() == graph {
                assert_eq!(got.status, 200);
            } else {
                assert_eq!(got.refusal(), "401 InvalidAuthenticationToken", "{other}");
                let words = "Access token validation failure. Invalid audience.";
                assert_eq!(got.body["error"]["message"], words);
            }
        }
        // A bare scope is one of the cloud's own Graph.
        let got = token(&raw, &by_password(&raw.tenant, "User.Read")).await;
        let claims: Value =
            serde_json::from_slice(&part(got.body["access_token"].as_str().unwrap(), 1)).unwrap();
        assert_eq!(claims["aud"], format!("https://{graph}"));
        let refused = token(&raw, "grant_type=client_credentials").await;
        let uri = refused.body["error_uri"].as_str().unwrap();
        assert!(uri.starts_with(&format!("https://{}/error?code=", cloud.login())), "{uri}");
    }
}

#[tokio::test]
async fn what_is_refused_has_the_platforms_words() {
    let raw = Raw::tenant();
    let id = raw.tenant.id();
    let client = raw.tenant.application().client_id.clone();
    let here = format!("/{id}/oauth2/v2.0/token");
    let good = own(&raw.tenant, DEFAULT);
    for (path, form, status, error, number) in [
        (&*here, String::new(), 400, "invalid_request", 900_144),
        (&*here, "grant_type=client_credentials".to_owned(), 400, "invalid_request", 900_144),
        (
            &*here,
            good.replace("client_secret=", "client_secret=x"),
            401,
            "invalid_client",
            7_000_215,
        ),
        (
            &*here,
            format!("client_id={client}&grant_type=client_credentials&scope={DEFAULT}"),
            401,
            "invalid_client",
            7_000_218,
        ),
        (
            &*here,
            good.replace(&client, "11111111-2222-3333-4444-555555555555"),
            400,
            "unauthorized_client",
            700_016,
        ),
        (&*here, own(&raw.tenant, "User.Read"), 400, "invalid_scope", 1_002_012),
        (
            &*here,
            good.replace("client_credentials", "implicit"),
            400,
            "unsupported_grant_type",
            70_003,
        ),
        (
            &*here,
            by_password(&raw.tenant, "User.Read").replace("password=", "password=x"),
            400,
            "invalid_grant",
            50_126,
        ),
        (
            &*here,
            by_password(&raw.tenant, "User.Read").replace("Requestor1", "nobody"),
            400,
            "invalid_grant",
            50_034,
        ),
        (
            &*here,
            format!("client_id={client}&grant_type=refresh_token&refresh_token=x"),
            400,
            "invalid_grant",
            70_000,
        ),
        ("/fabrikam.com/oauth2/v2.0/token", good.clone(), 400, "invalid_request", 90_002),
        ("/common/oauth2/v2.0/token", good.clone(), 400, "invalid_request", 90_002),
    ] {
        let got = post(&raw, path, None, &form).await;
        assert_eq!((got.status, &got.body["error"]), (status, &json!(error)), "{form}: {got:?}");
        assert_eq!(got.body["error_codes"], json!([number]), "{form}");
        let words = got.body["error_description"].as_str().unwrap();
        assert!(words.starts_with(&format!("AADSTS{number}: ")), "{words}");
        assert!(
            words.contains("Trace ID: ") && words.ends_with("Timestamp: 2026-01-05 09:14:33Z"),
            "{words}"
        );
        assert!(got.headers.contains_key("x-entitle-rule"));
        let secret = raw.tenant.application().client_secret.expose_secret().to_owned();
        assert!(!got.body.to_string().contains(&secret));
    }
    let got = document(&raw, &here).await;
    assert_eq!((got.status, &got.body["error_codes"]), (400, &json!([900_561])));
}

#[tokio::test]
async fn a_user_signs_in_with_a_password_and_refreshes() {
    let raw = Raw::tenant();
    let scope = "https%3A%2F%2Fgraph.microsoft.com%2F.default+openid+offline_access";
    let got = token(&raw, &by_password(&raw.tenant, scope)).await;
    let me = holder(&raw, &got).get("/v1.0/me").await;
    assert_eq!(me.id(), raw.tenant.requestor().user);
    let claims: Value =
        serde_json::from_slice(&part(got.body["access_token"].as_str().unwrap(), 1)).unwrap();
    assert_eq!(claims["idtyp"], "user");
    assert!(claims["scp"].as_str().unwrap().contains("EntitlementManagement.ReadWrite.All"));
    assert!(claims.get("roles").is_none());
    assert!(got.body["id_token"].is_string());

    let refresh = got.body["refresh_token"].as_str().unwrap();
    let who = Identity { user: String::new(), name: String::new(), token: refresh.to_owned() };
    assert_eq!(raw.acting_as(&who).get("/v1.0/me").await.status, 401);
    raw.pass(24 * 3600);
    let client = &raw.tenant.application().client_id;
    let form = format!(
        "client_id={client}&grant_type=refresh_token&refresh_token={refresh}&scope={scope}"
    );
    let again = token(&raw, &form).await;
    assert_eq!(holder(&raw, &again).get("/v1.0/me").await.status, 200);
    // An access token refreshes nothing.
    let access = again.body["access_token"].as_str().unwrap();
    let form = format!("client_id={client}&grant_type=refresh_token&refresh_token={access}");
    assert_eq!(token(&raw, &form).await.body["error"], "invalid_grant");
}

#[tokio::test]
async fn a_user_who_is_made_signs_in_and_their_password_is_told_to_nobody() {
    let raw = Raw::tenant();
    let body = json!({"accountEnabled": true, "displayName": "A", "mailNickname": "a", "userPrincipalName": "a@contoso.onmicrosoft.com", "passwordProfile": {"password": "xWwvJ]6NMw+bWH-d"}});
    let made = raw.post("/beta/users", body).await;
    let read = raw.get(&format!("/beta/users/{}", made.id())).await;
    for got in [&made, &read] {
        assert!(!got.body.to_string().contains("xWwvJ"), "{got:?}");
    }
    let form = "client_id=04b07795-8ddb-461a-bbee-02f9e1bf7b46&grant_type=password&username=A%40contoso.onmicrosoft.com&password=xWwvJ%5D6NMw%2BbWH-d&scope=User.Read";
    let got = token(&raw, form).await;
    assert_eq!(holder(&raw, &got).get("/v1.0/me").await.id(), made.id());
    // Whoever is deleted is nobody any more, whatever their token says.
    raw.delete(&format!("/v1.0/users/{}", made.id())).await;
    assert_eq!(holder(&raw, &got).get("/v1.0/me").await.status, 401);
}

#[tokio::test]
async fn an_application_is_no_user() {
    let raw = Raw::tenant();
    let got = token(&raw, &own(&raw.tenant, DEFAULT)).await;
    let application = holder(&raw, &got);
    let refused = application.get("/v1.0/me").await;
    assert_eq!(refused.refusal(), "400 BadRequest");
    // It owns nothing that it makes, and its permission lets it add that all the same.
    let group = application.group("resources").await;
    let owners = application.get(&format!("/v1.0/groups/{group}/owners")).await;
    assert_eq!(owners.body["value"], json!([]));
    let general = application.general().await;
    let resource = json!({"requestType": "adminAdd", "catalog": {"id": general}, "resource": {"originId": group, "originSystem": "AadGroup"}});
    assert_eq!(application.post("/v1.0/EM/resourceRequests", resource).await.status, 201);
}

/// Terraform's provider makes the client of its token the owner of every group.
#[tokio::test]
async fn an_application_can_be_made_an_owner() {
    let raw = Raw::tenant();
    let principal = &raw.tenant.application().principal;
    let body = json!({
        "displayName": "x", "mailEnabled": false, "mailNickname": "x", "securityEnabled": true,
        "owners@odata.bind": [format!("https://localhost:8443/beta/directoryObjects/{principal}")],
    });
    let group = raw.post("/beta/groups", body).await.id();
    let owners = raw.get(&format!("/v1.0/groups/{group}/owners")).await;
    let owner = &owners.body["value"][0];
    assert_eq!(
        (&owner["id"], &owner["@odata.type"]),
        (&json!(principal), &json!("#microsoft.graph.servicePrincipal"))
    );
}

/// The key of the certificate, which is the emulator's own: it is public.
const KEY: &[u8] = include_bytes!("../../src/sign_in/public-test-key-trust-nothing-it-signs.pk8");

fn assertion(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let key = ring::rsa::KeyPair::from_pkcs8(KEY).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    let padding: &dyn ring::signature::RsaEncoding = match header["alg"].as_str() {
        Some("PS256") => &ring::signature::RSA_PSS_SHA256,
        _ => &ring::signature::RSA_PKCS1_SHA256,
    };
    let random = ring::rand::SystemRandom::new();
    key.sign(padding, &random, text.as_bytes(), &mut signature).unwrap();
    format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test]
async fn an_application_signs_in_by_its_certificate() {
    let certificate = include_bytes!("application.der").to_vec();
    let options = Options { client_certificate: Some(certificate), ..Options::default() };
    let raw = Raw::with(options);
    let client = raw.tenant.application().client_id.clone();
    let audience =
        format!("https://login.microsoftonline.com/{}/oauth2/v2.0/token", raw.tenant.id());
    // The fractions are Python's.
    let now = 1_767_604_473.5;
    let claims = json!({"aud": audience, "iss": client, "sub": client, "jti": "1", "nbf": now - 60.0, "exp": now + 600.0});
    let with = |name: &str, value: Value| {
        let mut changed = claims.clone();
        changed[name] = value;
        changed
    };
    let rs256 = json!({"alg": "RS256", "typ": "JWT", "x5t": "x"});
    let form = |assertion: &str| {
        format!(
            "client_id={client}&grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion={assertion}&scope={DEFAULT}"
        )
    };
    for header in [&rs256, &json!({"alg": "PS256", "typ": "JWT", "x5t#S256": "x"})] {
        let got = token(&raw, &form(&assertion(header, &claims))).await;
        let catalogs = holder(&raw, &got).get("/v1.0/EM/catalogs").await;
        assert_eq!(catalogs.status, 200, "{catalogs:?}");
    }
    let good = assertion(&rs256, &claims);
    let torn =
        format!("{}A.{}", good.rsplit_once('.').unwrap().0, good.rsplit_once('.').unwrap().1);
    for (sent, number) in [
        (torn, 50_027),
        ("nonsense".to_owned(), 50_027),
        (format!("{good}AAAA"), 700_027),
        (assertion(&json!({"alg": "none"}), &claims), 50_027),
        (assertion(&rs256, &with("iss", json!("another"))), 700_021),
        (assertion(&rs256, &with("aud", json!("https://elsewhere.invalid/x"))), 700_023),
        (assertion(&rs256, &with("exp", json!(now - 1.0))), 700_024),
        (assertion(&rs256, &with("exp", Value::Null)), 700_024),
        (assertion(&rs256, &with("nbf", json!(now + 60.0))), 700_024),
    ] {
        let got = token(&raw, &form(&sent)).await;
        assert_eq!((got.status, &got.body["error"]), (401, &json!("invalid_client")), "{got:?}");
        assert_eq!(got.body["error_codes"], json!([number]), "{sent}");
    }
    let bare = Raw::tenant();
    let got = token(&bare, &form(&good)).await;
    assert_eq!(got.body["error_codes"], json!([700_027]), "no certificate is registered");
}

#[tokio::test]
async fn a_user_signs_in_on_another_device() {
    let raw = Raw::tenant();
    let client = raw.tenant.application().client_id.clone();
    let path = format!("/{}/oauth2/v2.0/devicecode", raw.tenant.id());
    let begun =
        post(&raw, &path, None, &format!("client_id={client}&scope={DEFAULT}+offline_access"))
            .await;
    assert_eq!((begun.status, &begun.body["interval"]), (200, &json!(5)), "{begun:?}");
    let code = begun.body["device_code"].as_str().unwrap();
    let ask = format!(
        "client_id={client}&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code={code}"
    );
    let pending = token(&raw, &ask).await;
    assert_eq!(pending.body["error"], "authorization_pending", "{pending:?}");
    let page = begun.body["verification_uri"].as_str().unwrap().to_owned();
    let answer = async |code: &str, password: &str| {
        let name = &raw.tenant.requestor().name;
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("code", code), ("username", name), ("password", password)])
            .finish();
        let request = Request::post(&page).body(Body::from(form)).unwrap();
        raw.tenant.router().oneshot(request).await.unwrap().status().as_u16()
    };
    let typed = "code=x&username=%3Cb%3Eme%3C%2Fb%3E&password=x";
    let request = Request::post(&page).body(Body::from(typed)).unwrap();
    let answered = raw.tenant.router().oneshot(request).await.unwrap();
    let html = axum::body::to_bytes(answered.into_body(), usize::MAX).await.unwrap();
    let html = String::from_utf8(html.to_vec()).unwrap();
    assert!(html.contains("&lt;b>me") && !html.contains("<b>"), "{html}");
    let shown = begun.body["user_code"].as_str().unwrap();
    let password = raw.tenant.requestor_password().expose_secret();
    assert_eq!(answer("NONSENSE", password).await, 400);
    assert_eq!(answer(shown, "wrong").await, 400);
    assert_eq!(token(&raw, &ask).await.body["error"], "authorization_pending");
    assert_eq!(answer(&shown.to_lowercase(), password).await, 200);
    let got = token(&raw, &ask).await;
    let me = holder(&raw, &got).get("/v1.0/me").await;
    assert_eq!(me.body["id"], raw.tenant.requestor().user.as_str(), "{me:?}");
    assert!(got.body["refresh_token"].is_string());
    // It opens once, and not for ever.
    assert_eq!(token(&raw, &ask).await.body["error"], "bad_verification_code");
    let late = post(&raw, &path, None, &format!("client_id={client}&scope={DEFAULT}")).await;
    raw.pass(900);
    let ask = ask.replace(code, late.body["device_code"].as_str().unwrap());
    assert_eq!(token(&raw, &ask).await.body["error_codes"], json!([70_019]));
    assert_eq!(answer(late.body["user_code"].as_str().unwrap(), password).await, 400);
}
