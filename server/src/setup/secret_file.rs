//! Files that only their owner may read, written wholly or not at all, and lasting: synced before a call returns.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use data_encoding::HEXLOWER;

/// Writes a file, in the place of one that is there.
pub(crate) fn write_secret(path: &Path, content: &[u8]) -> io::Result<()> {
    let (folder, temporary) = temporary(path, content)?;
    fs::rename(&temporary, path)?;
    fs::File::open(folder)?.sync_all()
}

/// Writes a new file. One that is there is an error, and stays.
pub(crate) fn write_new_secret(path: &Path, content: &[u8]) -> io::Result<()> {
    let (folder, temporary) = temporary(path, content)?;
    let linked = fs::hard_link(&temporary, path);
    fs::remove_file(&temporary)?;
    linked?;
    fs::File::open(folder)?.sync_all()
}

/// Writes a file of a name nobody has beside the one that is meant.
fn temporary(path: &Path, content: &[u8]) -> io::Result<(PathBuf, PathBuf)> {
    // The parent of a mere file name is the empty path, which can't be opened.
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new(".")).to_owned();
    let mut random = [0; 8];
    aws_lc_rs::rand::fill(&mut random).map_err(io::Error::other)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", HEXLOWER.encode(&random)));
    let temporary = folder.join(name);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(&temporary)?;
    file.write_all(content)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    Ok((folder, temporary))
}
