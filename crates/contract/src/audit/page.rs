use super::body::Body;
use super::line::{self, Request};

/// A document as it is read: what is asked and answered in it, and what is said around.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page {
    pub(crate) exchanges: Vec<Published>,
    pub(crate) prose: Vec<Prose>,
    /// The headings, in order.
    pub(crate) headings: Vec<String>,
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
    /// Empty where none is written.
    pub(crate) host: String,
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

/// Languages of fenced blocks that hold exchanges; what has none may be anything.
const EXCHANGES: [&str; 8] =
    ["", "http", "https", "json", "jsonc", "rest", "msgraph-interactive", "text"];

impl Page {
    /// Reads Markdown with blocks of HTTP, or the text of a page as a browser shows it. Where a
    /// document has fenced blocks, bodies stand in them alone.
    pub(crate) fn parse(text: &str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let mut reader = Reader {
            page: Self::default(),
            step: String::new(),
            section: 0,
            answering: false,
            after_status: false,
            fenced: lines.iter().any(|line| line.trim_start().starts_with("```")),
            within: Within::Text,
        };
        let mut at = 0;
        while at < lines.len() {
            at = reader.read(&lines, at);
        }
        reader.page
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Text,
    /// A block that may hold an exchange.
    Block,
    /// A block of another language.
    OtherBlock,
    /// A comment of Markdown.
    Comment,
}

struct Reader {
    page: Page,
    step: String,
    section: usize,
    /// Whether what comes next is an answer.
    answering: bool,
    /// Whether nothing but headers came since a status.
    after_status: bool,
    /// Whether the document has fenced blocks.
    fenced: bool,
    within: Within,
}

impl Reader {
    /// Reads what stands at line `at`; gives the line behind it.
    fn read(&mut self, lines: &[&str], at: usize) -> usize {
        let trimmed = lines[at].trim();
        if self.marks(trimmed) {
            return at + 1;
        }
        if let Some(request) = line::request(trimmed) {
            return self.request(request, lines, at);
        }
        if let Some(status) = line::status(trimmed) {
            self.status(status, at);
            self.after_status = true;
            return behind_headers(lines, at + 1);
        }
        let may_hold = self.within == Within::Block || !self.fenced;
        if may_hold && line::begins_json(trimmed) && self.follows_a_gap(lines, at) {
            return self.body(lines, at);
        }
        if let Some(heading) = line::heading(lines, at).filter(|_| self.within == Within::Text) {
            self.heading(heading);
        } else if let Some(status) = line::told_status(trimmed).filter(|_| self.answering) {
            self.status(status, at);
        } else if !trimmed.is_empty() {
            self.after_status = false;
            let text: String = trimmed.chars().filter(|c| !matches!(c, '*' | '`')).collect();
            let (step, section) = (self.step.clone(), self.section);
            self.page.prose.push(Prose { line: at + 1, text, step, section });
        }
        at + 1
    }

    /// Fences and comments, and what stands in those that hold no exchange.
    fn marks(&mut self, trimmed: &str) -> bool {
        if let Some(language) = trimmed.strip_prefix("```") {
            self.after_status = false;
            let language = language.trim().to_ascii_lowercase();
            self.within = match self.within {
                Within::Text if EXCHANGES.contains(&language.as_str()) => Within::Block,
                Within::Text => Within::OtherBlock,
                _ => Within::Text,
            };
            return true;
        }
        if self.within == Within::Text && trimmed.starts_with("<!--") {
            self.within = Within::Comment;
        }
        if self.within == Within::Comment {
            // The source of documents says in a comment what the next block is.
            if trimmed.contains("\"blockType\"") {
                self.answering = trimmed.contains("\"response\"");
            }
            if trimmed.ends_with("-->") {
                self.within = Within::Text;
            }
            return true;
        }
        self.within == Within::OtherBlock
    }

