use crate::Contract;
use crate::facts::{Kind, Type, TypeRef};
use crate::operation::{Operation, OperationKind};

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The type, and whether the path names many.
    pub type_ref: TypeRef,
    /// What kind of thing stands at its end.
    pub target: Target,
    /// The way there, from the root on.
    pub hops: Vec<Hop>,
}

/// What stands at the end of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An entity, or a collection of entities.
    Entities,
    /// A property, by its name.
    Property(String),
    /// A bound action or function, by its key in [`Contract::operations`].
    Operation(String),
    /// `$ref`: references to entities instead of entities.
    References,
    /// `$count` or `$value`: a bare text.
    Text,
}

/// One navigation on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// The type that has it; empty for the root.
    pub owner: String,
    /// Its name; the whole prefix for the root.
    pub member: String,
    /// What it leads to.
    pub leads_to: TypeRef,
    /// The id that picks one, as it stands in the path.
    pub key: Option<String>,
}

impl Resolved {
    /// The methods that the metadata lets expect, as far as it says.
    pub(crate) fn methods(&self, contract: &Contract) -> Vec<&'static str> {
        let operation = |key: &str| contract.operations.get(key).map(|found| found.kind);
        match &self.target {
            Target::Operation(key) => match operation(key) {
                Some(OperationKind::Action) => vec!["POST"],
                _ => vec!["GET"],
            },
            // Of references, of one and of many, each is documented somewhere.
            Target::References => vec!["GET", "POST", "PUT", "DELETE"],
            Target::Text => vec!["GET", "PUT"],
            Target::Property(_) => vec!["GET", "PUT", "PATCH", "DELETE"],
            Target::Entities if self.type_ref.collection => {
                let inserts = self.may_insert(contract);
                if inserts { vec!["GET", "POST"] } else { vec!["GET"] }
            }
            Target::Entities => {
                let mut methods = vec!["GET"];
                let update = self.annotated(contract, "UpdateRestrictions/UpdateMethod");
                if self.annotated(contract, "UpdateRestrictions/Updatable") != Some("false") {
                    methods.extend(match update {
                        Some("PUT") => &["PUT"][..],
                        Some("PATCH") => &["PATCH"][..],
                        _ => &["PATCH", "PUT"][..],
                    });
                }
                if self.annotated(contract, "DeleteRestrictions/Deletable") != Some("false") {
                    methods.push("DELETE");
                }
                methods
            }
        }
    }

    /// What is not contained elsewhere is referred to, not made: `POST …/$ref`.
    fn may_insert(&self, contract: &Contract) -> bool {
        if self.annotated(contract, "InsertRestrictions/Insertable") == Some("false") {
            return false;
        }
        let Some(hop) = self.hops.last() else { return true };
        let member = contract.member(&hop.owner, &hop.member);
        // Of what was observed, containment is not known.
        member.is_none_or(|member| member.contained || member.source != crate::Source::Csdl)
    }

    fn annotated<'a>(&self, contract: &'a Contract, term: &str) -> Option<&'a str> {
        let hop = self.hops.last()?;
        let on_member = match hop.owner.as_str() {
            "" => format!("/{}", hop.member),
            _ => format!("{}/{}", hop.owner, hop.member),
        };
        [on_member.as_str(), self.type_ref.name.as_str()]
            .iter()
            .find_map(|target| contract.annotations.get(*target)?.get(term))
            .map(String::as_str)
    }
}

impl Contract {
    /// What `path` leads to, given with or without its version and query: names of navigations,
    /// each to-many one followed by an id or nothing, then perhaps a property, a bound action or
    /// function, `$ref`, `$count` or `$value`.
    ///
    /// # Errors
    /// A sentence that names the first segment which the contract does not know, and its owner.
    pub fn resolve(&self, path: &str) -> Result<Resolved, String> {
        let path = path.split('?').next().unwrap_or_default();
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let segments = match segments.split_first() {
            Some((first, rest)) if *first == self.version => rest,
            _ => &segments[..],
        };
        let (prefix, root) = self
            .roots
            .iter()
            .find(|(prefix, _)| {
                let names: Vec<&str> = prefix.split('/').collect();
                segments.len() >= names.len() && segments[..names.len()] == names[..]
            })
            .ok_or_else(|| {
                let known: Vec<_> = self.roots.keys().map(String::as_str).collect();
                format!("the contract of {} begins at {}", self.version, known.join(", "))
            })?;
        let root_hop =
            Hop { owner: String::new(), member: prefix.clone(), leads_to: root.clone(), key: None };
        let mut way = Way {
            contract: self,
            at: root.clone(),
            target: Target::Entities,
            hops: vec![root_hop],
        };
        for segment in &segments[prefix.split('/').count()..] {
            way.follow(segment)?;
        }
        Ok(Resolved { type_ref: way.at, target: way.target, hops: way.hops })
    }

