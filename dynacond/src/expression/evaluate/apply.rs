//! Applies update actions to a known item, as DynamoDB would. A transaction reads the results of its own updates in this way.
use std::collections::HashSet;
use std::hash::Hash;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::expression::evaluate::truth::lookup;
use crate::expression::tree::change::{Change, Edit};
use crate::expression::tree::formula::{Join, Term};
use crate::expression::tree::operand::{Operand, Path, Segment};
use crate::value::item::Item;
use crate::value::rule::Rule;
use crate::value::{self, MAX_DEPTH, MAX_ITEM, canonical, check_number, decimal, plain};

/// Returns the item after the changes, or the reason why DynamoDB would reject them. All operands are evaluated on the item before
/// the changes.
pub(crate) fn apply(changes: &[Change], before: &Item) -> Result<Item, String> {
    let (mut sets, mut removals) = (Vec::new(), Vec::new());
    for Change { path, edit } in changes {
        match result(path, edit, before)? {
            Some(value) => sets.push((path, value)),
            None if lookup(path, before).is_some() => removals.push(path),
            None if leads_somewhere(path, before) => {}
            None => return Err(leads_nowhere(path)),
        }
    }
    let mut after = before.clone();
    // "If you add multiple elements in a single SET operation, the elements are sorted in order by element number."
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
    sets.sort_by(|(a, _), (b, _)| a.rest.cmp(&b.rest));
    for (path, value) in sets {
        set(path, value, &mut after)?;
    }
    // Elements are removed from the end, so that the other indexes stay valid.
    removals.sort_by(|a, b| b.rest.cmp(&a.rest));
    for path in removals {
        remove(path, &mut after);
    }
    let roots = changes
        .iter()
        .filter_map(|change| after.get(&*change.path.root));
    if roots.into_iter().any(value::is_too_deep) {
        return Err(Rule::TooDeep { limit: MAX_DEPTH }.to_string());
    }
    let bytes = value::item_size(&after);
    if bytes > MAX_ITEM {
        return Err(format!(
            "the item would have {bytes} bytes, but DynamoDB accepts at most {MAX_ITEM}"
        ));
    }
    Ok(after)
}

/// Returns the value at the path after the action, or `None` if there is none.
fn result(path: &Path, edit: &Edit, before: &Item) -> Result<Option<AttributeValue>, String> {
    let stored = lookup(path, before);
    let value = match edit {
        Edit::Remove => return Ok(None),
        Edit::Set(operand) => resolve(operand, before)?,
        Edit::SetIfAbsent(operand) => match stored {
            Some(stored) => stored.clone(),
            None => resolve(operand, before)?,
        },
        Edit::Arithmetic {
            minus, by, start, ..
        } => {
            let start = begin(path, stored, start.as_deref(), before)?;
            arithmetic(&start, *minus, &resolve(by, before)?)?
        }
        Edit::Append { front, list, start } => {
            let mut a = begin(path, stored, start.as_deref(), before)?;
            let mut b = resolve(list, before)?;
            if *front {
                std::mem::swap(&mut a, &mut b);
            }
            appended(path, a, b)?
        }
        Edit::Formula(formula) => {
            let left = term(&formula.left, before)?;
            let Some((join, right)) = &formula.right else {
                return Ok(Some(left));
            };
            let right = term(right, before)?;
            match join {
                Join::Plus | Join::Minus => arithmetic(&left, *join == Join::Minus, &right)?,
                Join::Append => appended(path, left, right)?,
            }
        }
        Edit::AddNumber(by) => {
            let zero = AttributeValue::N("0".to_owned());
            arithmetic(stored.unwrap_or(&zero), false, &resolve(by, before)?)?
        }
        Edit::Insert(operand) => members(path, stored, resolve(operand, before)?, true)?,
        Edit::Delete(_) if stored.is_none() => return Ok(None),
        Edit::Delete(operand) => {
            let left = members(path, stored, resolve(operand, before)?, false)?;
            // DynamoDB does not store empty sets.
            return Ok((value::size(&left) != Some(0)).then_some(left));
        }
    };
    Ok(Some(value))
}

fn term(term: &Term, item: &Item) -> Result<AttributeValue, String> {
    match term {
        Term::Operand(operand) => resolve(operand, item),
        Term::IfNotExists([path, otherwise]) => {
            let stored = path.path().and_then(|path| lookup(path, item));
            stored.map_or_else(|| resolve(otherwise, item), |stored| Ok(stored.clone()))
        }
    }
}

fn appended(path: &Path, a: AttributeValue, b: AttributeValue) -> Result<AttributeValue, String> {
    match (a, b) {
        (AttributeValue::L(mut a), AttributeValue::L(b)) => {
            a.extend(b);
            Ok(AttributeValue::L(a))
        }
        _ => Err(format!(
            "`{path}` would be set to a value that is not a list"
        )),
    }
}

fn leads_nowhere(path: &Path) -> String {
    format!("`{path}` leads into an attribute that does not exist")
}

/// Whether the parent of the path exists: a map for a name, or a list for an index.
fn leads_somewhere(path: &Path, item: &Item) -> bool {
    let Some((end, parents)) = path.rest.split_last() else {
        return true;
    };
    let parent = Path {
        rest: parents.to_vec(),
        ..path.clone()
    };
    matches!(
        (end, lookup(&parent, item)),
        (Segment::Name(_), Some(AttributeValue::M(_)))
            | (Segment::Index(_), Some(AttributeValue::L(_)))
    )
}

