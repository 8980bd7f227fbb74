//! When a host is asked, by the clock that is given.
#![expect(clippy::unwrap_used, reason = "tests")]

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use vouchsafe_domain::{CommonName, KeyType};
use vouchsafe_pki::{Authority, KeyPair, RevocationList, RevokedCertificates};

use super::*;
use crate::clock;

const MINUTE: i64 = 60_000_000;
const DAY: Duration = Duration::from_secs(86_400);

/// A host that gives what it has, and says how often it was asked.
#[derive(Debug, Default)]
struct Host {
    list: Mutex<Option<Vec<u8>>>,
    asked: Mutex<usize>,
}

impl Host {
    async fn start() -> (Arc<Self>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (host, url) =
            (Arc::<Self>::default(), format!("http://{}/list.crl", listener.local_addr().unwrap()));
        let known = Arc::clone(&host);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                *known.asked.lock().unwrap() += 1;
                let list = known.list.lock().unwrap().clone();
                let status = if list.is_some() { "200 OK" } else { "503 Service Unavailable" };
                let body = list.unwrap_or_default();
                let head = format!(
                    "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                stream.write_all(&[head.into_bytes(), body].concat()).await.unwrap();
                let _ = stream.shutdown().await;
            }
        });
        (host, url)
    }

    fn gives(&self, list: Option<Vec<u8>>) {
        *self.list.lock().unwrap() = list;
    }

    fn asked(&self) -> usize {
        *self.asked.lock().unwrap()
    }
}

struct World {
    _folder: tempfile::TempDir,
    store: Store,
    authority: Authority,
    start: Timestamp,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = vouchsafe_store::sqlite_url(&folder.path().join("store.db")).unwrap();
        let store = Store::connect(&url, &vouchsafe_store::Options::default()).await.unwrap();
        store.migrate().await.unwrap();
        let (start, name) = (clock::now(), CommonName::parse("root").unwrap());
        let key = KeyPair::generate(KeyType::EcP256).unwrap();
        let authority = Authority::create_platform(&name, key, start, DAY * 9).unwrap();
        Self { _folder: folder, store, authority, start }
    }

    fn at(&self, micros: i64) -> Timestamp {
        Timestamp::from_micros(self.start.as_micros() + micros)
    }

    /// A list with a number, good from the start for so long.
    fn list(&self, number: u64, lasts: i64) -> Option<Vec<u8>> {
        self.list_since(0, number, lasts)
    }

    /// The same, made at another moment.
    fn list_since(&self, since: i64, number: u64, lasts: i64) -> Option<Vec<u8>> {
        let entries = RevokedCertificates::default();
        let (this_update, next_update) = (self.at(since), self.at(lasts));
        let list = RevocationList { number, this_update, next_update, entries };
        Some(self.authority.revocation_list(list).unwrap())
    }

    fn replica(&self) -> Crls {
        Crls::new(Arc::new(Client::new(vec!["127.0.0.1".parse().unwrap()])))
    }

    /// What there is at a moment: how many lists, and what is told of the missing ones.
    async fn look(&self, crls: &Crls, url: &str, micros: i64) -> (usize, String) {
        let lists = crls.lists(&self.store, &[url.to_owned()], self.at(micros)).await;
        (lists.known.len(), lists.missing())
    }
}

#[tokio::test]
async fn a_host_that_failed_is_asked_again_after_a_while() {
    let (world, (host, url)) = (World::new().await, Host::start().await);
    let crls = world.replica();
    let (known, missing) = world.look(&crls, &url, 0).await;
    assert_eq!(known, 0);
    assert!(missing.contains(&url) && missing.contains("status 503"), "{missing}");
    host.gives(world.list(1, 600 * MINUTE));
    for micros in [1, FAILED / 2, FAILED - 1] {
        assert_eq!(world.look(&crls, &url, micros).await, (0, missing.clone()), "{micros}");
    }
    assert_eq!(host.asked(), 1, "one who knocks a thousand times a second makes one call");
    assert_eq!(world.look(&crls, &url, FAILED).await, (1, String::new()));
    assert_eq!(host.asked(), 2);
}

