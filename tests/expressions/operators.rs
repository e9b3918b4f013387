//! One table: every operator with every kind of operand on both sides, its text, its names and its values.
#![expect(
    clippy::needless_borrows_for_generic_args,
    reason = "a reference is a case of its own"
)]
use std::collections::{BTreeMap, BTreeSet};

use dynacond::operators::IntoCondition;
use dynacond::{Any, Condition, DataType, Versioned, attr, value};

use super::{
    Address, Digest, Euros, Geo, Line, Order, Status, assert_placeholders_are_those_used, bs,
    listed_names, listed_values, n, null, set_of,
};

pub(crate) struct Row {
    name: String,
    pub(crate) condition: Condition<Order>,
    text: String,
    names: BTreeSet<String>,
    values: BTreeSet<String>,
}

/// `{}` in a row's text is replaced by the operator's sign.
fn row(
    name: String,
    condition: impl IntoCondition<Order>,
    sign: &str,
    text: &str,
    names: &[&str],
    values: &[&str],
) -> Row {
    Row {
        name,
        condition: condition.into_condition(),
        text: text.replace("{}", sign),
        names: set_of(names),
        values: set_of(values),
    }
}

macro_rules! rows {
    ($($name:literal: $condition:expr => $text:literal, [$($n:literal),*], [$($v:literal),*];)+) => {
        vec![$(row($name.to_owned(), $condition, "", $text, &[$($n),*], &[$($v),*])),+]
    };
}

/// Expands for each comparator, so every sign meets every kind of operand.
macro_rules! each_comparator {
    (@ $rows:ident $method:ident $sign:literal, $o:ident; $(
        $name:literal: $left:expr, $right:expr => $text:literal, [$($n:literal),*], [$($v:literal),*];
    )+) => {
        let $o = Order::attributes();
        $($rows.push(row(
            format!("{}: {}", stringify!($method), $name),
            $left.$method($right),
            $sign,
            $text,
            &[$($n),*],
            &[$($v),*],
        ));)+
    };
    ($($body:tt)+) => {{
        let mut rows = Vec::new();
        each_comparator!(@ rows eq "=", $($body)+);
        each_comparator!(@ rows ne "<>", $($body)+);
        each_comparator!(@ rows lt "<", $($body)+);
        each_comparator!(@ rows le "<=", $($body)+);
        each_comparator!(@ rows gt ">", $($body)+);
        each_comparator!(@ rows ge ">=", $($body)+);
        rows
    }};
}

pub(crate) fn table() -> Vec<Row> {
    let mut table = comparators();
    table.extend(unordered());
    table.extend(between_and_in());
    table.extend(functions());
    table.extend(connectives());
    table.extend(names());
    table
}

