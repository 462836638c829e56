//! What a single line of a document is.

pub(super) const METHODS: [&str; 6] = ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"];

/// Reasons behind a status, as tools and texts show them.
const REASONS: [&str; 5] = ["OK", "Created", "Accepted", "No Content", "No content"];

/// Lines that stand above a block and are no heading of their own: what the block is, in which
/// language, and the words of a page's buttons.
const LABELS: [&str; 22] = [
    "note",
    "important",
    "tip",
    "warning",
    "caution",
    "example",
    "http",
    "https",
    "json",
    "c#",
    "cli",
    "go",
    "java",
    "javascript",
    "msgraph",
    "php",
    "powershell",
    "python",
    "typescript",
    "copy",
    "try it",
    "console",
];

/// A request in a line: its method and address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Request<'a> {
    pub(super) method: &'a str,
    /// Without scheme: the host, which may be empty, and the path behind it.
    pub(super) host: &'a str,
    pub(super) path: &'a str,
}

/// `POST https://graph.microsoft.com/beta/users`, in a list or not, marked as code or not. An
/// address without host and version is a template of the syntax and no request.
pub(super) fn request(line: &str) -> Option<Request<'_>> {
    let bare = bare(line);
    parse_request(bare).or_else(|| {
        // Code within a sentence that is a request as a whole.
        let mut codes = line.split('`').skip(1).step_by(2);
        codes.find_map(parse_request)
    })
}

fn parse_request(text: &str) -> Option<Request<'_>> {
    let text = text.trim();
    let (method, address) = text.split_once(char::is_whitespace)?;
    let method = method.trim_matches(['*', '`']);
    let address = address.trim().trim_matches(['*', '`']);
    let address = match address.rsplit_once(" HTTP/") {
        Some((address, _)) => address.trim(),
        None => address,
    };
    if !METHODS.contains(&method) {
        return None;
    }
    let with_scheme = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    let (host, path) = match with_scheme {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None if address.starts_with("graph.microsoft.") || address.starts_with("{{") => {
            address.split_at(address.find('/')?)
        }
        None => ("", address),
    };
    let versioned = ["/v1.0/", "/beta/"].iter().any(|start| path.starts_with(start));
    let path = if path.is_empty() { "/" } else { path };
    (with_scheme.is_some() || versioned).then_some(Request { method, host, path })
}

/// Without the marks of a list, a quotation, emphasis.
fn bare(line: &str) -> &str {
    let line = line.trim().trim_start_matches(['-', '*', '•', '>', '+', ' ', '`']);
    let number = line
        .find(['.', ')'])
        .filter(|at| *at > 0 && *at <= 3 && line[..*at].chars().all(|c| c.is_ascii_digit()));
    let line = number.map_or(line, |at| &line[at + 1..]);
    line.trim_matches(['`', ' ', '*'])
}

/// The next part of an address that goes on in another line.
pub(super) fn continues(line: &str) -> Option<&str> {
    let line = line.trim();
    (line.starts_with('?') || (line.starts_with('&') && line.contains('='))).then_some(line)
}

/// `HTTP/1.1 201 Created`
pub(super) fn status(line: &str) -> Option<u16> {
    let rest = line.strip_prefix("HTTP/")?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

/// A status as a tool or a text shows it: `No Content - 204 - 594ms`, `204 No Content`,
/// `Status: 201 Created`.
pub(super) fn told_status(line: &str) -> Option<u16> {
    let words: Vec<&str> = line.split(" - ").map(str::trim).collect();
    let valid = |status: &u16| (100..600).contains(status);
    let parted = words.iter().find_map(|word| word.parse::<u16>().ok()).filter(valid);
    if words.len() > 1 && parted.is_some() {
        return parted;
    }
    reasoned_status(line).filter(|_| line.split_whitespace().count() <= 5)
}

/// `201 Created`, anywhere in a text.
pub(super) fn reasoned_status(text: &str) -> Option<u16> {
    REASONS.iter().find_map(|reason| {
        let before = text[..text.find(reason)?].trim_end_matches([' ', ',', '-']);
        let number = before.rsplit(|c: char| !c.is_ascii_digit()).next()?;
        number.parse().ok().filter(|status| number.len() == 3 && (100..600).contains(status))
    })
}

/// Whether JSON begins here: a bracket alone, or with something of JSON behind it.
pub(super) fn begins_json(line: &str) -> bool {
    let (Some(first), rest) = (line.chars().next(), line.get(1..).unwrap_or_default().trim_start())
    else {
        return false;
    };
    match first {
        '{' => rest.is_empty() || rest.starts_with(['"', '}', '.', '…', '/']),
        '[' => rest.is_empty() || rest.starts_with(['{', '"', '[']) || rest == "]",
        _ => false,
    }
}

/// Whether headers may stand here: `Name: value`.
pub(super) fn is_header(line: &str) -> bool {
    let name = line.split_once(": ").map_or("", |(name, _)| name);
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// The heading at a line: marked with `#`, or a short line of its own that ends without a stop.
pub(super) fn heading<'a>(lines: &[&'a str], at: usize) -> Option<&'a str> {
    let line = lines[at].trim();
    if let Some(marked) = line.strip_prefix('#') {
        let heading = marked.trim_start_matches('#').trim();
        // `# [C#](#tab/csharp)` is a tab of a block, no section.
        return (!heading.is_empty() && !heading.contains("](#tab/")).then_some(heading);
    }
    let alone = |index: Option<usize>| {
        index.and_then(|index| lines.get(index)).is_none_or(|line| line.trim().is_empty())
    };
    let bare = line.trim_end_matches(':').to_ascii_lowercase();
    if matches!(bare.as_str(), "request" | "response") {
        return Some(line);
    }
    let begins = line.chars().next().is_some_and(char::is_uppercase);
    let plain = !line.ends_with(['.', ':', ';', ',', '!', '?']) && !line.contains(['|', '{', '<']);
    let short = (3..=200).contains(&line.chars().count());
    let words = !METHODS.contains(&line.split_whitespace().next().unwrap_or_default());
    let heads =
        begins && plain && short && words && alone(at.checked_sub(1)) && alone(Some(at + 1));
    (heads && !LABELS.contains(&bare.as_str())).then_some(line)
}
