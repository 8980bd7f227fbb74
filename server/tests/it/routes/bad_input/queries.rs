//! Queries: unknown and doubled parameters, broken encodings, numbers that are none.

use serde_json::json;

use super::{BASIC, X509};
use crate::harness::{TestServer, both};

both!(bad_ones_are_refused, async |server: TestServer| {
    let (limit, whole) = ("limit must be from 1 to 1000", "limit must be a whole number of at most 32 bits");
    let (number, twice) = ("limit must be a number, not a string", "query must not have a parameter twice");
    let state = "state must be one of Active, Inactive, Suspended, Revoked";
    for path in [BASIC, X509] {
        for (query, message) in [
            ("limit=0", limit),
            ("limit=1001", limit),
            ("limit=-1", limit),
            ("limit=2147483648", whole),
            ("limit=99999999999999999999999", whole),
            ("limit=1.5", whole),
            ("limit=1e2", whole),
            ("limit=", number),
            ("limit=a", number),
            ("limit=0x10", number),
            ("limit=%2B1", number),
            ("limit=+1", number),
            ("limit=1%20", number),
            ("limit=%201", number),
            ("limit=01", number),
            ("limit=1e400", number),
            ("limit=NaN", number),
            ("limit=null", number),
            ("limit=%D9%A1", number),
            ("limit=1&limit=1", twice),
            ("limit=1&limit=2", twice),
            ("state=Active&stat%65=Active", twice),
            ("state=", state),
            ("state=active", state),
            ("state=Active,Revoked", state),
            ("state=%FF", state),
            ("state=%ZZ", state),
            ("state=%", state),
            ("state=Active%00", state),
            ("after=", "after must be 20 characters of 0-9 and a-v"),
            ("after=%00", "after must be 20 characters of 0-9 and a-v"),
            ("after=%C3%28", "after must be 20 characters of 0-9 and a-v"),
        ] {
            assert_eq!(server.get(&format!("{path}?{query}")).await.message(400), message, "{query}");
        }
        for (query, field) in [
            ("unknown=1", "unknown"),
            ("Limit=1", "Limit"),
            ("limit%5B%5D=1", "a property"),
            ("%FF=1", "a property"),
            ("=1", "a property"),
        ] {
            let message = server.get(&format!("{path}?{query}")).await.message(400);
            assert!(
                message.starts_with(&format!("{field} is not known; known are limit, after, state")),
                "{message}"
            );
        }
        for query in ["", "limit=1000", "limit=1&state=Active", "&", "limit=5&"] {
            assert_eq!(server.get(&format!("{path}?{query}")).await.expect(200), json!([]), "{query}");
        }
    }
    for (query, message) in [
        ("username=", "username must be 1 to 255 characters long"),
        ("username=a%00b", "username must be printable ASCII without ':' and '@'"),
        ("username=a%FFb", "username must be printable ASCII without ':' and '@'"),
        ("username=a%3Ab", "username must be printable ASCII without ':' and '@'"),
        ("username=%C3%BC", "username must be printable ASCII without ':' and '@'"),
        (
            "limit=0&state=x&username=",
            "limit must be from 1 to 1000; state must be one of Active, Inactive, Suspended, Revoked; username must be 1 to 255 characters long",
        ),
    ] {
        assert_eq!(server.get(&format!("{BASIC}?{query}")).await.message(400), message, "{query}");
    }
    let long = format!("{BASIC}?username={}", "a".repeat(20_000));
    assert_eq!(server.get(&long).await.message(400), "username must be 1 to 255 characters long");
});
