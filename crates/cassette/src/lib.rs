//! Record and replay as two more transports; a cassette is a file that reads well in a pull
//! request.
//!
//! ```
//! use bytes::Bytes;
//! use cassette::{Cassette, Player, Provenance, Recorder};
//! use transport::{Transport, from_fn};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let server = from_fn(|_| Ok(http::Response::new(Bytes::from(r#"{"value":[]}"#))));
//! let request = || http::Request::get("https://graph.microsoft.com/v1.0/groups?$top=5").body(Bytes::new()).unwrap();
//!
//! let recorder = Recorder::new("example", Provenance::default());
//! recorder.transport("administrator", server).exchange(request()).await.unwrap();
//! let cassette = recorder.finish();
//!
//! let player = Player::new(cassette, "example.json", "record it again");
//! let replay = player.transport("administrator");
//! assert_eq!(replay.exchange(request()).await.unwrap().status(), 200);
//! assert!(player.finish().is_ok());
//! # });
//! ```
//!
//! Replay is strict: order, identity, method, path, parsed query and JSON body must match, and what
//! was not asked for fails at the end. Only a maximal run of identical `GET`s without a write in
//! between is loose: it is kept as the list of answers that followed each other, each poll takes the
//! next, the last repeats.
//!
//! Invariants, said as absences: no Graph nouns, no waiting, no network; credentials are set
//! below the recorder, so no token can reach a cassette.

mod file;
pub mod har;
mod play;
mod query;
mod record;

pub use file::{Answer, Answerer, Cassette, CassetteError, Exchange, Provenance, Sent};
pub use play::{Player, Replay, Unread};
pub use record::{Record, Recorder};
