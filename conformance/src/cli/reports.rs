//! `--report FORMAT=FILE`, and the command that a report shows.

use std::{
    ffi::OsString,
    fs::File,
    io::{self, BufWriter, Write as _},
    path::PathBuf,
    str::FromStr,
};

use clap::ValueEnum;

use super::{Usage, plain};
use crate::{outcome::Outcome, report};

/// A report to write.
#[derive(Debug, Clone)]
pub(super) struct Report {
    format: Format,
    file: PathBuf,
}

/// A form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Junit,
    Markdown,
    Html,
}

impl FromStr for Report {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = text.split_once('=').ok_or("it is FORMAT=FILE, such as html=report.html")?;
        let format = Format::from_str(format, true)
            .map_err(|_| format!("`{format}` is none of text, json, junit, markdown and html"))?;
        let file = PathBuf::from(file);
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        match file.file_name() {
            None => Err("a file is missing after `=`".to_owned()),
            Some(_) if folder.is_some_and(|folder| !folder.is_dir()) => {
                Err(format!("there is no folder for {}", file.display()))
            }
            Some(_) => Ok(Self { format, file }),
        }
    }
}

impl Report {
    /// Opens its file, and makes it where there is none. What is in it stays until the report is written.
    ///
    /// # Errors
    /// When it can't be written; the error names it.
    pub(super) fn open(self) -> Result<Open, Usage> {
        let file = File::options().write(true).create(true).truncate(false).open(&self.file);
        match file {
            Ok(file) => Ok(Open { format: self.format, path: self.file, file }),
            Err(error) => {
                Err(Usage(format!("the report {} can't be written: {}", self.file.display(), plain(&error))))
            }
        }
    }
}

/// A report whose file can be written.
#[derive(Debug)]
pub(super) struct Open {
    format: Format,
    path: PathBuf,
    file: File,
}

impl Open {
    /// Writes it.
    ///
    /// # Errors
    /// When the file can't be written; the error names it.
    pub(super) fn write(self, outcome: &Outcome) -> io::Result<()> {
        let Self { format, path, file } = self;
        let written = || {
            // A pipe or a terminal has no length.
            if file.metadata()?.is_file() {
                file.set_len(0)?;
            }
            let mut out = BufWriter::new(&file);
            match format {
                Format::Text => report::write_text(outcome, &mut out),
                Format::Json => report::write_json(outcome, &mut out),
                Format::Junit => report::write_junit(outcome, &mut out),
                Format::Markdown => report::write_markdown(outcome, &mut out),
                Format::Html => report::write_html(outcome, &mut out),
            }?;
            out.flush()
        };
        let told = |error| format!("the report {} can't be written: {}", path.display(), plain(&error));
        written().map_err(|error| io::Error::other(told(error)))
    }
}

/// Options whose values are secret, with the variables that can stand for them.
const SECRET: [(&str, &str); 6] = [
    ("--admin", "$VOUCHSAFE_ADMIN"),
    ("--token", "$VOUCHSAFE_TOKEN"),
    ("--client-secret", "$VOUCHSAFE_CLIENT_SECRET"),
    ("--other-tenant-token", "$VOUCHSAFE_OTHER_TENANT_TOKEN"),
    ("--unscoped-token", "$VOUCHSAFE_UNSCOPED_TOKEN"),
    ("--expired-token", "$VOUCHSAFE_EXPIRED_TOKEN"),
];

/// The arguments of a command as a POSIX shell takes them, with variables in the place of secrets.
pub(super) fn command(arguments: impl IntoIterator<Item = OsString>) -> String {
    let mut words = vec![env!("CARGO_PKG_NAME").to_owned()];
    let mut arguments = arguments.into_iter().map(|word| word.to_string_lossy().into_owned());
    while let Some(argument) = arguments.next() {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value)),
            _ => (argument.as_str(), None),
        };
        match (SECRET.iter().find(|(option, _)| *option == name), value) {
            (Some((_, variable)), value) => {
                if value.is_none() {
                    let _secret = arguments.next();
                }
                words.push(format!("{name} \"{variable}\""));
            }
            (None, Some(value)) => words.push(format!("{name}={}", quoted(value))),
            (None, None) => words.push(quoted(name)),
        }
    }
    words.join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=,@+%".contains(letter);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_repeated_and_tells_no_secret() {
        let arguments = [
            "run",
            "--target",
            "http://a",
            "--token",
            "t0p",
            "--client-secret=s3c",
            "--expired-token",
            "--odd",
            "--admin",
            "root:p:w",
            "--only",
            "basic*",
            "--skip=x*=it's so",
            "",
        ];
        assert_eq!(
            command(arguments.map(OsString::from)),
            "vouchsafe-conformance run --target http://a --token \"$VOUCHSAFE_TOKEN\" --client-secret \
             \"$VOUCHSAFE_CLIENT_SECRET\" --expired-token \"$VOUCHSAFE_EXPIRED_TOKEN\" --admin \"$VOUCHSAFE_ADMIN\" --only 'basic*' \
             --skip='x*=it'\\''s so' ''"
        );
    }

    #[test]
    fn what_can_not_be_written_is_told_at_once() {
        let wrong = |text: &str| text.parse::<Report>().err().unwrap_or_default();
        for (text, reason) in [
            ("html", "it is FORMAT=FILE"),
            ("pdf=a.pdf", "`pdf` is none of text, json, junit, markdown and html"),
            ("html=", "a file is missing"),
            ("html=/nowhere/at/all.html", "there is no folder for /nowhere/at/all.html"),
        ] {
            assert!(wrong(text).contains(reason), "{text}: {}", wrong(text));
        }
        let report: Result<Report, _> = "HTML=a=b.html".parse();
        assert!(
            report.is_ok_and(|report| report.format == Format::Html && report.file.ends_with("a=b.html"))
        );
    }
}
