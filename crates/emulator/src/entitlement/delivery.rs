//! What the service does as time passes: requests are carried out, assignments end.

use jiff::{SignedDuration, Timestamp};

use super::{Assignment, Given, Request, RoleScope};
use crate::state::{BEGINS_AFTER, DELIVERS_AFTER, NOTIFIES_AFTER, State};

/// Something that falls due.
#[derive(Debug, Clone)]
pub(crate) enum Due {
    /// A request begins to be carried out.
    Begin(String),
    /// A request is carried out.
    Deliver(String),
    /// The people concerned are told.
    Notify(String),
    /// An assignment has a day left.
    NearExpiry(String),
    /// An assignment's time is over.
    Expire(String),
}

/// How long before its end an assignment's status says so (the status word names it).
const NEAR: SignedDuration = SignedDuration::from_hours(24);

impl State {
    /// Carries out everything that is due by `now`, each at its own time.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        while let Some(entry) = self.entitlement.due.first_entry() {
            let (at, _) = *entry.key();
            if at > now {
                break;
            }
            match entry.remove() {
                Due::Begin(id) => self.begin(&id),
                Due::Deliver(id) => self.deliver(&id, at),
                Due::Notify(id) => self.notify(&id),
                Due::NearExpiry(id) => self.near_expiry(&id),
                Due::Expire(id) => self.expire(&id, at),
            }
        }
    }

    fn schedule(&mut self, at: Timestamp, due: Due) {
        self.entitlement.due_made += 1;
        self.entitlement.due.insert((at, self.entitlement.due_made), due);
    }

    /// Takes a request in and plans how it is carried out.
    pub(crate) fn submit(&mut self, request: Request) {
        let after =
            |delay: SignedDuration| request.created.saturating_add(delay).unwrap_or(Timestamp::MAX);
        let steps = [
            (after(BEGINS_AFTER), Due::Begin(request.id.clone())),
            (after(DELIVERS_AFTER), Due::Deliver(request.id.clone())),
            (after(NOTIFIES_AFTER), Due::Notify(request.id.clone())),
        ];
        for (at, due) in steps {
            self.schedule(at, due);
        }
        self.entitlement.requests.insert(request.id.clone(), request);
    }

    fn begin(&mut self, id: &str) {
        let assignment_id = self.ids.next();
        let Some(request) = self.entitlement.requests.get_mut(id) else { return };
        request.state = "delivering";
        request.status = "Delivering";
        if request.removes() {
            return;
        }
        request.assignment_id = Some(assignment_id.clone());
        let request = request.clone();
        let package = self.entitlement.packages.get(&request.package_id);
        let catalog_id = package.map(|package| package.catalog_id.clone()).unwrap_or_default();
        self.entitlement.assignments.insert(
            assignment_id.clone(),
            Assignment {
                id: assignment_id,
                catalog_id,
                package_id: request.package_id,
                policy_id: request.policy_id,
                subject_id: request.subject_id,
                state: "delivering",
                status: "Delivering",
                start: None,
                end: None,
                expired: None,
                given: Vec::new(),
            },
        );
    }

    fn deliver(&mut self, id: &str, at: Timestamp) {
        let Some(request) = self.entitlement.requests.get(id).cloned() else { return };
        let Some(assignment_id) = request.assignment_id.clone() else { return };
        let (state, status) = match request.removes() {
            true => {
                self.revoke(&assignment_id, at);
                ("delivered", "Fulfilled")
            }
            false => self.grant(&assignment_id, at),
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
    fn grant(&mut self, assignment_id: &str, at: Timestamp) -> (&'static str, &'static str) {
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
        let end = self.entitlement.policies.get(&assignment.policy_id).and_then(|p| p.end(at));
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
        if let Some(end) = end {
            let near = end.saturating_sub(NEAR).unwrap_or(end);
            if near > at {
                self.schedule(near, Due::NearExpiry(assignment_id.to_owned()));
            }
            self.schedule(end, Due::Expire(assignment_id.to_owned()));
        }
        match state {
            "delivered" => ("delivered", "Fulfilled"),
            _ => (state, status),
        }
    }

    /// Gives one role, if its origin still has it.
    fn give(&mut self, assignment: &Assignment, scope: &RoleScope) -> Option<Given> {
        let user = self.entitlement.subjects.get(&assignment.subject_id)?.object_id.clone();
        let resource = self.entitlement.resources.get(&scope.resource_id)?;
        let mut roles = resource.roles(&self.directory).into_iter();
        roles.find(|role| role.origin_id == scope.role_origin_id)?;
        self.directory.users.get(&user)?;
        let given = Given {
            id: self.ids.next(),
            resource_id: resource.id.clone(),
            resource_origin_id: resource.origin_id.clone(),
            role_origin_id: scope.role_origin_id.clone(),
        };
        if let Some(list) = self.held_list(&scope.role_origin_id)
            && !list.contains(&user)
        {
            list.push(user);
        }
        Some(given)
    }

    /// The members or owners that a group's role stands for; other roles leave no trace in the
    /// directory here.
    fn held_list(&mut self, role_origin_id: &str) -> Option<&mut Vec<String>> {
        let (role, group) = role_origin_id.split_once('_')?;
        let group = self.directory.groups.get_mut(group)?;
        match role {
            "Member" => Some(&mut group.members),
            "Owner" => Some(&mut group.owners),
            _ => None,
        }
    }

    fn revoke(&mut self, assignment_id: &str, at: Timestamp) {
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
        let still = self.entitlement.assignments.values().any(|other| {
            other.subject_id == subject_id && other.given.iter().any(|g| g.is_same_role(role))
        });
        let Some(subject) = self.entitlement.subjects.get(subject_id).filter(|_| !still) else {
            return;
        };
        let user = subject.object_id.clone();
        if let Some(list) = self.held_list(&role.role_origin_id) {
            list.retain(|holder| *holder != user);
        }
    }

    /// Gives whoever has a package the role that it got since.
    pub(crate) fn give_to_holders(&mut self, package_id: &str, scope: &RoleScope) {
        for assignment in self.holders(package_id) {
            let Some(given) = self.give(&assignment, scope) else { continue };
            if let Some(held) = self.entitlement.assignments.get_mut(&assignment.id)
                && !held.given.iter().any(|known| known.is_same_role(&given))
            {
                held.given.push(given);
            }
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
        let holds = |a: &&Assignment| {
            a.package_id == package_id && matches!(a.state, "delivered" | "partiallyDelivered")
        };
        self.entitlement.assignments.values().filter(holds).cloned().collect()
    }

    fn near_expiry(&mut self, id: &str) {
        let assignment = self.entitlement.assignments.get_mut(id);
        if let Some(assignment) = assignment.filter(|a| a.state == "delivered") {
            assignment.status = "NearExpiry1DayNotificationTriggered";
        }
    }

    /// The service itself asks for the removal (documented: requests of type systemRemove track
    /// what expires).
    fn expire(&mut self, id: &str, at: Timestamp) {
        let Some(assignment) = self.entitlement.assignments.get(id).cloned() else { return };
        if assignment.is_current() && !self.is_asked_about(id) {
            self.submit_removal("systemRemove", assignment, at, None);
        }
    }
}