#[tokio::test]
async fn a_list_is_refreshed_long_before_it_ends() {
    let (world, (host, url)) = (World::new().await, Host::start().await);
    let crls = world.replica();
    host.gives(world.list(1, 600 * MINUTE));
    assert_eq!(world.look(&crls, &url, 0).await, (1, String::new()));
    crls.refresh(&world.store, world.at(FRESH - 1)).await;
    assert_eq!(host.asked(), 1);
    crls.refresh(&world.store, world.at(FRESH)).await;
    assert_eq!(host.asked(), 2);
    // Away, it is asked for now and then; what there is does until its end, and not for a moment longer.
    host.gives(None);
    crls.refresh(&world.store, world.at(2 * FRESH)).await;
    crls.refresh(&world.store, world.at(2 * FRESH + FAILED - 1)).await;
    assert_eq!(host.asked(), 3);
    assert_eq!(world.look(&crls, &url, 600 * MINUTE - 1_000_000).await, (1, String::new()));
    assert_eq!(host.asked(), 3, "nobody waits for it meanwhile");
    let (known, missing) = world.look(&crls, &url, 600 * MINUTE).await;
    assert_eq!((known, host.asked()), (1, 4));
    assert!(missing.contains("status 503"), "{missing}");
    // Back with a new one.
    host.gives(world.list(2, 1200 * MINUTE));
    assert_eq!(world.look(&crls, &url, 600 * MINUTE + FAILED).await, (1, String::new()));
}

/// Whoever can answer for a host brings back nobody whom a newer list has revoked.
#[tokio::test]
async fn a_newer_list_stays() {
    let (world, (host, url)) = (World::new().await, Host::start().await);
    let crls = world.replica();
    let known = async |micros| {
        let lists = crls.lists(&world.store, std::slice::from_ref(&url), world.at(micros)).await;
        lists.known.iter().map(|list| list.der().to_vec()).collect::<Vec<_>>()
    };
    let other = World::new().await;
    let [first, second, third] =
        [(-MINUTE, 1), (0, 2), (MINUTE, 3)].map(|(since, n)| world.list_since(since, n, 600 * MINUTE));
    let foreign = Authority::create_platform(
        &CommonName::parse("other").unwrap(),
        KeyPair::generate(KeyType::EcP256).unwrap(),
        world.start,
        DAY * 9,
    );
    let foreign = World { authority: foreign.unwrap(), ..other }.list_since(MINUTE, 9, 600 * MINUTE);
    host.gives(second.clone());
    assert_eq!(known(0).await, [second.clone().unwrap()]);
    for (turn, given, kept) in
        [(1, &first, &second), (2, &foreign, &second), (3, &third, &third), (4, &second, &third)]
    {
        host.gives(given.clone());
        crls.refresh(&world.store, world.at(turn * FRESH)).await;
        assert_eq!(
            (host.asked(), known(turn * FRESH).await),
            (1 + turn as usize, vec![kept.clone().unwrap()])
        );
    }
}

#[tokio::test]
async fn a_list_that_is_old_is_not_used() {
    let (world, (host, url)) = (World::new().await, Host::start().await);
    let crls = world.replica();
    host.gives(world.list(1, MINUTE));
    let (_, missing) = world.look(&crls, &url, 2 * MINUTE).await;
    assert!(missing.contains(&url) && missing.contains("out of date"), "{missing}");
}

/// Whoever is late takes what another has fetched, as long as that is fresh.
#[tokio::test]
async fn one_fetches_for_all() {
    let (world, (host, url)) = (World::new().await, Host::start().await);
    let (one, two, late) = (world.replica(), world.replica(), world.replica());
    host.gives(world.list(1, 600 * MINUTE));
    assert_eq!(world.look(&one, &url, 0).await, (1, String::new()));
    host.gives(None);
    assert_eq!(world.look(&two, &url, FRESH - 1).await, (1, String::new()));
    assert_eq!(host.asked(), 1);
    host.gives(world.list(2, 600 * MINUTE));
    one.refresh(&world.store, world.at(FRESH)).await;
    two.refresh(&world.store, world.at(FRESH + 1)).await;
    assert_eq!(host.asked(), 2, "the other one found it");
    // A restart while the host is away, long after the last fetch: the list is good still.
    host.gives(None);
    assert_eq!(world.look(&late, &url, 3 * FRESH).await, (1, String::new()));
}

#[tokio::test]
async fn what_nobody_uses_is_forgotten() {
    let (world, (host, url)) = (World::new().await, Host::start().await);
    let crls = world.replica();
    host.gives(world.list(1, 8 * 24 * 60 * MINUTE));
    assert_eq!(world.look(&crls, &url, 0).await, (1, String::new()));
    crls.refresh(&world.store, world.at(UNUSED - 1)).await;
    assert_eq!((host.asked(), crls.by_url.lock().unwrap().len()), (2, 1));
    crls.refresh(&world.store, world.at(UNUSED)).await;
    assert_eq!((host.asked(), crls.by_url.lock().unwrap().len()), (2, 0));
}
