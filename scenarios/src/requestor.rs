//! Whoever asks for access: a user who was there before the play and is not touched by it.

use client::Call;
use harness::{Failure, Stage};
use model::Version::{self, V1};
use model::{AccessPackage, AssignmentPolicy, AssignmentRequest, NewAssignmentRequest, User};

/// The user, found in a step of that title; `None`, and so noted, where the tenant has none to offer.
pub(crate) async fn adopted(stage: &Stage, title: &str) -> Result<Option<User>, Failure> {
    if let Some(requestor) = stage.requestor(V1) {
        let user = stage.step(title, &requestor.me()).await?;
        stage.adopt(&user.id);
        return Ok(Some(user));
    }
    let Some(name) = stage.given("requestor") else {
        stage.not_applicable(
            title,
            "a user who can sign in, or the name of one (given as 'requestor')",
        );
        return Ok(None);
    };
    let named = stage.admin(V1).users().list().filter(User::PRINCIPAL_NAME.eq(name)).one();
    let user = stage.step(title, &named).await?;
    stage.adopt(&user.id);
    Ok(Some(user))
}

/// The request for access: the user's own, or the administrator's where the user cannot sign in.
pub(crate) fn asking(
    stage: &Stage,
    documented: Version,
    user: &User,
    policy: &AssignmentPolicy,
    package: &AccessPackage,
) -> Call<AssignmentRequest> {
    match stage.requestor(documented) {
        Some(requestor) => {
            requestor.requests().create(&NewAssignmentRequest::user_add(user, policy, package))
        }
        None => {
            let direct = NewAssignmentRequest::admin_add(user, policy, package);
            stage.admin(documented).requests().create(&direct)
        }
    }
}
