use transport::TransportError;

/// Nobody could be signed in. No secret is told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// Something that the environment must say is not there.
    #[error("{needs} is not set; {remedy}")]
    Missing {
        /// The setting, or what there is a choice of.
        needs: String,
        /// What to do.
        remedy: String,
    },
    /// The environment says two things at once.
    #[error("{found} are set at once; unset all but one, or say which by --credential")]
    Contradictory {
        /// The settings.
        found: String,
    },
    /// A file or a program that the environment names is not what it should be.
    #[error("{place}: {why}")]
    Unusable {
        /// The setting, and what it names.
        place: String,
        /// What was expected and found.
        why: String,
    },
    /// The identity platform refused.
    #[error("{who} cannot sign in at {authority}: {why}")]
    Refused {
        /// Who.
        who: String,
        /// Where.
        authority: String,
        /// The platform's words, and what to do.
        why: String,
    },
}

impl From<CredentialError> for TransportError {
    fn from(error: CredentialError) -> Self {
        Self::Refused(error.to_string())
    }
}

/// What helps against an error of the identity platform (Microsoft's list of AADSTS codes).
const REMEDIES: [(u32, &str); 17] = [
    (50_034, "there is no such user in the tenant: check REQUESTOR_USERNAME and AZURE_TENANT_ID"),
    (
        50_076,
        "the user must use multi-factor authentication, which a password alone cannot do: sign in by a code (REQUESTOR_SIGN_IN=device-code), or take a test user without it",
    ),
    (
        50_079,
        "the user must register for multi-factor authentication first: take a test user without it",
    ),
    (
        50_105,
        "the application must be assigned to whoever signs in: Enterprise applications > Users and groups",
    ),
    (50_126, "wrong name or password: check REQUESTOR_USERNAME and REQUESTOR_PASSWORD"),
    (53_003, "a Conditional Access policy forbids it: exclude the test identity from it"),
    (
        65_001,
        "nobody has consented to the application's permissions: an administrator does under API permissions > Grant admin consent",
    ),
    (90_002, "there is no such tenant in this cloud: check AZURE_TENANT_ID and --cloud"),
    (500_011, "Graph is not known in this tenant under that name: check --cloud"),
    (
        700_016,
        "the tenant does not know the application: check AZURE_CLIENT_ID, AZURE_TENANT_ID and --cloud",
    ),
    (700_024, "the assertion's time is over or has not begun: set this machine's clock"),
    (
        700_027,
        "the certificate is not registered with the application: upload it under Certificates & secrets",
    ),
    (
        700_213,
        "no federated credential matches the token's subject: add one under Certificates & secrets > Federated credentials",
    ),
    (
        7_000_112,
        "the application is disabled: enable it under Enterprise applications > Properties",
    ),
    (7_000_215, "the secret is wrong: AZURE_CLIENT_SECRET is the secret's value, not its id"),
    (
        7_000_218,
        "the application must allow public client flows: Authentication > Advanced settings",
    ),
    (7_000_222, "the secret has expired: make a new one under Certificates & secrets"),
];

/// The platform's words without the ids and times that follow them, and what helps.
pub(crate) fn explained(description: &str) -> String {
    let end = [" Trace ID:", "\r", "\n"].iter().filter_map(|mark| description.find(mark)).min();
    let words = description[..end.unwrap_or(description.len())].trim();
    let number = description.split("AADSTS").nth(1).map(|rest| {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest[..digits].parse::<u32>()
    });
    let known = number.and_then(Result::ok).and_then(|number| {
        REMEDIES.iter().find(|(known, _)| *known == number).map(|(_, remedy)| *remedy)
    });
    match known {
        Some(remedy) => format!("{words} - {remedy}"),
        None => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_helps_is_told_with_the_platforms_words() {
        let told = explained("AADSTS7000215: Invalid client secret provided. Trace ID: 1 x");
        assert!(
            told.starts_with("AADSTS7000215: Invalid client secret provided. - the secret"),
            "{told}"
        );
        assert_eq!(explained("AADSTS1: unheard of\r\nTrace"), "AADSTS1: unheard of");
        assert_eq!(explained("no number"), "no number");
    }
}
