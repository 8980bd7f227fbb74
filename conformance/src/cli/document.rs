//! The command that prints the document, or a part of it.

use std::io::{self, Write as _};

use clap::Args;

use super::{Stopped, Usage};

#[derive(Debug, Args)]
pub(super) struct Document {
    /// Print only what is there: a JSON pointer as other commands print it, with or without `#`
    #[arg(value_name = "POINTER")]
    pointer: Option<String>,
}

impl Document {
    pub(super) fn execute(self) -> Result<bool, Stopped> {
        let pointer = self.pointer.unwrap_or_default();
        let pointer = pointer.strip_prefix('#').unwrap_or(&pointer);
        let Some(part) = vouchsafe_api_spec::document().pointer(pointer) else {
            return Err(Usage(format!(
                "the document has nothing at `{pointer}`. A JSON pointer starts with `/`, and in a name `~1` stands for `/` \
                 and `~0` for `~`, such as in /paths/~1api~1authentication"
            ))
            .into());
        };
        let mut out = io::BufWriter::new(io::stdout());
        serde_json::to_writer_pretty(&mut out, part).map_err(io::Error::from)?;
        writeln!(out)?;
        out.flush()?;
        Ok(true)
    }
}
