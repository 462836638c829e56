use super::nouns;
use crate::SubjectId;

nouns! {
    /// A user as entitlement management knows them.
    Subject(SubjectId) in SUBJECT {
        /// The user's object id; null while they are not in the directory yet.
        object_id: String,
        /// Their name.
        display_name: String,
        /// Their sign-in name.
        principal_name: String,
        /// Their address.
        email: String,
        /// `user` or `servicePrincipal`.
        subject_type: String,
    }
}
