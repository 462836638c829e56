use super::Change;
use crate::drift::Subject;

/// The two documents as texts, so that reports can point into them.
#[derive(Debug, Clone, Copy)]
pub struct Documents<'a> {
    /// The file before and its text.
    pub base: (&'a str, &'a str),
    /// The file after and its text.
    pub head: (&'a str, &'a str),
}

impl<'a> Documents<'a> {
    /// The file and the line, from 1, where a change is to be seen: in the head, or in the base
    /// where the head has nothing of it.
    pub(crate) fn place(&self, change: &Change) -> (&'a str, usize) {
        let within = |(file, text): (&'a str, &'a str)| {
            line_of(text, &change.subject).map(|line| (file, line))
        };
        within(self.head).or_else(|| within(self.base)).unwrap_or((self.head.0, 1))
    }
}

/// The line of a subject in CSDL or in a stored contract. Both name what they declare in a way that
/// can be found without reading the whole.
fn line_of(text: &str, subject: &Subject) -> Option<usize> {
    let (owner, member) = match subject {
        Subject::Root(path) => (path.split('/').next().unwrap_or_default().to_owned(), None),
        Subject::Type(name) => (name.clone(), None),
        Subject::Member { owner, name } | Subject::Word { owner, name } => {
            (owner.clone(), Some(name.as_str()))
        }
        Subject::Operation(key) | Subject::Parameter { operation: key, .. } => {
            let stored = text.lines().position(|line| line.contains(&format!("\"{key}\": {{")));
            if let Some(stored) = stored {
                return Some(stored + 1);
            }
            (crate::Operation::split_key(key).1.to_owned(), None)
        }
        Subject::Annotation { target, .. } => {
            let (owner, member) = target.split_once('/').unwrap_or((target, ""));
            (owner.to_owned(), Some(member).filter(|member| !member.is_empty()))
        }
    };
    let owner = owner.rsplit('.').next().unwrap_or_default().to_owned();
    let declares = |line: &str, name: &str| {
        line.contains(&format!("Name=\"{name}\""))
            || line.contains(&format!("\"{name}\": "))
            || line.contains(&format!("\"{name}\""))
            || line.contains(&format!("\"{name} = "))
    };
    let is_type = |line: &str| {
        (line.contains("Type ")
            || line.contains("Set ")
            || line.contains("Singleton ")
            || line.contains("tion "))
            && line.contains(&format!("Name=\"{owner}\""))
            && !line.contains("Property ")
            || line.trim_end().ends_with(&format!("\"{owner}\": {{"))
    };
    let mut lines = text.lines().enumerate().skip_while(|(_, line)| !is_type(line));
    let (first, _) = lines.next()?;
    let Some(member) = member else { return Some(first + 1) };
    let ends = |line: &str| line.contains("Type>") || line == "    }," || line == "    }";
    lines
        .take_while(|(_, line)| !ends(line))
        .find(|(_, line)| declares(line, member))
        .map(|(index, _)| index + 1)
}