fn comparators() -> Vec<Row> {
    each_comparator! { o;
        "string, value": o.name, "Ada" => "#name {} :name", ["#name is name"], [":name is S Ada"];
        "number, value": o.stock, 3 => "#stock {} :stock", ["#stock is stock"], [":stock is N 3"];
        "negative number, value": o.balance, -3 => "#balance {} :balance", ["#balance is balance"], [":balance is N -3"];
        "binary, value": o.digest, Digest(vec![1, 255]) => "#digest {} :digest", ["#digest is digest"], [":digest is B 01ff"];
        "enum, value": o.status, Status::Held => "#status {} :status", ["#status is status"], [":status is S held"];
        "newtype, value": o.price, Euros(5) => "#price {} :price", ["#price is price"], [":price is N 5"];
        "optional, value": o.note, "gift" => "#note {} :note", ["#note is note"], [":note is S gift"];
        "optional, owned value": o.note, "gift".to_owned() => "#note {} :note", ["#note is note"], [":note is S gift"];
        "value, path": value(3_u32), o.stock => ":stock {} #stock", ["#stock is stock"], [":stock is N 3"];
        "text value, path": value("Ada".to_owned()), o.name => ":name {} #name", ["#name is name"], [":name is S Ada"];
        "value, nested path": value("Lyon".to_owned()), o.address.at(|a| a.city)
            => ":city {} #address.#city", ["#address is address", "#city is city"], [":city is S Lyon"];
        "path, path": o.stock, o.reserved => "#stock {} #reserved", ["#stock is stock", "#reserved is reserved"], [];
        "path, path of another number type": o.stock, o.balance => "#stock {} #balance", ["#stock is stock", "#balance is balance"], [];
        "text path, enum path": o.name, o.status => "#name {} #status", ["#name is name", "#status is status"], [];
        "path, optional path": o.name, o.note => "#name {} #note", ["#name is name", "#note is note"], [];
        "document path, value": o.address.at(|a| a.city), "Lyon"
            => "#address.#city {} :city", ["#address is address", "#city is city"], [":city is S Lyon"];
        "two documents deep, value": o.address.at(|a| a.geo).at(|g| g.lat), 45
            => "#address.#geo.#lat {} :lat", ["#address is address", "#geo is geo", "#lat is lat"], [":lat is N 45"];
        "list index, value": o.words.index(1), "two" => "#words[1] {} :words", ["#words is words"], [":words is S two"];
        "document in a list, value": o.lines.index(0).at(|l| l.quantity), 1
            => "#lines[0].#quantity {} :quantity", ["#lines is lines", "#quantity is quantity"], [":quantity is N 1"];
        "map entry, value": o.prices.entry("EUR"), 100 => "#prices.#EUR {} :EUR", ["#prices is prices", "#EUR is EUR"], [":EUR is N 100"];
        "map entry by a number, value": o.prices.entry(7_u8), 100 => "#prices.#7 {} :7", ["#prices is prices", "#7 is 7"], [":7 is N 100"];
        "map entry by a reference, value": o.prices.entry(&"EUR".to_owned()), 100
            => "#prices.#EUR {} :EUR", ["#prices is prices", "#EUR is EUR"], [":EUR is N 100"];
        "map entry by an enum, value": o.prices.entry(Status::Held), 100
            => "#prices.#held {} :held", ["#prices is prices", "#held is held"], [":held is N 100"];
        "untyped name in a document, value": o.address.at_name("zip.code"), "69001"
            => "#address.#zip_code {} :zip_code", ["#address is address", "#zip_code is zip.code"], [":zip_code is S 69001"];
        "nested path, nested path": o.lines.index(0).at(|l| l.sku), o.lines.index(1).at(|l| l.sku)
            => "#lines[0].#sku {} #lines[1].#sku", ["#lines is lines", "#sku is sku"], [];
        "untyped, text": attr("status"), "held" => "#status {} :status", ["#status is status"], [":status is S held"];
        "untyped, number": attr("stock"), 3 => "#stock {} :stock", ["#stock is stock"], [":stock is N 3"];
        "untyped, attribute value": attr("stock"), n("1.50") => "#stock {} :stock", ["#stock is stock"], [":stock is N 1.50"];
        "untyped nested, value": attr("a").at_name("b").index(2), 3 => "#a.#b[2] {} :b", ["#a is a", "#b is b"], [":b is N 3"];
        "untyped, untyped": attr("a"), attr("b") => "#a {} #b", ["#a is a", "#b is b"], [];
        "typed, untyped": o.stock, attr("b") => "#stock {} #b", ["#stock is stock", "#b is b"], [];
        "value, untyped": value::<Any, _>(3), attr("b") => ":b {} #b", ["#b is b"], [":b is N 3"];
        "value, value": value::<Any, _>(3), 4 => ":v {} :v_2", [], [":v is N 3", ":v_2 is N 4"];
        "size, value": o.tags.size(), 1 => "size(#tags) {} :tags", ["#tags is tags"], [":tags is N 1"];
        "value, size": value(1_u64), o.tags.size() => ":tags {} size(#tags)", ["#tags is tags"], [":tags is N 1"];
        "path, size": o.stock, o.tags.size() => "#stock {} size(#tags)", ["#stock is stock", "#tags is tags"], [];
        "size, path": o.tags.size(), o.stock => "size(#tags) {} #stock", ["#tags is tags", "#stock is stock"], [];
        "size, size": o.tags.size(), o.labels.size() => "size(#tags) {} size(#labels)", ["#tags is tags", "#labels is labels"], [];
        "size of a nested path, value": o.lines.index(0).at(|l| l.sku).size(), 2
            => "size(#lines[0].#sku) {} :sku", ["#lines is lines", "#sku is sku"], [":sku is N 2"];
        "untyped size, value": attr("a").at_name("b").size(), 2 => "size(#a.#b) {} :b", ["#a is a", "#b is b"], [":b is N 2"];
        "a path and its own size": o.name.size(), o.size => "size(#name) {} #size", ["#name is name", "#size is size"], [];
    }
}

