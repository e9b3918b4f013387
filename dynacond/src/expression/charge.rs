//! The size that DynamoDB counts for a standalone UpdateItem, which must not exceed the limit of an item.
//!
//! The count depends only on the request, not on the stored item or on the result. So an item near the limit can be put, but not
//! all of its attributes can be updated at once. Each figure was measured in eu-west-2. The update of a transaction is not counted
//! in this way.
use crate::expression::tree::change::{Change, Edit};
use crate::expression::tree::formula::{Join, Term};
use crate::expression::tree::operand::{Measured, Operand, Path, Segment};
use crate::value::stored_size;

const STATEMENT: usize = 3;
/// A clause that writes a value.
const WRITES: usize = 19;
/// A clause that removes something.
const CLEARS: usize = 1;
const IF_NOT_EXISTS: usize = 39;
const LIST_APPEND: usize = 37;
const PLUS: usize = 34;
const MINUS: usize = 37;

/// Returns the bytes that DynamoDB counts for an update with these changes.
pub(crate) fn charge(changes: &[Change]) -> usize {
    STATEMENT + changes.iter().map(of_change).sum::<usize>()
}

fn of_change(Change { path, edit }: &Change) -> usize {
    let written = match edit {
        Edit::Remove | Edit::Delete(_) => return CLEARS + target(path),
        Edit::Set(value) | Edit::AddNumber(value) | Edit::Insert(value) => operand(value),
        Edit::SetIfAbsent(value) => if_not_exists(path, value),
        Edit::Arithmetic {
            minus, by, start, ..
        } => (if *minus { MINUS } else { PLUS }) + before(path, start.as_deref()) + operand(by),
        Edit::Append { list, start, .. } => {
            LIST_APPEND + before(path, start.as_deref()) + operand(list)
        }
        Edit::Formula(formula) => {
            let join = match &formula.right {
                None => 0,
                Some((Join::Plus, _)) => PLUS,
                Some((Join::Minus, _)) => MINUS,
                Some((Join::Append, _)) => LIST_APPEND,
            };
            join + formula.terms().map(term).sum::<usize>()
        }
    };
    WRITES + target(path) + written
}

fn term(term: &Term) -> usize {
    match term {
        Term::Operand(value) => operand(value),
        Term::IfNotExists([path, otherwise]) => IF_NOT_EXISTS + operand(path) + operand(otherwise),
    }
}

/// The start of a relative change.
fn before(path: &Path, start: Option<&Operand>) -> usize {
    start.map_or_else(|| read(path), |start| if_not_exists(path, start))
}

fn if_not_exists(path: &Path, otherwise: &Operand) -> usize {
    IF_NOT_EXISTS + read(path) + operand(otherwise)
}

/// A path that is written to.
fn target(path: &Path) -> usize {
    const STEP: usize = 4;
    path.root.len()
        + path
            .rest
            .iter()
            .map(|step| STEP + element(step))
            .sum::<usize>()
}

/// A path that is read.
fn read(path: &Path) -> usize {
    const OPERAND: usize = 1;
    const STEP: usize = 14;
    let rest = path.rest.iter().map(|step| STEP + element(step));
    OPERAND + STEP + path.root.len() + rest.sum::<usize>()
}

fn element(segment: &Segment) -> usize {
    match segment {
        Segment::Name(name) => name.len(),
        Segment::Index(index) => index.checked_ilog10().map_or(1, |log| log as usize + 1),
    }
}

fn operand(operand: &Operand) -> usize {
    match operand {
        Operand::Path(path) | Operand::Size(Measured::Path(path)) => read(path),
        Operand::Value(value) | Operand::Size(Measured::Value(value)) => stored_size(value),
        Operand::Invalid(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::charge;
    use crate::expression::action::{Changes, IntoActions};
    use crate::expression::attribute::{Any, attr};
    use crate::expression::tree::change::{Change, Edit};
    use crate::expression::tree::operand::{Operand, Path};

    fn charged(action: impl IntoActions<Any>) -> usize {
        let mut actions = Changes::default();
        action.add_to(&mut actions);
        charge(&actions.0)
    }

    fn charged_add(number: &str) -> usize {
        let number = Operand::Value(AttributeValue::N(number.to_owned()));
        charge(&[Change {
            path: Path::new("n".to_owned()),
            edit: Edit::AddNumber(number),
        }])
    }

    /// DynamoDB's sizes: 3 for the statement, and the rest for the clause.
    #[test]
    fn each_action_is_counted_as_dynamodb_counts_it() {
        let ten = "0123456789";
        for (bytes, expected, what) in [
            (charged(attr("b").to("x")), 3 + 19 + 1 + 1, "SET b = :one"),
            (
                charged(attr("b").to(1234)),
                3 + 19 + 1 + 3,
                "SET b = :number",
            ),
            (
                charged(attr("\u{20ac}").to(ten)),
                3 + 19 + 3 + 10,
                "SET #euro = :ten",
            ),
            (
                charged(attr("l").index(0).to(ten)),
                3 + 19 + 6 + 10,
                "SET l[0] = :ten",
            ),
            (
                charged(attr("l").index(10).to(ten)),
                3 + 19 + 7 + 10,
                "SET l[10] = :ten",
            ),
            (
                charged(attr("m").at_name("a").at_name("x").to(ten)),
                3 + 19 + 11 + 10,
                "SET m.a.x = :ten",
            ),
            (
                charged(attr("c").to(attr("big"))),
                3 + 19 + 1 + 18,
                "SET c = big",
            ),
            (
                charged(attr("c").to(attr("m").at_name("z"))),
                3 + 19 + 1 + 31,
                "SET c = m.z",
            ),
            (
                charged(attr("c").to(attr("l").index(10))),
                3 + 19 + 1 + 32,
                "SET c = l[10]",
            ),
            (
                charged(attr("n").add(1)),
                3 + 19 + 1 + 34 + 16 + 2,
                "SET n = n + :one",
            ),
            (
                charged(attr("n").subtract(1)),
                3 + 19 + 1 + 37 + 16 + 2,
                "SET n = n - :one",
            ),
            (
                charged(attr("n").add(1).starting_at(0)),
                3 + 19 + 1 + 34 + (39 + 16 + 1) + 2,
                "SET n = if_not_exists(n, :zero) + :one",
            ),
            (
                charged(attr("c").if_absent("x")),
                3 + 19 + 1 + 39 + 16 + 1,
                "SET c = if_not_exists(c, :one)",
            ),
            (
                charged(attr("l").append([ten])),
                3 + 19 + 1 + 37 + 16 + 14,
                "SET l = list_append(l, :list)",
            ),
            (
                charged(attr("l").prepend([ten])),
                3 + 19 + 1 + 37 + 14 + 16,
                "SET l = list_append(:list, l)",
            ),
            (
                charged(attr("ss").insert(ten)),
                3 + 19 + 2 + 10,
                "ADD ss :ten",
            ),
            (charged_add("1"), 3 + 19 + 1 + 2, "ADD n :one"),
            (charged(attr("ss").delete(ten)), 3 + 1 + 2, "DELETE ss :ten"),
            (
                charged(attr("m").at_name("y").remove()),
                3 + 1 + 6,
                "REMOVE m.y",
            ),
            (
                charged((attr("c").to(ten), attr("r").remove())),
                3 + (19 + 1 + 10) + (1 + 1),
                "two clauses",
            ),
        ] {
            assert_eq!(bytes, expected, "{what}");
        }
    }
}
