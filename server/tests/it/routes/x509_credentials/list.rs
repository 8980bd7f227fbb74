//! Lists of X.509 credentials: no certificate, no key, the same pages and filters.

use serde_json::{Value, json};
use vouchsafe_domain::{CommonName, CredentialsId, State, Timestamp};
use vouchsafe_store::X509CredentialsRow;

use super::PATH;
use crate::harness::{TestServer, both, database::tenant};

fn row(n: u32) -> X509CredentialsRow {
    let at = Timestamp::from_micros(1_583_066_822_247_462 + i64::from(n));
    X509CredentialsRow {
        id: CredentialsId::from_parts(at, [1, 2, 3, 4, 5], n),
        authority_id: tenant().to_string(),
        serial_number: format!("8163249196696785795007161035531673258207{n:06}"),
        common_name: CommonName::parse("silver-advice").unwrap(),
        state: State::ALL[n as usize % 4],
        not_after: at,
        created_at: at,
        updated_at: at,
        last_use_at: n.is_multiple_of(2).then_some(at),
        revocation_reason: None,
    }
}

both!(are_streamed_paged_and_narrowed, async |server: TestServer| {
    assert_eq!(server.get(PATH).await.expect(200), json!([]));
    let rows: Vec<_> = (0..2_003).rev().map(|n| (row(n), vec![48, 0])).collect();
    let tx = server.ready().await.store.begin().await.unwrap();
    tx.x509_credentials_insert_many(&tenant(), &rows).await.unwrap();
    tx.commit().await.unwrap();

    let Value::Array(all) = server.get(PATH).await.expect(200) else { panic!("no list") };
    let ids: Vec<_> = all.iter().map(|item| item["id"].as_str().unwrap()).collect();
    let seeded: Vec<_> = (0..2_003).map(|n| row(n).id).collect();
    assert_eq!(ids, seeded.iter().map(CredentialsId::as_str).collect::<Vec<_>>());
    insta::assert_json_snapshot!("items", json!([all[0], all[1]]));

    let first = server.get(&format!("{PATH}?limit=1000&state=Active")).await;
    let active: Vec<_> = all.iter().filter(|item| item["state"] == "Active").collect();
    assert_eq!((first.header("link"), first.expect(200)), (None, json!(active)));
    let (mut paged, mut path) = (Vec::new(), format!("{PATH}?limit=1000"));
    for last in [999, 1_999] {
        let page = server.get(&path).await;
        paged.extend(page.expect(200).as_array().unwrap().clone());
        path = format!("{PATH}?limit=1000&after={}", ids[last]);
        assert_eq!(page.header("link"), Some(&*format!("<{path}>; rel=\"next\"")));
    }
    let page = server.get(&path).await;
    assert_eq!(page.header("link"), None);
    paged.extend(page.expect(200).as_array().unwrap().clone());
    assert_eq!(paged, all);
    assert_eq!(server.get(&format!("{PATH}?after={}", ids[2_000])).await.expect(200), json!(all[2_001..]));
    assert_eq!(server.get(&format!("{PATH}/{}", ids[7])).await.expect(200), all[7]);
    let message = server.get(&format!("{PATH}?username=a")).await.message(400);
    assert_eq!(message, "username is not known; known are limit, after, state");
});
