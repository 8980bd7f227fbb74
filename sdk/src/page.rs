//! Lists that come in pages.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt, TryStreamExt};
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use url::{Url, form_urlencoded};

use crate::{call::Call, client::Client, error::Error};

/// Items of a page where the caller does not say: the most that the API's document allows.
const PAGE_SIZE: i32 = 1000;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items, in ascending order of their ids.
    pub items: Vec<T>,
    /// What to ask for with `after` to get the next page. `None` on the last page.
    pub next: Option<String>,
}

/// A whole list, fetched page by page as it is read. It is a [`Stream`]; [`try_next`](Self::try_next) and
/// [`try_collect`](Self::try_collect) read it without a stream library.
///
/// It ends after the first error.
#[must_use = "nothing is fetched until it is read"]
pub struct Paged<T>(BoxStream<'static, Result<T, Error>>);

/// The query of a list operation that comes in pages.
pub(crate) trait Query: Clone + Send + Sync + 'static {
    type Item: DeserializeOwned + Send + 'static;
    fn call(&self, client: &Client) -> Call;
    fn limit(&mut self) -> &mut Option<i32>;
    fn after(&self) -> Option<&str>;
    fn set_after(&mut self, after: String);
}

/// Fetches one page.
pub(crate) async fn fetch<Q: Query>(client: &Client, query: &Q) -> Result<Page<Q::Item>, Error> {
    let answer = client.send(query.call(client)).await?;
    let next = next(&answer.headers);
    if next.is_some() && next.as_deref() == query.after() {
        return Err(answer.unreadable("the link to the next page leads to this one"));
    }
    Ok(Page { items: answer.json()?, next })
}

impl<T: Send + 'static> Paged<T> {
    pub(crate) fn new<Q: Query<Item = T>>(client: Client, mut query: Q) -> Self {
        query.limit().get_or_insert(PAGE_SIZE);
        let pages = stream::try_unfold(Some(query), move |query| {
            let client = client.clone();
            async move {
                let Some(mut query) = query else { return Ok(None) };
                let page = fetch(&client, &query).await?;
                let following = page.next.map(|after| {
                    query.set_after(after);
                    query
                });
                Ok(Some((stream::iter(page.items.into_iter().map(Ok)), following)))
            }
        });
        Self(pages.try_flatten().boxed())
    }

    /// The next item, or `None` after the last.
    ///
    /// ```no_run
    /// # async fn example(client: &vouchsafe_sdk::Client) -> Result<(), vouchsafe_sdk::Error> {
    /// let mut all = client.basic_credentials().list();
    /// while let Some(credentials) = all.try_next().await? {
    ///     println!("{} {}", credentials.id, credentials.username);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As the operation that lists one page.
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        self.0.try_next().await
    }

    /// All items that are left.
    ///
    /// ```no_run
    /// # async fn example(client: &vouchsafe_sdk::Client) -> Result<(), vouchsafe_sdk::Error> {
    /// let all = client.basic_credentials().list().try_collect().await?;
    /// println!("{} credentials", all.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As the operation that lists one page.
    pub async fn try_collect(self) -> Result<Vec<T>, Error> {
        self.0.try_collect().await
    }
}

impl<T> Stream for Paged<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl<T> std::fmt::Debug for Paged<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Paged").finish_non_exhaustive()
    }
}

/// The `after` of the link to the next page. Only that is taken from the link: a server must not be able to send the
/// caller's token elsewhere.
fn next(headers: &HeaderMap) -> Option<String> {
    headers.get_all(header::LINK).iter().filter_map(|value| value.to_str().ok()).find_map(next_in_link)
}

/// Reads a `Link` field (RFC 8288 3): `<URI>; rel="next"; ...`, several separated by commas.
fn next_in_link(field: &str) -> Option<String> {
    let mut rest = field;
    while let Some((_, link)) = rest.split_once('<') {
        let (target, parameters) = link.split_once('>')?;
        // A parameter can't have `<` in it unless quoted, which no `rel` of ours is next to.
        let own = parameters.split_once('<').map_or(parameters, |(own, _)| own);
        if own.split([';', ',']).any(is_rel_next) {
            return after(target);
        }
        rest = parameters;
    }
    None
}

fn is_rel_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    name.trim().eq_ignore_ascii_case("rel")
        && value.trim().trim_matches('"').split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case("next"))
}

fn after(target: &str) -> Option<String> {
    let query = match Url::parse(target) {
        Ok(url) => url.query()?.to_owned(),
        Err(_) => target.split_once('?')?.1.to_owned(),
    };
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "after")
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_in_links() {
        let cases: [(&str, Option<&str>); 11] = [
            (r#"</api/v1/basic-credentials?limit=2&after=br7si>; rel="next""#, Some("br7si")),
            (r#"<https://other.example/x?after=a%2Bb>; rel=next"#, Some("a+b")),
            (r#"<?after=b>;title="x"; REL="prev NEXT""#, Some("b")),
            (r#"</x?after=first>; rel="first", </x?after=two>; rel="next""#, Some("two")),
            (r#"</x?after=two>; rel="next", </x?after=z>; rel="last""#, Some("two")),
            (r#"</x?after=one>; rel="prev""#, None),
            (r#"</x?after=one>"#, None),
            (r#"</x>; rel="next""#, None),
            (r#"</x?after=one; rel="next""#, None),
            ("next", None),
            ("", None),
        ];
        for (link, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::LINK, link.parse().unwrap());
            assert_eq!(next(&headers).as_deref(), expected, "{link}");
        }
    }
}
