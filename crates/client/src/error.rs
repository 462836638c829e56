use std::fmt::{self, Display};

use http::StatusCode;
use transport::TransportError;

use crate::catalogue::{Remedy, remedy};

/// Why a call gave no answer that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The version has no words for it; nothing was sent.
    Inexpressible,
    /// It cannot be made: its URL is on another host, or its draft is no JSON; nothing was sent.
    Unsendable,
    /// No connection; the request was not carried out.
    Unreachable,
    /// The answer was lost; whether the request was carried out is unknown.
    Lost,
    /// The transport refused it: a cassette that does not match, say.
    Transport,
    /// The service refused it.
    Refused,
    /// The answer is not what it should be.
    Unreadable,
    /// Another number of entities than asked for.
    Count,
    /// The goal was not reached in time.
    Deadline,
}

/// An opaque error that names the request on one line.
#[derive(Clone)]
pub struct Error(Box<Repr>);

#[derive(Clone)]
struct Repr {
    kind: ErrorKind,
    request: String,
    message: String,
    status: Option<StatusCode>,
    code: Option<String>,
    request_id: Option<String>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, request: &str, message: impl Display) -> Self {
        Self(Box::new(Repr {
            kind,
            request: request.to_owned(),
            message: message.to_string(),
            status: None,
            code: None,
            request_id: None,
        }))
    }

    pub(crate) fn refused(
        request: &str,
        status: StatusCode,
        code: Option<String>,
        message: &str,
        request_id: Option<String>,
    ) -> Self {
        let mut error = Self::new(ErrorKind::Refused, request, message);
        error.0.status = Some(status);
        error.0.code = code;
        error.0.request_id = request_id;
        error
    }

    pub(crate) fn transport(request: &str, error: &TransportError) -> Self {
        let kind = match error {
            TransportError::Unreachable { .. } => ErrorKind::Unreachable,
            TransportError::Lost { .. } => ErrorKind::Lost,
            TransportError::Refused(_) => ErrorKind::Transport,
        };
        Self::new(kind, request, error)
    }

    /// What went wrong, coarsely.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The status of the answer, where the service refused.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The service's error code, such as `AccessPackageNotFound`.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The service's id of the request, to give to its support.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Whether what was asked for is not there.
    pub fn is_not_found(&self) -> bool {
        self.0.status == Some(StatusCode::NOT_FOUND)
    }

    /// Whether asking again later may help.
    pub fn is_transient(&self) -> bool {
        match self.0.kind {
            ErrorKind::Unreachable | ErrorKind::Lost => true,
            _ => matches!(self.remedy(), Some(Remedy::Retry | Remedy::Wait)),
        }
    }

    /// Whether it may have been carried out before: what is there says so.
    pub fn is_done_already(&self) -> bool {
        self.remedy() == Some(Remedy::Reconcile)
    }

    /// Whether the tenant lacks a licence.
    pub fn is_licence(&self) -> bool {
        self.remedy() == Some(Remedy::Licence)
    }

    /// Whether the caller lacks a permission, a role or ownership.
    pub fn is_permission(&self) -> bool {
        self.remedy() == Some(Remedy::Permission)
    }

    /// Whether the version cannot express the call.
    pub fn is_inexpressible(&self) -> bool {
        self.0.kind == ErrorKind::Inexpressible
    }

    fn remedy(&self) -> Option<Remedy> {
        Some(remedy(self.0.status?, self.0.code.as_deref().unwrap_or_default()))
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Repr { kind, request, message, status, code, request_id } = &*self.0;
        if *kind == ErrorKind::Inexpressible {
            return f.write_str(message);
        }
        write!(f, "{request}: ")?;
        if let Some(status) = status {
            write!(f, "{} ", status.as_u16())?;
        }
        if let Some(code) = code {
            write!(f, "{code}: ")?;
        }
        f.write_str(message)?;
        if let Some(id) = request_id {
            write!(f, " (request-id {id})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl std::error::Error for Error {}
