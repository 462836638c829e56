use crate::Version;
use crate::dialect::reshape::Reshape;

/// How well it is known that two names mean the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// Both sides stand on documentation pages or in live answers.
    Documented,
    /// Both sides stand in the metadata, at the same place of the same type.
    Metadata,
    /// The same meaning by name or structure; stated nowhere.
    Inferred,
}

/// What is done to a member's value.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Nothing.
    Plain,
    /// A word of a list that both versions spell alike, though no metadata closes the list.
    Word,
    /// A word of an enum: camelCase in v1.0, PascalCase in beta.
    Spelled,
    /// A word of an enum whose two spellings do not follow from each other: `(v1.0, beta)`.
    Paired(&'static [(&'static str, &'static str)]),
    /// An object, or a list of objects, with a table of its own.
    Nest(&'static Noun),
    /// An object, or a list, whose table is chosen by its `@odata.type`.
    ByType(&'static [&'static Noun]),
    /// A to-one navigation that beta flattens to the named id member in requests and answers.
    Reference(&'static Noun, &'static str),
}

/// One row: a member under its two names.
#[derive(Debug)]
pub struct Member {
    /// Its name in v1.0, where v1.0 has it.
    pub v1: Option<&'static str>,
    /// Its name in beta, where beta has it.
    pub beta: Option<&'static str>,
    /// What is done to its value.
    pub kind: Kind,
    /// Whether it leads to many objects; only told of members that have a table below.
    pub many: bool,
    /// How well the pairing is known.
    pub evidence: Evidence,
}

impl Member {
    /// The canonical name: v1.0's, else beta's.
    pub fn name(&self) -> &'static str {
        self.v1.or(self.beta).unwrap_or_default()
    }

    /// The name on the wire of `version`.
    pub fn wire(&self, version: Version) -> Option<&'static str> {
        match version {
            Version::V1 => self.v1,
            Version::Beta => self.beta,
        }
    }

    /// The table of the objects below this member.
    pub fn below(&self) -> Option<&'static Noun> {
        match self.kind {
            Kind::Nest(noun) | Kind::Reference(noun, _) => Some(noun),
            Kind::Plain | Kind::Word | Kind::Spelled | Kind::Paired(_) | Kind::ByType(_) => None,
        }
    }
}

/// A type under its two names, with a row for every member that this project uses.
pub struct Noun {
    /// The type's name in v1.0, where v1.0 has it.
    pub v1: Option<&'static str>,
    /// The type's name in beta.
    pub beta: &'static str,
    /// Its members.
    pub members: &'static [Member],
    /// Whether the type is open: members without a row pass as they are.
    pub open: bool,
    /// What the rows cannot say.
    pub(crate) reshape: Option<Reshape>,
}

/// The name alone: nouns refer to each other in circles.
impl std::fmt::Debug for Noun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Noun").field(&self.name()).finish()
    }
}

impl Noun {
    /// The canonical type name.
    pub fn name(&self) -> &'static str {
        self.v1.unwrap_or(self.beta)
    }

    /// The type's name in `version`.
    pub fn wire(&self, version: Version) -> Option<&'static str> {
        match version {
            Version::V1 => self.v1,
            Version::Beta => Some(self.beta),
        }
    }

    /// The member of that canonical name, whatever its letters' case.
    pub fn member(&self, name: &str) -> Option<&'static Member> {
        self.members.iter().find(|member| member.name().eq_ignore_ascii_case(name))
    }

    /// The member of that name on the wire of `version`, whatever its letters' case.
    pub fn wire_member(&self, version: Version, name: &str) -> Option<&'static Member> {
        let same = |member: &&Member| {
            member.wire(version).is_some_and(|wire| wire.eq_ignore_ascii_case(name))
        };
        self.members.iter().find(same)
    }

    /// The reference that beta flattens to the id member `flat`.
    pub fn flattened(&self, flat: &str) -> Option<&'static Member> {
        self.members.iter().find(|member| {
            matches!(member.kind, Kind::Reference(_, name) if name.eq_ignore_ascii_case(flat))
        })
    }
}

/// Whether a member of that name on the wire of `version` holds a word of a list, whoever owns it.
pub fn is_word(version: Version, name: &str) -> bool {
    crate::dialect::noun::ALL.iter().any(|noun| {
        noun.members.iter().any(|member| {
            member.wire(version) == Some(name)
                && matches!(member.kind, Kind::Word | Kind::Spelled | Kind::Paired(_))
        })
    })
}

pub(crate) const fn noun(name: &'static str, members: &'static [Member]) -> Noun {
    Noun { v1: Some(name), beta: name, members, open: false, reshape: None }
}

/// The same name and meaning in both versions.
pub(crate) const fn same(name: &'static str) -> Member {
    Member {
        v1: Some(name),
        beta: Some(name),
        kind: Kind::Plain,
        many: false,
        evidence: Evidence::Metadata,
    }
}

/// Another name in beta.
pub(crate) const fn name(v1: &'static str, beta: &'static str, evidence: Evidence) -> Member {
    Member { v1: Some(v1), beta: Some(beta), kind: Kind::Plain, many: false, evidence }
}

/// Only v1.0 has it.
pub(crate) const fn v1_only(name: &'static str) -> Member {
    Member {
        v1: Some(name),
        beta: None,
        kind: Kind::Plain,
        many: false,
        evidence: Evidence::Metadata,
    }
}

/// Only beta has it.
pub(crate) const fn beta_only(name: &'static str) -> Member {
    Member {
        v1: None,
        beta: Some(name),
        kind: Kind::Plain,
        many: false,
        evidence: Evidence::Metadata,
    }
}

impl Member {
    pub(crate) const fn spelled(self) -> Self {
        Self { kind: Kind::Spelled, ..self }
    }

    pub(crate) const fn word(self) -> Self {
        Self { kind: Kind::Word, ..self }
    }

    pub(crate) const fn paired(self, pairs: &'static [(&'static str, &'static str)]) -> Self {
        Self { kind: Kind::Paired(pairs), ..self }
    }

    pub(crate) const fn nest(self, noun: &'static Noun) -> Self {
        Self { kind: Kind::Nest(noun), ..self }
    }

    /// A list of `noun`.
    pub(crate) const fn list(self, noun: &'static Noun) -> Self {
        Self { kind: Kind::Nest(noun), many: true, ..self }
    }

    pub(crate) const fn by_type(self, nouns: &'static [&'static Noun]) -> Self {
        Self { kind: Kind::ByType(nouns), ..self }
    }

    pub(crate) const fn reference(self, noun: &'static Noun, flat: &'static str) -> Self {
        Self { kind: Kind::Reference(noun, flat), ..self }
    }
}
