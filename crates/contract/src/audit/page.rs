use super::body::Body;

/// A document as it is read: what is asked and answered in it, and what is said around.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page {
    pub(crate) exchanges: Vec<Published>,
    pub(crate) prose: Vec<Prose>,
}

/// A line of text.
#[derive(Debug, Clone)]
pub(crate) struct Prose {
    pub(crate) line: usize,
    /// Without marks of emphasis.
    pub(crate) text: String,
    /// The heading that it stands under.
    pub(crate) step: String,
    /// The section that it stands in, counted from 0.
    pub(crate) section: usize,
}

/// A request as it is published, with its answer where one is shown.
#[derive(Debug, Clone)]
pub(crate) struct Published {
    /// The heading that it stands under.
    pub(crate) step: String,
    /// The section, counted from 0.
    pub(crate) section: usize,
    pub(crate) line: usize,
    pub(crate) method: String,
    /// `v1.0`, `beta`, or whatever stands there.
    pub(crate) version: String,
    /// The path with its version, decoded.
    pub(crate) path: String,
    /// The query, decoded.
    pub(crate) query: String,
    pub(crate) request: Option<Body>,
    pub(crate) answer: Answer,
}

/// What comes back, as far as it is shown.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    /// Whether anything is shown or said of it.
    pub(crate) shown: bool,
    pub(crate) line: usize,
    pub(crate) status: Option<u16>,
    pub(crate) body: Option<Body>,
}

const METHODS: [&str; 6] = ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"];

/// Lines that introduce and are no heading of their own.
const INTRODUCTIONS: [&str; 8] =
    ["request", "response", "note", "important", "tip", "warning", "caution", "example"];

impl Page {
    /// Reads Markdown with blocks of HTTP, or the text of a page as a browser shows it: the two
    /// differ in fences and marks of headings only.
    pub(crate) fn parse(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let mut reader =
            Reader { page: Self::default(), step: String::new(), section: 0, answering: false };
        let mut at = 0;
        while at < lines.len() {
            at = reader.read(&lines, at);
        }
        reader.page
    }
}

struct Reader {
    page: Page,
    step: String,
    section: usize,
    /// Whether what comes next is an answer.
    answering: bool,
}

impl Reader {
    /// Reads what stands at line `at`; gives the line behind it.
    fn read(&mut self, lines: &[&str], at: usize) -> usize {
        let trimmed = lines[at].trim();
        if let Some((method, address)) = request_line(trimmed) {
            self.answering = false;
            let published = self.published(method, address, at + 1);
            self.page.exchanges.push(published);
            return behind_headers(lines, at + 1);
        }
        if let Some(status) = status_line(trimmed) {
            self.answering = true;
            if let Some(answer) = self.answer(at + 1) {
                answer.status = Some(status);
            }
            return behind_headers(lines, at + 1);
        }
        if trimmed.starts_with('{') || (trimmed.starts_with('[') && !trimmed.contains("](")) {
            return self.body(lines, at);
        }
        if let Some(heading) = heading(lines, at) {
            match heading.trim_end_matches(':').to_ascii_lowercase().as_str() {
                "request" => self.answering = false,
                "response" => self.answering = true,
                _ => {
                    heading.clone_into(&mut self.step);
                    self.section += 1;
                    self.answering = false;
                }
            }
        } else if trimmed.contains("\"blockType\"") {
            // The source of documents says in a comment what a block is.
            self.answering = trimmed.contains("\"response\"");
        } else if self.answering
            && let Some(status) = bare_status(trimmed)
        {
            if let Some(answer) = self.answer(at + 1) {
                answer.status = Some(status);
            }
        } else if !trimmed.is_empty() && !trimmed.starts_with("```") {
            let text: String = trimmed.chars().filter(|c| !matches!(c, '*' | '`')).collect();
            let (step, section) = (self.step.clone(), self.section);
            self.page.prose.push(Prose { line: at + 1, text, step, section });
        }
        at + 1
    }

