//! Writes `sdk/src/generated`.

use super::File;
use crate::ir::Api;

/// Every file of the SDK's API.
pub(crate) fn emit(_api: &Api) -> Vec<File> {
    Vec::new()
}
