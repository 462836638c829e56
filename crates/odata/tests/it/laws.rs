use odata::{Comparison, Filter, Function, Literal, Path, Quantifier, Query};
use proptest::prelude::*;

fn path() -> impl Strategy<Value = Path> {
    prop::collection::vec("[a-z][A-Za-z0-9]{0,6}", 1..3)
        .prop_filter("operators and literals are not paths", |segments| {
            let words = [
                "and", "or", "not", "eq", "ne", "gt", "ge", "lt", "le", "in", "any", "all", "null",
                "true", "false",
            ];
            !segments.iter().any(|s| words.contains(&s.as_str()))
        })
        .prop_map(Path)
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Bool),
        any::<i32>().prop_map(|n| Literal::Number(n.to_string())),
        "\\PC{0,8}".prop_map(Literal::String),
        Just(Literal::Guid("26ac0c0a-08bc-4a7b-a313-839f58044ba5".into())),
        Just(Literal::DateTime("2020-06-29T20:24:24.683Z".into())),
    ]
}

fn operand() -> impl Strategy<Value = Filter> {
    prop_oneof![
        path().prop_map(Filter::Path),
        literal().prop_map(Filter::Literal),
        path().prop_map(|p| Filter::Call(Function::ToLower, vec![Filter::Path(p)])),
    ]
}

fn comparison() -> impl Strategy<Value = Filter> {
    let op = prop_oneof![
        Just(Comparison::Eq),
        Just(Comparison::Ne),
        Just(Comparison::Gt),
        Just(Comparison::Ge),
        Just(Comparison::Lt),
        Just(Comparison::Le),
    ];
    prop_oneof![
        (operand(), op, operand()).prop_map(|(l, op, r)| Filter::Compare(
            Box::new(l),
            op,
            Box::new(r)
        )),
        (operand(), prop::collection::vec(literal(), 1..4))
            .prop_map(|(l, list)| Filter::In(Box::new(l), list)),
        (operand(), operand()).prop_map(|(l, r)| Filter::Call(Function::StartsWith, vec![l, r])),
        path().prop_map(|p| Filter::Quantified(p, Quantifier::Any, None)),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    comparison().prop_recursive(4, 24, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(l, r)| l.and(r)),
            (inner.clone(), inner.clone()).prop_map(|(l, r)| l.or(r)),
            inner.clone().prop_map(|f| Filter::Not(Box::new(f))),
            (path(), inner).prop_map(|(p, body)| {
                Filter::Quantified(p, Quantifier::All, Some(("x".into(), Box::new(body))))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn a_filter_prints_as_text_that_parses_to_itself(filter in filter()) {
        let text = filter.to_string();
        prop_assert_eq!(text.parse::<Filter>().unwrap(), filter, "{}", text);
    }

    #[test]
    fn a_query_encodes_as_text_that_parses_to_itself(filter in filter(), top in prop::option::of(0_usize..99)) {
        let query = Query { filter: Some(filter), top, ..Query::default() };
        prop_assert_eq!(Query::parse(&query.encode()).unwrap(), query);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,40}") {
        let _outcome = Query::parse(&text);
        let _outcome = text.parse::<Filter>();
    }
}
