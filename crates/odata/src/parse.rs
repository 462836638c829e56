use crate::lexer::{Token, error, tokens};
use crate::{Comparison, Filter, Function, Literal, ParseError, Path, Quantifier};

/// Nesting that a filter may have before it is refused, so that a hostile text cannot exhaust the
/// stack.
const DEEPEST: usize = 64;
/// Operands that a filter may join by `and` and `or`: its tree leans, and is walked recursively.
const WIDEST: usize = 256;

pub(crate) fn parse_filter(text: &str) -> Result<Filter, ParseError> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0, operands: 0 };
    let filter = parser.or()?;
    parser.expect(&Token::End, "the end of the text, 'and' or 'or'")?;
    Ok(filter)
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    at: usize,
    depth: usize,
    operands: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn next(&mut self) -> Token {
        let token = self.tokens[self.at].0.clone();
        if token != Token::End {
            self.at += 1;
        }
        token
    }

    fn fail<T>(&self, expected: &str) -> Result<T, ParseError> {
        let (token, position) = &self.tokens[self.at];
        Err(error(expected, token.describe(), position - 1))
    }

    fn expect(&mut self, token: &Token, expected: &str) -> Result<(), ParseError> {
        if self.peek() != token {
            return self.fail(expected);
        }
        self.next();
        Ok(())
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Word(text) if text == word);
        if found {
            self.next();
        }
        found
    }

    fn or(&mut self) -> Result<Filter, ParseError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.fail("at most 64 levels of nesting");
        }
        let mut left = self.and()?;
        while self.take_word("or") {
            left = left.or(self.and()?);
        }
        self.depth -= 1;
        Ok(left)
    }

    fn and(&mut self) -> Result<Filter, ParseError> {
        let mut left = self.not()?;
        while self.take_word("and") {
            left = left.and(self.not()?);
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Filter, ParseError> {
        self.operands += 1;
        if self.operands > WIDEST {
            return self.fail("at most 256 operands");
        }
        if self.take_word("not") {
            // `not` binds tighter than a comparison in OData: `not a eq b` is `(not a) eq b` by
            // the letter of the grammar, and nobody means that; a comparison is taken whole.
            self.depth += 1;
            if self.depth > DEEPEST {
                return self.fail("at most 64 levels of nesting");
            }
            let inner = self.not()?;
            self.depth -= 1;
            return Ok(Filter::Not(Box::new(inner)));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Filter, ParseError> {
        let left = self.operand()?;
        let Token::Word(word) = self.peek() else { return Ok(left) };
        let op = match word.as_str() {
            "eq" => Comparison::Eq,
            "ne" => Comparison::Ne,
            "gt" => Comparison::Gt,
            "ge" => Comparison::Ge,
            "lt" => Comparison::Lt,
            "le" => Comparison::Le,
            "in" => {
                self.next();
                return Ok(Filter::In(Box::new(left), self.literals()?));
            }
            _ => return Ok(left),
        };
        self.next();
        let right = self.operand()?;
        Ok(Filter::Compare(Box::new(left), op, Box::new(right)))
    }

    fn literals(&mut self) -> Result<Vec<Literal>, ParseError> {
        self.expect(&Token::Open, "'(' after in")?;
        let mut found = Vec::new();
        loop {
            let Token::Literal(literal) = self.peek().clone() else {
                return self.fail("a literal");
            };
            self.next();
            found.push(literal);
            if self.peek() == &Token::Close {
                self.next();
                return Ok(found);
            }
            self.expect(&Token::Comma, "',' or ')'")?;
        }
    }

    fn operand(&mut self) -> Result<Filter, ParseError> {
        match self.peek().clone() {
            Token::Literal(literal) => {
                self.next();
                Ok(Filter::Literal(literal))
            }
            Token::Open => {
                self.next();
                let inner = self.or()?;
                self.expect(&Token::Close, "')'")?;
                Ok(inner)
            }
            Token::Word(word) if !is_operator(&word) => {
                self.next();
                self.after_word(&word)
            }
            _ => self.fail("a property path, a literal, a function or '('"),
        }
    }

    fn after_word(&mut self, word: &str) -> Result<Filter, ParseError> {
        if self.peek() != &Token::Open {
            return Ok(Filter::Path(self.path(word)?));
        }
        if let Some((path, quantifier)) = quantified(word) {
            return self.lambda(path, quantifier);
        }
        let known = Function::ALL.into_iter().find(|f| f.word().eq_ignore_ascii_case(word));
        let Some(function) = known else {
            self.at -= 1;
            let names: Vec<_> = Function::ALL.iter().map(|f| f.word()).collect();
            return self.fail(&format!("one of the functions {}", names.join(", ")));
        };
        self.next();
        let mut arguments = Vec::new();
        loop {
            arguments.push(self.or()?);
            if arguments.len() == function.arity() {
                break;
            }
            self.expect(&Token::Comma, &format!("{} arguments", function.arity()))?;
        }
        self.expect(&Token::Close, "')'")?;
        Ok(Filter::Call(function, arguments))
    }

    fn lambda(&mut self, path: &str, quantifier: Quantifier) -> Result<Filter, ParseError> {
        self.next();
        let path = self.path(path)?;
        if self.peek() == &Token::Close {
            self.next();
            return Ok(Filter::Quantified(path, quantifier, None));
        }
        let Token::Word(variable) = self.peek().clone() else {
            return self.fail("the lambda's variable");
        };
        self.next();
        self.expect(&Token::Colon, "':' after the lambda's variable")?;
        let body = self.or()?;
        self.expect(&Token::Close, "')'")?;
        Ok(Filter::Quantified(path, quantifier, Some((variable, Box::new(body)))))
    }

    fn path(&self, word: &str) -> Result<Path, ParseError> {
        let path = Path::new(word);
        if path.0.iter().any(String::is_empty) {
            return self.fail("a property path without empty segments before this place");
        }
        Ok(path)
    }
}

fn is_operator(word: &str) -> bool {
    matches!(word, "and" | "or" | "not" | "eq" | "ne" | "gt" | "ge" | "lt" | "le" | "in")
}

fn quantified(word: &str) -> Option<(&str, Quantifier)> {
    let any = word.strip_suffix("/any").map(|path| (path, Quantifier::Any));
    any.or_else(|| word.strip_suffix("/all").map(|path| (path, Quantifier::All)))
}
