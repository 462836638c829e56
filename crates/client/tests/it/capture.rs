//! A server that keeps what it is sent.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use client::Client;
use http::{Request, Response, StatusCode};
use model::Version;
use serde_json::Value;
use transport::from_fn;

#[derive(Clone, Default)]
pub(crate) struct Sent(Arc<Mutex<Vec<Request<Bytes>>>>);

impl Sent {
    pub(crate) fn take(&self) -> Vec<Request<Bytes>> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// A client whose requests are answered in turn, the last answer again and again.
pub(crate) fn client(version: Version, answers: Vec<(u16, Value)>) -> (Client, Sent) {
    let sent = Sent::default();
    let seen = sent.clone();
    let answers = Mutex::new(answers);
    let server = from_fn(move |request| {
        seen.0.lock().unwrap().push(request);
        let mut answers = answers.lock().unwrap();
        let (status, body) = match answers.len() {
            1 => answers[0].clone(),
            _ => answers.remove(0),
        };
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let mut response = Response::new(Bytes::from(text));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        Ok(response)
    });
    (Client::new(Arc::new(server), version), sent)
}
