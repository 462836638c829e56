use std::collections::BTreeMap;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// What the environment says, by name. Any of it may be secret, so `Debug` tells names only.
#[derive(Clone, Default)]
pub struct Settings(BTreeMap<String, SecretString>);

/// A line of an `.env` file that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line}: expected NAME=VALUE, an empty line or a comment (#); the line is not shown, it may hold a secret"
)]
pub struct SettingsError {
    /// The line's number, from 1.
    pub line: usize,
}

impl Settings {
    /// Settings of these names and values; an empty value is none.
    pub fn of<N: Into<String>, V: Into<String>>(values: impl IntoIterator<Item = (N, V)>) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.into(), value.into()));
        let given = values.filter(|(_, value): &(String, String)| !value.is_empty());
        Self(given.map(|(name, value)| (name, SecretString::from(value))).collect())
    }

    /// The same, and what an `.env` file says beside it: what is set already stays.
    ///
    /// # Errors
    /// [`SettingsError`] names the line that cannot be read.
    pub fn beside(mut self, file: &str) -> Result<Self, SettingsError> {
        for (number, line) in file.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let line = line.strip_prefix("export ").unwrap_or(line);
            let pair = line.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
            let is_name = |name: &str| {
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            };
            let (name, value) =
                pair.filter(|(name, _)| is_name(name)).ok_or(SettingsError { line: number + 1 })?;
            let value = unquoted(value);
            if !value.is_empty() {
                self.0.entry(name.to_owned()).or_insert_with(|| SecretString::from(value));
            }
        }
        Ok(self)
    }

    /// A setting that is no secret: an id, an address, a path.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.secret(name).map(ExposeSecret::expose_secret)
    }

    /// A setting that may be a secret.
    pub fn secret(&self, name: &str) -> Option<&SecretString> {
        self.0.get(name)
    }

    /// Every value that must not be seen anywhere: those of names that say so, and who somebody is.
    pub fn secrets(&self) -> impl Iterator<Item = (&str, &SecretString)> {
        let telling = ["SECRET", "PASSWORD", "TOKEN", "KEY", "USERNAME", "TENANT_ID"];
        let is_secret = move |name: &str| {
            telling.iter().any(|word| name.contains(word)) && !name.ends_with("_FILE")
        };
        self.0.iter().map(|(name, value)| (name.as_str(), value)).filter(move |(n, _)| is_secret(n))
    }

    /// A text for people, without these values: each stands under the name of its setting.
    pub fn redacted(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, secret) in self.secrets() {
            text = text.replace(secret.expose_secret(), &format!("{{{name}}}"));
        }
        text
    }
}

/// A value without the quotes around it.
fn unquoted(value: &str) -> &str {
    let within = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(value)
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_fills_what_is_not_set() {
        let file = "# a comment\n\nexport A=file\nB = \"quoted text\"\nC='x'\nD=\n";
        let settings = Settings::of([("A", "set"), ("E", "")]).beside(file).expect("a file");
        let found = ["A", "B", "C", "D", "E"].map(|name| settings.get(name));
        assert_eq!(found, [Some("set"), Some("quoted text"), Some("x"), None, None]);
    }

    #[test]
    fn a_line_that_is_none_is_named_and_not_shown() {
        let error = Settings::default().beside("A=1\nhunter2\n").expect_err("no pair");
        assert_eq!(error, SettingsError { line: 2 });
        assert!(!error.to_string().contains("hunter2"));
        let settings = Settings::of([("AZURE_CLIENT_SECRET", "hunter2"), ("CA_FILE", "ca.pem")]);
        assert_eq!(settings.redacted("<hunter2> ca.pem"), "<{AZURE_CLIENT_SECRET}> ca.pem");
        assert_eq!(format!("{settings:?}"), r#"{"AZURE_CLIENT_SECRET", "CA_FILE"}"#);
        assert_eq!(
            settings.secrets().map(|(name, _)| name).collect::<Vec<_>>(),
            ["AZURE_CLIENT_SECRET"]
        );
    }
}