fn missing(path: &Path) -> String {
    format!("`{path}` does not exist in the item")
}

fn resolve(operand: &Operand, item: &Item) -> Result<AttributeValue, String> {
    match operand {
        Operand::Value(value) => Ok(value.clone()),
        Operand::Path(path) => lookup(path, item).cloned().ok_or_else(|| missing(path)),
        Operand::Size(_) => Err("`size` can only be used in conditions".to_owned()),
        Operand::Invalid(rule) => Err(rule.to_string()),
    }
}

fn begin(
    path: &Path,
    stored: Option<&AttributeValue>,
    start: Option<&Operand>,
    item: &Item,
) -> Result<AttributeValue, String> {
    match (stored, start) {
        (Some(stored), _) => Ok(stored.clone()),
        (None, Some(start)) => resolve(start, item),
        (None, None) => Err(missing(path)),
    }
}

fn arithmetic(
    a: &AttributeValue,
    minus: bool,
    b: &AttributeValue,
) -> Result<AttributeValue, String> {
    let (AttributeValue::N(a), AttributeValue::N(b)) = (a, b) else {
        return Err("arithmetic needs two numbers".to_owned());
    };
    let number = |text: &str| decimal(text).map_err(|rule| rule.to_string());
    let (a, b) = (number(a)?, number(b)?);
    let text = plain(&if minus { &a - &b } else { &a + &b });
    check_number(&text).map_err(|rule| rule.to_string())?;
    Ok(AttributeValue::N(text))
}

/// Returns the set after these members were added or removed.
fn members(
    path: &Path,
    stored: Option<&AttributeValue>,
    change: AttributeValue,
    add: bool,
) -> Result<AttributeValue, String> {
    /// `by` returns the value by which members are compared.
    fn merge<'a, T: Clone, K: Hash + Eq + 'a>(
        stored: &'a [T],
        change: &'a [T],
        add: bool,
        by: impl Fn(&'a T) -> K,
    ) -> Vec<T> {
        let (kept, others) = if add {
            (change, stored)
        } else {
            (stored, change)
        };
        let others: HashSet<K> = others.iter().map(&by).collect();
        let kept = kept.iter().filter(|member| !others.contains(&by(member)));
        let before = if add { stored } else { &[] };
        before.iter().chain(kept).cloned().collect()
    }
    match (stored, change) {
        (None, change) => Ok(change),
        (Some(AttributeValue::Ss(set)), AttributeValue::Ss(change)) => {
            Ok(AttributeValue::Ss(merge(set, &change, add, |text| text)))
        }
        (Some(AttributeValue::Ns(set)), AttributeValue::Ns(change)) => {
            Ok(AttributeValue::Ns(merge(set, &change, add, |n| {
                canonical(n)
            })))
        }
        (Some(AttributeValue::Bs(set)), AttributeValue::Bs(change)) => {
            Ok(AttributeValue::Bs(merge(set, &change, add, |blob| {
                blob.as_ref()
            })))
        }
        _ => Err(format!("`{path}` is not a set of the same kind")),
    }
}

fn set(path: &Path, new: AttributeValue, item: &mut Item) -> Result<(), String> {
    let wrong = || leads_nowhere(path);
    let Some((end, parents)) = path.rest.split_last() else {
        item.insert(path.root.to_string(), new);
        return Ok(());
    };
    let mut at = item.get_mut(&*path.root).ok_or_else(wrong)?;
    for segment in parents {
        at = step(at, segment).ok_or_else(wrong)?;
    }
    match (end, at) {
        (Segment::Name(name), AttributeValue::M(map)) => {
            map.insert(name.to_string(), new);
        }
        (Segment::Index(index), AttributeValue::L(list)) => {
            let index = usize::try_from(*index).map_err(|_| wrong())?;
            match list.get_mut(index) {
                Some(element) => *element = new,
                // DynamoDB appends an element whose index is past the end.
                None => list.push(new),
            }
        }
        _ => return Err(wrong()),
    }
    Ok(())
}

fn step<'a>(at: &'a mut AttributeValue, segment: &Segment) -> Option<&'a mut AttributeValue> {
    match (segment, at) {
        (Segment::Name(name), AttributeValue::M(map)) => map.get_mut(&**name),
        (Segment::Index(index), AttributeValue::L(list)) => {
            list.get_mut(usize::try_from(*index).ok()?)
        }
        _ => None,
    }
}

fn remove(path: &Path, item: &mut Item) {
    let Some((end, parents)) = path.rest.split_last() else {
        item.remove(&*path.root);
        return;
    };
    let root = item.get_mut(&*path.root);
    let parent = parents
        .iter()
        .fold(root, |at, segment| at.and_then(|at| step(at, segment)));
    match (end, parent) {
        (Segment::Name(name), Some(AttributeValue::M(map))) => {
            map.remove(&**name);
        }
        (Segment::Index(index), Some(AttributeValue::L(list))) => {
            if let Ok(index) = usize::try_from(*index)
                && index < list.len()
            {
                list.remove(index);
            }
        }
        _ => {}
    }
}
