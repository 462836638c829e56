use std::collections::BTreeMap;

use bytes::Bytes;
use http::Request;
use percent_encoding::percent_decode_str;
use transport::json_or_text;

use crate::file::Sent;

/// What a request says, without host and headers.
pub(crate) fn sent(request: &Request<Bytes>) -> Sent {
    let uri = request.uri();
    Sent {
        method: request.method().to_string(),
        path: decoded(uri.path()),
        query: options(uri.query().unwrap_or_default()),
        body: json_or_text(request.body()),
    }
}

/// The options of an encoded query, decoded.
pub(crate) fn options(query: &str) -> BTreeMap<String, String> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let pair = pair.replace('+', " ");
            let (key, value) = pair.split_once('=').unwrap_or((&pair, ""));
            (decoded(key), decoded(value))
        })
        .collect()
}

/// A text without percent encoding.
pub(crate) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
