//! The exchanges of a case that has ended, kept packed. A run has thousands of them, and a target that answers
//! everything with long pages of errors must not take the memory for all of those.

use std::{
    fmt,
    io::{BufRead as _, BufReader, Write as _},
};

use flate2::{Compression, bufread::DeflateDecoder, write::DeflateEncoder};
use serde::{Deserialize as _, Serialize, Serializer};

use super::Exchange;

/// Exchanges in order. They are read anew each time that one is asked for.
#[derive(Clone, Default)]
pub struct Exchanges {
    count: usize,
    /// Each as JSON on a line of its own, in the format of RFC 1951.
    packed: Box<[u8]>,
}

impl Exchanges {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Exchange> {
        let lines = BufReader::new(DeflateDecoder::new(&*self.packed)).lines();
        // What was written here can be read.
        lines.take(self.count).map_while(|line| read(&line.ok()?))
    }

    /// The one at this index.
    pub fn get(&self, index: usize) -> Option<Exchange> {
        self.iter().nth(index)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

fn read(line: &str) -> Option<Exchange> {
    let mut deserializer = serde_json::Deserializer::from_str(line);
    // A body may be as deep as an answer may be at most, and here it is some levels deeper.
    deserializer.disable_recursion_limit();
    Exchange::deserialize(&mut deserializer).ok()
}

impl FromIterator<Exchange> for Exchanges {
    fn from_iter<I: IntoIterator<Item = Exchange>>(exchanges: I) -> Self {
        let (mut count, mut packer) = (0, DeflateEncoder::new(Vec::new(), Compression::fast()));
        for exchange in exchanges {
            // Its keys are strings and its values plain: nothing that JSON can't say. Writing to memory does not fail.
            let line = serde_json::to_string(&exchange).unwrap_or_default();
            let _written = writeln!(packer, "{line}");
            count += 1;
        }
        Self { count, packed: packer.finish().unwrap_or_default().into_boxed_slice() }
    }
}

impl Serialize for Exchanges {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl fmt::Debug for Exchanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
    use crate::exchange::{Answer, Authorization, Body, Request, Role};

    fn exchange(role: Role, authorization: Authorization, sent: Option<Value>, body: Body) -> Exchange {
        let request = Request {
            method: "POST".to_owned(),
            url: "http://target/a?b=c".to_owned(),
            path: "/a?b=c".to_owned(),
            authorization,
            content_type: sent.as_ref().map(|_| "application/json".to_owned()),
            text: sent.is_none().then(|| "{\"a\r\n\u{2028}".to_owned()),
            body: sent.clone(),
        };
        let headers = vec![("a".to_owned(), "é \"1\"".to_owned()), ("a".to_owned(), String::new())];
        Exchange {
            role,
            operation: "create".to_owned(),
            request,
            answer: Answer { status: 201, headers, body },
            focus: sent,
            duration: Duration::from_nanos(1_234_567_891),
        }
    }

    #[test]
    fn every_exchange_comes_back_as_it_was() {
        let deep = (0..126).fold(json!(1.5), |inner, _| json!([inner]));
        let text = "a\nb\r\n\u{85}\u{2028}\u{0}".to_owned();
        let all = vec![
            exchange(Role::Prepare, Authorization::None, None, Body::Empty),
            exchange(Role::Request, Authorization::Token, Some(Value::Null), Body::Json(Value::Null)),
            exchange(
                Role::Observe,
                Authorization::Password,
                Some(json!({"b": 1, "a": u64::MAX})),
                Body::Text(text),
            ),
            exchange(Role::Cleanup, Authorization::Session, Some(deep.clone()), Body::Json(deep)),
            exchange(
                Role::Request,
                Authorization::Header("Basic x".to_owned()),
                Some(json!([])),
                Body::Text(String::new()),
            ),
        ];
        let kept: Exchanges = all.iter().cloned().collect();
        assert_eq!(kept.iter().collect::<Vec<_>>(), all);
        for (index, exchange) in all.iter().enumerate() {
            assert_eq!(kept.get(index).as_ref(), Some(exchange));
        }
        assert_eq!((kept.len(), kept.is_empty(), kept.get(all.len())), (all.len(), false, None));
        assert_eq!(serde_json::to_string(&kept).unwrap(), serde_json::to_string(&all).unwrap());
        assert_eq!(format!("{kept:?}"), format!("{all:?}"));
        let none = Exchanges::default();
        assert_eq!((none.len(), none.is_empty(), none.iter().count()), (0, true, 0));
    }
}
