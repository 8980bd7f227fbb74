//! Lists: order, filters, pages, and the whole list as a stream.

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe_domain::{CredentialsId, Secret, State, Timestamp, Username};
use vouchsafe_store::{BasicCredentialsRow, Store};

use super::PATH;
use crate::harness::{Answer, TestServer, both, database::tenant};

/// The n-th row; every fifth is suspended, and some have never been used.
fn row(n: u32) -> BasicCredentialsRow {
    let at = Timestamp::from_micros(1_583_066_822_247_462 + i64::from(n));
    BasicCredentialsRow {
        id: CredentialsId::from_parts(at, [1, 2, 3, 4, 5], n),
        username: Username::parse(format!("user {n}&=+%/")).unwrap(),
        state: if n.is_multiple_of(5) { State::Suspended } else { State::Active },
        created_at: at,
        updated_at: at,
        last_use_at: (n % 5 > 1).then_some(at),
    }
}

/// Seeds rows in an order that is not theirs.
async fn seed(store: &Store, count: u32) {
    let rows: Vec<_> = (0..count).rev().map(|n| (row(n), Secret::new("$argon2id$"))).collect();
    let tx = store.begin().await.unwrap();
    tx.basic_credentials_insert_many(&tenant(), &rows).await.unwrap();
    tx.commit().await.unwrap();
}

/// The path of `Link: <path>; rel="next"`, if there is one.
fn next(answer: &Answer) -> Option<String> {
    let link = answer.header("link")?;
    Some(link.strip_prefix('<').unwrap().strip_suffix(r#">; rel="next""#).unwrap().to_owned())
}

/// All pages from a path on, and how many items each had.
async fn walk(server: &TestServer, first: &str) -> (Vec<Value>, Vec<usize>) {
    let (mut items, mut sizes, mut path) = (Vec::new(), Vec::new(), Some(first.to_owned()));
    while let Some(current) = path {
        let answer = server.get(&current).await;
        let Value::Array(page) = answer.expect(200) else { panic!("no list") };
        sizes.push(page.len());
        items.extend(page);
        path = next(&answer);
        assert!(sizes.len() < 1_000, "pages without end");
    }
    (items, sizes)
}

both!(the_whole_list_is_streamed_in_order, async |server: TestServer| {
    assert_eq!(server.get(PATH).await.expect(200), json!([]));
    seed(&server.ready().await.store, 2_500).await;
    let answer = server.get(PATH).await;
    assert_eq!((answer.header("link"), answer.header("transfer-encoding")), (None, Some("chunked")));
    let Value::Array(all) = answer.expect(200) else { panic!("no list") };
    let ids: Vec<_> = all.iter().map(|item| item["id"].as_str().unwrap()).collect();
    let seeded: Vec<_> = (0..2_500).map(|n| row(n).id).collect();
    assert_eq!(ids, seeded.iter().map(CredentialsId::as_str).collect::<Vec<_>>());
    insta::assert_json_snapshot!("items", json!([all[0], all[1], all[2]]));

    assert_eq!(walk(&server, &format!("{PATH}?limit=1000")).await, (all.clone(), vec![1000, 1000, 500]));
    let (paged, sizes) = walk(&server, &format!("{PATH}?limit=499")).await;
    assert_eq!((paged == all, sizes), (true, vec![499, 499, 499, 499, 499, 5]));
    assert_eq!(walk(&server, &format!("{PATH}?limit=500")).await.1, vec![500; 5], "no empty page at the end");
    // The rest from anywhere, streamed too.
    let from = |n: usize| format!("{PATH}?after={}", ids[n]);
    assert_eq!(server.get(&from(999)).await.expect(200), json!(all[1_000..]));
    assert_eq!(server.get(&from(2_499)).await.expect(200), json!([]));
    let suspended: Vec<_> = all.iter().filter(|item| item["state"] == "Suspended").cloned().collect();
    assert_eq!(server.get(&format!("{PATH}?state=Suspended")).await.expect(200), json!(suspended));
});

both!(filters_narrow_and_pages_keep_them, async |server: TestServer| {
    seed(&server.ready().await.store, 23).await;
    let all = server.get(PATH).await.expect(200);
    assert_eq!(all.as_array().unwrap().len(), 23);
    for state in ["Active", "Inactive", "Suspended", "Revoked"] {
        let wanted: Vec<_> = all.as_array().unwrap().iter().filter(|item| item["state"] == state).collect();
        assert_eq!(server.get(&format!("{PATH}?state={state}")).await.expect(200), json!(wanted));
    }
    let suspended = [0, 5, 10, 15, 20].map(|n| all[n].clone());
    let (found, sizes) = walk(&server, &format!("{PATH}?state=Suspended&limit=2")).await;
    assert_eq!((found, sizes), (suspended.to_vec(), vec![2, 2, 1]));
    let page = server.get(&format!("{PATH}?state=Suspended&limit=2")).await;
    let link = format!("<{PATH}?limit=2&after={}&state=Suspended>; rel=\"next\"", row(5).id);
    assert_eq!(page.header("link"), Some(&*link));
    // A name is matched whole and exactly.
    let by_name = async |query: &[(&str, &str)]| {
        Answer::of(server.request(Method::GET, PATH).query(query)).await.expect(200)
    };
    let name = row(7).username.to_string();
    assert_eq!(by_name(&[("username", &name)]).await, json!([all[7]]));
    assert_eq!(by_name(&[("username", &name), ("state", "Active"), ("limit", "1")]).await, json!([all[7]]));
    assert_eq!(by_name(&[("username", &name), ("state", "Suspended")]).await, json!([]));
    for other in ["user 7", "USER 7&=+%/", "user_7&=+%/", "%"] {
        assert_eq!(by_name(&[("username", other)]).await, json!([]), "{other}");
    }
    // An id that isn't there has its place too.
    let before_all = server.get(&format!("{PATH}?after=00000000000000000000&limit=1")).await;
    assert_eq!(before_all.expect(200), json!([all[0]]));
    assert_eq!(server.get(&format!("{PATH}?after=vvvvvvvvvvvvvvvvvvvv")).await.expect(200), json!([]));
});

both!(heads_have_no_body, async |server: TestServer| {
    seed(&server.ready().await.store, 3).await;
    for path in [PATH.to_owned(), format!("{PATH}/{}", row(1).id)] {
        let head = Answer::of(server.request(Method::HEAD, &path)).await;
        assert_eq!((head.status.as_u16(), &*head.text), (200, ""));
        assert_eq!(head.header("content-type"), Some("application/json"));
    }
});