/// What `=` and `<>` compare, and the others do not.
fn unordered() -> Vec<Row> {
    let o = Order::attributes();
    let address = || Address {
        city: "Lyon".to_owned(),
        geo: Geo { lat: 45 },
    };
    let set = |members: &[&str]| -> BTreeSet<String> { set_of(members) };
    rows! {
        "eq: boolean, value": o.paid.eq(true) => "#paid = :paid", ["#paid is paid"], [":paid is BOOL true"];
        "ne: boolean, value": o.paid.ne(false) => "#paid <> :paid", ["#paid is paid"], [":paid is BOOL false"];
        "eq: value, boolean": value(true).eq(o.paid) => ":paid = #paid", ["#paid is paid"], [":paid is BOOL true"];
        "ne: boolean, boolean": o.paid.ne(o.gift) => "#paid <> #gift", ["#paid is paid", "#gift is gift"], [];
        "eq: string set, value": o.tags.eq(set(&["a", "b"])) => "#tags = :tags", ["#tags is tags"], [":tags is SS a b"];
        "ne: string set, value": o.tags.ne(set(&["a"])) => "#tags <> :tags", ["#tags is tags"], [":tags is SS a"];
        "eq: string set, string set": o.tags.eq(o.labels) => "#tags = #labels", ["#tags is tags", "#labels is labels"], [];
        "eq: number set, value": o.sizes.eq(BTreeSet::from([36, 38])) => "#sizes = :sizes", ["#sizes is sizes"], [":sizes is NS 36 38"];
        "eq: binary set, value": o.prints.eq(vec![Digest(vec![1]), Digest(vec![2, 3])]) => "#prints = :prints", ["#prints is prints"], [":prints is BS 01 0203"];
        "eq: list, value": o.words.eq(vec!["a".to_owned()]) => "#words = :words", ["#words is words"], [":words is L [S a]"];
        "ne: list, value": o.scores.ne(vec![1, -2]) => "#scores <> :scores", ["#scores is scores"], [":scores is L [N 1, N -2]"];
        "eq: list, empty list": o.scores.eq(vec![]) => "#scores = :scores", ["#scores is scores"], [":scores is L []"];
        "eq: document, value": o.address.eq(address()) => "#address = :address", ["#address is address"], [":address is M {city: S Lyon, geo: M {lat: N 45}}"];
        "eq: whole document in a list, value": o.lines.index(0).eq(Line { sku: "s".to_owned(), quantity: 1 })
            => "#lines[0] = :lines", ["#lines is lines"], [":lines is M {quantity: N 1, sku: S s}"];
        "eq: map, value": o.prices.eq(BTreeMap::from([("EUR".to_owned(), 1)])) => "#prices = :prices", ["#prices is prices"], [":prices is M {EUR: N 1}"];
        "eq: untyped, NULL": attr("note").eq(null()) => "#note = :note", ["#note is note"], [":note is NULL"];
        "eq: untyped, unit": attr("note").eq(()) => "#note = :note", ["#note is note"], [":note is NULL"];
        "eq: untyped, binary set": attr("a").eq(bs([b"\x01"])) => "#a = :a", ["#a is a"], [":a is BS 01"];
    }
}

