//! The state machines of the service, as data.
//!
//! States and statuses are those of the v1.0 metadata of 2026-08 and of the resource pages; edges
//! are those of the documentation's descriptions, with what live runs showed where they differ.
//! Delivery is asynchronous: a client that polls may miss any state that is passed through, so
//! observations are audited by [`Lifecycle::reachable`], not edge by edge.

/// One state machine.
#[derive(Debug)]
pub struct Lifecycle {
    /// The noun that has it, in v1.0's tongue.
    pub noun: &'static str,
    /// Its states in v1.0's spelling; the first of them can be the initial one.
    pub states: &'static [State],
    /// Edges `(from, to)`.
    pub edges: &'static [(&'static str, &'static str)],
}

/// A state with the statuses (finer words, free text on the wire) that are seen in it.
#[derive(Debug)]
pub struct State {
    /// The state's word in v1.0's spelling.
    pub name: &'static str,
    /// Whether an entity may begin in it.
    pub initial: bool,
    /// Whether nothing follows it.
    pub terminal: bool,
    /// Status words seen with it, PascalCase in both versions.
    pub statuses: &'static [&'static str],
}

const fn initial(name: &'static str, statuses: &'static [&'static str]) -> State {
    State { name, initial: true, terminal: false, statuses }
}

const fn passing(name: &'static str, statuses: &'static [&'static str]) -> State {
    State { name, initial: false, terminal: false, statuses }
}

const fn terminal(name: &'static str, statuses: &'static [&'static str]) -> State {
    State { name, initial: false, terminal: true, statuses }
}

/// A request to assign, change or remove access. `submitted` to `FulfilledNotificationTriggered`
/// is the tutorial's path; `Fulfilled` alone is what the 2020 form and two live runs read.
pub static ASSIGNMENT_REQUEST: Lifecycle = Lifecycle {
    noun: "assignmentRequest",
    states: &[
        initial("submitted", &["Accepted"]),
        passing("pendingApproval", &["PendingApproval", "PendingApprovalEscalated"]),
        passing("scheduled", &["PendingNotBefore"]),
        passing("delivering", &["Delivering", "WaitingForCallback"]),
        terminal("delivered", &["Delivered", "Fulfilled", "FulfilledNotificationTriggered"]),
        passing("deliveryFailed", &["DeliveryFailed"]),
        passing("partiallyDelivered", &["PartiallyDelivered"]),
        terminal("denied", &["Denied"]),
        terminal("canceled", &["Canceled"]),
    ],
    edges: &[
        ("submitted", "pendingApproval"),
        ("submitted", "scheduled"),
        ("submitted", "delivering"),
        ("submitted", "denied"),
        ("submitted", "canceled"),
        ("pendingApproval", "scheduled"),
        ("pendingApproval", "delivering"),
        ("pendingApproval", "denied"),
        ("pendingApproval", "canceled"),
        ("scheduled", "delivering"),
        ("scheduled", "canceled"),
        ("delivering", "delivered"),
        ("delivering", "deliveryFailed"),
        ("delivering", "partiallyDelivered"),
        // Reprocessing, and the service's own retries.
        ("deliveryFailed", "delivering"),
        ("partiallyDelivered", "delivering"),
        ("deliveryFailed", "canceled"),
    ],
};

/// A request to add, update or remove a catalog's resource: done at once, `delivered` already in
/// the answer that creates it (every live run).
pub static RESOURCE_REQUEST: Lifecycle = Lifecycle {
    noun: "resourceRequest",
    states: &[
        initial("submitted", &["Accepted"]),
        passing("delivering", &["Delivering"]),
        State { name: "delivered", initial: true, terminal: true, statuses: &["Fulfilled"] },
        terminal("deliveryFailed", &["DeliveryFailed"]),
    ],
    edges: &[
        ("submitted", "delivering"),
        ("delivering", "delivered"),
        ("delivering", "deliveryFailed"),
    ],
};

/// Somebody's access. It stays listed after it expired.
pub static ASSIGNMENT: Lifecycle = Lifecycle {
    noun: "assignment",
    states: &[
        initial("delivering", &["Delivering"]),
        passing("partiallyDelivered", &["PartiallyDelivered"]),
        passing("delivered", &["Delivered", "NearExpiry1DayNotificationTriggered"]),
        passing("deliveryFailed", &["DeliveryFailed"]),
        terminal("expired", &["Expired", "ExpiredNotificationTriggered"]),
    ],
    edges: &[
        ("delivering", "delivered"),
        ("delivering", "partiallyDelivered"),
        ("delivering", "deliveryFailed"),
        ("partiallyDelivered", "delivering"),
        ("deliveryFailed", "delivering"),
        ("delivered", "delivering"),
        ("delivered", "expired"),
        ("partiallyDelivered", "expired"),
        ("deliveryFailed", "expired"),
        ("delivering", "expired"),
    ],
};

/// All state machines.
pub static ALL: [&Lifecycle; 3] = [&ASSIGNMENT_REQUEST, &RESOURCE_REQUEST, &ASSIGNMENT];

impl Lifecycle {
    /// The state of that name, in either version's spelling.
    pub fn state(&self, name: &str) -> Option<&State> {
        self.states.iter().find(|state| state.name.eq_ignore_ascii_case(name))
    }

    /// Whether `to` is `from` or can be reached from it along edges.
    pub fn reachable(&self, from: &str, to: &str) -> bool {
        let (Some(from), Some(to)) = (self.state(from), self.state(to)) else { return false };
        let mut seen = vec![from.name];
        let mut at = 0;
        while let Some(&state) = seen.get(at) {
            if state == to.name {
                return true;
            }
            for (start, end) in self.edges {
                if *start == state && !seen.contains(end) {
                    seen.push(end);
                }
            }
            at += 1;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_name_known_states_and_none_leaves_a_terminal_one() {
        for lifecycle in ALL {
            for (from, to) in lifecycle.edges {
                let from = lifecycle.state(from).expect("a known state");
                assert!(!from.terminal, "{} leaves the terminal {}", lifecycle.noun, from.name);
                assert!(lifecycle.state(to).is_some(), "{to}");
            }
        }
    }

    #[test]
    fn every_state_can_be_reached_from_an_initial_one() {
        for lifecycle in ALL {
            let starts: Vec<_> = lifecycle.states.iter().filter(|state| state.initial).collect();
            for state in lifecycle.states {
                assert!(
                    starts.iter().any(|start| lifecycle.reachable(start.name, state.name)),
                    "{} of {}",
                    state.name,
                    lifecycle.noun
                );
            }
        }
    }

    #[test]
    fn polling_may_miss_states_but_never_see_them_backwards() {
        assert!(ASSIGNMENT_REQUEST.reachable("Submitted", "delivered"));
        assert!(!ASSIGNMENT_REQUEST.reachable("delivered", "submitted"));
        assert!(!ASSIGNMENT_REQUEST.reachable("denied", "delivered"));
        assert!(!ASSIGNMENT_REQUEST.reachable("delivered", "nonsense"));
    }
}
