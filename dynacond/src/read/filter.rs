//! The rules of a filter.
use crate::expression::error::ExpressionError;
use crate::expression::tree::node::Node;
use crate::expression::tree::operand::{Operand, Path};
use crate::value::rule::Rule;

/// Checks a filter. The filter of a query must not name the key attributes of the table or index, `keys`, not even as an operand. The
/// filter of an index sees only the attributes that the index projects.
///
/// [Filter expressions for the Query operation](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.FilterExpression.html)
pub(crate) fn check_filter(
    filter: &Node,
    keys: &[&str],
    projects: impl Fn(&str) -> bool,
) -> Result<(), ExpressionError> {
    let broken = |rule, clause: &Node| ExpressionError {
        rule,
        clause: clause.to_string(),
    };
    let names_key = |clause: &Node| roots(clause).any(|name| keys.contains(&name));
    if let Some(clause) = filter.find_clause(&names_key) {
        return Err(broken(Rule::FilterOnKey, clause));
    }
    let unseen = |clause: &'_ Node| {
        let unseen = roots(clause).find(|name| !projects(name));
        unseen.map(str::to_owned)
    };
    match filter.find_clause(&|clause| unseen(clause).is_some()) {
        Some(clause) => {
            let attribute = unseen(clause).unwrap_or_default();
            Err(broken(Rule::NotProjected { attribute }, clause))
        }
        None => Ok(()),
    }
}

/// The top-level attributes that a clause names.
fn roots(clause: &Node) -> impl Iterator<Item = &str> {
    let paths = clause.operands().filter_map(Operand::path);
    paths.map(|path: &Path| &*path.root)
}
