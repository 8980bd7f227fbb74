//! Lists in pages.

use futures_util::TryStreamExt;
use vouchsafe_sdk::{BasicCredentialsListQuery, CredentialsState, Error};

use super::peer::{Peer, answer};

fn items(ids: &[&str]) -> String {
    let times = r#""createdDate":"2020-03-01T12:47:02.247462Z","updatedDate":"2020-03-01T12:47:02.247462Z""#;
    let items: Vec<_> =
        ids.iter().map(|id| format!(r#"{{"id":"{id}","state":"Active","username":"u",{times}}}"#)).collect();
    format!("[{}]", items.join(","))
}

/// Three pages, the last one empty.
async fn three_pages() -> Peer {
    Peer::start(|n, _| match n {
        0 => answer(
            200,
            "link: </api/v1/basic-credentials?limit=2&after=b>; rel=\"next\"\r\n",
            &items(&["a", "b"]),
        ),
        1 => answer(200, "link: <http://elsewhere.invalid/?after=c>; rel=next\r\n", &items(&["c"])),
        _ => answer(200, "", "[]"),
    })
    .await
}

#[tokio::test]
async fn pages_are_fetched_as_they_are_read() {
    let peer = three_pages().await;
    let client = peer.client();
    let query = BasicCredentialsListQuery::new().limit(2).state(CredentialsState::Active).username("a&b");
    let mut list = client.basic_credentials().list_with(query);
    assert_eq!(peer.lines().len(), 0);
    let mut ids = Vec::new();
    for fetched in [1, 1, 2] {
        ids.push(list.try_next().await.unwrap().unwrap().id.to_string());
        assert_eq!(peer.lines().len(), fetched);
    }
    assert!(list.try_next().await.unwrap().is_none());
    assert_eq!(ids, ["a", "b", "c"]);
    let filter = "&state=Active&username=a%26b";
    assert_eq!(
        peer.lines(),
        ["", "&after=b", "&after=c"]
            .map(|after| format!("GET /api/v1/basic-credentials?limit=2{after}{filter}"))
    );
}

#[tokio::test]
async fn a_list_is_a_stream() {
    let peer = three_pages().await;
    let all: Vec<_> = peer
        .client()
        .basic_credentials()
        .list()
        .map_ok(|item| item.id.to_string())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(all, ["a", "b", "c"]);
    assert_eq!(peer.lines()[0], "GET /api/v1/basic-credentials?limit=1000");
}

#[tokio::test]
async fn one_page_says_what_is_next() {
    let peer = three_pages().await;
    let client = peer.client();
    let page = client.basic_credentials().list_page(&BasicCredentialsListQuery::new()).await.unwrap();
    assert_eq!((page.items.len(), page.next.as_deref()), (2, Some("b")));
    assert_eq!(peer.lines(), ["GET /api/v1/basic-credentials"]);
}

#[tokio::test]
async fn a_list_ends_after_an_error() {
    let peer = Peer::start(|n, _| match n {
        0 => answer(200, "link: <?after=b>; rel=next\r\n", &items(&["a"])),
        _ => answer(404, "", ""),
    })
    .await;
    let mut list = peer.client().basic_credentials().list();
    assert!(list.try_next().await.unwrap().is_some());
    assert!(matches!(list.try_next().await, Err(Error::Api(_))));
    assert!(list.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_link_in_a_circle_does_not_go_round_for_ever() {
    let peer = Peer::start(|_, _| answer(200, "link: <?after=b>; rel=next\r\n", &items(&["b"]))).await;
    let error = peer.client().basic_credentials().list().try_collect().await.unwrap_err().to_string();
    let expected = "basic_credentials_list: the answer (200 OK) can't be read: \
                    the link to the next page leads to this one";
    assert_eq!(error, expected);
    assert_eq!(peer.lines().len(), 2);
}
