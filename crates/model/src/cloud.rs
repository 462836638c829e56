use std::fmt::{self, Display};
use std::str::FromStr;

/// One of Microsoft's clouds. Each has its own directory, its own sign-in and its own Graph; a token
/// of one is none in another.
///
/// The hosts are those of the documentation (`concepts/deployments.md` of microsoft-graph-docs, and
/// the endpoints of Azure's command line for the resource manager).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Cloud {
    /// The global service.
    #[default]
    Global,
    /// Microsoft Cloud for US Government, L4.
    UsGov,
    /// Microsoft Cloud for US Government, L5 (DoD).
    UsGovDod,
    /// Microsoft 365 and Azure in China, operated by 21Vianet.
    China,
}

impl Cloud {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Global, Self::UsGov, Self::UsGovDod, Self::China];

    /// The name in options: `global`, `usgov`, `usgovdod` or `china`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::UsGov => "usgov",
            Self::UsGovDod => "usgovdod",
            Self::China => "china",
        }
    }

    /// The host of Microsoft Graph.
    pub const fn graph(self) -> &'static str {
        match self {
            Self::Global => "graph.microsoft.com",
            Self::UsGov => "graph.microsoft.us",
            Self::UsGovDod => "dod-graph.microsoft.us",
            Self::China => "microsoftgraph.chinacloudapi.cn",
        }
    }

    /// The host of the identity platform.
    pub const fn login(self) -> &'static str {
        match self {
            Self::Global => "login.microsoftonline.com",
            Self::UsGov | Self::UsGovDod => "login.microsoftonline.us",
            Self::China => "login.chinacloudapi.cn",
        }
    }

    /// Every host under which the identity platform is known, the one that clients prefer first
    /// (what Microsoft's sign-in libraries carry for instance discovery).
    pub const fn login_aliases(self) -> &'static [&'static str] {
        match self {
            Self::Global => &[
                "login.microsoftonline.com",
                "login.windows.net",
                "login.microsoft.com",
                "sts.windows.net",
            ],
            Self::UsGov | Self::UsGovDod => {
                &["login.microsoftonline.us", "login.usgovcloudapi.net"]
            }
            Self::China => &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
        }
    }

    /// The host of Azure's resource manager, which Azure's own clients ask before anything else.
    pub const fn resource_manager(self) -> &'static str {
        match self {
            Self::Global => "management.azure.com",
            Self::UsGov | Self::UsGovDod => "management.usgovcloudapi.net",
            Self::China => "management.chinacloudapi.cn",
        }
    }
}

impl Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no cloud.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown cloud '{0}'; known are global, usgov, usgovdod and china")]
pub struct UnknownCloud(pub String);

impl FromStr for Cloud {
    type Err = UnknownCloud;

    fn from_str(text: &str) -> Result<Self, UnknownCloud> {
        let found = Self::ALL.into_iter().find(|cloud| cloud.name() == text);
        found.ok_or_else(|| UnknownCloud(text.to_owned()))
    }
}