fn between_and_in() -> Vec<Row> {
    let o = Order::attributes();
    rows! {
        "between: number, values": o.stock.between(1, 9) => "#stock BETWEEN :stock AND :stock_2", ["#stock is stock"], [":stock is N 1", ":stock_2 is N 9"];
        "between: equal bounds": o.stock.between(1, 1) => "#stock BETWEEN :stock AND :stock", ["#stock is stock"], [":stock is N 1"];
        "between: string, values": o.name.between("a", "b".to_owned()) => "#name BETWEEN :name AND :name_2", ["#name is name"], [":name is S a", ":name_2 is S b"];
        "between: binary, values": o.digest.between(Digest(vec![]), Digest(vec![255]))
            => "#digest BETWEEN :digest AND :digest_2", ["#digest is digest"], [":digest is B ", ":digest_2 is B ff"];
        "between: optional, values": o.note.between("a", "b") => "#note BETWEEN :note AND :note_2", ["#note is note"], [":note is S a", ":note_2 is S b"];
        "between: newtype, values": o.price.between(Euros(1), Euros(2)) => "#price BETWEEN :price AND :price_2", ["#price is price"], [":price is N 1", ":price_2 is N 2"];
        "between: path, paths": o.stock.between(o.reserved, o.limit)
            => "#stock BETWEEN #reserved AND #limit", ["#stock is stock", "#reserved is reserved", "#limit is limit"], [];
        "between: path, value and path": o.stock.between(1, o.reserved)
            => "#stock BETWEEN :stock AND #reserved", ["#stock is stock", "#reserved is reserved"], [":stock is N 1"];
        "between: path, path and value": o.stock.between(o.reserved, 9)
            => "#stock BETWEEN #reserved AND :stock", ["#stock is stock", "#reserved is reserved"], [":stock is N 9"];
        "between: value, paths": value(5_u32).between(o.reserved, o.stock)
            => ":reserved BETWEEN #reserved AND #stock", ["#stock is stock", "#reserved is reserved"], [":reserved is N 5"];
        "between: size, values": o.tags.size().between(1, 9) => "size(#tags) BETWEEN :tags AND :tags_2", ["#tags is tags"], [":tags is N 1", ":tags_2 is N 9"];
        "between: path, sizes": o.stock.between(o.tags.size(), o.words.size())
            => "#stock BETWEEN size(#tags) AND size(#words)", ["#stock is stock", "#tags is tags", "#words is words"], [];
        "between: nested path, values": o.lines.index(0).at(|l| l.quantity).between(1, 9)
            => "#lines[0].#quantity BETWEEN :quantity AND :quantity_2", ["#lines is lines", "#quantity is quantity"], [":quantity is N 1", ":quantity_2 is N 9"];
        "between: untyped, values": attr("a").between("x", "y") => "#a BETWEEN :a AND :a_2", ["#a is a"], [":a is S x", ":a_2 is S y"];
        "between beside AND": o.stock.between(1, 9).and(o.paid.eq(true))
            => "#stock BETWEEN :stock AND :stock_2 AND #paid = :paid", ["#stock is stock", "#paid is paid"], [":stock is N 1", ":stock_2 is N 9", ":paid is BOOL true"];
        "is_in: string, values": o.name.is_in(["a", "b"]) => "#name IN (:name, :name_2)", ["#name is name"], [":name is S a", ":name_2 is S b"];
        "is_in: one value": o.name.is_in(["a"]) => "#name IN (:name)", ["#name is name"], [":name is S a"];
        "is_in: number, values": o.stock.is_in(vec![1, 2, 3]) => "#stock IN (:stock, :stock_2, :stock_3)", ["#stock is stock"], [":stock is N 1", ":stock_2 is N 2", ":stock_3 is N 3"];
        "is_in: enum, values": o.status.is_in([Status::Pending, Status::Held]) => "#status IN (:status, :status_2)", ["#status is status"], [":status is S pending", ":status_2 is S held"];
        "is_in: newtype, values": o.price.is_in([Euros(1)]) => "#price IN (:price)", ["#price is price"], [":price is N 1"];
        "is_in: boolean, values": o.paid.is_in([true, false]) => "#paid IN (:paid, :paid_2)", ["#paid is paid"], [":paid is BOOL true", ":paid_2 is BOOL false"];
        "is_in: set, values": o.tags.is_in([set_of(&["a", "b"])]) => "#tags IN (:tags)", ["#tags is tags"], [":tags is SS a b"];
        "is_in: optional, values": o.note.is_in(["a"]) => "#note IN (:note)", ["#note is note"], [":note is S a"];
        "is_in: path, paths": o.stock.is_in([o.reserved, o.size]) => "#stock IN (#reserved, #size)", ["#stock is stock", "#reserved is reserved", "#size is size"], [];
        "is_in: value, paths": value(5_u32).is_in([o.reserved, o.size]) => ":reserved IN (#reserved, #size)", ["#size is size", "#reserved is reserved"], [":reserved is N 5"];
        "is_in: path, sizes": o.stock.is_in([o.tags.size()]) => "#stock IN (size(#tags))", ["#stock is stock", "#tags is tags"], [];
        "is_in: size, values": o.tags.size().is_in([1, 2]) => "size(#tags) IN (:tags, :tags_2)", ["#tags is tags"], [":tags is N 1", ":tags_2 is N 2"];
        "is_in: size, paths": o.tags.size().is_in([o.stock]) => "size(#tags) IN (#stock)", ["#stock is stock", "#tags is tags"], [];
        "is_in: map entry, values": o.prices.entry("EUR").is_in([1]) => "#prices.#EUR IN (:EUR)", ["#prices is prices", "#EUR is EUR"], [":EUR is N 1"];
        "is_in: untyped, values": attr("a").is_in([1, 2]) => "#a IN (:a, :a_2)", ["#a is a"], [":a is N 1", ":a_2 is N 2"];
        "is_in: untyped, values of two types": attr("a").is_in([n(1), null()]) => "#a IN (:a, :a_2)", ["#a is a"], [":a is N 1", ":a_2 is NULL"];
    }
}