    /// The operation of that name bound to `binding`, or to what `binding` extends, whatever its
    /// letters' case: the metadata of beta says `Cancel` where its documentation says `cancel`. Of
    /// several functions of one name, the one with the parameters `given`, in any order.
    pub fn operation(
        &self,
        binding: &TypeRef,
        name: &str,
        given: &[&str],
    ) -> Option<(&String, &Operation)> {
        let name = name.strip_prefix("microsoft.graph.").unwrap_or(name);
        let lineage: Vec<&str> = self.lineage(&binding.name).map(|(name, _)| name).collect();
        let mut called = self.operations.iter().filter(|(key, _)| {
            let (bound, called) = Operation::split_key(key);
            bound.collection == binding.collection
                && called.eq_ignore_ascii_case(name)
                && lineage.contains(&bound.name.as_str())
        });
        let takes = |(_, operation): &(&String, &Operation)| {
            operation.parameters.len() == given.len()
                && given.iter().all(|name| operation.parameters.contains_key(*name))
        };
        called.clone().find(takes).or_else(|| called.next())
    }
}

/// A path that is being followed.
struct Way<'a> {
    contract: &'a Contract,
    at: TypeRef,
    target: Target,
    hops: Vec<Hop>,
}

/// A segment's name, and what stands in parentheses behind it.
fn parenthesised(segment: &str) -> (&str, Option<&str>) {
    match segment.strip_suffix(')').and_then(|segment| segment.split_once('(')) {
        Some((name, within)) => (name, Some(within)),
        None => (segment, None),
    }
}

/// Names and values within parentheses, without quotes.
fn pairs(within: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = within.split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.trim(), value.trim().trim_matches('\'')))
}

/// What the function at the end of a path is given: `filterByCurrentUser(on='target')`.
pub(crate) fn arguments(path: &str) -> impl Iterator<Item = (&str, &str)> {
    let last = path.rsplit('/').next().unwrap_or_default();
    pairs(parenthesised(last).1.unwrap_or_default())
}

impl Way<'_> {
    fn follow(&mut self, segment: &str) -> Result<(), String> {
        if self.target != Target::Entities {
            return Err(format!("nothing is behind {}, found '{segment}'", self.at));
        }
        match segment {
            "$ref" => self.target = Target::References,
            "$count" | "$value" => self.target = Target::Text,
            _ => return self.named(segment),
        }
        Ok(())
    }

    fn named(&mut self, segment: &str) -> Result<(), String> {
        let (name, within) = parenthesised(segment);
        let given: Vec<&str> = pairs(within.unwrap_or_default()).map(|(name, _)| name).collect();
        if let Some((key, operation)) = self.contract.operation(&self.at, name, &given) {
            self.target = Target::Operation(key.clone());
            self.at = match &operation.returns {
                Some(returned) => returned.type_ref.clone(),
                None => TypeRef { name: String::new(), collection: false },
            };
            return Ok(());
        }
        if let Some(cast) = segment.strip_prefix("microsoft.graph.")
            && self.contract.lineage(cast).any(|(name, _)| name == self.at.name)
        {
            cast.clone_into(&mut self.at.name);
            return Ok(());
        }
        if self.at.collection {
            self.at.collection = false;
            if let Some(hop) = self.hops.last_mut() {
                hop.key = Some(segment.to_owned());
            }
            return Ok(());
        }
        let (contract, is_entity) = (self.contract, |t: &Type| matches!(t.kind, Kind::Entity));
        let undeclared =
            || format!("{} of {} declares no navigation '{name}'", self.at.name, contract.version);
        let (owner, member) = contract
            .lineage(&self.at.name)
            .find_map(|(owner, found)| {
                let member = found.navigations.get(name).or_else(|| found.properties.get(name))?;
                Some((owner, member))
            })
            .ok_or_else(undeclared)?;
        let key = within.map(|key| key.trim_matches('\'').to_owned());
        match contract.types.get(&member.type_ref.name).is_some_and(is_entity) {
            true => {
                let hop = Hop {
                    owner: owner.to_owned(),
                    member: name.to_owned(),
                    leads_to: member.type_ref.clone(),
                    key: key.clone(),
                };
                self.at = member.type_ref.clone();
                self.at.collection &= key.is_none();
                self.hops.push(hop);
            }
            false => {
                self.at = member.type_ref.clone();
                self.target = Target::Property(name.to_owned());
            }
        }
        Ok(())
    }
}
