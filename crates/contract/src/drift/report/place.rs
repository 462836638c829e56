use super::Change;
use crate::drift::Subject;
use crate::operation::Operation;

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
    match text.trim_start().starts_with('{') {
        true => in_contract(text, subject),
        false => in_csdl(text, subject),
    }
}

/// What declares types and what declares their members.
const TYPES: [&str; 3] = ["EntityType", "ComplexType", "EnumType"];
const MEMBERS: [&str; 3] = ["Property", "NavigationProperty", "Member"];

fn in_csdl(text: &str, subject: &Subject) -> Option<usize> {
    let short = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    let named = |line: &str, tags: &[&str], name: &str| {
        tags.iter().any(|tag| line.trim_start().starts_with(&format!("<{tag} ")))
            && line.contains(&format!("Name=\"{name}\""))
    };
    let lines = || text.lines().enumerate();
    let of_type = |name: &str| lines().find(|(_, line)| named(line, &TYPES, &short(name)));
    let line = match subject {
        Subject::Root(path) => {
            let root = path.split('/').next().unwrap_or_default();
            lines().find(|(_, line)| named(line, &["EntitySet", "Singleton"], root))?
        }
        Subject::Type(name) => of_type(name)?,
        Subject::Member { owner, name } | Subject::Word { owner, name } => {
            let (first, _) = of_type(owner)?;
            lines()
                .skip(first + 1)
                .take_while(|(_, line)| {
                    !TYPES.iter().any(|tag| line.contains(&format!("</{tag}>")))
                })
                .find(|(_, line)| named(line, &MEMBERS, name))?
        }
        Subject::Operation(key) | Subject::Parameter { operation: key, .. } => {
            let (binding, name) = Operation::split_key(key);
            let bound = short(&binding.name);
            // What it is bound to stands in the first parameter below.
            let binds = |at: usize| {
                let mut below = text.lines().skip(at).take(4);
                let first = below.find(|line| line.contains("<Parameter "));
                first.is_some_and(|line| {
                    let many = line.contains("\"Collection(");
                    many == binding.collection
                        && (line.contains(&format!(".{bound}\""))
                            || line.contains(&format!(".{bound})")))
                })
            };
            lines().find(|(at, line)| named(line, &["Action", "Function"], name) && binds(*at))?
        }
        Subject::Annotation { target, .. } => {
            let suffix = match target.strip_prefix('/') {
                Some(root) => format!("/{root}\""),
                None => format!(".{target}\""),
            };
            let apart = lines().find(|(_, line)| {
                line.contains("<Annotations ")
                    && line.contains("Target=\"")
                    && line.contains(&suffix)
            });
            let (owner, member) = target.split_once('/').unwrap_or((target, ""));
            let (owner, name) = (owner.to_owned(), member.to_owned());
            let inline = || match member {
                "" => in_csdl(text, &Subject::Type(owner)),
                _ => in_csdl(text, &Subject::Member { owner, name }),
            };
            return apart.map(|(line, _)| line + 1).or_else(inline);
        }
    };
    Some(line.0 + 1)
}

/// Types and targets stand at one depth, what they have below them.
fn in_contract(text: &str, subject: &Subject) -> Option<usize> {
    let lines = || text.lines().enumerate();
    let opens = |name: &str| {
        let opening = format!("    \"{name}\": {{");
        lines().find(move |(_, line)| line.trim_end() == opening)
    };
    let below = |owner: &str, name: &str| {
        let (first, _) = opens(owner)?;
        let begins = [format!("\"{name}\": "), format!("\"{name} = "), format!("\"{name}\"")];
        lines()
            .skip(first + 1)
            .take_while(|(_, line)| !matches!(line.trim_end(), "    }" | "    },"))
            .find(|(_, line)| begins.iter().any(|begin| line.trim_start().starts_with(begin)))
    };
    let line = match subject {
        Subject::Root(path) => {
            lines().find(|(_, line)| line.trim_start().starts_with(&format!("\"{path}\": ")))?
        }
        Subject::Type(name) => opens(name)?,
        Subject::Member { owner, name } | Subject::Word { owner, name } => below(owner, name)?,
        Subject::Operation(key) => opens(key)?,
        Subject::Parameter { operation, name } => {
            below(operation, name).or_else(|| opens(operation))?
        }
        Subject::Annotation { target, term } => below(target, term)?,
    };
    Some(line.0 + 1)
}
