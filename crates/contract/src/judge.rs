use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value};

use crate::facts::{Kind, TypeRef};
use crate::finding::{Direction, Finding, Severity};
use crate::path::{Resolved, Target};
use crate::schema::spelled;
use crate::unserved::unserved;
use crate::{Contract, EXCEPTIONS};

/// A contract with its schema compiled.
#[derive(Debug)]
pub struct Judge {
    contract: Contract,
    validator: Validator,
}

/// One exchange, as far as the contract judges it.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// `GET`, `POST` and so on.
    pub method: &'a str,
    /// The path with its version.
    pub path: &'a str,
    /// The body sent.
    pub request: Option<&'a Value>,
    /// The status of the answer.
    pub status: u16,
    /// The body of the answer.
    pub response: Option<&'a Value>,
}

impl Judge {
    /// Compiles the schema of `contract`.
    ///
    /// # Panics
    /// Never for a contract that was sliced from metadata: its schema is valid by construction.
    pub fn new(contract: &Contract) -> Self {
        let schema = contract.schema();
        let validator = jsonschema::options().build(&schema);
        let validator = validator.expect("the schema of a sliced contract is a JSON Schema");
        Self { contract: contract.clone(), validator }
    }

    /// The contract that is judged by.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// What the exchange has and the contract has not; violations first within each half.
    pub fn check(&self, exchange: &Exchange<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        match self.contract.resolve(exchange.path) {
            Err(why) => {
                findings.push(of_path("undeclared-path", Severity::Violation, why));
                if let Some(response) = exchange.response.filter(|_| exchange.status >= 400) {
                    self.check_error(response, &mut findings);
                }
            }
            Ok(resolved) => {
                findings.extend(self.check_method(exchange, &resolved));
                self.check_bodies(exchange, &resolved, &mut findings);
            }
        }
        findings
    }

    fn check_method(&self, exchange: &Exchange<'_>, resolved: &Resolved) -> Option<Finding> {
        let version = &self.contract.version;
        if let Some(row) = unserved(version, exchange.method, exchange.path) {
            let why = format!(
                "the metadata of {version} promises {} {}, which the service does not serve ({})",
                row.method, row.path, row.source
            );
            return Some(of_path("known-unserved", Severity::Notice, why));
        }
        let methods = resolved.methods(&self.contract);
        if methods.contains(&exchange.method) {
            return None;
        }
        let why = format!(
            "{} is not declared here; the metadata of {version} lets expect {}",
            exchange.method,
            methods.join(", ")
        );
        Some(of_path("undeclared-method", Severity::Violation, why))
    }

    fn check_bodies(
        &self,
        exchange: &Exchange<'_>,
        resolved: &Resolved,
        findings: &mut Vec<Finding>,
    ) {
        let one = TypeRef { collection: false, ..resolved.type_ref.clone() };
        let known = self.contract.types.contains_key(&one.name);
        match (&resolved.target, exchange.request) {
            (Target::Entities, Some(request)) => {
                findings.extend(self.body(&one, request, Direction::Request, ""));
            }
            (Target::Operation(key), Some(request)) => {
                findings.extend(self.parameters(key, request));
            }
            (_, None) | (Target::Property(_) | Target::References | Target::Text, _) => {}
        }
        match exchange.response {
            Some(response) if exchange.status >= 400 => self.check_error(response, findings),
            Some(_) if matches!(resolved.target, Target::References | Target::Text) => {}
            Some(_) if matches!(resolved.target, Target::Property(_)) || !known => {}
            // What a POST answers is one entity even where the path names many.
            Some(response)
                if resolved.type_ref.collection
                    && (exchange.method == "GET" || resolved.target != Target::Entities) =>
            {
                findings.extend(self.collection(&one, response));
            }
            Some(response) => findings.extend(self.body(&one, response, Direction::Response, "")),
            None => {}
        }
    }

    /// What is given to an action.
    fn parameters(&self, key: &str, request: &Value) -> Vec<Finding> {
        let Some(operation) = self.contract.operations.get(key) else { return vec![] };
        let given = request.as_object().into_iter().flatten();
        let mut findings = Vec::new();
        for (name, value) in given.filter(|(name, _)| !name.contains('@')) {
            let pointer = format!("/{}", escape(name));
            match operation.parameters.get(name) {
                None => findings.push(Finding {
                    rule: "undeclared-member".into(),
                    severity: Severity::Violation,
                    direction: Direction::Request,
                    pointer,
                    message: format!(
                        "{key} of {} declares no such parameter",
                        self.contract.version
                    ),
                }),
                Some(parameter) => {
                    let type_ref = &parameter.type_ref;
                    let judged = !type_ref.collection
                        && self.contract.types.get(&type_ref.name).is_some_and(|found| {
                            matches!(found.kind, Kind::Entity | Kind::Complex)
                        });
                    if judged && !(value.is_null() && parameter.nullable) {
                        findings.extend(self.body(type_ref, value, Direction::Request, &pointer));
                    }
                }
            }
        }
        findings
    }

    /// Holds one body against the type named.
    pub fn check_body(&self, type_name: &str, body: &Value, direction: Direction) -> Vec<Finding> {
        let type_ref = TypeRef { name: type_name.to_owned(), collection: false };
        self.body(&type_ref, body, direction, "")
    }

    fn collection(&self, one: &TypeRef, response: &Value) -> Vec<Finding> {
        let Some(Value::Array(elements)) = response.get("value") else {
            return vec![Finding {
                rule: "collection-envelope".into(),
                severity: Severity::Violation,
                direction: Direction::Response,
                pointer: String::new(),
                message: format!("expected a list of {} under 'value', found none", one.name),
            }];
        };
        let elements = elements.iter().enumerate();
        elements
            .flat_map(|(index, element)| {
                self.body(one, element, Direction::Response, &format!("/value/{index}"))
            })
            .collect()
    }

