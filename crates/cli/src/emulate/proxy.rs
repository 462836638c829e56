//! A forwarder for clients whose addresses are fixed: told of it as `HTTPS_PROXY`, they reach the
//! emulator under Microsoft's names. It goes to the emulator and nowhere else.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// The longest head of a request to a proxy that is read.
const LONGEST: usize = 8 * 1024;

/// Serves until it is dropped. `names` are those of Microsoft's that lead to the emulator.
pub(super) async fn forward(
    listener: TcpListener,
    emulator: SocketAddr,
    names: Arc<[&'static str]>,
) {
    loop {
        // A connection that broke off before it was taken is nobody's loss.
        if let Ok((client, _)) = listener.accept().await {
            let names = names.clone();
            tokio::spawn(async move { drop(one(client, emulator, &names).await) });
        }
    }
}

async fn one(mut client: TcpStream, emulator: SocketAddr, names: &[&str]) -> std::io::Result<()> {
    let head = head(&mut client).await?;
    let refusal = match asked(&head) {
        Some(host) if names.contains(&host) => {
            let mut server = TcpStream::connect(emulator).await?;
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
            copy_bidirectional(&mut client, &mut server).await?;
            return Ok(());
        }
        Some(_) => "403 Forbidden",
        None => "405 Method Not Allowed",
    };
    let names = names.join(", ");
    let words = format!("this proxy answers CONNECT to port 443 of {names}, and nothing else\n");
    let length = words.len();
    let answer = format!(
        "HTTP/1.1 {refusal}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{words}"
    );
    client.write_all(answer.as_bytes()).await
}

/// The head of a request, as far as it comes. Nothing may be read of what follows it: that is the
/// emulator's.
async fn head(client: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < LONGEST {
        head.push(client.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// The host of a CONNECT; `None` for other requests.
fn asked(head: &str) -> Option<&str> {
    let mut words = head.lines().next()?.split(' ');
    let target = words.next().filter(|method| *method == "CONNECT").and(words.next())?;
    // Another port is another service.
    Some(target.strip_suffix(":443").unwrap_or_default())
}
