//! What a package is incompatible with, by reference.

use http::Method;

use super::Served;
use crate::http::answer::Answer;
use crate::ids::Id;
use crate::refusal::{REFERENCE_MISSING, Refusal, object_not_found};

impl Served<'_> {
    /// `removed` is the id of a reference that is taken away.
    pub(super) fn reference(
        self,
        package: &str,
        navigation: &str,
        removed: Option<&str>,
    ) -> Result<Answer, Refusal> {
        self.state.package(package)?;
        let groups = match navigation {
            "incompatibleAccessPackages" => false,
            "incompatibleGroups" => true,
            _ => return Err(self.not_implemented()),
        };
        let added = match (&self.call.method, removed) {
            (&Method::POST, None) => Some(Id::from(self.call.referenced()?)),
            (&Method::DELETE, Some(_)) => None,
            _ => return Err(self.not_implemented()),
        };
        if let Some(id) = &added {
            match groups {
                true if !self.state.directory.groups.contains_key(id) => {
                    return Err(object_not_found(id));
                }
                true => {}
                false => self.state.package(id).map(|_| ())?,
            }
        }
        let Some(package) = self.state.entitlement.packages.get_mut(package) else {
            return Err(self.not_implemented());
        };
        let known = match groups {
            true => &mut package.incompatible_groups,
            false => &mut package.incompatible_packages,
        };
        match (added, removed) {
            (Some(id), _) if known.contains(&id) => {}
            (Some(id), _) => known.push(id),
            (None, removed) => {
                let at = known.iter().position(|id| Some(id.as_str()) == removed);
                let at = at.ok_or_else(|| REFERENCE_MISSING.says("The resource was not found."))?;
                known.remove(at);
            }
        }
        Ok(Answer::no_content())
    }
}
