//! The header of the PROXY protocol, versions 1 and 2, with which a proxy in front of TLS names the client (S134).

use std::io;
use std::net::SocketAddr;

use ppp::{v1, v2};
use tokio::io::{AsyncRead, AsyncReadExt};

/// How version 1 begins.
const TEXT: &[u8] = b"PROXY ";
/// Maximum length of a header of version 1, in bytes.
const MAX_TEXT: usize = 107;
/// The first bytes that tell the versions apart; no header is shorter.
const BEGINNING: usize = 12;
/// The part of version 2 that says how long the rest is, in bytes.
const FIXED: usize = 16;
/// Maximum length of the rest, in bytes: addresses and what proxies add to them.
const MAX_REST: usize = 2048;

/// Who sends what follows the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The client that the proxy names.
    Client(SocketAddr),
    /// Somebody whom the proxy does not name: what follows is not the proxy's own, so nobody may be trusted for it.
    Unnamed,
    /// The proxy itself, as when it checks whether the server is there.
    Proxy,
}

impl From<Option<SocketAddr>> for Sender {
    fn from(client: Option<SocketAddr>) -> Self {
        client.map_or(Self::Unnamed, Self::Client)
    }
}

/// Whether bytes begin as a header does, of either version.
pub fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(TEXT) || bytes.len() >= TEXT.len() && v2::PROTOCOL_PREFIX.starts_with(bytes)
}

/// Reads the header and nothing beyond it. `InvalidData` if there is none or a wrong one, `UnexpectedEof` if it ends
/// early.
pub async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Sender> {
    let mut header = vec![0; BEGINNING];
    stream.read_exact(&mut header).await?;
    if header == v2::PROTOCOL_PREFIX {
        read_binary(stream, header).await
    } else if header.starts_with(TEXT) {
        read_text(stream, header).await
    } else {
        Err(invalid("it does not begin with a PROXY header"))
    }
}

async fn read_text(stream: &mut (impl AsyncRead + Unpin), mut header: Vec<u8>) -> io::Result<Sender> {
    // What follows belongs to the client.
    while !header.ends_with(b"\r\n") {
        if header.len() >= MAX_TEXT {
            return Err(invalid("its PROXY header is longer than 107 bytes"));
        }
        header.push(stream.read_u8().await?);
    }
    let parsed = v1::Header::try_from(&*header).map_err(|fault| invalid(&fault.to_string()))?;
    let client = match parsed.addresses {
        v1::Addresses::Tcp4(from) => Some((from.source_address, from.source_port).into()),
        v1::Addresses::Tcp6(from) => Some((from.source_address, from.source_port).into()),
        v1::Addresses::Unknown => None,
    };
    Ok(client.into())
}

async fn read_binary(stream: &mut (impl AsyncRead + Unpin), mut header: Vec<u8>) -> io::Result<Sender> {
    header.resize(FIXED, 0);
    stream.read_exact(header.get_mut(BEGINNING..).unwrap_or_default()).await?;
    let length = header.last_chunk().map_or(0, |bytes| usize::from(u16::from_be_bytes(*bytes)));
    if length > MAX_REST {
        return Err(invalid("its PROXY header is longer than 2 KiB"));
    }
    header.resize(FIXED + length, 0);
    stream.read_exact(header.get_mut(FIXED..).unwrap_or_default()).await?;
    let parsed = v2::Header::try_from(&*header).map_err(|fault| invalid(&fault.to_string()))?;
    if parsed.command == v2::Command::Local {
        return Ok(Sender::Proxy);
    }
    let client = match parsed.addresses {
        v2::Addresses::IPv4(from) => Some((from.source_address, from.source_port).into()),
        v2::Addresses::IPv6(from) => Some((from.source_address, from.source_port).into()),
        v2::Addresses::Unspecified | v2::Addresses::Unix(_) => None,
    };
    Ok(client.into())
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of these bytes, and how much of them is left.
    async fn reading(mut bytes: &[u8]) -> (io::Result<Sender>, usize) {
        (read(&mut bytes).await, bytes.len())
    }

    fn of(address: &str) -> SocketAddr {
        address.parse().unwrap()
    }

    fn binary(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
        [v2::PROTOCOL_PREFIX, &[0x20 | command, family], &length, rest].concat()
    }

    #[actix_web::test]
    async fn s134_both_versions_name_the_client_and_leave_what_follows() {
        let of_4 = [203, 0, 113, 7, 10, 0, 0, 1, 0x30, 0x39, 1, 0xbb];
        let of_6 = [&[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7][..], &[0; 16], &[0x30, 0x39, 1, 0xbb]];
        let with_more = [&of_4[..], &[1, 0, 2, b'h', b'2']].concat();
        let unix = [0; 216];
        let (named_4, named_6) = (Sender::Client(of("203.0.113.7:12345")), Sender::Client(of("[2001:db8::7]:12345")));
        for (header, sender) in [
            (b"PROXY TCP4 203.0.113.7 10.0.0.1 12345 443\r\n".to_vec(), named_4),
            (b"PROXY TCP6 2001:db8::7 ::1 12345 443\r\n".to_vec(), named_6),
            (b"PROXY UNKNOWN\r\n".to_vec(), Sender::Unnamed),
            (b"PROXY UNKNOWN ffff:f...f:ffff 65535 65535\r\n".to_vec(), Sender::Unnamed),
            (binary(1, 0x11, &of_4), named_4),
            (binary(1, 0x11, &with_more), named_4),
            (binary(1, 0x21, &of_6.concat()), named_6),
            (binary(1, 0x00, &[]), Sender::Unnamed),
            (binary(1, 0x31, &unix), Sender::Unnamed),
            (binary(0, 0x00, &[]), Sender::Proxy),
            (binary(0, 0x11, &of_4), Sender::Proxy),
        ] {
            let (read, left) = reading(&[header.as_slice(), b"GET / HTTP/1.1\r\n"].concat()).await;
            assert_eq!(read.unwrap(), sender, "{header:?}");
            assert_eq!(left, 16, "{header:?}");
        }
    }

    #[actix_web::test]
    async fn s134_what_is_no_header_is_refused() {
        let too_long = [b"PROXY TCP4 ".as_slice(), &[b'1'; 200]].concat();
        let wrong_version = [v2::PROTOCOL_PREFIX, &[0x31, 0x11, 0, 0]].concat();
        for bytes in [
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
            b"PROXY TCP4 203.0.113.777 10.0.0.1 1 2\r\n".to_vec(),
            b"PROXY TCP4 203.0.113.7\r\n".to_vec(),
            b"PROXY TCP9 203.0.113.7 10.0.0.1 1 2\r\n".to_vec(),
            b"PROXY TCP4 203.0.113.7 10.0.0.1 1 99999\r\n".to_vec(),
            b"proxy TCP4 203.0.113.7 10.0.0.1 1 2\r\n".to_vec(),
            b"PROXY TCP4 203.0.113.7".to_vec(),
            too_long,
            wrong_version,
            binary(5, 0x11, &[0; 12]),
            binary(1, 0x11, &[0; 3]),
            binary(1, 0x11, &[0; 4096]),
            binary(1, 0x11, &[0; 12])[..20].to_vec(),
        ] {
            assert!(reading(&bytes).await.0.is_err(), "{bytes:?}");
        }
    }
}
