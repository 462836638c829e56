use serde_json::{Value, json};

use crate::ids::Ids;
use crate::refusal::{Refusal, invalid_model};

/// The kinds of question.
const KINDS: [&str; 2] = [
    "#microsoft.graph.accessPackageTextInputQuestion",
    "#microsoft.graph.accessPackageMultipleChoiceQuestion",
];

/// What a requestor is asked. A question that was there before keeps its id, if the body names it.
pub(super) fn read(given: &Value, before: &Value, ids: &mut Ids) -> Result<Value, Refusal> {
    let questions = given.as_array().into_iter().flatten();
    let questions = questions.map(|given| question(given, before, ids));
    questions.collect::<Result<Vec<_>, _>>().map(Value::Array)
}

fn question(given: &Value, before: &Value, ids: &mut Ids) -> Result<Value, Refusal> {
    let kind = given["@odata.type"].as_str().unwrap_or_default().trim_start_matches('#');
    let kind = KINDS.into_iter().find(|known| known.trim_start_matches('#') == kind);
    let kind = kind.ok_or_else(invalid_model)?;
    // Without a text there is nothing to ask.
    let text = given["text"].as_str().ok_or_else(invalid_model)?;
    let named = given["id"].as_str();
    let mut known = before.as_array().into_iter().flatten();
    let known = known.any(|known| named.is_some() && known["id"].as_str() == named);
    let id = named.filter(|_| known).map_or_else(|| String::from(ids.next()), str::to_owned);
    let flag = |name: &str| given[name].as_bool().unwrap_or(false);
    let mut question = json!({
        "@odata.type": kind,
        "id": id,
        "isRequired": flag("isRequired"),
        "isAnswerEditable": given["isAnswerEditable"].as_bool().unwrap_or(true),
        "sequence": given["sequence"].as_i64().unwrap_or(0),
        "text": text,
        "localizations": given["localizations"].as_array().cloned().unwrap_or_default(),
    });
    if kind == KINDS[0] {
        question["isSingleLineQuestion"] = json!(flag("isSingleLineQuestion"));
        question["regexPattern"] = given["regexPattern"].clone();
        return Ok(question);
    }
    let choices = given["choices"].as_array().into_iter().flatten().map(|choice| {
        let value = choice["actualValue"].as_str().ok_or_else(invalid_model)?;
        Ok(json!({
            "actualValue": value,
            "text": choice["text"],
            "localizations": choice["localizations"].as_array().cloned().unwrap_or_default(),
        }))
    });
    question["choices"] = choices.collect::<Result<Vec<_>, _>>().map(Value::Array)?;
    question["isMultipleSelectionAllowed"] = json!(flag("isMultipleSelectionAllowed"));
    Ok(question)
}
