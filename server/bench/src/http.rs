//! HTTP/1.1 over one kept connection, with as little work as it takes: the callers share the cores with the server,
//! so what they cost is missing from what is measured.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::Context;

/// A kept connection.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self {
            stream: BufReader::with_capacity(64 * 1024, stream),
            line: String::new(),
            body: Vec::new(),
        })
    }

    /// Sends a request and reads its answer whole.
    pub(crate) fn call(&mut self, request: &[u8]) -> anyhow::Result<u16> {
        self.stream.get_mut().write_all(request)?;
        self.body.clear();
        let status = self.next_line()?.split(' ').nth(1).context("no status line")?.parse()?;
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.next_line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').context("a header without a colon")?;
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            }
            chunked |= name.eq_ignore_ascii_case("transfer-encoding");
        }
        if !chunked {
            self.read(length)?;
        }
        while chunked {
            let size = usize::from_str_radix(self.next_line()?, 16).context("the size of a chunk")?;
            self.read(size)?;
            self.next_line()?;
            chunked = size > 0;
        }
        Ok(status)
    }

    /// The last answer's body.
    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    fn next_line(&mut self) -> anyhow::Result<&str> {
        self.line.clear();
        let read = self.stream.read_line(&mut self.line)?;
        anyhow::ensure!(read > 0, "the server closed the connection");
        Ok(self.line.trim_end())
    }

    fn read(&mut self, length: usize) -> anyhow::Result<()> {
        let start = self.body.len();
        self.body.resize(start + length, 0);
        Ok(self.stream.read_exact(&mut self.body[start..])?)
    }
}

/// A request with an access token.
pub(crate) fn request(method: &str, path: &str, token: &str, body: &str) -> Vec<u8> {
    let content = match body.is_empty() {
        true => String::new(),
        false => format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()),
    };
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{content}\r\n{body}"
    )
    .into_bytes()
}

/// A request for an access token.
pub(crate) fn token_request(id: &str, secret: &str) -> Vec<u8> {
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    format!(
        "POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
    .into_bytes()
}