    fn heading(&mut self, heading: &str) {
        match heading.trim_end_matches(':').to_ascii_lowercase().as_str() {
            "request" => self.answering = false,
            "response" => self.answering = true,
            _ => {
                heading.clone_into(&mut self.step);
                self.page.headings.push(heading.to_owned());
                self.section += 1;
                self.answering = false;
            }
        }
        self.after_status = false;
    }

    fn request(&mut self, request: Request<'_>, lines: &[&str], at: usize) -> usize {
        self.answering = false;
        self.after_status = false;
        let mut address = request.path.to_owned();
        let mut end = at + 1;
        while let Some(more) = lines.get(end).and_then(|line| line::continues(line)) {
            address.push_str(more);
            end += 1;
        }
        let (path, query) = address.split_once('?').unwrap_or((&address, ""));
        let path = odata::decode_component(path);
        self.page.exchanges.push(Published {
            step: self.step.clone(),
            section: self.section,
            line: at + 1,
            method: request.method.to_owned(),
            host: request.host.to_owned(),
            version: path.split('/').nth(1).unwrap_or_default().to_owned(),
            path,
            query: odata::decode_component(&query.replace('+', " ")),
            request: None,
            answer: Answer::default(),
        });
        behind_headers(lines, end)
    }

    fn status(&mut self, status: u16, at: usize) {
        self.answering = true;
        if let Some(answer) = self.answer(at + 1)
            && answer.status.is_none()
        {
            answer.status = Some(status);
        }
    }

    /// The answer of the last request, which something is shown of; none in another section.
    fn answer(&mut self, line: usize) -> Option<&mut Answer> {
        let last = self.page.exchanges.last_mut()?;
        if last.section != self.section {
            return None;
        }
        let answer = &mut last.answer;
        if !answer.shown {
            answer.shown = true;
            answer.line = line;
        }
        Some(answer)
    }

    /// JSON begins on a line of its own: what stands directly above other text is part of that.
    fn follows_a_gap(&self, lines: &[&str], at: usize) -> bool {
        let Some(above) = at.checked_sub(1).and_then(|above| lines.get(above)) else { return true };
        let above = above.trim();
        let closes = |end: &str| above.ends_with(end);
        self.within == Within::Block
            || above.is_empty()
            || above.starts_with("```")
            || line::is_header(above)
            || line::request(above).is_some()
            || line::status(above).is_some()
            || closes(":")
            || closes("-->")
    }

    fn body(&mut self, lines: &[&str], at: usize) -> usize {
        let end = end_of_json(lines, at);
        let said_empty = !self.after_status;
        let Some(last) = self.page.exchanges.last_mut() else { return end };
        let no_body = last.answer.status == Some(204) && said_empty;
        if last.section != self.section || no_body {
            return end;
        }
        let mut body = Body::parse(&lines[at..end].join("\n"), at + 1);
        let sends = matches!(last.method.as_str(), "POST" | "PATCH" | "PUT");
        let asks = !self.answering && sends && last.request.is_none() && !last.answer.shown;
        if let Some(line) = surplus(lines, end) {
            body.close_once_more(line);
        }
        if asks {
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

/// Headers stand directly below a request or a status.
fn behind_headers(lines: &[&str], mut at: usize) -> usize {
    while lines.get(at).is_some_and(|line| line::is_header(line.trim())) {
        at += 1;
    }
    at
}

/// The line, from 1, of a bracket that closes what is closed already.
fn surplus(lines: &[&str], end: usize) -> Option<usize> {
    let line = lines.get(end)?.trim();
    (!line.is_empty() && line.chars().all(|c| matches!(c, '}' | ']'))).then_some(end + 1)
}

/// The line behind JSON that begins at `at`: where its brackets are closed, or where something else
/// begins.
fn end_of_json(lines: &[&str], at: usize) -> usize {
    let mut depth = 0_i64;
    for (index, line) in lines.iter().enumerate().skip(at) {
        let trimmed = line.trim();
        let other = trimmed.starts_with("```")
            || trimmed.starts_with('#')
            || line::request(trimmed).is_some()
            || line::status(trimmed).is_some();
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
