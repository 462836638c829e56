//! Steps whose answer was lost and looked up afterwards. What the service said is not known, and what
//! is read back says it in other members: of such a step the golden file's own words stand.

/// Heads of blocks: of an act, a step, an operation.
fn begins(line: &str) -> bool {
    line.starts_with('#') || (!line.is_empty() && !line.starts_with(' ') && line.contains(" /"))
}

/// `found` with the blocks that `is_lent` names taken from `golden`, where it has them.
fn lent(
    found: &str,
    golden: &str,
    is_lent: &dyn Fn(&str) -> bool,
    ends: &dyn Fn(&str) -> bool,
) -> String {
    let block = |text: &str, head: &str| -> Option<Vec<String>> {
        let mut lines = text.lines().skip_while(|line| *line != head);
        let head = lines.next()?.to_owned();
        Some(
            [head]
                .into_iter()
                .chain(lines.take_while(|line| !ends(line)).map(str::to_owned))
                .collect(),
        )
    };
    let mut lines = found.lines().peekable();
    let mut kept: Vec<String> = Vec::new();
    while let Some(line) = lines.next() {
        let Some(block) =
            Some(line).filter(|line| is_lent(line)).and_then(|line| block(golden, line))
        else {
            kept.push(line.to_owned());
            continue;
        };
        kept.extend(block);
        while lines.next_if(|line| !ends(line)).is_some() {}
    }
    kept.join("\n") + "\n"
}

/// A transcript with the golden file's own sections for these steps.
pub(crate) fn transcript(found: &str, golden: &str, steps: &[usize]) -> String {
    let heads: Vec<String> = steps.iter().map(|step| format!("## {step} ")).collect();
    let is_lent = |line: &str| heads.iter().any(|head| line.starts_with(head));
    lent(found, golden, &is_lent, &|line| line.starts_with("# ") || line.starts_with("## "))
}

/// Shapes with the golden file's own blocks for these operations, such as `POST /v1.0/groups`.
pub(crate) fn shapes(found: &str, golden: &str, operations: &[String]) -> String {
    let is_lent = |line: &str| {
        operations.iter().any(|operation| {
            line.strip_prefix(operation.as_str()).is_some_and(|rest| rest.starts_with(' '))
        })
    };
    lent(found, golden, &is_lent, &begins)
}

/// Transitions with the golden file's own line for an object that was made in one of these steps.
pub(crate) fn transitions(found: &str, golden: &str, steps: &[usize]) -> String {
    let marks: Vec<String> = steps.iter().map(|step| format!("<{step}/")).collect();
    let lines = found.lines().map(|line| {
        let (object, _) = line.split_once(": ").unwrap_or((line, ""));
        let is_lent = marks.iter().any(|mark| object.contains(mark.as_str()));
        let own = golden.lines().find(|own| own.split_once(": ").is_some_and(|(o, _)| o == object));
        own.filter(|_| is_lent).unwrap_or(line)
    });
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_lent_and_no_other() {
        let golden = "x on v1.0\n\n# Act\n\n## 1 One\n\nA\n\n## 2 Two\n\nB\n";
        let found = "x on v1.0\n\n# Act\n\n## 1 One\n\nother\n\n## 2 Two\n\nother\n";
        let expected = "x on v1.0\n\n# Act\n\n## 1 One\n\nother\n\n## 2 Two\n\nB\n";
        assert_eq!(transcript(found, golden, &[2]), expected);
        // What the golden file has not, cannot be lent.
        assert_eq!(transcript(found, "", &[2]), found);
    }

    #[test]
    fn shapes_and_transitions_are_lent_by_what_they_are_of() {
        let golden = "GET /v1.0/groups 200\n  id: string\nPOST /v1.0/groups 201\n  id: string\n";
        let found = "GET /v1.0/groups 200\n  x: null\nPOST /v1.0/groups 201\n  y: null\n";
        let operations = ["POST /v1.0/groups".to_owned()];
        let expected = "GET /v1.0/groups 200\n  x: null\nPOST /v1.0/groups 201\n  id: string\n";
        assert_eq!(shapes(found, golden, &operations), expected);
        let golden = "request <7/id>: submitted (step 7) → delivered (step 8)\n";
        let found = "request <7/id>: delivering (step 7) → delivered (step 8)\n";
        assert_eq!(transitions(found, golden, &[7]), golden);
        assert_eq!(transitions(found, golden, &[8]), found);
    }
}