    fn check_error(&self, response: &Value, findings: &mut Vec<Finding>) {
        let error = &response["error"];
        if error["code"].is_string() && error["message"].is_string() {
            return;
        }
        findings.push(Finding {
            rule: "error-envelope".into(),
            severity: Severity::Violation,
            direction: Direction::Response,
            pointer: String::new(),
            message: format!(
                "expected error.code and error.message as texts ({} error format), found something else",
                self.contract.version
            ),
        });
    }

    fn body(&self, of: &TypeRef, body: &Value, direction: Direction, at: &str) -> Vec<Finding> {
        let mut wrapped = Map::new();
        wrapped.insert(of.name.clone(), body.clone());
        let wrapped = Value::Object(wrapped);
        let mut findings: Vec<Finding> = self
            .validator
            .iter_errors(&wrapped)
            .flat_map(|error| self.findings(&error, direction, at))
            .collect();
        findings.sort_by(|a, b| b.severity.cmp(&a.severity).then(a.pointer.cmp(&b.pointer)));
        findings
    }

    fn findings(
        &self,
        error: &ValidationError<'_>,
        direction: Direction,
        at: &str,
    ) -> Vec<Finding> {
        // The first segment is the type's name under which the body was wrapped.
        let path = error.instance_path().as_str().to_owned();
        let within = path.get(1..).and_then(|p| p.find('/').map(|i| p[i..].to_owned()));
        let pointer = format!("{at}{}", within.unwrap_or_default());
        let finding = |rule: &'static str, severity, pointer: &str, message| Finding {
            rule: rule.into(),
            severity,
            direction,
            pointer: pointer.to_owned(),
            message,
        };
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let owner = self.owner(error);
                let members = unexpected.iter().filter(|m| !self.excepted(&owner, m, direction));
                members
                    .map(|member| {
                        let severity = match direction {
                            Direction::Request => Severity::Violation,
                            Direction::Response => Severity::Notice,
                        };
                        let pointer = format!("{pointer}/{}", escape(member));
                        let message =
                            format!("{owner} of {} declares no such member", self.contract.version);
                        finding("undeclared-member", severity, &pointer, message)
                    })
                    .collect()
            }
            ValidationErrorKind::Enum { options } if !error.instance().is_null() => {
                vec![self.word(error, options, finding, direction, &pointer)]
            }
            _ if error.instance().is_null() => vec![finding(
                "null",
                Severity::Violation,
                &pointer,
                "null, where the metadata does not allow it".to_owned(),
            )],
            ValidationErrorKind::Pattern { pattern } if spelled(pattern).is_some() => {
                let of = spelled(pattern).unwrap_or_default();
                let message = format!("the value is not spelled as an {of}");
                vec![finding("wrong-type", Severity::Violation, &pointer, message)]
            }
            // The masked text names the expectation and leaves the value out.
            _ => vec![finding(
                "wrong-type",
                Severity::Violation,
                &pointer,
                error.masked_with("the value").to_string(),
            )],
        }
    }

    fn word(
        &self,
        error: &ValidationError<'_>,
        options: &Value,
        finding: impl Fn(&'static str, Severity, &str, String) -> Finding,
        direction: Direction,
        pointer: &str,
    ) -> Finding {
        let options: Vec<&str> =
            options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let found = error.instance().as_str();
        let recased = found.and_then(|f| options.iter().find(|o| o.eq_ignore_ascii_case(f)));
        let evolvable = options.contains(&"unknownFutureValue");
        match (recased, found) {
            (Some(word), _) => {
                let severity = match direction {
                    Direction::Request => Severity::Notice,
                    Direction::Response => Severity::Violation,
                };
                let message = format!("a word of the enum in another case; it is '{word}'");
                finding("enum-case", severity, pointer, message)
            }
            (None, Some(_)) if evolvable && direction == Direction::Response => finding(
                "enum-new-member",
                Severity::Notice,
                pointer,
                format!("a word that {} does not have yet", self.contract.version),
            ),
            (None, Some(_)) => finding(
                "enum-member",
                Severity::Violation,
                pointer,
                format!("no word of the enum; it has {}", options.join(", ")),
            ),
            (None, None) => finding(
                "wrong-type",
                Severity::Violation,
                pointer,
                "the value is not a word of an enum".to_owned(),
            ),
        }
    }

    /// The type whose member list refused: the definition that the schema path names last.
    fn owner(&self, error: &ValidationError<'_>) -> String {
        let path = error.schema_path().as_str().to_owned();
        let defined = path.rsplit("/$defs/").next().unwrap_or_default();
        let name = defined.split('/').next().unwrap_or_default();
        let name = name.strip_suffix(".members").unwrap_or(name).to_owned();
        match self.contract.types.get(&name) {
            Some(found) if matches!(found.kind, Kind::Entity | Kind::Complex) => name,
            _ => "the type".to_owned(),
        }
    }

    fn excepted(&self, owner: &str, member: &str, direction: Direction) -> bool {
        EXCEPTIONS.iter().any(|exception| {
            exception.version == self.contract.version
                && exception.type_name == owner
                && exception.member == member
                && exception.direction == direction
        })
    }
}

/// A finding on the request as a whole.
fn of_path(rule: &'static str, severity: Severity, message: String) -> Finding {
    let (direction, pointer) = (Direction::Request, String::new());
    Finding { rule: rule.into(), severity, direction, pointer, message }
}

fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}