fn functions() -> Vec<Row> {
    let o = Order::attributes();
    rows! {
        "exists: attribute": o.note.exists() => "attribute_exists(#note)", ["#note is note"], [];
        "exists: document path": o.address.at(|a| a.city).exists() => "attribute_exists(#address.#city)", ["#address is address", "#city is city"], [];
        "exists: list index": o.lines.index(3).exists() => "attribute_exists(#lines[3])", ["#lines is lines"], [];
        "exists: map entry": o.prices.entry("US-$").exists() => "attribute_exists(#prices.#US__)", ["#prices is prices", "#US__ is US-$"], [];
        "exists: untyped": attr("pk").exists() => "attribute_exists(#pk)", ["#pk is pk"], [];
        "not_exists: attribute": o.note.not_exists() => "attribute_not_exists(#note)", ["#note is note"], [];
        "not_exists: nested path": o.lines.index(0).at(|l| l.sku).not_exists()
            => "attribute_not_exists(#lines[0].#sku)", ["#lines is lines", "#sku is sku"], [];
        "not_exists: untyped name": o.address.at_name("x.y").not_exists() => "attribute_not_exists(#address.#x_y)", ["#address is address", "#x_y is x.y"], [];
        "not_exists: untyped": attr("pk").not_exists() => "attribute_not_exists(#pk)", ["#pk is pk"], [];
        "is_none: attribute": o.note.is_none() => "attribute_not_exists(#note) OR attribute_type(#note, :note)", ["#note is note"], [":note is S NULL"];
        "is_none: document path": o.address.at_name("unit").is_none()
            => "attribute_not_exists(#address.#unit) OR attribute_type(#address.#unit, :unit)", ["#address is address", "#unit is unit"], [":unit is S NULL"];
        "is_none: untyped": attr("a").is_none() => "attribute_not_exists(#a) OR attribute_type(#a, :a)", ["#a is a"], [":a is S NULL"];
        "is_none beside AND": o.note.is_none().and(o.paid.eq(true))
            => "(attribute_not_exists(#note) OR attribute_type(#note, :note)) AND #paid = :paid", ["#note is note", "#paid is paid"], [":note is S NULL", ":paid is BOOL true"];
        "is_some: attribute": o.note.is_some() => "attribute_exists(#note) AND NOT attribute_type(#note, :note)", ["#note is note"], [":note is S NULL"];
        "is_some: document path": o.address.at_name("unit").is_some()
            => "attribute_exists(#address.#unit) AND NOT attribute_type(#address.#unit, :unit)", ["#address is address", "#unit is unit"], [":unit is S NULL"];
        "is_some: untyped": attr("a").is_some() => "attribute_exists(#a) AND NOT attribute_type(#a, :a)", ["#a is a"], [":a is S NULL"];
        "is_some beside OR": o.note.is_some().or(o.paid.eq(true))
            => "attribute_exists(#note) AND NOT attribute_type(#note, :note) OR #paid = :paid", ["#note is note", "#paid is paid"], [":note is S NULL", ":paid is BOOL true"];
        "NOT is_some": !o.note.is_some() => "NOT (attribute_exists(#note) AND NOT attribute_type(#note, :note))", ["#note is note"], [":note is S NULL"];
        "attribute_type: S": o.note.attribute_type(DataType::S) => "attribute_type(#note, :note)", ["#note is note"], [":note is S S"];
        "attribute_type: N": o.note.attribute_type(DataType::N) => "attribute_type(#note, :note)", ["#note is note"], [":note is S N"];
        "attribute_type: B": o.note.attribute_type(DataType::B) => "attribute_type(#note, :note)", ["#note is note"], [":note is S B"];
        "attribute_type: SS": o.tags.attribute_type(DataType::Ss) => "attribute_type(#tags, :tags)", ["#tags is tags"], [":tags is S SS"];
        "attribute_type: NS": o.tags.attribute_type(DataType::Ns) => "attribute_type(#tags, :tags)", ["#tags is tags"], [":tags is S NS"];
        "attribute_type: BS": o.tags.attribute_type(DataType::Bs) => "attribute_type(#tags, :tags)", ["#tags is tags"], [":tags is S BS"];
        "attribute_type: L": o.words.attribute_type(DataType::L) => "attribute_type(#words, :words)", ["#words is words"], [":words is S L"];
        "attribute_type: M": o.address.attribute_type(DataType::M) => "attribute_type(#address, :address)", ["#address is address"], [":address is S M"];
        "attribute_type: BOOL": o.paid.attribute_type(DataType::Bool) => "attribute_type(#paid, :paid)", ["#paid is paid"], [":paid is S BOOL"];
        "attribute_type: NULL": o.paid.attribute_type(DataType::Null) => "attribute_type(#paid, :paid)", ["#paid is paid"], [":paid is S NULL"];
        "attribute_type: nested path": o.lines.index(0).at(|l| l.sku).attribute_type(DataType::S)
            => "attribute_type(#lines[0].#sku, :sku)", ["#lines is lines", "#sku is sku"], [":sku is S S"];
        "attribute_type: untyped": attr("a").attribute_type(DataType::Ss) => "attribute_type(#a, :a)", ["#a is a"], [":a is S SS"];
        "begins_with: string, value": o.name.begins_with("A") => "begins_with(#name, :name)", ["#name is name"], [":name is S A"];
        "begins_with: enum, text": o.status.begins_with("pen") => "begins_with(#status, :status)", ["#status is status"], [":status is S pen"];
        "begins_with: optional, value": o.note.begins_with("A".to_owned()) => "begins_with(#note, :note)", ["#note is note"], [":note is S A"];
        "begins_with: binary, value": o.digest.begins_with([1, 2]) => "begins_with(#digest, :digest)", ["#digest is digest"], [":digest is B 0102"];
        "begins_with: path, path": o.name.begins_with(o.note) => "begins_with(#name, #note)", ["#name is name", "#note is note"], [];
        "begins_with: value, path": value("Ada".to_owned()).begins_with(o.note) => "begins_with(:note, #note)", ["#note is note"], [":note is S Ada"];
        "begins_with: document path, value": o.address.at(|a| a.city).begins_with("Ly")
            => "begins_with(#address.#city, :city)", ["#address is address", "#city is city"], [":city is S Ly"];
        "begins_with: list index, value": o.words.index(0).begins_with("o") => "begins_with(#words[0], :words)", ["#words is words"], [":words is S o"];
        "begins_with: untyped, value": attr("a").begins_with("x") => "begins_with(#a, :a)", ["#a is a"], [":a is S x"];
        "begins_with: untyped, untyped": attr("a").begins_with(attr("b")) => "begins_with(#a, #b)", ["#a is a", "#b is b"], [];
        "contains: string, value": o.name.contains("d") => "contains(#name, :name)", ["#name is name"], [":name is S d"];
        "contains: optional, value": o.note.contains("fraud") => "contains(#note, :note)", ["#note is note"], [":note is S fraud"];
        "contains: binary, value": o.digest.contains([2]) => "contains(#digest, :digest)", ["#digest is digest"], [":digest is B 02"];
        "contains: string set, member": o.tags.contains("new") => "contains(#tags, :tags)", ["#tags is tags"], [":tags is S new"];
        "contains: number set, member": o.sizes.contains(38) => "contains(#sizes, :sizes)", ["#sizes is sizes"], [":sizes is N 38"];
        "contains: binary set, member": o.prints.contains([2, 3]) => "contains(#prints, :prints)", ["#prints is prints"], [":prints is B 0203"];
        "contains: list, element": o.words.contains("one") => "contains(#words, :words)", ["#words is words"], [":words is S one"];
        "contains: list of numbers, element": o.scores.contains(-1) => "contains(#scores, :scores)", ["#scores is scores"], [":scores is N -1"];
        "contains: list of documents, element": o.lines.contains(Line { sku: "s".to_owned(), quantity: 1 })
            => "contains(#lines, :lines)", ["#lines is lines"], [":lines is M {quantity: N 1, sku: S s}"];
        "contains: set, path": o.tags.contains(o.name) => "contains(#tags, #name)", ["#tags is tags", "#name is name"], [];
        "contains: string, path": o.name.contains(o.note) => "contains(#name, #note)", ["#name is name", "#note is note"], [];
        "contains: value, path": value("Ada".to_owned()).contains(o.note) => "contains(:note, #note)", ["#note is note"], [":note is S Ada"];
        "contains: document path, value": o.address.at(|a| a.city).contains("yo")
            => "contains(#address.#city, :city)", ["#address is address", "#city is city"], [":city is S yo"];
        "contains: map entry of an untyped map": o.address.at_name("tags").contains("new")
            => "contains(#address.#tags, :tags)", ["#address is address", "#tags is tags"], [":tags is S new"];
        "contains: untyped, number": attr("a").contains(1) => "contains(#a, :a)", ["#a is a"], [":a is N 1"];
        "contains: untyped, NULL": attr("a").contains(null()) => "contains(#a, :a)", ["#a is a"], [":a is NULL"];
    }
}

