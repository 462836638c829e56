//! Access that a play asked for, taken back wherever the play ends.

use client::Client;
use harness::{Debt, Stage};
use model::{
    Assignment, AssignmentPolicy, AssignmentRequest, AssignmentState, NewAssignmentRequest,
    RequestState,
};

/// What `request` gives is owed: in the clean-up the request is followed to its end, and every
/// assignment of `policy` is removed. Nothing else can be taken away before: neither policy nor
/// package can go while anybody has access, and the group would keep its member.
pub(crate) fn owe_access(
    stage: &Stage,
    admin: &Client,
    request: &AssignmentRequest,
    policy: &AssignmentPolicy,
) -> Debt {
    let asked = admin.requests().get(&request.id);
    let given = admin.assignments().list().filter(Assignment::POLICY_ID.eq(&policy.id)).items();
    let admin = admin.clone();
    stage.owe_work("Take back the access that was asked for", move |waiter| {
        let (admin, asked, given) = (admin.clone(), asked.clone(), given.clone());
        async move {
            waiter.until(&asked, |request| !is_on_its_way(request)).await?;
            let given = given.send().await?;
            for assignment in given.iter().filter(|a| a.state != Some(AssignmentState::Expired)) {
                let remove = NewAssignmentRequest::admin_remove(assignment);
                match admin.requests().create(&remove).send().await {
                    Ok(_) => {}
                    // A step of the play had asked for it.
                    Err(error) if error.code() == Some("ExistingOpenRequest") => {}
                    Err(error) => return Err(error),
                }
                let ended = admin.assignments().get(&assignment.id);
                waiter.until(&ended, |a| a.state == Some(AssignmentState::Expired)).await?;
            }
            Ok(())
        }
    })
}

fn is_on_its_way(request: &AssignmentRequest) -> bool {
    matches!(request.state, Some(RequestState::Submitted | RequestState::Delivering))
}
