//! How long things take, and what is not seen at once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use crate::directory::Group;
use crate::ids::Id;

/// When something that was begun is seen to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// At once.
    Immediate,
    /// As time passes: behind the first duration, and by as much as the second more, which a seeded
    /// source decides case by case.
    After(SignedDuration, SignedDuration),
    /// When it has been asked for so often.
    Reads(u32),
}

/// How long things take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// From a request that nobody need be asked about to its delivery.
    pub delivery: Transition,
    /// From the making of a group to entitlement management's knowing it. Until then, a resource
    /// request is refused with `ResourceNotFoundInOriginSystem`.
    pub group_known: Transition,
    /// From the making of a group to its being in the directory's lists.
    pub group_listed: Transition,
    /// How long a group that was deleted is still in the directory's lists.
    pub group_lingers: Transition,
}

const fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

impl Profile {
    /// Consistent, and delivered six seconds after the request, as in a live run of 2022.
    pub fn fast() -> Self {
        Self {
            delivery: Transition::After(seconds(6), SignedDuration::ZERO),
            group_known: Transition::Immediate,
            group_listed: Transition::Immediate,
            group_lingers: Transition::Immediate,
        }
    }

    /// As live runs saw it: delivered after 10 to 60 s; a new group unknown to entitlement
    /// management for some 10 s (two refusals at 5 s, then taken) and missing from searches for 2 to
    /// 14 s; a deleted one listed for 20 to 60 s.
    pub fn realistic() -> Self {
        Self {
            delivery: Transition::After(seconds(10), seconds(50)),
            group_known: Transition::After(seconds(6), seconds(8)),
            group_listed: Transition::After(seconds(2), seconds(12)),
            group_lingers: Transition::After(seconds(20), seconds(40)),
        }
    }
}

impl FromStr for Profile {
    type Err = String;

    /// `fast` or `realistic`.
    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "fast" => Ok(Self::fast()),
            "realistic" => Ok(Self::realistic()),
            other => Err(format!("expected fast or realistic, found '{other}'")),
        }
    }
}

impl Transition {
    /// How long it takes in the case of `id`; nothing where time has no part in it.
    pub(crate) fn lasts(self, id: &str) -> Option<SignedDuration> {
        match self {
            Self::Immediate => Some(SignedDuration::ZERO),
            Self::After(least, more) => {
                // Ids are seeded, so that what follows from one is, too.
                let hashed = id.bytes().fold(14_695_981_039_346_656_037_u64, |hash, byte| {
                    (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211)
                });
                let part = i64::try_from(hashed % 1000).unwrap_or(0);
                let more = SignedDuration::from_millis(
                    i64::try_from(more.as_millis()).unwrap_or(0) * part / 1000,
                );
                Some(least.saturating_add(more))
            }
            Self::Reads(_) => None,
        }
    }
}

/// What of a tenant is not seen yet, or still is.
#[derive(Debug)]
pub(crate) struct Lag {
    pub(crate) profile: Profile,
    /// How often something was asked for.
    reads: RefCell<HashMap<(&'static str, Id), u32>>,
    /// Groups that were deleted, with when.
    gone: Vec<(Group, Timestamp)>,
}

impl Lag {
    pub(crate) fn of(profile: Profile) -> Self {
        Self { profile, reads: RefCell::default(), gone: Vec::new() }
    }

    /// Whether something that happened to `id` at `since` is seen at `now`, by whoever asks for it.
    fn is_seen(
        &self,
        what: &'static str,
        transition: Transition,
        id: &Id,
        since: Timestamp,
        now: Timestamp,
    ) -> bool {
        match transition {
            Transition::Reads(reads) => self.asked(what, id) > reads,
            timed => timed.lasts(id).is_none_or(|lasts| now.duration_since(since) >= lasts),
        }
    }

    /// How often it has been asked for, this time included.
    pub(crate) fn asked(&self, what: &'static str, id: &Id) -> u32 {
        let mut reads = self.reads.borrow_mut();
        let count = reads.entry((what, id.clone())).or_default();
        *count = count.saturating_add(1);
        *count
    }

    /// Whether entitlement management knows a group.
    pub(crate) fn is_known(&self, group: &Group, now: Timestamp) -> bool {
        self.is_seen("known", self.profile.group_known, &group.id, group.created, now)
    }

    /// Whether a group is in the directory's lists.
    pub(crate) fn is_listed(&self, group: &Group, now: Timestamp) -> bool {
        self.is_seen("listed", self.profile.group_listed, &group.id, group.created, now)
    }

    /// A group that was deleted just now.
    pub(crate) fn bury(&mut self, group: Group, now: Timestamp) {
        if self.profile.group_lingers != Transition::Immediate {
            self.gone.push((group, now));
        }
    }

    /// Groups that are gone and still in the directory's lists.
    pub(crate) fn lingering(&self, now: Timestamp) -> impl Iterator<Item = &Group> {
        let lingers = self.profile.group_lingers;
        let gone = self.gone.iter();
        gone.filter(move |(group, at)| !self.is_seen("gone", lingers, &group.id, *at, now))
            .map(|(group, _)| group)
    }
}