fn connectives() -> Vec<Row> {
    let o = Order::attributes();
    let paid = || o.paid.eq(true);
    let noted = || o.note.exists();
    rows! {
        "and": paid().and(noted()) => "#paid = :paid AND attribute_exists(#note)", ["#paid is paid", "#note is note"], [":paid is BOOL true"];
        "&": paid() & noted() => "#paid = :paid AND attribute_exists(#note)", ["#paid is paid", "#note is note"], [":paid is BOOL true"];
        "all": Condition::all([paid(), noted()]) => "#paid = :paid AND attribute_exists(#note)", ["#paid is paid", "#note is note"], [":paid is BOOL true"];
        "all of one": Condition::all([noted()]) => "attribute_exists(#note)", ["#note is note"], [];
        "or": paid().or(noted()) => "#paid = :paid OR attribute_exists(#note)", ["#paid is paid", "#note is note"], [":paid is BOOL true"];
        "|": paid() | noted() => "#paid = :paid OR attribute_exists(#note)", ["#paid is paid", "#note is note"], [":paid is BOOL true"];
        "any": Condition::any([paid(), noted()]) => "#paid = :paid OR attribute_exists(#note)", ["#paid is paid", "#note is note"], [":paid is BOOL true"];
        "any of one": Condition::any([noted()]) => "attribute_exists(#note)", ["#note is note"], [];
        "not": paid().not() => "NOT #paid = :paid", ["#paid is paid"], [":paid is BOOL true"];
        "!": !paid() => "NOT #paid = :paid", ["#paid is paid"], [":paid is BOOL true"];
        "typed and untyped": paid() & attr("a").exists() => "#paid = :paid AND attribute_exists(#a)", ["#paid is paid", "#a is a"], [":paid is BOOL true"];
        "untyped or typed": attr("a").exists() | paid() => "attribute_exists(#a) OR #paid = :paid", ["#paid is paid", "#a is a"], [":paid is BOOL true"];
        "untyped and untyped": attr("a").exists() & attr("b").exists() => "attribute_exists(#a) AND attribute_exists(#b)", ["#a is a", "#b is b"], [];
    }
}

