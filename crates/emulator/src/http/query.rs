//! Query options as this service takes them.

use model::Version;
use model::dialect::{Member, Noun, UnknownName, noun, query_from_wire};
use odata::{Comparison, Filter, Function, Literal, ParseError, Path, Query};

use super::binding;
use crate::ids::is_guid;
use crate::refusal::{
    FILTER_GUID, FILTER_NOT_SUPPORTED, OPTION_INVALID, ORIGIN_SYSTEM_REQUIRED, PAGE_SIZE, Refusal,
};

/// Filters that the service is known to refuse though the member exists: `(type, first segment)`,
/// in canonical names (docs-contrib issues 8922, 5654 and 5655; Terraform's package data source).
const NOT_FILTERABLE: [(&str, &str); 13] = [
    ("accessPackageAssignment", "catalogId"),
    ("accessPackage", "catalogId"),
    ("accessPackageAssignmentPolicy", "accessPackageId"),
    ("accessPackageAssignmentPolicy", "requestorSettings"),
    // Likewise, by inference: what has another shape in each version.
    ("accessPackageAssignmentPolicy", "requestApprovalSettings"),
    ("accessPackageAssignmentPolicy", "reviewSettings"),
    ("accessPackageAssignmentPolicy", "allowedTargetScope"),
    ("accessPackageAssignmentPolicy", "specificAllowedTargets"),
    ("accessPackageAssignmentPolicy", "expiration"),
    ("accessPackageAssignmentPolicy", "canExtend"),
    ("accessPackageAssignmentPolicy", "durationInDays"),
    ("accessPackageAssignmentPolicy", "expirationDateTime"),
    ("accessPackageAssignmentRequest", "schedule"),
];

/// The options of a call: as sent, for what is expanded and selected, and in canonical names, for
/// what is compared.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) wire: Query,
    pub(crate) canonical: Query,
}

/// Reads the options of a call on `noun`, or refuses as the service does.
pub(crate) fn read(version: Version, of: &Noun, encoded: &str) -> Result<Asked, Refusal> {
    let wire = Query::parse(encoded).map_err(|error| unreadable(&error))?;
    if wire.search.is_some() {
        return Err(OPTION_INVALID.says("The query option '$search' is not supported here."));
    }
    if wire.filter.as_ref().is_some_and(|filter| !is_condition(filter)) {
        let words = "The $filter expression must evaluate to a single boolean value.";
        return Err(OPTION_INVALID.says(format!("Invalid filter clause: {words}")));
    }
    match (is_backend(of), &wire.filter, wire.top) {
        (true, Some(filter), _) => {
            for comparison in comparisons(filter) {
                supported(version, of, &comparison)?;
            }
        }
        (false, _, Some(top)) if !(1..=LARGEST_PAGE).contains(&top) => {
            return Err(PAGE_SIZE.says(format!(
                "Invalid page size specified: '{top}'. Must be between 1 and {LARGEST_PAGE} inclusive."
            )));
        }
        _ => {}
    }
    let canonical =
        query_from_wire(version, of, &wire).map_err(|unknown| unknown_name(&unknown))?;
    Ok(Asked { wire, canonical })
}

/// Rows that a page of the directory may have (documented).
const LARGEST_PAGE: usize = 999;

fn unknown_name(unknown: &UnknownName) -> Refusal {
    let UnknownName { option, name, of } = unknown;
    let sentence =
        format!("Could not find a property named '{name}' on type 'microsoft.graph.{of}'.");
    match option.as_str() {
        "$filter" => OPTION_INVALID.says("Invalid filter clause"),
        "$orderby" => OPTION_INVALID.says(sentence),
        _ => OPTION_INVALID.says(format!("Parsing OData Select and Expand failed: {sentence}")),
    }
}

/// Refuses a list that lacks the filter which the collection demands.
pub(crate) fn demanded(query: &Query, required: &[&str]) -> Result<(), Refusal> {
    let conjuncts = query.filter.iter().flat_map(Filter::conjuncts);
    let given: Vec<String> =
        conjuncts.flat_map(Filter::paths).map(|path| path.to_string().to_lowercase()).collect();
    match required.iter().all(|path| given.contains(&path.to_lowercase())) {
        true => Ok(()),
        false => Err(ORIGIN_SYSTEM_REQUIRED.says("Origin system is required.")),
    }
}

/// The literal that a query demands for `path`.
pub(crate) fn literal_for<'a>(query: &'a Query, path: &str) -> Option<&'a str> {
    let mut conjuncts = query.filter.iter().flat_map(Filter::conjuncts);
    conjuncts.find_map(|conjunct| {
        let Filter::Compare(left, _, right) = conjunct else { return None };
        let Filter::Path(compared) = &**left else { return None };
        let Filter::Literal(Literal::String(text) | Literal::Guid(text)) = &**right else {
            return None;
        };
        compared.to_string().eq_ignore_ascii_case(path).then_some(text.as_str())
    })
}

/// Entitlement management's own backend has its own words; the directory's types are open.
pub(crate) fn is_backend(of: &Noun) -> bool {
    !of.open && ![noun::ROLE_DEFINITION.name(), noun::ROLE_ASSIGNMENT.name()].contains(&of.name())
}

