use crate::{Literal, ParseError};

/// A word, literal or sign of a filter, with its place in characters from 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    Word(String),
    Literal(Literal),
    Open,
    Close,
    Comma,
    Colon,
    End,
}

impl Token {
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Word(word) => format!("'{word}'"),
            Self::Literal(literal) => format!("the literal {literal}"),
            Self::Open => "'('".into(),
            Self::Close => "')'".into(),
            Self::Comma => "','".into(),
            Self::Colon => "':'".into(),
            Self::End => "the end of the text".into(),
        }
    }
}

pub(crate) fn tokens(text: &str) -> Result<Vec<(Token, usize)>, ParseError> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        let token = match chars[at] {
            c if c.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' => single(Token::Open, &mut at),
            ')' => single(Token::Close, &mut at),
            ',' => single(Token::Comma, &mut at),
            // A colon ends a lambda's variable; within a word it belongs to a time of day.
            ':' => single(Token::Colon, &mut at),
            '\'' => Token::Literal(Literal::String(string(&chars, &mut at)?)),
            c if is_word(c) => word(&chars, &mut at),
            other => {
                return Err(error("a word, a literal or a parenthesis", format!("'{other}'"), at));
            }
        };
        found.push((token, start + 1));
    }
    found.push((Token::End, chars.len() + 1));
    Ok(found)
}

fn single(token: Token, at: &mut usize) -> Token {
    *at += 1;
    token
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '.' | '$' | '@' | '+')
}

fn string(chars: &[char], at: &mut usize) -> Result<String, ParseError> {
    let start = *at;
    let mut text = String::new();
    *at += 1;
    while let Some(&c) = chars.get(*at) {
        *at += 1;
        if c != '\'' {
            text.push(c);
        } else if chars.get(*at) == Some(&'\'') {
            text.push('\'');
            *at += 1;
        } else {
            return Ok(text);
        }
    }
    Err(error("a closing quote (a quote within is doubled)", "the end of the text".into(), start))
}

fn word(chars: &[char], at: &mut usize) -> Token {
    let start = *at;
    while let Some(&c) = chars.get(*at) {
        let time_colon = c == ':' && looks_like_time(&chars[start..*at]);
        if !is_word(c) && !time_colon {
            break;
        }
        *at += 1;
    }
    let text: String = chars[start..*at].iter().collect();
    literal(&text).map_or(Token::Word(text), Token::Literal)
}

fn looks_like_time(sofar: &[char]) -> bool {
    sofar.len() >= 13 && sofar[0].is_ascii_digit() && sofar.get(10) == Some(&'T')
}

fn literal(text: &str) -> Option<Literal> {
    match text {
        "null" => return Some(Literal::Null),
        "true" => return Some(Literal::Bool(true)),
        "false" => return Some(Literal::Bool(false)),
        _ => {}
    }
    if is_guid(text) {
        return Some(Literal::Guid(text.to_owned()));
    }
    if text.parse::<jiff::Timestamp>().is_ok() || is_date(text) {
        return Some(Literal::DateTime(text.to_owned()));
    }
    let starts_like_number = text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+');
    let number = starts_like_number && text.parse::<f64>().is_ok_and(f64::is_finite);
    number.then(|| Literal::Number(text.to_owned()))
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// 8-4-4-4-12 hexadecimal digits.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.chars().enumerate().all(|(index, c)| match index {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        })
}

pub(crate) fn error(expected: &str, found: String, index: usize) -> ParseError {
    ParseError { option: "$filter".into(), expected: expected.into(), found, position: index + 1 }
}
