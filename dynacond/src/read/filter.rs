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
    let is_refused = |name: &str| keys.contains(&name) || !projects(name);
    let Some(clause) = filter.find_clause(&|clause| roots(clause).any(is_refused)) else {
        return Ok(());
    };
    let names_key = roots(clause).any(|name| keys.contains(&name));
    let rule = match roots(clause).find(|name| !projects(name)) {
        Some(unseen) if !names_key => Rule::NotProjected {
            attribute: unseen.to_owned(),
        },
        _ => Rule::FilterOnKey,
    };
    Err(ExpressionError {
        rule,
        clause: clause.to_string(),
    })
}

/// The top-level attributes that a clause names.
fn roots(clause: &Node) -> impl Iterator<Item = &str> {
    let paths = clause.operands().filter_map(Operand::path);
    paths.map(|path: &Path| &*path.root)
}
