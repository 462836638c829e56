//! Words of closed lists that may grow: enum types in v1.0, plain strings in beta.

use std::fmt::{self, Display};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
            /// A word that this list does not have yet.
            Other(String),
        }

        impl $name {
            /// The word in v1.0's spelling.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            /// Reads a word in either version's spelling.
            fn from(text: &str) -> Self {
                $(if text.eq_ignore_ascii_case($text) {
                    return Self::$variant;
                })*
                Self::Other(text.to_owned())
            }
        }

        impl Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(|text| Self::from(text.as_str()))
            }
        }
    )*};
}

words! {
    /// What a request asks for (v1.0 `accessPackageRequestType`).
    RequestType {
        /// The user asks for access.
        UserAdd = "userAdd",
        /// The user asks for a change of their access.
        UserUpdate = "userUpdate",
        /// The user gives access back.
        UserRemove = "userRemove",
        /// An administrator assigns, or adds a resource.
        AdminAdd = "adminAdd",
        /// An administrator changes an assignment, or updates a resource.
        AdminUpdate = "adminUpdate",
        /// An administrator removes an assignment, or a resource.
        AdminRemove = "adminRemove",
        /// The service assigns.
        SystemAdd = "systemAdd",
        /// The service changes an assignment.
        SystemUpdate = "systemUpdate",
        /// The service removes an assignment, such as an expired one.
        SystemRemove = "systemRemove",
    }

    /// Where a request stands (v1.0 `accessPackageRequestState`); see [`crate::lifecycle`].
    RequestState {
        /// Taken in.
        Submitted = "submitted",
        /// Waits for an approver.
        PendingApproval = "pendingApproval",
        /// Is carried out.
        Delivering = "delivering",
        /// Was carried out.
        Delivered = "delivered",
        /// Could not be carried out.
        DeliveryFailed = "deliveryFailed",
        /// An approver said no.
        Denied = "denied",
        /// Waits for its start.
        Scheduled = "scheduled",
        /// Was called off.
        Canceled = "canceled",
        /// Was carried out in part.
        PartiallyDelivered = "partiallyDelivered",
    }

    /// Where an assignment stands (v1.0 `accessPackageAssignmentState`).
    AssignmentState {
        /// Access is being given.
        Delivering = "delivering",
        /// Access was given in part.
        PartiallyDelivered = "partiallyDelivered",
        /// Access is given.
        Delivered = "delivered",
        /// Access was taken away, by time or by request.
        Expired = "expired",
        /// Access could not be given.
        DeliveryFailed = "deliveryFailed",
    }

    /// Whether a catalog's packages can be requested (v1.0 `accessPackageCatalogState`).
    CatalogState {
        /// They can.
        Published = "published",
        /// They cannot.
        Unpublished = "unpublished",
    }

    /// Who made a catalog (v1.0 `accessPackageCatalogType`).
    CatalogType {
        /// A user.
        UserManaged = "userManaged",
        /// The service: the catalog General.
        ServiceDefault = "serviceDefault",
        /// The service.
        ServiceManaged = "serviceManaged",
    }

    /// Who may be assigned through a policy (v1.0 `allowedTargetScope`).
    TargetScope {
        /// Nobody may ask; administrators assign.
        NotSpecified = "notSpecified",
        /// Users and groups named in the policy.
        SpecificDirectoryUsers = "specificDirectoryUsers",
        /// Users of connected organizations named in the policy.
        SpecificConnectedOrganizationUsers = "specificConnectedOrganizationUsers",
        /// All members of the directory, guests left out.
        AllMemberUsers = "allMemberUsers",
        /// All users of the directory, guests too.
        AllDirectoryUsers = "allDirectoryUsers",
        /// Users of all connected organizations.
        AllConfiguredConnectedOrganizationUsers = "allConfiguredConnectedOrganizationUsers",
        /// Anybody outside.
        AllExternalUsers = "allExternalUsers",
    }

    /// How an expiration is given (`expirationPatternType`).
    ExpirationType {
        /// Not given.
        NotSpecified = "notSpecified",
        /// Never.
        NoExpiration = "noExpiration",
        /// At a time.
        AfterDateTime = "afterDateTime",
        /// Some time after access is given.
        AfterDuration = "afterDuration",
    }

    /// The system that a resource comes from; the same words in both versions.
    OriginSystem {
        /// A group.
        AadGroup = "AadGroup",
        /// An application's service principal.
        AadApplication = "AadApplication",
        /// A SharePoint Online site.
        SharePointOnline = "SharePointOnline",
    }
}
