use std::collections::BTreeMap;

use bytes::Bytes;
use http::Request;
use percent_encoding::percent_decode_str;
use transport::json_or_text;

use crate::file::Sent;

/// What a request says, without host and headers.
pub(crate) fn sent(request: &Request<Bytes>) -> Sent {
    let uri = request.uri();
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let query = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let query: BTreeMap<String, String> = query
        .map(|pair| {
            let pair = pair.replace('+', " ");
            let (key, value) = pair.split_once('=').unwrap_or((&pair, ""));
            (decode(key), decode(value))
        })
        .collect();
    let method = request.method().to_string();
    Sent { method, path: decode(uri.path()), query, body: json_or_text(request.body()) }
}
