use client::ErrorKind;
use futures_util::TryStreamExt;
use model::{Catalog, CatalogState, RequestId, RequestState, Version};
use serde_json::json;

use crate::capture::client;

#[tokio::test]
async fn an_answer_reads_the_same_in_both_tongues() {
    let v1 = json!({"id": "r", "state": "delivered", "status": "Fulfilled", "requestType": "userAdd", "completedDateTime": "2020-06-29T20:24:47.937Z"});
    let beta = json!({"id": "r", "requestState": "Delivered", "requestStatus": "Fulfilled", "requestType": "UserAdd", "completedDate": "2020-06-29T20:24:47.937Z", "unheardOf": 1});
    let mut read = Vec::new();
    for (version, body) in [(Version::V1, v1), (Version::Beta, beta)] {
        let (graph, _) = client(version, vec![(200, body)]);
        read.push(graph.requests().get(&RequestId("r".into())).send().await.unwrap());
    }
    assert_eq!(read[0], read[1]);
    assert_eq!(read[0].state, Some(RequestState::Delivered));
}

#[tokio::test]
async fn a_word_that_is_new_is_kept() {
    let (graph, _) = client(
        Version::Beta,
        vec![(200, json!({"value": [{"id": "c", "catalogStatus": "Archived"}]}))],
    );
    let catalogs = graph.catalogs().list().items().send().await.unwrap();
    assert_eq!(catalogs[0].state, Some(CatalogState::Other("archived".into())));
}

#[tokio::test]
async fn pages_are_read_as_a_stream_on_the_same_host_only() {
    let page = |ids: &[&str], next: Option<&str>| {
        let value: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
        match next {
            Some(next) => (200, json!({"value": value, "@odata.nextLink": next})),
            None => (200, json!({"value": value})),
        }
    };
    let link = "https://graph.microsoft.com/v1.0/x?$skip=2";
    let (graph, sent) =
        client(Version::V1, vec![page(&["a", "b"], Some(link)), page(&["c"], None)]);
    let catalogs: Vec<Catalog> = graph.catalogs().list().stream().try_collect().await.unwrap();
    assert_eq!(catalogs.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(sent.take()[1].uri(), link);

    for foreign in ["https://evil.example/v1.0/x", "https://graph.microsoft.com.evil.example/x"] {
        let (graph, sent) = client(Version::V1, vec![page(&["a"], Some(foreign))]);
        let error = graph.catalogs().list().stream().try_collect::<Vec<_>>().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreadable);
        assert!(error.to_string().contains("is not on https://graph.microsoft.com"), "{error}");
        assert_eq!(sent.take().len(), 1);
    }
}

#[tokio::test]
async fn one_means_one() {
    for (count, found) in [(0, "found 0"), (2, "found 2")] {
        let value: Vec<_> = (0..count).map(|n| json!({"id": n.to_string()})).collect();
        let (graph, _) = client(Version::V1, vec![(200, json!({"value": value}))]);
        let error = graph.catalogs().list().one().send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Count);
        assert!(error.to_string().contains(found), "{error}");
    }
    let page = json!({"value": [{"id": "1"}], "@odata.nextLink": "https://graph.microsoft.com/v1.0/x?$skip=1"});
    let (graph, _) = client(Version::V1, vec![(200, page)]);
    let error = graph.catalogs().list().one().send().await.unwrap_err();
    assert!(error.to_string().contains("found 1 and another page"), "{error}");
}

/// A token is sent to nobody else, whatever URL a caller passes on.
#[tokio::test]
async fn a_raw_call_stays_on_the_host_that_is_called() {
    for url in ["https://example.com/v1.0/users", "https://graph.microsoft.com.example.com/users"] {
        let (graph, sent) = client(Version::V1, vec![]);
        let error = graph.raw(http::Method::GET, url, None).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsendable);
        assert!(error.to_string().contains("the token goes nowhere else"), "{error}");
        assert!(sent.take().is_empty());
    }
    for (path, sent_to) in [
        ("https://graph.microsoft.com/v1.0/users?$skip=1", "/v1.0/users?$skip=1"),
        // An address in a filter is no address of a call.
        (
            "sites?$filter=webUrl%20eq%20'https://x'",
            "/v1.0/sites?$filter=webUrl%20eq%20'https://x'",
        ),
    ] {
        let (graph, sent) = client(Version::V1, vec![(200, json!({}))]);
        graph.raw(http::Method::GET, path, None).send().await.unwrap();
        assert_eq!(sent.take()[0].uri().path_and_query().unwrap(), sent_to);
    }
}

#[tokio::test]
async fn a_refusal_names_request_status_code_and_message() {
    let refusal = json!({"error": {"code": "CallerNotResourceOwner", "message": "The caller is not the resource owner."}});
    let (graph, _) = client(Version::V1, vec![(400, refusal)]);
    let error = graph.catalogs().list().items().send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET /v1.0/identityGovernance/entitlementManagement/catalogs: 400 CallerNotResourceOwner: The caller is not the resource owner."
    );
    assert_eq!(error.code(), Some("CallerNotResourceOwner"));
    assert!(error.is_permission() && !error.is_transient() && !error.is_not_found());
}

#[tokio::test]
async fn an_answer_that_is_none_is_named_by_place_and_not_by_value() {
    for (body, expected) in [
        (
            json!({"value": [{"id": "a"}, {"id": "b", "isExternallyVisible": "top secret"}]}),
            "the answer is no accessPackageCatalog at /value/1/isExternallyVisible: expected a boolean",
        ),
        (
            json!({"value": [{"displayName": "top secret"}]}),
            "the answer is no accessPackageCatalog at /value/0/",
        ),
        (json!({"value": "top secret"}), "expected a sequence"),
        (json!("top secret"), "expected struct Envelope"),
    ] {
        let (graph, _) = client(Version::V1, vec![(200, body)]);
        let error = graph.catalogs().list().items().send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreadable);
        let text = format!("{error} {error:?}");
        assert!(text.contains(expected) && !text.contains("top secret"), "{text}");
    }
}