/// Names that an expression cannot contain without a placeholder: reserved words, dots, dashes, or a leading digit.
fn names() -> Vec<Row> {
    let o = Order::attributes();
    rows! {
        "reserved words": Condition::all([o.status.ne(Status::Shipped), o.r#type.ne("x"), o.name.ne("x"), o.size.ne(1)])
            => "#status <> :status AND #type <> :type AND #name <> :name AND #size <> :size",
            ["#status is status", "#type is type", "#name is name", "#size is size"],
            [":status is S shipped", ":type is S x", ":name is S x", ":size is N 1"];
        "a dot in a name": o.dotted.eq(1) => "#a_b = :a_b", ["#a_b is a.b"], [":a_b is N 1"];
        "a dot in a name is no path": attr("a.b").eq(1) => "#a_b = :a_b", ["#a_b is a.b"], [":a_b is N 1"];
        "a digit in front": o.first.eq(1) => "#1st = :1st", ["#1st is 1st"], [":1st is N 1"];
        "a dash": o.active.eq(true) => "#is_active = :is_active", ["#is_active is is-active"], [":is_active is BOOL true"];
        "one letter": o.x.eq(1) => "#x = :x", ["#x is x"], [":x is N 1"];
        "a space and a dollar": attr("net $").eq(1) => "#net__ = :net__", ["#net__ is net $"], [":net__ is N 1"];
        "no letter at all": attr("?").eq(1) => "#_ = :_", ["#_ is ?"], [":_ is N 1"];
        "two names, one word": o.dotted.eq(o.underscored) => "#a_b = #a_b_2", ["#a_b is a.b", "#a_b_2 is a_b"], [];
        "two names, one word, two values": o.underscored.eq(1).and(o.dotted.eq(2))
            => "#a_b = :a_b AND #a_b_2 = :a_b_2", ["#a_b is a_b", "#a_b_2 is a.b"], [":a_b is N 1", ":a_b_2 is N 2"];
        "one name twice": o.stock.gt(1).and(o.stock.lt(9)) => "#stock > :stock AND #stock < :stock_2", ["#stock is stock"], [":stock is N 1", ":stock_2 is N 9"];
        "one value twice": o.stock.eq(1).or(o.stock.gt(o.reserved).and(o.stock.ne(1)))
            => "#stock = :stock OR #stock > #reserved AND #stock <> :stock", ["#stock is stock", "#reserved is reserved"], [":stock is N 1"];
        "a name as a segment and as an attribute": attr("a").at_name("a").eq(attr("a")) => "#a.#a = #a", ["#a is a"], [];
        "a value's type counts": attr("a").eq("1").or(attr("a").eq(1)) => "#a = :a OR #a = :a_2", ["#a is a"], [":a is S 1", ":a_2 is N 1"];
    }
}

#[test]
fn every_operator_renders_its_text_names_and_values() {
    for row in table() {
        let Row {
            name,
            condition,
            text,
            names,
            values,
        } = row;
        let expression = match condition.compile() {
            Ok(expression) => expression,
            Err(error) => panic!("{name}: {error}"),
        };
        assert_eq!(expression.text, text, "{name}");
        assert_eq!(listed_names(&expression.names), names, "{name}");
        assert_eq!(listed_values(&expression.values), values, "{name}");
        assert_placeholders_are_those_used(&text, &expression.names, &expression.values);
    }
}
