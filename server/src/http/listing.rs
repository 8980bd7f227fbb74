//! Lists on the wire: one page with a link to the next, or the whole list as a stream of pages.

use futures_util::stream;
use vouchsafe_api::{
    generated::schemas::PageLimit,
    runtime::{Interrupted, Items},
};
use vouchsafe_domain::CredentialsId;

use super::error::HttpError;
use crate::service::{Error, Page};

/// How rows of one kind are told apart and written.
pub(super) trait Row: Send + 'static {
    /// The row on the wire.
    type Wire: serde::Serialize + Send + 'static;

    /// Its id.
    fn id(&self) -> &CredentialsId;

    /// Writes it.
    fn to_wire(&self) -> Result<Self::Wire, HttpError>;
}

/// A page with its link, if a limit was given, else the whole list. `read` reads the page after an id, and `link`
/// writes the link to the page after one.
pub(super) async fn answer<R, F, Fut>(
    limit: Option<PageLimit>,
    after: Option<CredentialsId>,
    link: impl FnOnce(&str, &CredentialsId) -> String,
    read: F,
) -> Result<(Items<R::Wire>, Option<String>), HttpError>
where
    R: Row,
    F: Fn(Option<CredentialsId>, Option<u64>) -> Fut + Send + 'static,
    Fut: Future<Output = Result<Page<R>, Error>> + Send + 'static,
{
    let limit = limit.map(|limit| u64::from(limit.get().unsigned_abs()));
    let page = read(after, limit).await?;
    let items = page.rows.iter().map(Row::to_wire).collect::<Result<Vec<_>, _>>()?;
    match (last(&page), limit) {
        (None, _) => Ok((Items::from(items), None)),
        (Some(last), Some(limit)) => Ok((Items::from(items), Some(link(&limit.to_string(), &last)))),
        (Some(last), None) => Ok((Items::paged(items, rest(read, last)), None)),
    }
}

/// The last row's id, if more follow.
fn last<R: Row>(page: &Page<R>) -> Option<CredentialsId> {
    page.rows.last().filter(|_| page.more).map(|row| row.id().clone())
}

/// The pages after the first, each read when the one before has been sent.
fn rest<R, F, Fut>(
    read: F,
    last_id: CredentialsId,
) -> impl futures_util::Stream<Item = Result<Vec<R::Wire>, Interrupted>> + Send
where
    R: Row,
    F: Fn(Option<CredentialsId>, Option<u64>) -> Fut + Send + 'static,
    Fut: Future<Output = Result<Page<R>, Error>> + Send + 'static,
{
    stream::unfold((read, Some(last_id)), async |(read, after)| {
        let page = match read(Some(after?), None).await {
            Ok(page) => page,
            Err(error) => {
                // A list that breaks off has no status left to say so; the log has.
                tracing::error!(?error, "a list broke off");
                return Some((Err(Interrupted), (read, None)));
            }
        };
        let items = page.rows.iter().map(Row::to_wire).collect::<Result<Vec<_>, _>>();
        let next = last(&page);
        let items = items.map_err(|error| {
            tracing::error!(?error, "a list broke off");
            Interrupted
        });
        Some((items, (read, next)))
    })
}

/// `</api/v1/...?limit=2&after=...>; rel="next"` (RFC 8288).
pub(super) fn next_link(path: &str, parameters: &[(&str, Option<&str>)]) -> String {
    let given: Vec<_> = parameters.iter().filter_map(|(name, value)| Some((name, (*value)?))).collect();
    let query = serde_urlencoded::to_string(given).unwrap_or_default();
    format!(r#"<{path}?{query}>; rel="next""#)
}