    fn published(&self, method: &str, address: &str, line: usize) -> Published {
        let behind_host = match address.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
            None => address,
        };
        let (path, query) = behind_host.split_once('?').unwrap_or((behind_host, ""));
        let path = odata::decode_component(path);
        Published {
            step: self.step.clone(),
            section: self.section,
            line,
            method: method.to_owned(),
            version: path.split('/').nth(1).unwrap_or_default().to_owned(),
            path,
            query: odata::decode_component(&query.replace('+', " ")),
            request: None,
            answer: Answer::default(),
        }
    }

    /// The answer of the last request, which something is shown of.
    fn answer(&mut self, line: usize) -> Option<&mut Answer> {
        let answer = &mut self.page.exchanges.last_mut()?.answer;
        if !answer.shown {
            answer.shown = true;
            answer.line = line;
        }
        Some(answer)
    }

    fn body(&mut self, lines: &[&str], at: usize) -> usize {
        let end = end_of_json(lines, at);
        let body = Body::parse(&lines[at..end].join("\n"), at + 1);
        let Some(last) = self.page.exchanges.last_mut() else { return end };
        let sends = matches!(last.method.as_str(), "POST" | "PATCH" | "PUT");
        if !self.answering && sends && last.request.is_none() && !last.answer.shown {
            last.request = Some(body);
        } else if last.answer.body.is_none()
            && let Some(answer) = self.answer(at + 1)
        {
            answer.body = Some(body);
            self.answering = true;
        }
        end
    }
}

/// `POST https://graph.microsoft.com/beta/users`. An address without host is a template of the
/// syntax and no request.
fn request_line(line: &str) -> Option<(&str, &str)> {
    let (method, address) = line.split_once(' ')?;
    let address = address.trim();
    let address = address.strip_suffix(" HTTP/1.1").unwrap_or(address);
    let versioned = ["/v1.0/", "/beta/"].iter().any(|start| address.starts_with(start));
    let is_address = address.starts_with("https://") || address.starts_with("http://") || versioned;
    (METHODS.contains(&method) && is_address).then_some((method, address))
}

/// `HTTP/1.1 201 Created`
fn status_line(line: &str) -> Option<u16> {
    let rest = line.strip_prefix("HTTP/")?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

/// `No Content - 204 - 594ms`, as a tool shows it.
fn bare_status(line: &str) -> Option<u16> {
    let words: Vec<&str> = line.split(" - ").map(str::trim).collect();
    let status = words.iter().find_map(|word| word.parse::<u16>().ok())?;
    (words.len() > 1 && (100..600).contains(&status)).then_some(status)
}

/// Headers stand directly below a request or a status.
fn behind_headers(lines: &[&str], mut at: usize) -> usize {
    let is_header = |line: &str| {
        let name = line.split_once(": ").map_or("", |(name, _)| name);
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    while at < lines.len() && is_header(lines[at].trim()) {
        at += 1;
    }
    at
}

/// The line behind JSON that begins at `at`: where its brackets are closed, or where something else
/// begins.
fn end_of_json(lines: &[&str], at: usize) -> usize {
    let mut depth = 0_i64;
    for (index, line) in lines.iter().enumerate().skip(at) {
        let trimmed = line.trim();
        let other = trimmed.starts_with("```")
            || trimmed.starts_with('#')
            || request_line(trimmed).is_some()
            || status_line(trimmed).is_some();
        if index > at && other {
            return index;
        }
        let mut quoted = false;
        let mut escaped = false;
        for c in line.chars() {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                '{' | '[' if !quoted => depth += 1,
                '}' | ']' if !quoted => depth -= 1,
                _ => {}
            }
        }
        if depth <= 0 {
            return index + 1;
        }
    }
    lines.len()
}

/// The heading at a line: marked with `#`, or a short line of its own that ends without a stop.
fn heading<'a>(lines: &[&'a str], at: usize) -> Option<&'a str> {
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
    if INTRODUCTIONS[..2].contains(&bare.as_str()) {
        return Some(line);
    }
    let begins = line.chars().next().is_some_and(char::is_uppercase);
    let plain = !line.ends_with(['.', ':', ';', ',', '!', '?']) && !line.contains(['|', '{', '<']);
    let short = (3..=200).contains(&line.chars().count());
    let heads = begins && plain && short && alone(at.checked_sub(1)) && alone(Some(at + 1));
    (heads && !INTRODUCTIONS.contains(&bare.as_str())).then_some(line)
}