/// Whether a filter is true or false, and not a text or a number.
fn is_condition(filter: &Filter) -> bool {
    match filter {
        Filter::Literal(literal) => matches!(literal, Literal::Bool(_)),
        Filter::Path(Path(segments)) => {
            segments.last().is_none_or(|name| !binding::is_other_than_flag(name))
        }
        Filter::And(left, right) | Filter::Or(left, right) => {
            is_condition(left) && is_condition(right)
        }
        Filter::Not(inner) => is_condition(inner),
        Filter::Call(function, _) => {
            matches!(function, Function::StartsWith | Function::EndsWith | Function::Contains)
        }
        Filter::Compare(..) | Filter::In(..) | Filter::Quantified(..) => true,
    }
}

struct Compared<'a> {
    path: &'a Path,
    operator: &'static str,
    literal: Option<&'a Literal>,
}

/// Every path of a filter with what it is compared to.
fn comparisons(filter: &Filter) -> Vec<Compared<'_>> {
    match filter {
        Filter::Compare(left, op, right) => match (&**left, &**right) {
            (Filter::Path(path), Filter::Literal(literal)) => {
                vec![Compared { path, operator: spelled_out(*op), literal: Some(literal) }]
            }
            (left, right) => {
                [comparisons(left), comparisons(right)].into_iter().flatten().collect()
            }
        },
        Filter::And(left, right) | Filter::Or(left, right) => {
            [comparisons(left), comparisons(right)].into_iter().flatten().collect()
        }
        Filter::Not(inner) => comparisons(inner),
        Filter::In(inner, literals) => literals
            .iter()
            .flat_map(|literal| {
                comparisons(inner)
                    .into_iter()
                    .map(move |c| Compared { literal: Some(literal), ..c })
            })
            .collect(),
        Filter::Call(_, arguments) => arguments.iter().flat_map(comparisons).collect(),
        Filter::Path(path) => vec![Compared { path, operator: "Equals", literal: None }],
        Filter::Quantified(path, ..) => vec![Compared { path, operator: "Any", literal: None }],
        Filter::Literal(_) => vec![],
    }
}

fn supported(version: Version, of: &Noun, compared: &Compared<'_>) -> Result<(), Refusal> {
    let mut at = Some(of);
    let mut known = true;
    let mut first = None;
    let mut owner = of;
    let mut segments = compared.path.0.iter().peekable();
    while let Some(segment) = segments.next() {
        let member = at.and_then(|noun| noun.wire_member(version, segment));
        let member = member.filter(|member| {
            !at.is_some_and(|noun| noun::is_undeclared(version, noun, member.name()))
        });
        // What leads through a list has no single value to compare (OData); `any` would.
        known &= member.is_some_and(|member| !member.many || segments.peek().is_none());
        first = first.or(member.map(Member::name));
        owner = at.unwrap_or(owner);
        at = member.and_then(Member::below);
    }
    let refused = first.is_some_and(|first| NOT_FILTERABLE.contains(&(of.name(), first)));
    if !known || refused {
        let literal = match compared.literal {
            Some(Literal::String(text)) => text.clone(),
            Some(literal) => literal.to_string(),
            None => String::new(),
        };
        // The unbalanced quote and the second full stop are the service's.
        return Err(FILTER_NOT_SUPPORTED.says(format!(
            "OData query is invalid: Filter '{} {} {literal} is not supported. .",
            compared.path, compared.operator
        )));
    }
    let last = compared.path.0.last().map(|segment| segment.to_lowercase());
    // The id of a role scope is two guids.
    let is_id = matches!(last.as_deref(), Some("id" | "objectid"))
        && owner.name() != noun::ROLE_SCOPE.name();
    match compared.literal {
        Some(Literal::String(text)) if is_id && text.is_empty() => {
            Err(FILTER_GUID.says("OData query is invalid: Unrecognized Guid format"))
        }
        Some(Literal::String(text)) if is_id && !is_guid(text) => Err(FILTER_GUID.says(
            "OData query is invalid: Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx)..",
        )),
        _ => Ok(()),
    }
}

/// The operator as the service's error texts name it (`Equals`, seen in docs-contrib issue 8922;
/// the others follow .NET's expression names).
fn spelled_out(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Eq => "Equals",
        Comparison::Ne => "NotEquals",
        Comparison::Gt => "GreaterThan",
        Comparison::Ge => "GreaterThanOrEqual",
        Comparison::Lt => "LessThan",
        Comparison::Le => "LessThanOrEqual",
    }
}

fn unreadable(error: &ParseError) -> Refusal {
    match error.option.as_str() {
        "$filter" => OPTION_INVALID.says(format!(
            "Invalid filter clause: expected {} at position {}.",
            error.expected, error.position
        )),
        "$expand" | "$select" => OPTION_INVALID.says(format!(
            "Parsing OData Select and Expand failed: expected {} at position {}.",
            error.expected, error.position
        )),
        option => OPTION_INVALID.says(format!(
            "The query option '{option}' is not valid: expected {}.",
            error.expected
        )),
    }
}
