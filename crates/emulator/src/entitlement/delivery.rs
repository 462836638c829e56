//! What the service does as time passes: requests are carried out, assignments end.

use indexmap::IndexSet;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::request::About;
use super::{Assignment, By, Given, Request, RoleScope};
use crate::behaviour::ADMIN_ADD_UNASKED;
use crate::ids::Id;
use crate::profile::Transition;
use crate::state::State;

/// Something that falls due.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Due {
    /// A request is looked at: it is carried out, or somebody is asked.
    Begin(Id),
    /// The time has come from which access was asked for.
    Start(Id),
    /// A stage of an approval has waited long enough for its first approvers.
    Escalate(Id, usize),
    /// A stage of an approval has waited long enough.
    TimeOut(Id, usize),
    /// A request is carried out.
    Deliver(Id),
    /// The people concerned are told.
    Notify(Id),
    /// An assignment has a day left.
    NearExpiry(Id),
    /// An assignment's time is over.
    Expire(Id),
}

/// From the delivery to the word that people were told of it.
const NOTIFIES_AFTER: SignedDuration = SignedDuration::from_secs(2);

/// How long before its end an assignment's status says so (the status word names it).
const NEAR: SignedDuration = SignedDuration::from_hours(24);

impl State {
    /// Carries out everything that is due by `now`, each at its own time.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        while let Some((at, due)) = self.entitlement.agenda.next(now) {
            match due {
                Due::Begin(id) => self.begin(&id, at),
                Due::Start(id) => self.start(&id, at),
                Due::Escalate(id, stage) => self.escalate(&id, stage),
                Due::TimeOut(id, stage) => self.time_out(&id, stage, at),
                Due::Deliver(id) => self.deliver(&id, at),
                Due::Notify(id) => self.notify(&id),
                Due::NearExpiry(id) => self.near_expiry(&id, at),
                Due::Expire(id) => self.expire(&id, at),
            }
        }
    }

    pub(super) fn schedule(&mut self, at: Timestamp, due: Due) {
        self.entitlement.agenda.plan(at, due);
    }

    /// Takes a request in and plans when it is looked at.
    pub(super) fn submit(&mut self, request: Request) {
        if let Some(lasts) = self.lag.profile.delivery.lasts(&request.id) {
            self.schedule(later(request.created, lasts / 2), Due::Begin(request.id.clone()));
        }
        self.entitlement.requests.insert(request);
    }

    /// Somebody looks at a request: where it is carried out by being looked at, that may be now.
    pub(crate) fn look_at(&mut self, id: &str, now: Timestamp) {
        let Transition::Reads(reads) = self.lag.profile.delivery else { return };
        let Some(request) = self.entitlement.requests.get(id) else { return };
        let id = request.id.clone();
        if request.state == "submitted" && self.lag.asked("delivery", &id) >= reads {
            self.begin(&id, now);
        }
    }

    /// Asks whoever must approve, or carries the request out.
    fn begin(&mut self, id: &str, at: Timestamp) {
        let Some(request) = self.entitlement.requests.get(id) else { return };
        if request.state != "submitted" {
            return;
        }
        let policy = self.entitlement.policies.get(&request.policy_id);
        let kind = request.kind;
        let asks = match kind {
            "userAdd" | "userUpdate" => true,
            "adminAdd" => !self.rules.apply(&ADMIN_ADD_UNASKED),
            _ => false,
        };
        match asks && policy.is_some_and(|policy| policy.needs_approval(kind)) {
            true => self.ask_approvers(id, at),
            false => self.carry_out(id, at),
        }
    }

    /// Carries out a request that nobody need be asked about any more, at the time it names.
    pub(super) fn carry_out(&mut self, id: &str, at: Timestamp) {
        let Some(request) = self.entitlement.requests.get_mut(id) else { return };
        // A removal names no start, and a change the time at which it was asked for.
        match request.schedule.start.filter(|start| *start > at) {
            Some(start) => {
                request.state = "scheduled";
                request.status = "PendingNotBefore";
                self.schedule(start, Due::Start(id.into()));
            }
            None => self.begin_delivery(id, at),
        }
    }

    fn start(&mut self, id: &str, at: Timestamp) {
        let waits = self.entitlement.requests.get(id).is_some_and(|r| r.state == "scheduled");
        if waits {
            self.begin_delivery(id, at);
        }
    }

    fn begin_delivery(&mut self, id: &str, at: Timestamp) {
        let Some(request) = self.entitlement.requests.get_mut(id) else { return };
        request.state = "delivering";
        request.status = "Delivering";
        let adds = !request.removes() && request.assignment_id.is_none();
        let request = request.clone();
        let lasts = self.lag.profile.delivery.lasts(id).unwrap_or_default();
        self.schedule(later(at, lasts - lasts / 2), Due::Deliver(id.into()));
        self.schedule(later(at, lasts - lasts / 2 + NOTIFIES_AFTER), Due::Notify(id.into()));
        if !adds {
            return;
        }
        let assignment_id = self.ids.next();
        self.entitlement.requests.refer(id, |request| {
            request.assignment_id = Some(assignment_id.clone());
        });
        let package = self.entitlement.packages.get(&request.package_id);
        let catalog_id = package.map(|package| package.catalog_id.clone()).unwrap_or_default();
        self.entitlement.assignments.insert(Assignment {
            id: assignment_id,
            catalog_id,
            package_id: request.package_id,
            policy_id: request.policy_id,
            subject_id: request.subject_id,
            created_by: request.created_by,
            state: "delivering",
            status: "Delivering",
            is_extended: false,
            start: None,
            end: None,
            expired: None,
            given: Vec::new(),
        });
    }

    fn deliver(&mut self, id: &str, at: Timestamp) {
        let Some(request) = self.entitlement.requests.get(id).cloned() else { return };
        let Some(assignment_id) = request.assignment_id.clone() else { return };
        let (state, status) = match request.removes() {
            true => {
                self.revoke(&assignment_id, at);
                ("delivered", "Fulfilled")
            }
            false if request.changes() => self.extend(&assignment_id, &request, at),
            false => self.grant(&assignment_id, &request, at),
        };
        if let Some(request) = self.entitlement.requests.get_mut(id) {
            request.state = state;
            request.status = status;
            request.completed = Some(at);
        }
    }

    fn notify(&mut self, id: &str) {
        let Some(request) = self.entitlement.requests.get_mut(id) else { return };
        if request.state != "delivered" {
            return;
        }
        request.status = "FulfilledNotificationTriggered";
        let removed = request.removes().then(|| request.assignment_id.clone()).flatten();
        let removed = removed.and_then(|id| self.entitlement.assignments.get_mut(&id));
        if let Some(assignment) = removed {
            assignment.status = "ExpiredNotificationTriggered";
        }
    }

    /// Gives what the package holds. What the origin does not have any more is not given.
    fn grant(
        &mut self,
        assignment_id: &str,
        request: &Request,
        at: Timestamp,
    ) -> (&'static str, &'static str) {
        let failed = ("deliveryFailed", "DeliveryFailed");
        let Some(assignment) = self.entitlement.assignments.get(assignment_id).cloned() else {
            return failed;
        };
        let Some(package) = self.entitlement.packages.get(&assignment.package_id) else {
            return failed;
        };
        let wanted: Vec<RoleScope> = package.role_scopes.values().cloned().collect();
        let given: Vec<Given> =
            wanted.iter().filter_map(|scope| self.give(&assignment, scope)).collect();
        let end = self.end(&assignment, request, at);
        let (state, status) = match given.len() {
            n if n == wanted.len() => ("delivered", "Delivered"),
            0 => ("deliveryFailed", "DeliveryFailed"),
            _ => ("partiallyDelivered", "PartiallyDelivered"),
        };
        if let Some(assignment) = self.entitlement.assignments.get_mut(assignment_id) {
            assignment.state = state;
            assignment.status = status;
            assignment.start = Some(at);
            assignment.end = end;
            assignment.given = given;
        }
        self.plan_expiry(assignment_id, end, at);
        match state {
            "delivered" => ("delivered", "Fulfilled"),
            _ => (state, status),
        }
    }

    /// Gives what is held already another end.
    fn extend(
        &mut self,
        assignment_id: &str,
        request: &Request,
        at: Timestamp,
    ) -> (&'static str, &'static str) {
        let Some(assignment) = self.entitlement.assignments.get(assignment_id).cloned() else {
            return ("deliveryFailed", "DeliveryFailed");
        };
        let end = match request.schedule.expiration {
            Some(_) => self.end(&assignment, request, at),
            None if request.kind == "userUpdate" => self.end(&assignment, request, at),
            // Other answers alone.
            None => assignment.end,
        };
        if let Some(assignment) = self.entitlement.assignments.get_mut(assignment_id) {
            assignment.end = end;
            assignment.is_extended = true;
            if assignment.state == "delivered" {
                assignment.status = "Delivered";
            }
        }
        self.plan_expiry(assignment_id, end, at);
        ("delivered", "Fulfilled")
    }

    /// When an assignment ends: as the request asks for, and no later than the policy has it.
    fn end(&self, assignment: &Assignment, request: &Request, at: Timestamp) -> Option<Timestamp> {
        let policy = self.entitlement.policies.get(&assignment.policy_id);
        let latest = policy.and_then(|policy| policy.end(at));
        let end = request.schedule.end(policy, at);
        end.into_iter().chain(latest).min()
    }

    fn plan_expiry(&mut self, assignment_id: &str, end: Option<Timestamp>, at: Timestamp) {
        let Some(end) = end else { return };
        let near = end.saturating_sub(NEAR).unwrap_or(end);
        if near > at {
            self.schedule(near, Due::NearExpiry(assignment_id.into()));
        }
        self.schedule(end, Due::Expire(assignment_id.into()));
    }

    /// Gives one role, if its origin still has it.
    fn give(&mut self, assignment: &Assignment, scope: &RoleScope) -> Option<Given> {
        let user = self.entitlement.subjects.get(&assignment.subject_id)?.object_id.clone();
        let resource = self.entitlement.resources.get(&scope.resource_id)?;
        let mut roles = resource.roles(&self.directory).into_iter();
        roles.find(|role| *role.origin_id == *scope.role_origin_id)?;
        self.directory.users.get(&user)?;
        let given = Given {
            id: self.ids.next(),
            resource_id: resource.id.clone(),
            resource_origin_id: resource.origin_id.clone(),
            role_origin_id: scope.role_origin_id.clone(),
        };
        if let Some(list) = self.held_list(&scope.role_origin_id) {
            list.insert(user);
        }
        Some(given)
    }

    /// The members or owners that a group's role stands for; other roles leave no trace in the
    /// directory here.
    fn held_list(&mut self, role_origin_id: &str) -> Option<&mut IndexSet<Id>> {
        let (role, group) = role_origin_id.split_once('_')?;
        let group = self.directory.groups.get_mut(group)?;
        match role {
            "Member" => Some(&mut group.members),
            "Owner" => Some(&mut group.owners),
            _ => None,
        }
    }

    pub(super) fn revoke(&mut self, assignment_id: &str, at: Timestamp) {
        let Some(assignment) = self.entitlement.assignments.get_mut(assignment_id) else { return };
        assignment.state = "expired";
        assignment.status = "Expired";
        assignment.expired = Some(at);
        let given = std::mem::take(&mut assignment.given);
        let subject = assignment.subject_id.clone();
        for role in given {
            self.take(&subject, &role);
        }
    }

    /// Takes a role away unless another assignment still gives it.
    fn take(&mut self, subject_id: &str, role: &Given) {
        let still = self
            .entitlement
            .assignments
            .of(By::Subject, subject_id)
            .any(|other| other.given.iter().any(|g| g.is_same_role(role)));
        let Some(subject) = self.entitlement.subjects.get(subject_id).filter(|_| !still) else {
            return;
        };
        let user = subject.object_id.clone();
        if let Some(list) = self.held_list(&role.role_origin_id) {
            list.shift_remove(&user);
        }
    }

    /// Gives whoever has a package the role that it got since.
    pub(crate) fn give_to_holders(&mut self, package_id: &str, scope: &RoleScope) {
        for assignment in self.holders(package_id) {
            self.give_to(&assignment, scope);
        }
    }

    fn give_to(&mut self, assignment: &Assignment, scope: &RoleScope) {
        let Some(given) = self.give(assignment, scope) else { return };
        if let Some(held) = self.entitlement.assignments.get_mut(&assignment.id)
            && !held.given.iter().any(|known| known.is_same_role(&given))
        {
            held.given.push(given);
        }
    }

    /// Takes from whoever has a package the role that it lost.
    pub(crate) fn take_from_holders(&mut self, package_id: &str, scope: &RoleScope) {
        let lost = |given: &Given| {
            given.resource_id == scope.resource_id && given.role_origin_id == scope.role_origin_id
        };
        for assignment in self.holders(package_id) {
            let Some(held) = self.entitlement.assignments.get_mut(&assignment.id) else { continue };
            let (taken, kept): (Vec<_>, Vec<_>) =
                std::mem::take(&mut held.given).into_iter().partition(lost);
            held.given = kept;
            for role in taken {
                self.take(&assignment.subject_id, &role);
            }
        }
    }

    fn holders(&self, package_id: &str) -> Vec<Assignment> {
        let holds = |a: &&Assignment| matches!(a.state, "delivered" | "partiallyDelivered");
        self.entitlement.assignments.of(By::Package, package_id).filter(holds).cloned().collect()
    }

    /// What was planned for an end that is another by now is passed over.
    fn near_expiry(&mut self, id: &str, at: Timestamp) {
        let assignment = self.entitlement.assignments.get_mut(id);
        let near = |a: &&mut Assignment| {
            a.state == "delivered" && a.end.is_some_and(|end| end.duration_since(at) <= NEAR)
        };
        if let Some(assignment) = assignment.filter(near) {
            assignment.status = "NearExpiry1DayNotificationTriggered";
        }
    }

    /// The service itself asks for the removal (documented: requests of type systemRemove track
    /// what expires).
    fn expire(&mut self, id: &str, at: Timestamp) {
        let Some(assignment) = self.entitlement.assignments.get(id) else { return };
        let over = assignment.end.is_some_and(|end| end <= at);
        if over && assignment.is_current() && !self.is_asked_about(id) {
            let about = About::of(assignment);
            self.remove_by_system(about, at);
        }
    }

    /// Gives an assignment anew what its package holds.
    pub(crate) fn reprocess_assignment(&mut self, id: &str) {
        let Some(assignment) = self.entitlement.assignments.get(id).cloned() else { return };
        let package = self.entitlement.packages.get(&assignment.package_id);
        let scopes: Vec<_> =
            package.into_iter().flat_map(|p| p.role_scopes.values()).cloned().collect();
        for scope in scopes {
            self.give_to(&assignment, &scope);
        }
    }
}

fn later(at: Timestamp, delay: SignedDuration) -> Timestamp {
    at.saturating_add(delay).unwrap_or(Timestamp::MAX)
}
